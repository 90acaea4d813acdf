"""The C programs of compat-tests/native/programs, by way of ctypes. usage: programs.py NAME"""

import sys
import time
from ctypes import byref, c_bool, c_int

import vix_by_ctypes as vix
from connection import disconnect, open_vm, start_connect, take_result
from event_programs import callback_state_machine, event_pump
from guest_programs import (
    copy_tree,
    guest_variables_and_shared_folders,
    list_and_kill_processes,
    run_program_and_fetch_output,
)


def open_and_print(host):
    vm = vix.result(vix.vm_open(host, b"/vms/linux/linux.vmx", vix.NO_CALLBACK, None))
    name, path, cpus, memory = vix.properties(
        vm,
        vix.PROPERTY_VM_NAME,
        vix.PROPERTY_VM_VMX_PATHNAME,
        vix.PROPERTY_VM_NUM_VCPUS,
        vix.PROPERTY_VM_MEMORY_SIZE,
    )
    print(f"opened {path}")
    print(f"{name}: {cpus} CPU, {memory} MB")
    vix.release_handle(vm)


def find_running_vms(host):
    found = []

    @vix.EventProc
    def on_event(_job, event_type, info, client_data):
        if event_type == vix.EVENTTYPE_FIND_ITEM:
            (location,) = vix.properties(info, vix.PROPERTY_FOUND_ITEM_LOCATION)
            print(f"found {location}")
            found.append(client_data)

    print("looking for running virtual machines")
    vix.wait(vix.host_find_items(host, vix.FIND_RUNNING_VMS, vix.INVALID_HANDLE, -1, on_event, 4711))
    print(f"{found.count(4711)} running")


def print_snapshot(label, depth, snapshot):
    name, description, state = vix.properties(
        snapshot,
        vix.PROPERTY_SNAPSHOT_DISPLAYNAME,
        vix.PROPERTY_SNAPSHOT_DESCRIPTION,
        vix.PROPERTY_SNAPSHOT_POWERSTATE,
    )
    on = " [on]" if state & vix.POWERSTATE_POWERED_ON else ""
    print(f"{'  ' * depth}{label}{name}{on}{': ' if description else ''}{description}")


def walk_children(parent, depth):
    print_snapshot("", depth, parent)
    count = c_int()
    vix.check(vix.snapshot_get_num_children(parent, byref(count)))
    for index in range(count.value):
        child = vix.Handle()
        vix.check(vix.snapshot_get_child(parent, index, byref(child)))
        walk_children(child, depth + 1)
        vix.release_handle(child)


def walk_snapshot_tree(host):
    vm = open_vm(host, b"[datastore1] snapshots/snapshots.vmx")
    count = c_int()
    vix.check(vix.vm_get_num_root_snapshots(vm, byref(count)))
    for index in range(count.value):
        root = vix.Handle()
        vix.check(vix.vm_get_root_snapshot(vm, index, byref(root)))
        walk_children(root, 0)
        vix.release_handle(root)
    current, parent, named, shared = vix.Handle(), vix.Handle(), vix.Handle(), vix.Handle()
    vix.check(vix.vm_get_current_snapshot(vm, byref(current)))
    print_snapshot("current: ", 0, current)
    vix.check(vix.snapshot_get_parent(current, byref(parent)))
    print_snapshot("its parent: ", 0, parent)
    vix.check(vix.vm_get_named_snapshot(vm, b"base/experiment/tested", byref(named)))
    print_snapshot("base/experiment/tested: ", 0, named)
    error = vix.vm_get_named_snapshot(vm, b"tested", byref(shared))
    if error == vix.E_SNAPSHOT_NONUNIQUE_NAME:
        print(f"tested: {vix.error_text(error)}")
        print(vix.take_text(vix.get_error_message(vm)))
    for handle in (shared, named, parent, current, vm):
        vix.release_handle(handle)


def poll(what, job):
    is_completed = c_bool()
    while not is_completed:
        vix.check(vix.job_check_completion(job, byref(is_completed)))
        if not is_completed:
            time.sleep(0.01)
    print(f"{what}: done")
    error = vix.job_get_error(job)
    if error == vix.OK:
        return
    vix.release_handle(job)
    vix.check(error)


