"""Does the measured work of `npm run bench -- vsphere` by pyvmomi, the Python client of vSphere.

Speaks as bench/peers/govmomi does: one request per line of standard input, `OPERATION<tab>ARGUMENT...`, answered with
the milliseconds that it took. URL and account come from REVIX_BENCH_URL, REVIX_BENCH_USER and REVIX_BENCH_PASSWORD.
"""

import contextlib
import os
import ssl
import sys
import threading
import time
from urllib.parse import urlsplit

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim, vmodl

AUTH = vim.vm.guest.NamePasswordAuthentication(username="user", password="pass", interactiveSession=False)

# What Revix reads of a virtual machine that a program opens.
READ = [
    "name",
    "config.guestId",
    "config.hardware.memoryMB",
    "config.hardware.numCPU",
    "guest.toolsRunningStatus",
    "guest.toolsVersionStatus2",
    "runtime.powerState",
    "summary.config.vmPathName",
]


# By default pyvmomi keeps five connections, and opens one for each request that goes out beside as many others.
POOL_SIZE = 8


class Login:
    """A session. What pyvmomi asks the server for each time it is named is kept, as its users keep it."""

    def __init__(self, pooled=False):
        address = urlsplit(os.environ["REVIX_BENCH_URL"])
        # The measured server is on this machine, and its certificate is not what is measured.
        context = ssl._create_unverified_context()
        self.service = SmartConnect(
            host=address.hostname,
            port=address.port,
            user=os.environ["REVIX_BENCH_USER"],
            pwd=os.environ["REVIX_BENCH_PASSWORD"],
            sslContext=context,
        )
        if pooled:
            self.service._stub.poolSize = POOL_SIZE
        # Each request takes it for as long as it is under way.
        self.gate = threading.BoundedSemaphore(POOL_SIZE) if pooled else contextlib.nullcontext()
        self.content = self.service.RetrieveContent()

    def retrieve(self, objects, kind, paths, traversal=None):
        """Reads properties, page by page."""
        collector = self.content.propertyCollector
        kinds = vmodl.query.PropertyCollector
        selection = [traversal] if traversal else []
        spec = kinds.FilterSpec(
            objectSet=[kinds.ObjectSpec(obj=each, skip=bool(traversal), selectSet=selection) for each in objects],
            propSet=[kinds.PropertySpec(type=kind, pathSet=paths, all=False)],
        )
        page = collector.RetrievePropertiesEx([spec], kinds.RetrieveOptions())
        found = []
        while page:
            found.extend(page.objects)
            page = collector.ContinueRetrievePropertiesEx(page.token) if page.token else None
        return found

    def in_view(self, kind, paths):
        # The view ends with the session.
        view = self.content.viewManager.CreateContainerView(self.content.rootFolder, [kind], True)
        traversal = vmodl.query.PropertyCollector.TraversalSpec(
            type=vim.view.ContainerView, path="view", skip=False, name="view"
        )
        return self.retrieve([view], kind, paths, traversal)

    def datacenters(self):
        return [child for child in self.content.rootFolder.childEntity if isinstance(child, vim.Datacenter)]

    def look_up(self, datacenters, location):
        for datacenter in datacenters:
            with self.gate:
                found = self.content.searchIndex.FindByDatastorePath(datacenter, location)
            if found:
                return found
        raise LookupError(f"no virtual machine at {location}")


def open_machine(location):
    login = Login()
    machine = login.look_up(login.datacenters(), location)
    login.retrieve([machine], vim.VirtualMachine, READ)
    return login


def is_on(machine):
    return any(each.name == "runtime.powerState" and each.val == "poweredOn" for each in machine.propSet)


def list_machines(count):
    login = Login()
    machines = login.in_view(vim.VirtualMachine, ["name", "summary.config.vmPathName", "runtime.powerState"])
    found = [machine for machine in machines if is_on(machine)]
    if len(found) != int(count):
        raise AssertionError(f"{len(found)} virtual machines instead of {count}")
    return login


def prove_account(files, machine):
    # The simulator knows no ValidateCredentialsInGuest, so the account is proved by the request that Revix makes in its
    # place.
    files.ListFilesInGuest(machine, AUTH, "/", 0, 1)


def run_programs(count, *locations):
    return run_together(Login(), count, locations)


def run_programs_pooled(count, *locations):
    return run_together(Login(pooled=True), count, locations)


def run_together(login, count, locations):
    def run_on(machine, processes):
        together(run_one, [(login.gate, processes, machine)] * (int(count) // len(locations)))

    return on_all(login, locations, run_on)


def run_programs_in_turn(count, *locations):
    login = Login()

    def run_on(machine, processes):
        for _ in range(int(count) // len(locations)):
            run_one(login.gate, processes, machine)

    return on_all(login, locations, run_on)


def on_all(login, locations, work):
    datacenters = login.datacenters()
    managers = login.content.guestOperationsManager
    files, processes = managers.fileManager, managers.processManager

    def work_on(location):
        machine = login.look_up(datacenters, location)
        with login.gate:
            prove_account(files, machine)
        work(machine, processes)

    together(work_on, [(location,) for location in locations])
    return login


def together(work, all_arguments):
    failures = []

    def guarded(arguments):
        try:
            work(*arguments)
        except Exception as failure:  # every kind ends the measurement
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(arguments,)) for arguments in all_arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def run_one(gate, processes, machine):
    spec = vim.vm.guest.ProcessManager.ProgramSpec(programPath="/bin/end-with", arguments="7")
    with gate:
        pid = processes.StartProgramInGuest(machine, AUTH, spec)
    # As Revix looks: up to half of the program's time late, at least 10 ms, at most a second.
    start = time.perf_counter()
    while True:
        time.sleep(min(max((time.perf_counter() - start) / 2, 0.01), 1))
        with gate:
            found = processes.ListProcessesInGuest(machine, AUTH, [pid])
        if not found:
            raise LookupError(f"process {pid} is gone")
        if found[0].endTime is None:
            continue
        if found[0].exitCode != 7:
            raise AssertionError(f"exit code {found[0].exitCode} instead of 7")
        return


def list_processes(count, location):
    def list_on(machine, processes):
        for _ in range(int(count)):
            processes.ListProcessesInGuest(machine, AUTH)

    return on_all(Login(), [location], list_on)


OPERATIONS = {
    "open": open_machine,
    "list": list_machines,
    "programs": run_programs,
    "programs-pooled": run_programs_pooled,
    "programs-in-turn": run_programs_in_turn,
    "processes": list_processes,
}

for line in sys.stdin:
    operation, *arguments = line.rstrip("\n").split("\t")
    start = time.perf_counter()
    login = OPERATIONS[operation](*arguments)
    passed = time.perf_counter() - start
    # What is measured goes from the connection to the answer.
    Disconnect(login.service)
    print(f"{passed * 1000:.3f}", flush=True)
