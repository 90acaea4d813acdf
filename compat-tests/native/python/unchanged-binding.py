"""What the Python package vix makes of the library: a binding that was written for VMware's. It loads
/usr/lib/libvixAllProducts.so and nothing else, so it is told another folder: the argument. Prints a report as JSON."""

import json
import os
import sys
import tempfile

import cffi

load = cffi.FFI.dlopen
cffi.FFI.dlopen = lambda self, name, flags=0: load(self, name.replace("/usr/lib", sys.argv[1]), flags)

from vix import VixError, VixHost  # noqa: E402


def refusal(call):
    try:
        call()
    except VixError as error:
        return str(error)
    return None


def share(vm):
    vm.share_enable(True)
    vm.add_shared_folder("work", sys.argv[1])
    return [vm.get_shared_folder_count(), vm.get_shared_folder_state(0).name]


def main():
    report = {}
    host = VixHost(service_provider=VixHost.VIX_SERVICEPROVIDER_VMWARE_WORKSTATION)
    report["host"] = host.host_info.host_type
    report["found"] = [found.vmx_path for found in host.find_items(VixHost.VIX_FIND_RUNNING_VMS)]

    vm = host.open_vm("/vms/linux/linux.vmx")
    vm.power_on()
    vm.wait_for_tools(300)
    report["vm"] = [vm.name, vm.vmx_path, list(vm.machine_info), vm.is_running, vm.power_state, vm.tools_state]
    vm.login("user", "password")
    run = vm.proc_run("/bin/sh", "-c 'echo out > /tmp/out; exit 3'")
    report["program"] = [run.pid > 0, run.exit_code]
    script = vm.run_script("exit 4", "/bin/sh")
    report["script"] = script.exit_code
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "out")
        vm.copy_guest_to_host("/tmp/out", path)
        with open(path, encoding="utf-8") as file:
            report["copied"] = file.read()
        vm.copy_host_to_guest(path, "/tmp/back")
    report["exists"] = [vm.file_exists("/tmp/back"), vm.file_exists("/tmp/nope"), vm.dir_exists("/tmp")]
    vm.create_directory("/tmp/made")
    vm.file_rename("/tmp/back", "/tmp/made/moved")
    report["listed"] = [[entry.name, entry.size, entry.is_dir] for entry in vm.dir_list("/tmp/made")]
    report["info"] = vm.get_file_info("/tmp/made/moved").size
    vm.file_delete("/tmp/made/moved")
    vm.dir_delete("/tmp/made")
    report["processes"] = any(process.name == "init" or process.pid == 1 for process in vm.proc_list())
    vm.var_write("colour", "teal")
    report["variable"] = vm.var_read("colour")
    report["picture"] = vm.capture_screen_image()[:4].hex()
    try:
        report["shares"] = share(vm)
    except VixError as error:
        report["shares"] = str(error)
    vm.logout()

    snapshot = vm.create_snapshot("before", "of the change", include_memory=True)
    vm.power_off()
    report["snapshot"] = [snapshot.name, snapshot.description, vm.snapshots_get_root_count()]
    vm.snapshot_revert(snapshot)
    report["reverted"] = vm.is_running
    vm.power_off()
    clone = vm.clone("/vms/clones/python.vmx")
    report["clone"] = clone.name
    clone.vm_delete(delete_files=True)
    report["refusals"] = [
        refusal(lambda: host.open_vm("/no/such.vmx")),
        refusal(vm.power_off),
        refusal(lambda: vm.snapshot_get_named("nope")),
    ]
    host.disconnect()
    print(json.dumps(report))


main()
