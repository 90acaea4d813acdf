import com.sun.jna.Pointer;
import com.sun.jna.ptr.ByReference;
import com.sun.jna.ptr.ByteByReference;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The C programs of compat-tests/native/programs, by way of JNA. usage: java Programs NAME */
final class Programs {
    private static final Vix VIX = Vix.INSTANCE;

    /** A call has failed. */
    private static final class VixException extends RuntimeException {
        private static final long serialVersionUID = 1;

        VixException(long error) {
            super(VIX.Vix_GetErrorText(error, null));
        }
    }

    private static void check(long error) {
        if (error != Vix.OK) throw new VixException(error);
    }

    /** A text that the library has given away: copied, then freed. */
    private static String takeText(Pointer pointer) {
        String text = pointer.getString(0, "UTF-8");
        VIX.Vix_FreeBuffer(pointer);
        return text;
    }

    private static ByReference cellOf(int property) {
        switch (property) {
            case Vix.PROPERTY_VM_NAME:
            case Vix.PROPERTY_VM_VMX_PATHNAME:
            case Vix.PROPERTY_JOB_RESULT_ITEM_NAME:
            case Vix.PROPERTY_FOUND_ITEM_LOCATION:
            case Vix.PROPERTY_SNAPSHOT_DISPLAYNAME:
            case Vix.PROPERTY_SNAPSHOT_DESCRIPTION:
                return new PointerByReference();
            case Vix.PROPERTY_VM_IS_RUNNING:
                return new ByteByReference();
            default:
                return new IntByReference();
        }
    }

    private static Object valueOf(ByReference cell) {
        if (cell instanceof PointerByReference) return takeText(((PointerByReference) cell).getValue());
        if (cell instanceof ByteByReference) return ((ByteByReference) cell).getValue() != 0;
        return ((IntByReference) cell).getValue();
    }

    private interface Reader {
        long read(int handle, int first, Object... rest);
    }

    /** Reads properties by a function with variable arguments: id, cell, ..., VIX_PROPERTY_NONE. */
    private static List<Object> read(Reader reader, int handle, int... ids) {
        List<ByReference> cells = new ArrayList<>();
        List<Object> rest = new ArrayList<>();
        for (int index = 0; index < ids.length; index++) {
            ByReference cell = cellOf(ids[index]);
            cells.add(cell);
            rest.add(cell);
            rest.add(index + 1 < ids.length ? ids[index + 1] : Vix.PROPERTY_NONE);
        }
        check(reader.read(handle, ids.length == 0 ? Vix.PROPERTY_NONE : ids[0], rest.toArray()));
        List<Object> values = new ArrayList<>();
        for (ByReference cell : cells) values.add(valueOf(cell));
        return values;
    }

    private static List<Object> properties(int handle, int... ids) {
        return read(VIX::Vix_GetProperties, handle, ids);
    }

    /** Waits for a job, reads properties of it in the same call, and releases it. */
    private static List<Object> await(int job, int... ids) {
        try {
            return read(VIX::VixJob_Wait, job, ids);
        } finally {
            VIX.Vix_ReleaseHandle(job);
        }
    }

    private static int result(int job) {
        return (Integer) await(job, Vix.PROPERTY_JOB_RESULT_HANDLE).get(0);
    }

    private static int startConnect() {
        return VIX.VixHost_Connect(Vix.API_VERSION, Vix.SERVICEPROVIDER_VMWARE_WORKSTATION, null, 0, null, null, 0,
                Vix.INVALID_HANDLE, null, null);
    }

    private static int openVM(int host, String path) {
        return result(VIX.VixHost_OpenVM(host, path, 0, Vix.INVALID_HANDLE, null, null));
    }

    private static void openAndPrint(int host) {
        int vm = result(VIX.VixVM_Open(host, "/vms/linux/linux.vmx", null, null));
        List<Object> known = properties(vm, Vix.PROPERTY_VM_NAME, Vix.PROPERTY_VM_VMX_PATHNAME,
                Vix.PROPERTY_VM_NUM_VCPUS, Vix.PROPERTY_VM_MEMORY_SIZE);
        System.out.printf("opened %s%n%s: %d CPU, %d MB%n", known.get(1), known.get(0), known.get(2), known.get(3));
        VIX.Vix_ReleaseHandle(vm);
    }

    private static void findRunningVMs(int host) {
        Pointer mark = new Pointer(4711);
        int[] count = {0};
        Vix.EventProc onEvent = (job, eventType, info, clientData) -> {
            if (eventType != Vix.EVENTTYPE_FIND_ITEM) return;
            System.out.println("found " + properties(info, Vix.PROPERTY_FOUND_ITEM_LOCATION).get(0));
            if (mark.equals(clientData)) count[0]++;
        };
        System.out.println("looking for running virtual machines");
        await(VIX.VixHost_FindItems(host, Vix.FIND_RUNNING_VMS, Vix.INVALID_HANDLE, -1, onEvent, mark));
        System.out.println(count[0] + " running");
    }

