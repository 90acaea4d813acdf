// Command govmomi does the measured work of `npm run bench -- vsphere` by govmomi, the Go client of vSphere: the same
// operations, one after another or side by side as Revix does them.
//
// It reads one request per line of standard input, `OPERATION ARGUMENT...`, and answers each with the milliseconds that
// it took, so that the caller can let the clients take turns. URL and account come from REVIX_BENCH_URL,
// REVIX_BENCH_USER and REVIX_BENCH_PASSWORD.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/guest"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

var auth = &types.NamePasswordAuthentication{Username: "user", Password: "pass"}

// What Revix reads of a virtual machine that a program opens.
var readOnOpen = []string{
	"name",
	"config.guestId",
	"config.hardware.memoryMB",
	"config.hardware.numCPU",
	"guest.toolsRunningStatus",
	"guest.toolsVersionStatus2",
	"runtime.powerState",
	"summary.config.vmPathName",
}

type operation func(ctx context.Context, arguments []string) error

func main() {
	operations := map[string]operation{
		"open":     open,
		"list":     list,
		"programs": programs,
		"upload":   upload,
		"download": download,
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Split(lines.Text(), "\t")
		run, ok := operations[words[0]]
		if !ok {
			fail(fmt.Errorf("no such operation: %s", words[0]))
		}
		start := time.Now()
		if err := run(context.Background(), words[1:]); err != nil {
			fail(err)
		}
		fmt.Printf("%.3f\n", float64(time.Since(start).Microseconds())/1000)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func connect(ctx context.Context) (*govmomi.Client, error) {
	address, err := url.Parse(os.Getenv("REVIX_BENCH_URL"))
	if err != nil {
		return nil, err
	}
	address.User = url.UserPassword(os.Getenv("REVIX_BENCH_USER"), os.Getenv("REVIX_BENCH_PASSWORD"))
	// The measured server is on this machine, and its certificate is not what is measured.
	return govmomi.NewClient(ctx, address, true)
}

// open PATH: log in, find the virtual machine by its datastore path in all datacentres, read what VIX reads of it, log out.
func open(ctx context.Context, arguments []string) error {
	client, err := connect(ctx)
	if err != nil {
		return err
	}
	vm, err := lookUp(ctx, client, arguments[0])
	if err != nil {
		return err
	}
	var read mo.VirtualMachine
	if err := vm.Properties(ctx, vm.Reference(), readOnOpen, &read); err != nil {
		return err
	}
	return client.Logout(ctx)
}

func lookUp(ctx context.Context, client *govmomi.Client, location string) (*object.VirtualMachine, error) {
	datacenters, err := find.NewFinder(client.Client).DatacenterList(ctx, "*")
	if err != nil {
		return nil, err
	}
	index := object.NewSearchIndex(client.Client)
	for _, datacenter := range datacenters {
		found, err := index.FindByDatastorePath(ctx, datacenter, location)
		if err != nil {
			return nil, err
		}
		if found != nil {
			return object.NewVirtualMachine(client.Client, found.Reference()), nil
		}
	}
	return nil, fmt.Errorf("no virtual machine at %s", location)
}

// list COUNT: log in, list all virtual machines with path and power state, log out.
func list(ctx context.Context, arguments []string) error {
	client, err := connect(ctx)
	if err != nil {
		return err
	}
	root := client.ServiceContent.RootFolder
	machines, err := view.NewManager(client.Client).CreateContainerView(ctx, root, []string{"VirtualMachine"}, true)
	if err != nil {
		return err
	}
	var found []mo.VirtualMachine
	paths := []string{"name", "summary.config.vmPathName", "summary.config.template", "runtime.powerState"}
	if err := machines.Retrieve(ctx, []string{"VirtualMachine"}, paths, &found); err != nil {
		return err
	}
	if want, _ := strconv.Atoi(arguments[0]); len(found) != want {
		return fmt.Errorf("%d virtual machines instead of %d", len(found), want)
	}
	if err := machines.Destroy(ctx); err != nil {
		return err
	}
	return client.Logout(ctx)
}

// programs COUNT PATH...: run COUNT short programs on the machines, all machines at once, and wait for each exit code.
func programs(ctx context.Context, arguments []string) error {
	count, err := strconv.Atoi(arguments[0])
	if err != nil {
		return err
	}
	client, err := connect(ctx)
	if err != nil {
		return err
	}
	locations := arguments[1:]
	failures := make(chan error, len(locations))
	var group sync.WaitGroup
	for _, location := range locations {
		group.Add(1)
		go func() {
			defer group.Done()
			failures <- runOn(ctx, client, location, count/len(locations))
		}()
	}
	group.Wait()
	close(failures)
	for failure := range failures {
		if failure != nil {
			return failure
		}
	}
	return client.Logout(ctx)
}

func runOn(ctx context.Context, client *govmomi.Client, location string, count int) error {
	vm, err := lookUp(ctx, client, location)
	if err != nil {
		return err
	}
	processes, err := guest.NewOperationsManager(client.Client, vm.Reference()).ProcessManager(ctx)
	if err != nil {
		return err
	}
	for range count {
		spec := &types.GuestProgramSpec{ProgramPath: "/bin/sh", Arguments: "-c 'exit 7'"}
		pid, err := processes.StartProgram(ctx, auth, spec)
		if err != nil {
			return err
		}
		// As Revix looks: soon, then less and less often.
		for pause := 10 * time.Millisecond; ; pause = min(2*pause, time.Second) {
			time.Sleep(pause)
			found, err := processes.ListProcesses(ctx, auth, []int64{pid})
			if err != nil {
				return err
			}
			if len(found) == 0 {
				return fmt.Errorf("process %d is gone", pid)
			}
			if found[0].EndTime == nil {
				continue
			}
			if found[0].ExitCode != 7 {
				return fmt.Errorf("exit code %d instead of 7", found[0].ExitCode)
			}
			break
		}
	}
	return nil
}

// upload PATH HOST-FILE GUEST-FILE: copy a file into a guest.
func upload(ctx context.Context, arguments []string) error {
	client, files, err := filesOf(ctx, arguments[0])
	if err != nil {
		return err
	}
	source, err := os.Open(arguments[1])
	if err != nil {
		return err
	}
	defer source.Close()
	status, err := source.Stat()
	if err != nil {
		return err
	}
	given, err := files.InitiateFileTransferToGuest(ctx, auth, arguments[2], &types.GuestFileAttributes{}, status.Size(), true)
	if err != nil {
		return err
	}
	target, err := files.TransferURL(ctx, given)
	if err != nil {
		return err
	}
	parameters := soap.DefaultUpload
	parameters.ContentLength = status.Size()
	if err := client.Client.Upload(ctx, source, target, &parameters); err != nil {
		return err
	}
	return client.Logout(ctx)
}

// download PATH GUEST-FILE HOST-FILE: copy a file out of a guest.
func download(ctx context.Context, arguments []string) error {
	client, files, err := filesOf(ctx, arguments[0])
	if err != nil {
		return err
	}
	information, err := files.InitiateFileTransferFromGuest(ctx, auth, arguments[1])
	if err != nil {
		return err
	}
	source, err := files.TransferURL(ctx, information.Url)
	if err != nil {
		return err
	}
	content, _, err := client.Client.Download(ctx, source, &soap.DefaultDownload)
	if err != nil {
		return err
	}
	defer content.Close()
	target, err := os.Create(path.Clean(arguments[2]))
	if err != nil {
		return err
	}
	defer target.Close()
	if _, err := io.Copy(target, content); err != nil {
		return err
	}
	return client.Logout(ctx)
}

func filesOf(ctx context.Context, location string) (*govmomi.Client, *guest.FileManager, error) {
	client, err := connect(ctx)
	if err != nil {
		return nil, nil, err
	}
	vm, err := lookUp(ctx, client, location)
	if err != nil {
		return nil, nil, err
	}
	files, err := guest.NewOperationsManager(client.Client, vm.Reference()).FileManager(ctx)
	return client, files, err
}
