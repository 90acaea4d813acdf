/* The three kinds of variables, and the life of a shared folder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "revix.h"

static char hostDirectory[512];

/* Waits for a job that yields nothing, and releases it. */
static VixError Finish(VixHandle jobHandle)
{
    VixError err = VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);

    Vix_ReleaseHandle(jobHandle);
    return err;
}

static VixError PrintVariable(VixHandle vmHandle, int variableType, const char *name)
{
    char *value = NULL;
    VixHandle jobHandle = VixVM_ReadVariable(vmHandle, variableType, name, 0, NULL, NULL);
    VixError err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING, &value, VIX_PROPERTY_NONE);

    Vix_ReleaseHandle(jobHandle);
    if (VIX_FAILED(err)) return err;
    printf("  %s = '%s'\n", name, value);
    Vix_FreeBuffer(value);
    return err;
}

static VixError PrintSharedFolders(VixHandle vmHandle)
{
    int count = 0;
    int i;
    VixHandle jobHandle = VixVM_GetNumSharedFolders(vmHandle, NULL, NULL);
    VixError err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT, &count, VIX_PROPERTY_NONE);

    Vix_ReleaseHandle(jobHandle);
    printf("  %d shared\n", count);
    for (i = 0; i < count && VIX_SUCCEEDED(err); i++) {
        char *name = NULL;
        char *hostPath = NULL;
        int flags = 0;
        jobHandle = VixVM_GetSharedFolderState(vmHandle, i, NULL, NULL);
        err = VixJob_Wait(jobHandle,
                          VIX_PROPERTY_JOB_RESULT_ITEM_NAME, &name,
                          VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST, &hostPath,
                          VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS, &flags,
                          VIX_PROPERTY_NONE);
        Vix_ReleaseHandle(jobHandle);
        if (VIX_FAILED(err)) break;
        printf("  %s: %s, %s\n", name, strcmp(hostPath, hostDirectory) == 0 ? "our directory" : hostPath,
               (flags & VIX_SHAREDFOLDER_WRITE_ACCESS) ? "read and write" : "read only");
        Vix_FreeBuffer(name);
        Vix_FreeBuffer(hostPath);
    }
    return err;
}

static VixError Work(VixHandle vm)
{
    VixError err;
    VixHandle jobHandle;
    char *sharesPath = NULL;
    int exitCode = -1;

    printf("variables of the virtual machine:\n");
    err = Finish(VixVM_WriteVariable(vm, VIX_VM_GUEST_VARIABLE, "task", "nightly build", 0, NULL, NULL));
    if (VIX_FAILED(err)) return err;
    err = PrintVariable(vm, VIX_VM_GUEST_VARIABLE, "task");
    if (VIX_FAILED(err)) return err;
    err = PrintVariable(vm, VIX_VM_GUEST_VARIABLE, "ip");
    if (VIX_FAILED(err)) return err;
    err = PrintVariable(vm, VIX_VM_GUEST_VARIABLE, "never-set");
    if (VIX_FAILED(err)) return err;
    err = PrintVariable(vm, VIX_VM_CONFIG_RUNTIME_ONLY, "displayName");
    if (VIX_FAILED(err)) return err;

    printf("shared folders:\n");
    err = Finish(VixVM_EnableSharedFolders(vm, TRUE, 0, NULL, NULL));
    if (VIX_FAILED(err)) return err;
    err = Finish(VixVM_AddSharedFolder(vm, "results", hostDirectory, 0, NULL, NULL));
    if (VIX_FAILED(err)) return err;
    err = PrintSharedFolders(vm);
    if (VIX_FAILED(err)) return err;
    err = Finish(VixVM_SetSharedFolderState(vm, "results", hostDirectory, VIX_SHAREDFOLDER_WRITE_ACCESS, NULL, NULL));
    if (VIX_FAILED(err)) return err;
    err = PrintSharedFolders(vm);
    if (VIX_FAILED(err)) return err;
    err = Vix_GetProperties(vm, VIX_PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH, &sharesPath, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) return err;
    printf("  in the guest below %s\n", sharesPath);
    Vix_FreeBuffer(sharesPath);
    err = Finish(VixVM_RemoveSharedFolder(vm, "results", 0, NULL, NULL));
    if (VIX_FAILED(err)) return err;
    err = PrintSharedFolders(vm);
    if (VIX_FAILED(err)) return err;

    printf("environment of the guest:\n");
    err = Finish(VixVM_WriteVariable(vm, VIX_GUEST_ENVIRONMENT_VARIABLE, "TASK", "nightly", 0, NULL, NULL));
    printf("  without a login: %s\n", Vix_GetErrorText(err, NULL));
    err = Finish(VixVM_LoginInGuest(vm, "root", "password", 0, NULL, NULL));
    if (VIX_FAILED(err)) return err;
    err = Finish(VixVM_WriteVariable(vm, VIX_GUEST_ENVIRONMENT_VARIABLE, "TASK", "nightly", 0, NULL, NULL));
    if (VIX_FAILED(err)) return err;
    err = PrintVariable(vm, VIX_GUEST_ENVIRONMENT_VARIABLE, "TASK");
    if (VIX_FAILED(err)) return err;
    jobHandle = VixVM_RunProgramInGuest(vm, "/bin/sh", "-c 'test \"$TASK\" = nightly'", 0, VIX_INVALID_HANDLE, NULL,
                                        NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, &exitCode, VIX_PROPERTY_NONE);
    Vix_ReleaseHandle(jobHandle);
    printf("  a program of the guest sees it: %s\n", exitCode == 0 ? "yes" : "no");
    return err;
}

int main(void)
{
    VixError err = VIX_OK;
    VixHandle hostHandle = VIX_INVALID_HANDLE;
    VixHandle jobHandle = VIX_INVALID_HANDLE;
    VixHandle vmHandle = VIX_INVALID_HANDLE;
    const char *temporary = getenv("TMPDIR");

    snprintf(hostDirectory, sizeof hostDirectory, "%s/revix-shared-XXXXXX", temporary != NULL ? temporary : "/tmp");
    if (mkdtemp(hostDirectory) == NULL) return 2;

    jobHandle = VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, "", 0, "", "", 0,
                                VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixHost_OpenVM(hostHandle, "[datastore1] web/web.vmx", 0, VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &vmHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;

    err = Work(vmHandle);

abort:
    if (VIX_FAILED(err)) fprintf(stderr, "failed: %s\n", Vix_GetErrorText(err, NULL));
    Vix_ReleaseHandle(jobHandle);
    Vix_ReleaseHandle(vmHandle);
    printf("handles left beside the host: %d\n", Revix_CountHandles() - 1);
    VixHost_Disconnect(hostHandle);
    rmdir(hostDirectory);
    return VIX_FAILED(err) ? 1 : 0;
}
