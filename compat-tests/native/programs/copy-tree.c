/* Copies a directory tree into a guest, lists it there, changes it with a script, and copies it back. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "revix.h"

static const char guestDirectory[] = "/home/user/site";
static char hostDirectory[400];

static void WriteBytes(const char *name, const void *bytes, size_t size)
{
    char path[600];
    FILE *file;

    snprintf(path, sizeof path, "%s/site/%s", hostDirectory, name);
    file = fopen(path, "wb");
    if (file == NULL) return;
    fwrite(bytes, 1, size, file);
    fclose(file);
}

static void MakeDirectory(const char *name)
{
    char path[600];

    snprintf(path, sizeof path, "%s/%s", hostDirectory, name);
    mkdir(path, 0777);
}

static void MakeTree(void)
{
    static const char index[] = "<h1>Gr\xc3\xbc\xc3\x9f" "e</h1>\n";
    static const char style[] = "h1 { color: teal }\n";
    unsigned char pixels[256];
    int i;

    for (i = 0; i < 256; i++) pixels[i] = (unsigned char)i;
    MakeDirectory("site");
    MakeDirectory("site/css");
    MakeDirectory("site/logs");
    WriteBytes("index.html", index, strlen(index));
    WriteBytes("css/main.css", style, strlen(style));
    WriteBytes("pixels.bin", pixels, sizeof pixels);
}

/* Reads a whole small file. Gives its size. */
static size_t ReadBytes(const char *name, char *bytes, size_t size)
{
    char path[600];
    FILE *file;
    size_t got;

    snprintf(path, sizeof path, "%s/%s", hostDirectory, name);
    file = fopen(path, "rb");
    if (file == NULL) return 0;
    got = fread(bytes, 1, size - 1, file);
    bytes[got] = '\0';
    fclose(file);
    return got;
}

/* Lists a directory of the guest, and each directory in it. */
static VixError ListTree(VixHandle vmHandle, const char *path)
{
    VixHandle jobHandle = VixVM_ListDirectoryInGuest(vmHandle, path, 0, NULL, NULL);
    VixError err = VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    int num = VIX_FAILED(err) ? 0 : VixJob_GetNumProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
    int i;

    for (i = 0; i < num && VIX_SUCCEEDED(err); i++) {
        char *name = NULL;
        int64 size = 0;
        int flags = 0;
        char entry[600];
        err = VixJob_GetNthProperties(jobHandle, i,
                                      VIX_PROPERTY_JOB_RESULT_ITEM_NAME, &name,
                                      VIX_PROPERTY_JOB_RESULT_FILE_SIZE, &size,
                                      VIX_PROPERTY_JOB_RESULT_FILE_FLAGS, &flags,
                                      VIX_PROPERTY_NONE);
        if (VIX_FAILED(err)) break;
        snprintf(entry, sizeof entry, "%s/%s", path, name);
        if (flags & VIX_FILE_ATTRIBUTES_DIRECTORY) {
            printf("  %s/\n", entry);
            err = ListTree(vmHandle, entry);
        } else {
            printf("  %s %" FMT64 "d\n", entry, size);
        }
        Vix_FreeBuffer(name);
    }

    Vix_ReleaseHandle(jobHandle);
    return err;
}

/* Prints what is below a directory of the host, in order, and removes it. */
static void PrintAndRemove(const char *name, const char *shown, int isPrinted)
{
    struct dirent **entries;
    char path[600];
    char child[900];
    char label[900];
    struct stat status;
    int count;
    int i;

    snprintf(path, sizeof path, "%s/%s", hostDirectory, name);
    count = scandir(path, &entries, NULL, alphasort);
    for (i = 0; i < count; i++) {
        const char *entry = entries[i]->d_name;
        if (strcmp(entry, ".") != 0 && strcmp(entry, "..") != 0) {
            snprintf(child, sizeof child, "%s/%s", name, entry);
            snprintf(label, sizeof label, "%s%s", shown, entry);
            snprintf(path, sizeof path, "%s/%.150s", hostDirectory, child);
            if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
                if (isPrinted) printf("  %s/\n", label);
                strcat(label, "/");
                PrintAndRemove(child, label, isPrinted);
                rmdir(path);
            } else {
                if (isPrinted) printf("  %s %ld\n", label, (long)status.st_size);
                unlink(path);
            }
        }
        free(entries[i]);
    }
    if (count >= 0) free(entries);
}

