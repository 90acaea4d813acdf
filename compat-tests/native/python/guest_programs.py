"""The C programs that work in a guest, by way of ctypes."""

import os
import tempfile

import vix_by_ctypes as vix
from connection import open_vm


def run_and_print(vm, command, host_file):
    (temporary,) = vix.wait(
        vix.vm_create_temp_file(vm, 0, vix.INVALID_HANDLE, vix.NO_CALLBACK, None), vix.PROPERTY_JOB_RESULT_ITEM_NAME
    )
    (exit_code,) = vix.wait(
        vix.vm_run_program(
            vm,
            b"C:\\Windows\\System32\\cmd.exe",
            f'/c ({command}) > "{temporary}" 2>&1'.encode(),
            0,
            vix.INVALID_HANDLE,
            vix.NO_CALLBACK,
            None,
        ),
        vix.PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE,
    )
    vix.wait(
        vix.vm_copy_to_host(
            vm, temporary.encode(), host_file.encode(), 0, vix.INVALID_HANDLE, vix.NO_CALLBACK, None
        )
    )
    vix.wait(vix.vm_delete_file(vm, temporary.encode(), vix.NO_CALLBACK, None))
    print(f"> {command}")
    with open(host_file, encoding="utf-8") as output:
        for line in output:
            print(f"  {line.rstrip()}")
    print(f"  exit code {exit_code}")


def run_program_and_fetch_output(host):
    vm = open_vm(host, b"[datastore1] build/build.vmx")
    vix.wait(vix.vm_wait_for_tools(vm, 300, vix.NO_CALLBACK, None))
    vix.wait(vix.vm_login(vm, b"Administrator", b"password", 0, vix.NO_CALLBACK, None))
    with tempfile.TemporaryDirectory() as folder:
        for command in (
            "whoami",
            "dir /b /ad C:\\Users",
            "(for /l %i in (1,1,3) do @echo step %i) & exit 7",
            "type C:\\no-such-file.txt",
        ):
            run_and_print(vm, command, os.path.join(folder, "output.txt"))
    vix.release_handle(vm)


def list_processes(vm):
    """Prints the process table. Gives the numbers of the processes to kill."""
    job = vix.vm_list_processes(vm, 0, vix.NO_CALLBACK, None)
    victims = []
    vix.check(vix.job_wait(job, vix.PROPERTY_NONE))
    for name, pid, owner, command in vix.each(
        job,
        vix.PROPERTY_JOB_RESULT_ITEM_NAME,
        vix.PROPERTY_JOB_RESULT_ITEM_NAME,
        vix.PROPERTY_JOB_RESULT_PROCESS_ID,
        vix.PROPERTY_JOB_RESULT_PROCESS_OWNER,
        vix.PROPERTY_JOB_RESULT_PROCESS_COMMAND,
    ):
        print(f"  {pid:5} {owner} {name} <{command}>")
        if name == "sleep":
            victims.append(pid)
    vix.release_handle(job)
    return victims


def kill_process(vm, pid):
    job = vix.vm_kill_process(vm, pid, 0, vix.NO_CALLBACK, None)
    print(f"kill {pid}: {vix.error_text(vix.job_wait(job, vix.PROPERTY_NONE))}")
    vix.release_handle(job)


def list_and_kill_processes(host):
    vm = open_vm(host, b"[datastore1] web/web.vmx")
    vix.wait(vix.vm_login(vm, b"user", b"password", 0, vix.NO_CALLBACK, None))
    for seconds in (600, 601, 602):
        options = vix.RUNPROGRAM_RETURN_IMMEDIATELY
        arguments = str(seconds).encode()
        job = vix.vm_run_program(vm, b"/bin/sleep", arguments, options, vix.INVALID_HANDLE, vix.NO_CALLBACK, None)
        (pid,) = vix.wait(job, vix.PROPERTY_JOB_RESULT_PROCESS_ID)
        print(f"started process {pid}")
    print("before:")
    victims = list_processes(vm)
    for pid in victims:
        kill_process(vm, pid)
    print("after:")
    list_processes(vm)
    kill_process(vm, victims[0])
    kill_process(vm, 604)
    vix.release_handle(vm)


def print_variable(vm, kind, name):
    job = vix.vm_read_variable(vm, kind, name, 0, vix.NO_CALLBACK, None)
    (value,) = vix.wait(job, vix.PROPERTY_JOB_RESULT_VM_VARIABLE_STRING)
    print(f"  {name.decode()} = '{value}'")


def print_shared_folders(vm, folder):
    (count,) = vix.wait(
        vix.vm_get_num_shared_folders(vm, vix.NO_CALLBACK, None), vix.PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT
    )
    print(f"  {count} shared")
    for index in range(count):
        name, path, flags = vix.wait(
            vix.vm_get_shared_folder_state(vm, index, vix.NO_CALLBACK, None),
            vix.PROPERTY_JOB_RESULT_ITEM_NAME,
            vix.PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST,
            vix.PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS,
        )
        access = "read and write" if flags & vix.SHAREDFOLDER_WRITE_ACCESS else "read only"
        print(f"  {name}: {'our directory' if path == folder else path}, {access}")


