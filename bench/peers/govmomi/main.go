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
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/guest"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25"
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

// What is measured: from the connection to the answer. The logout of the client that it leaves behind is not.
type operation func(ctx context.Context, arguments []string) (*govmomi.Client, error)

type connector func(ctx context.Context) (*govmomi.Client, error)

func main() {
	operations := map[string]operation{
		"open":             open,
		"list":             list,
		"programs":         programs(connect),
		"programs-pooled":  programs(connectPooled),
		"programs-in-turn": programsInTurn,
		"processes":        processes,
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Split(lines.Text(), "\t")
		run, ok := operations[words[0]]
		if !ok {
			fail(fmt.Errorf("no such operation: %s", words[0]))
		}
		ctx := context.Background()
		start := time.Now()
		client, err := run(ctx, words[1:])
		passed := time.Since(start)
		if err != nil {
			fail(err)
		}
		if err := client.Logout(ctx); err != nil {
			fail(err)
		}
		fmt.Printf("%.3f\n", float64(passed.Microseconds())/1000)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func connect(ctx context.Context) (*govmomi.Client, error) {
	address, err := server()
	if err != nil {
		return nil, err
	}
	// The measured server is on this machine, and its certificate is not what is measured.
	return govmomi.NewClient(ctx, address, true)
}

func server() (*url.URL, error) {
	address, err := url.Parse(os.Getenv("REVIX_BENCH_URL"))
	if err != nil {
		return nil, err
	}
	address.User = url.UserPassword(os.Getenv("REVIX_BENCH_USER"), os.Getenv("REVIX_BENCH_PASSWORD"))
	return address, nil
}

// connectPooled keeps as many connections as Revix does. By default govmomi opens one for nearly every request that goes out
// beside others: it leaves the number that is kept at Go's two.
func connectPooled(ctx context.Context) (*govmomi.Client, error) {
	address, err := server()
	if err != nil {
		return nil, err
	}
	soapClient := soap.NewClient(address, true)
	transport := soapClient.DefaultTransport()
	transport.MaxIdleConnsPerHost = 8
	transport.MaxConnsPerHost = 8
	vimClient, err := vim25.NewClient(ctx, soapClient)
	if err != nil {
		return nil, err
	}
	client := &govmomi.Client{Client: vimClient, SessionManager: session.NewManager(vimClient)}
	return client, client.Login(ctx, address.User)
}

// open PATH: log in, find the virtual machine by its datastore path in all datacentres, read what VIX reads of it.
func open(ctx context.Context, arguments []string) (*govmomi.Client, error) {
	client, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	datacenters, err := find.NewFinder(client.Client).DatacenterList(ctx, "*")
	if err != nil {
		return nil, err
	}
	vm, err := lookUp(ctx, client, datacenters, arguments[0])
	if err != nil {
		return nil, err
	}
	var read mo.VirtualMachine
	return client, vm.Properties(ctx, vm.Reference(), readOnOpen, &read)
}

func lookUp(ctx context.Context, client *govmomi.Client, datacenters []*object.Datacenter, location string) (*object.VirtualMachine, error) {
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

// list COUNT: log in, list all virtual machines that run, with name and path.
func list(ctx context.Context, arguments []string) (*govmomi.Client, error) {
	client, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	root := client.ServiceContent.RootFolder
	machines, err := view.NewManager(client.Client).CreateContainerView(ctx, root, []string{"VirtualMachine"}, true)
	if err != nil {
		return nil, err
	}
	var read []mo.VirtualMachine
	paths := []string{"name", "summary.config.vmPathName", "runtime.powerState"}
	if err := machines.Retrieve(ctx, []string{"VirtualMachine"}, paths, &read); err != nil {
		return nil, err
	}
	found := 0
	for index := range read {
		if read[index].Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn {
			found++
		}
	}
	if want, _ := strconv.Atoi(arguments[0]); found != want {
		return nil, fmt.Errorf("%d virtual machines instead of %d", found, want)
	}
	// The view ends with the session.
	return client, nil
}

// programs COUNT PATH...: run COUNT short programs on the machines, all at once, and wait for each exit code.
func programs(connect connector) operation {
	return func(ctx context.Context, arguments []string) (*govmomi.Client, error) {
		return onAll(ctx, connect, arguments, func(manager *guest.ProcessManager, count int) error {
			return together(count, func(int) error { return runOne(ctx, manager) })
		})
	}
}

// programs-in-turn COUNT PATH...: the same one after another on each machine, all machines at once.
func programsInTurn(ctx context.Context, arguments []string) (*govmomi.Client, error) {
	return onAll(ctx, connect, arguments, func(manager *guest.ProcessManager, count int) error {
		for range count {
			if err := runOne(ctx, manager); err != nil {
				return err
			}
		}
		return nil
	})
}

// onAll works on all machines at once: each runs its share of the programs.
func onAll(ctx context.Context, connect connector, arguments []string, work func(*guest.ProcessManager, int) error) (*govmomi.Client, error) {
	count, err := strconv.Atoi(arguments[0])
	if err != nil {
		return nil, err
	}
	client, err := connect(ctx)
	if err != nil {
		return nil, err
	}
	datacenters, err := find.NewFinder(client.Client).DatacenterList(ctx, "*")
	if err != nil {
		return nil, err
	}
	locations := arguments[1:]
	return client, together(len(locations), func(index int) error {
		vm, err := lookUp(ctx, client, datacenters, locations[index])
		if err != nil {
			return err
		}
		manager, err := processesOf(ctx, client, vm)
		if err != nil {
			return err
		}
		return work(manager, count/len(locations))
	})
}

// together does so many things side by side, and gives the first failure when all have ended.
func together(count int, work func(index int) error) error {
	failures := make(chan error, count)
	for index := range count {
		go func() { failures <- work(index) }()
	}
	var first error
	for range count {
		if failure := <-failures; failure != nil && first == nil {
			first = failure
		}
	}
	return first
}

func runOne(ctx context.Context, manager *guest.ProcessManager) error {
	spec := &types.GuestProgramSpec{ProgramPath: "/bin/end-with", Arguments: "7"}
	pid, err := manager.StartProgram(ctx, auth, spec)
	if err != nil {
		return err
	}
	// As Revix looks: up to half of the program's time late, at least 10 ms, at most a second.
	start := time.Now()
	for {
		time.Sleep(min(max(time.Since(start)/2, 10*time.Millisecond), time.Second))
		found, err := manager.ListProcesses(ctx, auth, []int64{pid})
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
		return nil
	}
}

// processesOf logs in to the guest as VIX programs do: the simulator knows no ValidateCredentialsInGuest, so the account is
// proved by the request that Revix makes in its place. govmomi reads the managers anew for each machine; its types leave no
// other way.
func processesOf(ctx context.Context, client *govmomi.Client, vm *object.VirtualMachine) (*guest.ProcessManager, error) {
	managers := guest.NewOperationsManager(client.Client, vm.Reference())
	files, err := managers.FileManager(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := files.ListFiles(ctx, auth, "/", 0, 1, ""); err != nil {
		return nil, err
	}
	return managers.ProcessManager(ctx)
}

// processes COUNT PATH: list the processes of a guest COUNT times, one after another.
func processes(ctx context.Context, arguments []string) (*govmomi.Client, error) {
	return onAll(ctx, connect, arguments, func(manager *guest.ProcessManager, count int) error {
		for range count {
			if _, err := manager.ListProcesses(ctx, auth, nil); err != nil {
				return err
			}
		}
		return nil
	})
}