    private static void printSnapshot(String label, int depth, int snapshot) {
        List<Object> known = properties(snapshot, Vix.PROPERTY_SNAPSHOT_DISPLAYNAME,
                Vix.PROPERTY_SNAPSHOT_DESCRIPTION, Vix.PROPERTY_SNAPSHOT_POWERSTATE);
        String on = ((Integer) known.get(2) & Vix.POWERSTATE_POWERED_ON) != 0 ? " [on]" : "";
        String description = (String) known.get(1);
        String said = description.isEmpty() ? "" : ": " + description;
        System.out.println("  ".repeat(depth) + label + known.get(0) + on + said);
    }

    private static void walkChildren(int parent, int depth) {
        IntByReference count = new IntByReference();
        IntByReference child = new IntByReference();
        printSnapshot("", depth, parent);
        check(VIX.VixSnapshot_GetNumChildren(parent, count));
        for (int index = 0; index < count.getValue(); index++) {
            check(VIX.VixSnapshot_GetChild(parent, index, child));
            int handle = child.getValue();
            walkChildren(handle, depth + 1);
            VIX.Vix_ReleaseHandle(handle);
        }
    }

    private static void walkSnapshotTree(int host) {
        int vm = openVM(host, "[datastore1] snapshots/snapshots.vmx");
        IntByReference count = new IntByReference();
        IntByReference found = new IntByReference();
        check(VIX.VixVM_GetNumRootSnapshots(vm, count));
        for (int index = 0; index < count.getValue(); index++) {
            check(VIX.VixVM_GetRootSnapshot(vm, index, found));
            int root = found.getValue();
            walkChildren(root, 0);
            VIX.Vix_ReleaseHandle(root);
        }
        check(VIX.VixVM_GetCurrentSnapshot(vm, found));
        int current = found.getValue();
        printSnapshot("current: ", 0, current);
        check(VIX.VixSnapshot_GetParent(current, found));
        printSnapshot("its parent: ", 0, found.getValue());
        VIX.Vix_ReleaseHandle(found.getValue());
        check(VIX.VixVM_GetNamedSnapshot(vm, "base/experiment/tested", found));
        printSnapshot("base/experiment/tested: ", 0, found.getValue());
        VIX.Vix_ReleaseHandle(found.getValue());
        long error = VIX.VixVM_GetNamedSnapshot(vm, "tested", found);
        if (error == Vix.E_SNAPSHOT_NONUNIQUE_NAME) {
            System.out.println("tested: " + VIX.Vix_GetErrorText(error, null));
            System.out.println(takeText(VIX.Revix_GetErrorMessage(vm)));
        }
        VIX.Vix_ReleaseHandle(current);
        VIX.Vix_ReleaseHandle(vm);
    }

    /** Polls a job to its end. */
    private static void poll(String what, int job) throws InterruptedException {
        ByteByReference isCompleted = new ByteByReference();
        while (isCompleted.getValue() == 0) {
            check(VIX.VixJob_CheckCompletion(job, isCompleted));
            if (isCompleted.getValue() == 0) Thread.sleep(10);
        }
        System.out.println(what + ": done");
        long error = VIX.VixJob_GetError(job);
        if (error == Vix.OK) return;
        VIX.Vix_ReleaseHandle(job);
        check(error);
    }

    private static int takeResult(int job) {
        int handle = (Integer) properties(job, Vix.PROPERTY_JOB_RESULT_HANDLE).get(0);
        VIX.Vix_ReleaseHandle(job);
        return handle;
    }

    private static void pollCheckCompletion() throws InterruptedException {
        int job = startConnect();
        poll("connect", job);
        int host = takeResult(job);
        job = VIX.VixHost_OpenVM(host, "/vms/linux/linux.vmx", 0, Vix.INVALID_HANDLE, null, null);
        poll("open", job);
        int vm = takeResult(job);
        job = VIX.VixVM_PowerOn(vm, Vix.VMPOWEROP_NORMAL, Vix.INVALID_HANDLE, null, null);
        poll("power on", job);
        VIX.Vix_ReleaseHandle(job);
        int state = (Integer) properties(vm, Vix.PROPERTY_VM_POWER_STATE).get(0);
        System.out.println((state & Vix.POWERSTATE_POWERED_ON) != 0 ? "  on" : "  off");
        job = VIX.VixVM_WaitForToolsInGuest(vm, 300, null, null);
        poll("wait for Tools", job);
        VIX.Vix_ReleaseHandle(job);
        job = VIX.VixVM_PowerOff(vm, Vix.VMPOWEROP_NORMAL, null, null);
        poll("power off", job);
        VIX.Vix_ReleaseHandle(job);
        try {
            poll("power off again", VIX.VixVM_PowerOff(vm, Vix.VMPOWEROP_NORMAL, null, null));
        } catch (VixException error) {
            System.out.println("  the error: " + error.getMessage());
        }
        VIX.Vix_ReleaseHandle(vm);
        VIX.VixHost_Disconnect(host);
    }

