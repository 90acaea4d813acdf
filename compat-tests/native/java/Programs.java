import com.sun.jna.Pointer;
import com.sun.jna.ptr.ByteByReference;
import com.sun.jna.ptr.IntByReference;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The C programs of compat-tests/native/programs, by way of JNA. usage: java Programs NAME */
final class Programs extends Calls {
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

    private static void pollCheckCompletion() throws InterruptedException {
        int job = startConnect(0, null);
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

    /** A program on a connection. */
    private interface Program {
        void run(int host) throws IOException, InterruptedException;
    }

    private static Program programOf(String name) {
        switch (name) {
            case "open-vm":
                return Programs::openAndPrint;
            case "find-running-vms":
                return Programs::findRunningVMs;
            case "walk-snapshot-tree":
                return Programs::walkSnapshotTree;
            case "poll-check-completion":
                return host -> pollCheckCompletion();
            case "clone":
                return Programs::clone;
            case "run-program-and-fetch-output":
                return GuestPrograms::runProgramAndFetchOutput;
            case "list-and-kill-processes":
                return GuestPrograms::listAndKillProcesses;
            case "guest-variables-and-shared-folders":
                return GuestPrograms::guestVariablesAndSharedFolders;
            case "copy-tree":
                return GuestPrograms::copyTree;
            default:
                throw new IllegalArgumentException("there is no program " + name);
        }
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
        switch (args[0]) {
            case "event-pump":
                EventPrograms.eventPump();
                break;
            case "callback-state-machine":
                EventPrograms.callbackStateMachine();
                break;
            default:
                int host = result(startConnect(0, null));
                int code = 0;
                try {
                    programOf(args[0]).run(host);
                } catch (VixException error) {
                    System.err.println("failed: " + error.getMessage());
                    code = 1;
                }
                disconnect(host);
                System.exit(code);
        }
    }
}
