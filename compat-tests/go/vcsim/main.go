// Command vcsim serves VMware's own vSphere simulator, which is a library of govmomi: the registry serves that library
// in its newest release, but the ready-made command only in old ones. The flags have the command's names.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"os/signal"
	"syscall"

	"github.com/vmware/govmomi/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator"
)

func main() {
	model := simulator.VPX()
	flag.IntVar(&model.Datacenter, "dc", model.Datacenter, "datacenters")
	flag.IntVar(&model.Cluster, "cluster", model.Cluster, "clusters per datacenter")
	flag.IntVar(&model.ClusterHost, "host", model.ClusterHost, "hosts per cluster")
	flag.IntVar(&model.Host, "standalone-host", model.Host, "standalone hosts per datacenter")
	flag.IntVar(&model.Datastore, "ds", model.Datastore, "datastores per datacenter")
	flag.IntVar(&model.Machine, "vm", model.Machine, "virtual machines per resource pool")
	flag.BoolVar(&model.Autostart, "autostart", model.Autostart, "power the virtual machines on")
	isESX := flag.Bool("esx", false, "be one ESXi host instead of a vCenter")
	listen := flag.String("l", "127.0.0.1:0", "address to serve on; port 0 takes a free one")
	user := flag.String("username", "", "the only account that may log in; empty: any")
	password := flag.String("password", "", "password of that account")
	certificate := flag.String("tlscert", "", "certificate file; empty: a built-in one")
	key := flag.String("tlskey", "", "key file of the certificate")
	flag.Parse()

	if *isESX {
		vpx := model
		model = simulator.ESX()
		model.Datastore, model.Machine, model.Autostart = vpx.Datastore, vpx.Machine, vpx.Autostart
	}
	if err := model.Create(); err != nil {
		log.Fatal(err)
	}
	defer model.Remove()

	model.Service.TLS = new(tls.Config)
	if *certificate != "" {
		pair, err := tls.LoadX509KeyPair(*certificate, *key)
		if err != nil {
			log.Fatal(err)
		}
		model.Service.TLS.Certificates = []tls.Certificate{pair}
	}
	model.Service.Listen = &url.URL{Host: *listen}
	if *user != "" {
		model.Service.Listen.User = url.UserPassword(*user, *password)
	}
	model.Service.RegisterEndpoints = true
	server := model.Service.NewServer()
	defer server.Close()

	// The reader waits for this line; the account is not in it.
	fmt.Printf("serving https://%s%s\n", server.URL.Host, server.URL.Path)
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	<-ended
}
