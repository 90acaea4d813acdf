"""Does the measured work of `npm run bench -- vsphere` by pyvmomi, the Python client of vSphere.

Speaks as bench/peers/govmomi does: one request per line of standard input, `OPERATION<tab>ARGUMENT...`, answered with
the milliseconds that it took. URL and account come from REVIX_BENCH_URL, REVIX_BENCH_USER and REVIX_BENCH_PASSWORD.
"""

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


def connect():
    address = urlsplit(os.environ["REVIX_BENCH_URL"])
    # The measured server is on this machine, and its certificate is not what is measured.
    context = ssl._create_unverified_context()
    return SmartConnect(
        host=address.hostname,
        port=address.port,
        user=os.environ["REVIX_BENCH_USER"],
        pwd=os.environ["REVIX_BENCH_PASSWORD"],
        sslContext=context,
    )


def retrieve(service, objects, kind, paths, traversal=None):
    """Reads properties, page by page."""
    collector = service.content.propertyCollector
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


def in_view(service, kind, paths):
    content = service.content
    view = content.viewManager.CreateContainerView(content.rootFolder, [kind], True)
    traversal = vmodl.query.PropertyCollector.TraversalSpec(
        type=vim.view.ContainerView, path="view", skip=False, name="view"
    )
    found = retrieve(service, [view], kind, paths, traversal)
    view.Destroy()
    return found


def look_up(service, location):
    for datacenter in in_view(service, vim.Datacenter, ["name"]):
        found = service.content.searchIndex.FindByDatastorePath(datacenter.obj, location)
        if found:
            return found
    raise LookupError(f"no virtual machine at {location}")


def open_machine(location):
    service = connect()
    machine = look_up(service, location)
    retrieve(service, [machine], vim.VirtualMachine, READ)
    return service


def list_machines(count):
    service = connect()
    paths = ["name", "summary.config.vmPathName", "summary.config.template", "runtime.powerState"]
    found = in_view(service, vim.VirtualMachine, paths)
    if len(found) != int(count):
        raise AssertionError(f"{len(found)} virtual machines instead of {count}")
    return service


def logged_in(service, location):
    # The simulator knows no ValidateCredentialsInGuest, so the account is proved by the request that Revix makes in its
    # place.
    machine = look_up(service, location)
    managers = service.content.guestOperationsManager
    managers.fileManager.ListFilesInGuest(machine, AUTH, "/", 0, 1)
    return machine, managers.processManager


def run_programs(count, *locations):
    def run_on(machine, processes):
        together(run_one, [(processes, machine)] * (int(count) // len(locations)))

    return on_all(locations, run_on)


def run_programs_in_turn(count, *locations):
    def run_on(machine, processes):
        for _ in range(int(count) // len(locations)):
            run_one(processes, machine)

    return on_all(locations, run_on)


def on_all(locations, work):
    service = connect()
    together(lambda location: work(*logged_in(service, location)), [(location,) for location in locations])
    return service


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


def run_one(processes, machine):
    spec = vim.vm.guest.ProcessManager.ProgramSpec(programPath="/bin/sh", arguments="-c 'exit 7'")
    pid = processes.StartProgramInGuest(machine, AUTH, spec)
    # As Revix looks: up to half of the program's time late, at least 10 ms, at most a second.
    start = time.perf_counter()
    while True:
        time.sleep(min(max((time.perf_counter() - start) / 2, 0.01), 1))
        found = processes.ListProcessesInGuest(machine, AUTH, [pid])
        if not found:
            raise LookupError(f"process {pid} is gone")
        if found[0].endTime is None:
            continue
        if found[0].exitCode != 7:
            raise AssertionError(f"exit code {found[0].exitCode} instead of 7")
        return


def list_processes(count, location):
    service = connect()
    machine, processes = logged_in(service, location)
    for _ in range(int(count)):
        processes.ListProcessesInGuest(machine, AUTH)
    return service


OPERATIONS = {
    "open": open_machine,
    "list": list_machines,
    "programs": run_programs,
    "programs-in-turn": run_programs_in_turn,
    "processes": list_processes,
}

for line in sys.stdin:
    operation, *arguments = line.rstrip("\n").split("\t")
    start = time.perf_counter()
    service = OPERATIONS[operation](*arguments)
    passed = time.perf_counter() - start
    # What is measured goes from the connection to the answer.
    Disconnect(service)
    print(f"{passed * 1000:.3f}", flush=True)