    private static void printVM(int vm) {
        List<Object> known =
                properties(vm, Vix.PROPERTY_VM_NAME, Vix.PROPERTY_VM_VMX_PATHNAME, Vix.PROPERTY_VM_IS_RUNNING);
        String state = (Boolean) known.get(2) ? "running" : "not running";
        System.out.printf("  %s at %s, %s%n", known.get(0), known.get(1), state);
    }

    private static void clone(int host) {
        int vm = openVM(host, "/vms/linux/linux.vmx");
        System.out.println("full clone of the present state:");
        int full = result(VIX.VixVM_Clone(vm, Vix.INVALID_HANDLE, Vix.CLONETYPE_FULL, "/vms/clones/full.vmx", 0,
                Vix.INVALID_HANDLE, null, null));
        printVM(full);
        System.out.println("linked clone of a snapshot:");
        int snapshot =
                result(VIX.VixVM_CreateSnapshot(vm, "golden", "for clones", 0, Vix.INVALID_HANDLE, null, null));
        int linked = result(VIX.VixVM_Clone(vm, snapshot, Vix.CLONETYPE_LINKED, "/vms/clones/linked.vmx", 0,
                Vix.INVALID_HANDLE, null, null));
        await(VIX.VixVM_PowerOn(linked, Vix.VMPOWEROP_NORMAL, Vix.INVALID_HANDLE, null, null));
        printVM(linked);
        await(VIX.VixVM_PowerOff(linked, Vix.VMPOWEROP_NORMAL, null, null));
        await(VIX.VixVM_Delete(linked, Vix.VMDELETE_DISK_FILES, null, null));
        await(VIX.VixVM_Delete(full, Vix.VMDELETE_DISK_FILES, null, null));
        try {
            openVM(host, "/vms/clones/full.vmx");
        } catch (VixException error) {
            System.out.println("deleted, then opened again: " + error.getMessage());
        }
        for (int handle : new int[] {linked, full, snapshot, vm}) VIX.Vix_ReleaseHandle(handle);
    }

    private static void runAndPrint(int vm, String command, Path hostFile) throws IOException {
        int job = VIX.VixVM_CreateTempFileInGuest(vm, 0, Vix.INVALID_HANDLE, null, null);
        String temporary = (String) await(job, Vix.PROPERTY_JOB_RESULT_ITEM_NAME).get(0);
        String arguments = "/c (" + command + ") > \"" + temporary + "\" 2>&1";
        job = VIX.VixVM_RunProgramInGuest(vm, "C:\\Windows\\System32\\cmd.exe", arguments, 0, Vix.INVALID_HANDLE,
                null, null);
        Object exitCode = await(job, Vix.PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE).get(0);
        await(VIX.VixVM_CopyFileFromGuestToHost(vm, temporary, hostFile.toString(), 0, Vix.INVALID_HANDLE, null,
                null));
        await(VIX.VixVM_DeleteFileInGuest(vm, temporary, null, null));
        System.out.println("> " + command);
        for (String line : Files.readAllLines(hostFile)) System.out.println("  " + line);
        System.out.println("  exit code " + exitCode);
        Files.delete(hostFile);
    }

    private static void runProgramAndFetchOutput(int host) throws IOException {
        int vm = openVM(host, "[datastore1] build/build.vmx");
        await(VIX.VixVM_WaitForToolsInGuest(vm, 300, null, null));
        await(VIX.VixVM_LoginInGuest(vm, "Administrator", "password", 0, null, null));
        Path folder = Files.createTempDirectory("revix-programs");
        String[] commands = {"whoami", "dir /b /ad C:\\Users", "(for /l %i in (1,1,3) do @echo step %i) & exit 7",
            "type C:\\no-such-file.txt"};
        for (String command : commands) runAndPrint(vm, command, folder.resolve("output.txt"));
        Files.delete(folder);
        VIX.Vix_ReleaseHandle(vm);
    }

    private static void run(String name, int host) throws IOException, InterruptedException {
        switch (name) {
            case "open-vm":
                openAndPrint(host);
                break;
            case "find-running-vms":
                findRunningVMs(host);
                break;
            case "walk-snapshot-tree":
                walkSnapshotTree(host);
                break;
            case "poll-check-completion":
                pollCheckCompletion();
                break;
            case "clone":
                clone(host);
                break;
            case "run-program-and-fetch-output":
                runProgramAndFetchOutput(host);
                break;
            default:
                throw new IllegalArgumentException("there is no program " + name);
        }
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        int host = result(startConnect());
        run(args[0], host);
        System.out.println("handles left beside the host: " + (VIX.Revix_CountHandles() - 1));
        VIX.VixHost_Disconnect(host);
    }
}
