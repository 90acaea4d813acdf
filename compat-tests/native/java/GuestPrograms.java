import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The C programs that work in a guest, by way of JNA. */
final class GuestPrograms extends Calls {
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

    static void runProgramAndFetchOutput(int host) throws IOException {
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

    /** Prints the process table. @return the numbers of the processes to kill. */
    private static List<Long> listProcesses(int vm) {
        int job = VIX.VixVM_ListProcessesInGuest(vm, 0, null, null);
        check(VIX.VixJob_Wait(job, Vix.PROPERTY_NONE));
        List<Long> victims = new ArrayList<>();
        int count = VIX.VixJob_GetNumProperties(job, Vix.PROPERTY_JOB_RESULT_ITEM_NAME);
        for (int index = 0; index < count; index++) {
            List<Object> known = nth(job, index, Vix.PROPERTY_JOB_RESULT_ITEM_NAME,
                    Vix.PROPERTY_JOB_RESULT_PROCESS_ID, Vix.PROPERTY_JOB_RESULT_PROCESS_OWNER,
                    Vix.PROPERTY_JOB_RESULT_PROCESS_COMMAND);
            System.out.printf("  %5d %s %s <%s>%n", known.get(1), known.get(2), known.get(0), known.get(3));
            if (known.get(0).equals("sleep")) victims.add((Long) known.get(1));
        }
        VIX.Vix_ReleaseHandle(job);
        return victims;
    }

    private static void killProcess(int vm, long pid) {
        int job = VIX.VixVM_KillProcessInGuest(vm, pid, 0, null, null);
        long error = VIX.VixJob_Wait(job, Vix.PROPERTY_NONE);
        System.out.printf("kill %d: %s%n", pid, VIX.Vix_GetErrorText(error, null));
        VIX.Vix_ReleaseHandle(job);
    }

    static void listAndKillProcesses(int host) {
        int vm = openVM(host, "[datastore1] web/web.vmx");
        await(VIX.VixVM_LoginInGuest(vm, "user", "password", 0, null, null));
        for (String seconds : new String[] {"600", "601", "602"}) {
            int job = VIX.VixVM_RunProgramInGuest(vm, "/bin/sleep", seconds, Vix.RUNPROGRAM_RETURN_IMMEDIATELY,
                    Vix.INVALID_HANDLE, null, null);
            System.out.println("started process " + await(job, Vix.PROPERTY_JOB_RESULT_PROCESS_ID).get(0));
        }
        System.out.println("before:");
        List<Long> victims = listProcesses(vm);
        for (long pid : victims) killProcess(vm, pid);
        System.out.println("after:");
        listProcesses(vm);
        killProcess(vm, victims.get(0));
        killProcess(vm, 604);
        VIX.Vix_ReleaseHandle(vm);
    }

    private static void writeVariable(int vm, int type, String name, String value) {
        await(VIX.VixVM_WriteVariable(vm, type, name, value, 0, null, null));
    }

    private static void printVariable(int vm, int type, String name) {
        int job = VIX.VixVM_ReadVariable(vm, type, name, 0, null, null);
        Object value = await(job, Vix.PROPERTY_JOB_RESULT_VM_VARIABLE_STRING).get(0);
        System.out.printf("  %s = '%s'%n", name, value);
    }

    private static void printSharedFolders(int vm, String folder) {
        int job = VIX.VixVM_GetNumSharedFolders(vm, null, null);
        int count = (Integer) await(job, Vix.PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT).get(0);
        System.out.printf("  %d shared%n", count);
        for (int index = 0; index < count; index++) {
            List<Object> known = await(VIX.VixVM_GetSharedFolderState(vm, index, null, null),
                    Vix.PROPERTY_JOB_RESULT_ITEM_NAME, Vix.PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST,
                    Vix.PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS);
            Object place = known.get(1).equals(folder) ? "our directory" : known.get(1);
            boolean isWritable = ((Integer) known.get(2) & Vix.SHAREDFOLDER_WRITE_ACCESS) != 0;
            System.out.printf("  %s: %s, %s%n", known.get(0), place, isWritable ? "read and write" : "read only");
        }
    }

    static void guestVariablesAndSharedFolders(int host) throws IOException {
        int vm = openVM(host, "[datastore1] web/web.vmx");
        Path folder = Files.createTempDirectory("revix-shared");
        try {
            shareAndRemember(vm, folder.toString());
        } finally {
            Files.delete(folder);
            VIX.Vix_ReleaseHandle(vm);
        }
    }

    private static void shareAndRemember(int vm, String folder) {
        System.out.println("variables of the virtual machine:");
        writeVariable(vm, Vix.VM_GUEST_VARIABLE, "task", "nightly build");
        for (String name : new String[] {"task", "ip", "never-set"}) printVariable(vm, Vix.VM_GUEST_VARIABLE, name);
        printVariable(vm, Vix.VM_CONFIG_RUNTIME_ONLY, "displayName");

        System.out.println("shared folders:");
        await(VIX.VixVM_EnableSharedFolders(vm, (byte) 1, 0, null, null));
        await(VIX.VixVM_AddSharedFolder(vm, "results", folder, 0, null, null));
        printSharedFolders(vm, folder);
        await(VIX.VixVM_SetSharedFolderState(vm, "results", folder, Vix.SHAREDFOLDER_WRITE_ACCESS, null, null));
        printSharedFolders(vm, folder);
        Object shares = properties(vm, Vix.PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH).get(0);
        System.out.println("  in the guest below " + shares);
        await(VIX.VixVM_RemoveSharedFolder(vm, "results", 0, null, null));
        printSharedFolders(vm, folder);

        System.out.println("environment of the guest:");
        try {
            writeVariable(vm, Vix.GUEST_ENVIRONMENT_VARIABLE, "TASK", "nightly");
        } catch (VixException error) {
            System.out.println("  without a login: " + error.getMessage());
        }
        await(VIX.VixVM_LoginInGuest(vm, "root", "password", 0, null, null));
        writeVariable(vm, Vix.GUEST_ENVIRONMENT_VARIABLE, "TASK", "nightly");
        printVariable(vm, Vix.GUEST_ENVIRONMENT_VARIABLE, "TASK");
        int job = VIX.VixVM_RunProgramInGuest(vm, "/bin/sh", "-c 'test \"$TASK\" = nightly'", 0, Vix.INVALID_HANDLE,
                null, null);
        Object exitCode = await(job, Vix.PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE).get(0);
        System.out.println("  a program of the guest sees it: " + (exitCode.equals(0) ? "yes" : "no"));
    }

    private static void makeTree(Path site) throws IOException {
        byte[] pixels = new byte[256];
        for (int index = 0; index < pixels.length; index++) pixels[index] = (byte) index;
        Files.createDirectories(site.resolve("css"));
        Files.createDirectory(site.resolve("logs"));
        Files.writeString(site.resolve("index.html"), "<h1>Gr\u00fc\u00dfe</h1>\n");
        Files.writeString(site.resolve("css/main.css"), "h1 { color: teal }\n");
        Files.write(site.resolve("pixels.bin"), pixels);
    }

    private static void listTree(int vm, String path) {
        int job = VIX.VixVM_ListDirectoryInGuest(vm, path, 0, null, null);
        check(VIX.VixJob_Wait(job, Vix.PROPERTY_NONE));
        int count = VIX.VixJob_GetNumProperties(job, Vix.PROPERTY_JOB_RESULT_ITEM_NAME);
        for (int index = 0; index < count; index++) {
            List<Object> known = nth(job, index, Vix.PROPERTY_JOB_RESULT_ITEM_NAME,
                    Vix.PROPERTY_JOB_RESULT_FILE_SIZE, Vix.PROPERTY_JOB_RESULT_FILE_FLAGS);
            String entry = path + "/" + known.get(0);
            if (((Integer) known.get(2) & Vix.FILE_ATTRIBUTES_DIRECTORY) != 0) {
                System.out.println("  " + entry + "/");
                listTree(vm, entry);
            } else {
                System.out.println("  " + entry + " " + known.get(1));
            }
        }
        VIX.Vix_ReleaseHandle(job);
    }

    private static List<Path> below(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(path -> !path.equals(folder)).sorted().collect(Collectors.toList());
        }
    }

