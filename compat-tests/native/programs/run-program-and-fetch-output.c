/*
 * Runs commands in a Windows guest and prints what they print. VIX hands over the exit code only, so programs of this
 * kind send the output to a temporary file of the guest, copy that to the host, and delete it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "revix.h"

static char hostDirectory[512];

static void PrintFile(const char *path)
{
    char line[1024];
    FILE *file = fopen(path, "r");

    if (file == NULL) return;
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        printf("  %s\n", line);
    }
    fclose(file);
}

/* Runs one command line of cmd.exe and prints its output and exit code. */
static VixError RunAndPrint(VixHandle vmHandle, const char *command)
{
    VixError err = VIX_OK;
    VixHandle jobHandle = VIX_INVALID_HANDLE;
    char *tempFile = NULL;
    int exitCode = -1;
    char arguments[2048];
    char hostFile[600];

    snprintf(hostFile, sizeof hostFile, "%s/output.txt", hostDirectory);
    jobHandle = VixVM_CreateTempFileInGuest(vmHandle, 0, VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_ITEM_NAME, &tempFile, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    snprintf(arguments, sizeof arguments, "/c (%s) > \"%s\" 2>&1", command, tempFile);
    jobHandle = VixVM_RunProgramInGuest(vmHandle,
                                        "C:\\Windows\\System32\\cmd.exe",
                                        arguments,
                                        0,                  /* options: wait for its end */
                                        VIX_INVALID_HANDLE, /* propertyListHandle */
                                        NULL,               /* callbackProc */
                                        NULL /* clientData */);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, &exitCode, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_CopyFileFromGuestToHost(vmHandle, tempFile, hostFile, 0, VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_DeleteFileInGuest(vmHandle, tempFile, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;

    printf("> %s\n", command);
    PrintFile(hostFile);
    printf("  exit code %d\n", exitCode);

abort:
    Vix_FreeBuffer(tempFile);
    Vix_ReleaseHandle(jobHandle);
    unlink(hostFile);
    return err;
}

int main(void)
{
    static const char *const commands[] = {"whoami", "dir /b /ad C:\\Users",
                                           "(for /l %i in (1,1,3) do @echo step %i) & exit 7",
                                           "type C:\\no-such-file.txt"};
    VixError err = VIX_OK;
    VixHandle hostHandle = VIX_INVALID_HANDLE;
    VixHandle jobHandle = VIX_INVALID_HANDLE;
    VixHandle vmHandle = VIX_INVALID_HANDLE;
    const char *temporary = getenv("TMPDIR");
    size_t i;

    snprintf(hostDirectory, sizeof hostDirectory, "%s/revix-run-program-XXXXXX", temporary != NULL ? temporary : "/tmp");
    if (mkdtemp(hostDirectory) == NULL) return 2;

    jobHandle = VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL, 0,
                                VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixHost_OpenVM(hostHandle, "[datastore1] build/build.vmx", VIX_VMOPEN_NORMAL, VIX_INVALID_HANDLE, NULL,
                               NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &vmHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_WaitForToolsInGuest(vmHandle, 300, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_LoginInGuest(vmHandle, "Administrator", "password", 0, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;

    for (i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        err = RunAndPrint(vmHandle, commands[i]);
        if (VIX_FAILED(err)) goto abort;
    }

abort:
    if (VIX_FAILED(err)) fprintf(stderr, "failed: %s\n", Vix_GetErrorText(err, NULL));
    Vix_ReleaseHandle(jobHandle);
    Vix_ReleaseHandle(vmHandle);
    printf("handles left beside the host: %d\n", Revix_CountHandles() - 1);
    VixHost_Disconnect(hostHandle);
    rmdir(hostDirectory);
    return VIX_FAILED(err) ? 1 : 0;
}