def poll_check_completion(_host):
    job = start_connect()
    poll("connect", job)
    host = take_result(job)
    job = vix.host_open_vm(host, b"/vms/linux/linux.vmx", 0, vix.INVALID_HANDLE, vix.NO_CALLBACK, None)
    poll("open", job)
    vm = take_result(job)
    job = vix.vm_power_on(vm, vix.VMPOWEROP_NORMAL, vix.INVALID_HANDLE, vix.NO_CALLBACK, None)
    poll("power on", job)
    vix.release_handle(job)
    (state,) = vix.properties(vm, vix.PROPERTY_VM_POWER_STATE)
    print("  on" if state & vix.POWERSTATE_POWERED_ON else "  off")
    job = vix.vm_wait_for_tools(vm, 300, vix.NO_CALLBACK, None)
    poll("wait for Tools", job)
    vix.release_handle(job)
    job = vix.vm_power_off(vm, vix.VMPOWEROP_NORMAL, vix.NO_CALLBACK, None)
    poll("power off", job)
    vix.release_handle(job)
    try:
        poll("power off again", vix.vm_power_off(vm, vix.VMPOWEROP_NORMAL, vix.NO_CALLBACK, None))
    except vix.VixError as error:
        print(f"  the error: {error}")
    vix.release_handle(vm)
    vix.host_disconnect(host)


def print_vm(vm):
    name, path, is_running = vix.properties(
        vm, vix.PROPERTY_VM_NAME, vix.PROPERTY_VM_VMX_PATHNAME, vix.PROPERTY_VM_IS_RUNNING
    )
    print(f"  {name} at {path}, {'running' if is_running else 'not running'}")


def clone(host):
    vm = open_vm(host, b"/vms/linux/linux.vmx")

    def clone_of(snapshot, kind, path):
        return vix.result(vix.vm_clone(vm, snapshot, kind, path, 0, vix.INVALID_HANDLE, vix.NO_CALLBACK, None))

    print("full clone of the present state:")
    full = clone_of(vix.INVALID_HANDLE, vix.CLONETYPE_FULL, b"/vms/clones/full.vmx")
    print_vm(full)
    print("linked clone of a snapshot:")
    snapshot = vix.result(
        vix.vm_create_snapshot(vm, b"golden", b"for clones", 0, vix.INVALID_HANDLE, vix.NO_CALLBACK, None)
    )
    linked = clone_of(snapshot, vix.CLONETYPE_LINKED, b"/vms/clones/linked.vmx")
    vix.wait(vix.vm_power_on(linked, vix.VMPOWEROP_NORMAL, vix.INVALID_HANDLE, vix.NO_CALLBACK, None))
    print_vm(linked)
    vix.wait(vix.vm_power_off(linked, vix.VMPOWEROP_NORMAL, vix.NO_CALLBACK, None))
    vix.wait(vix.vm_delete(linked, vix.VMDELETE_DISK_FILES, vix.NO_CALLBACK, None))
    vix.wait(vix.vm_delete(full, vix.VMDELETE_DISK_FILES, vix.NO_CALLBACK, None))
    try:
        open_vm(host, b"/vms/clones/full.vmx")
    except vix.VixError as error:
        print(f"deleted, then opened again: {error}")
    for handle in (linked, full, snapshot, vm):
        vix.release_handle(handle)


PROGRAMS = {
    "open-vm": open_and_print,
    "find-running-vms": find_running_vms,
    "walk-snapshot-tree": walk_snapshot_tree,
    "poll-check-completion": poll_check_completion,
    "clone": clone,
    "run-program-and-fetch-output": run_program_and_fetch_output,
    "list-and-kill-processes": list_and_kill_processes,
    "guest-variables-and-shared-folders": guest_variables_and_shared_folders,
    "copy-tree": copy_tree,
}

# Those that connect in a way of their own.
PROGRAMS_THAT_CONNECT = {"event-pump": event_pump, "callback-state-machine": callback_state_machine}


def main():
    name = sys.argv[1]
    if name in PROGRAMS_THAT_CONNECT:
        PROGRAMS_THAT_CONNECT[name]()
        return
    host = vix.result(start_connect())
    code = 0
    try:
        PROGRAMS[name](host)
    except vix.VixError as error:
        print(f"failed: {error}", file=sys.stderr)
        code = 1
    disconnect(host)
    sys.exit(code)


main()