    private static void copyTreeIn(Path folder, int host) throws IOException {
        String guest = "/home/user/site";
        String script = "cd /home/user/site\nsed -i s/h1/h2/g index.html\necho started > logs/web.log\nrm css/main.css\n";
        int vm = openVM(host, "[datastore1] web/web.vmx");
        await(VIX.VixVM_LoginInGuest(vm, "user", "password", 0, null, null));
        makeTree(folder.resolve("site"));
        // Relative paths of the host start from the present directory of the process, which may change at any time.
        LibC.INSTANCE.chdir(folder.toString());
        await(VIX.VixVM_CopyFileFromHostToGuest(vm, "site", guest, 0, Vix.INVALID_HANDLE, null, null));
        System.out.println("in the guest:");
        listTree(vm, guest);
        await(VIX.VixVM_RunScriptInGuest(vm, "/bin/sh", script, 0, Vix.INVALID_HANDLE, null, null));
        LibC.INSTANCE.chdir("site");
        await(VIX.VixVM_CopyFileFromGuestToHost(vm, guest, "../copy", 0, Vix.INVALID_HANDLE, null, null));
        LibC.INSTANCE.chdir("/");
        System.out.println("back on the host, after a script of the guest:");
        Path copy = folder.resolve("copy");
        for (Path path : below(copy)) {
            String name = copy.relativize(path).toString();
            System.out.println("  " + name + (Files.isDirectory(path) ? "/" : " " + Files.size(path)));
        }
        System.out.println("  index.html: " + Files.readString(copy.resolve("index.html")).strip());
        boolean isSame = Arrays.equals(Files.readAllBytes(folder.resolve("site/pixels.bin")),
                Files.readAllBytes(copy.resolve("pixels.bin")));
        System.out.println("  pixels.bin: " + (isSame ? "the same bytes" : "DIFFERENT BYTES"));
        await(VIX.VixVM_DeleteDirectoryInGuest(vm, guest, 0, null, null));
        VIX.Vix_ReleaseHandle(vm);
    }

    static void copyTree(int host) throws IOException {
        Path folder = Files.createTempDirectory("revix-copy-tree");
        try {
            copyTreeIn(folder, host);
        } finally {
            List<Path> paths = below(folder);
            paths.sort(Comparator.reverseOrder());
            for (Path path : paths) Files.delete(path);
            Files.delete(folder);
        }
    }
}