static void PrintCopy(void)
{
    char index[256];
    char original[512];
    char copied[512];
    size_t size = ReadBytes("site/pixels.bin", original, sizeof original);
    int isSame = ReadBytes("copy/pixels.bin", copied, sizeof copied) == size && memcmp(original, copied, size) == 0;

    ReadBytes("copy/index.html", index, sizeof index);
    index[strcspn(index, "\n")] = '\0';
    PrintAndRemove("copy", "", 1);
    printf("  index.html: %s\n", index);
    printf("  pixels.bin: %s\n", isSame ? "the same bytes" : "DIFFERENT BYTES");
}

/* Waits for a job that yields nothing, and releases it. */
static VixError Finish(VixHandle jobHandle)
{
    VixError err = VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);

    Vix_ReleaseHandle(jobHandle);
    return err;
}

int main(void)
{
    static const char script[] =
        "cd /home/user/site\nsed -i s/h1/h2/g index.html\necho started > logs/web.log\nrm css/main.css\n";
    VixError err = VIX_OK;
    VixHandle hostHandle = VIX_INVALID_HANDLE;
    VixHandle jobHandle = VIX_INVALID_HANDLE;
    VixHandle vm = VIX_INVALID_HANDLE;
    const char *temporary = getenv("TMPDIR");

    snprintf(hostDirectory, sizeof hostDirectory, "%s/revix-copy-tree-XXXXXX", temporary != NULL ? temporary : "/tmp");
    if (mkdtemp(hostDirectory) == NULL || chdir(hostDirectory) != 0) return 2;

    jobHandle = VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL, 0,
                                VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixHost_OpenVM(hostHandle, "[datastore1] web/web.vmx", 0, VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &vm, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;

    err = Finish(VixVM_LoginInGuest(vm, "user", "password", 0, NULL, NULL));
    if (VIX_FAILED(err)) goto abort;

    MakeTree();
    /* Relative paths of the host start from the present directory of the program, which may change at any time. */
    err = Finish(VixVM_CopyFileFromHostToGuest(vm, "site", guestDirectory, 0, VIX_INVALID_HANDLE, NULL, NULL));
    if (VIX_FAILED(err)) goto abort;
    printf("in the guest:\n");
    err = ListTree(vm, guestDirectory);
    if (VIX_FAILED(err)) goto abort;

    err = Finish(VixVM_RunScriptInGuest(vm, "/bin/sh", script, 0, VIX_INVALID_HANDLE, NULL, NULL));
    if (VIX_FAILED(err)) goto abort;

    if (chdir("site") != 0) goto abort;
    err = Finish(VixVM_CopyFileFromGuestToHost(vm, guestDirectory, "../copy", 0, VIX_INVALID_HANDLE, NULL, NULL));
    if (VIX_FAILED(err)) goto abort;
    printf("back on the host, after a script of the guest:\n");
    PrintCopy();

    err = Finish(VixVM_DeleteDirectoryInGuest(vm, guestDirectory, 0, NULL, NULL));

abort:
    if (VIX_FAILED(err)) fprintf(stderr, "failed: %s\n", Vix_GetErrorText(err, NULL));
    Vix_ReleaseHandle(jobHandle);
    Vix_ReleaseHandle(vm);
    printf("handles left beside the host: %d\n", Revix_CountHandles() - 1);
    VixHost_Disconnect(hostHandle);
    PrintAndRemove(".", "", 0);
    rmdir(hostDirectory);
    return VIX_FAILED(err) ? 1 : 0;
}