def share_and_remember(vm):
    def write(kind, name, value):
        return vix.vm_write_variable(vm, kind, name, value, 0, vix.NO_CALLBACK, None)

    print("variables of the virtual machine:")
    vix.wait(write(vix.VM_GUEST_VARIABLE, b"task", b"nightly build"))
    for name in (b"task", b"ip", b"never-set"):
        print_variable(vm, vix.VM_GUEST_VARIABLE, name)
    print_variable(vm, vix.VM_CONFIG_RUNTIME_ONLY, b"displayName")

    print("shared folders:")
    with tempfile.TemporaryDirectory() as folder:
        path = folder.encode()
        vix.wait(vix.vm_enable_shared_folders(vm, True, 0, vix.NO_CALLBACK, None))
        vix.wait(vix.vm_add_shared_folder(vm, b"results", path, 0, vix.NO_CALLBACK, None))
        print_shared_folders(vm, folder)
        vix.wait(
            vix.vm_set_shared_folder_state(
                vm, b"results", path, vix.SHAREDFOLDER_WRITE_ACCESS, vix.NO_CALLBACK, None
            )
        )
        print_shared_folders(vm, folder)
        (shares,) = vix.properties(vm, vix.PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH)
        print(f"  in the guest below {shares}")
        vix.wait(vix.vm_remove_shared_folder(vm, b"results", 0, vix.NO_CALLBACK, None))
        print_shared_folders(vm, folder)

    print("environment of the guest:")
    try:
        vix.wait(write(vix.GUEST_ENVIRONMENT_VARIABLE, b"TASK", b"nightly"))
    except vix.VixError as error:
        print(f"  without a login: {error}")
    vix.wait(vix.vm_login(vm, b"root", b"password", 0, vix.NO_CALLBACK, None))
    vix.wait(write(vix.GUEST_ENVIRONMENT_VARIABLE, b"TASK", b"nightly"))
    print_variable(vm, vix.GUEST_ENVIRONMENT_VARIABLE, b"TASK")
    test = b"-c 'test \"$TASK\" = nightly'"
    job = vix.vm_run_program(vm, b"/bin/sh", test, 0, vix.INVALID_HANDLE, vix.NO_CALLBACK, None)
    (exit_code,) = vix.wait(job, vix.PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE)
    print(f"  a program of the guest sees it: {'yes' if exit_code == 0 else 'no'}")


def guest_variables_and_shared_folders(host):
    vm = open_vm(host, b"[datastore1] web/web.vmx")
    try:
        share_and_remember(vm)
    finally:
        vix.release_handle(vm)


def make_tree():
    os.makedirs("site/css")
    os.mkdir("site/logs")
    for name, data in (
        ("index.html", "<h1>Grüße</h1>\n".encode()),
        ("css/main.css", b"h1 { color: teal }\n"),
        ("pixels.bin", bytes(range(256))),
    ):
        with open(f"site/{name}", "wb") as file:
            file.write(data)


def list_tree(vm, path):
    job = vix.vm_list_directory(vm, path.encode(), 0, vix.NO_CALLBACK, None)
    vix.check(vix.job_wait(job, vix.PROPERTY_NONE))
    for name, size, flags in vix.each(
        job,
        vix.PROPERTY_JOB_RESULT_ITEM_NAME,
        vix.PROPERTY_JOB_RESULT_ITEM_NAME,
        vix.PROPERTY_JOB_RESULT_FILE_SIZE,
        vix.PROPERTY_JOB_RESULT_FILE_FLAGS,
    ):
        if flags & vix.FILE_ATTRIBUTES_DIRECTORY:
            print(f"  {path}/{name}/")
            list_tree(vm, f"{path}/{name}")
        else:
            print(f"  {path}/{name} {size}")
    vix.release_handle(job)


def print_tree(folder, shown=""):
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            print(f"  {shown}{entry.name}/")
            print_tree(entry.path, f"{shown}{entry.name}/")
        else:
            print(f"  {shown}{entry.name} {entry.stat().st_size}")


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def copy_tree_in(folder, host):
    guest = b"/home/user/site"
    script = b"cd /home/user/site\nsed -i s/h1/h2/g index.html\necho started > logs/web.log\nrm css/main.css\n"
    vm = open_vm(host, b"[datastore1] web/web.vmx")
    vix.wait(vix.vm_login(vm, b"user", b"password", 0, vix.NO_CALLBACK, None))
    # Relative paths of the host start from the present directory of the program, which may change at any time.
    os.chdir(folder)
    make_tree()
    vix.wait(vix.vm_copy_to_guest(vm, b"site", guest, 0, vix.INVALID_HANDLE, vix.NO_CALLBACK, None))
    print("in the guest:")
    list_tree(vm, guest.decode())
    vix.wait(vix.vm_run_script(vm, b"/bin/sh", script, 0, vix.INVALID_HANDLE, vix.NO_CALLBACK, None))
    os.chdir("site")
    vix.wait(vix.vm_copy_to_host(vm, guest, b"../copy", 0, vix.INVALID_HANDLE, vix.NO_CALLBACK, None))
    os.chdir("..")
    print("back on the host, after a script of the guest:")
    print_tree("copy")
    print(f"  index.html: {contents('copy/index.html').decode().rstrip()}")
    is_same = contents("site/pixels.bin") == contents("copy/pixels.bin")
    print(f"  pixels.bin: {'the same bytes' if is_same else 'DIFFERENT BYTES'}")
    vix.wait(vix.vm_delete_directory(vm, guest, 0, vix.NO_CALLBACK, None))
    vix.release_handle(vm)


def copy_tree(host):
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        copy_tree_in(folder, host)
        os.chdir(before)
