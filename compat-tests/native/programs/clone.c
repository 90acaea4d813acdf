/* Makes a full and a linked clone, uses them, and deletes them with their disks. */
#include <stdio.h>

#include "revix.h"

static VixError PrintVM(VixHandle vmHandle)
{
    char *name = NULL;
    char *path = NULL;
    Bool isRunning = FALSE;
    VixError err = Vix_GetProperties(vmHandle,
                                     VIX_PROPERTY_VM_NAME, &name,
                                     VIX_PROPERTY_VM_VMX_PATHNAME, &path,
                                     VIX_PROPERTY_VM_IS_RUNNING, &isRunning,
                                     VIX_PROPERTY_NONE);

    if (VIX_FAILED(err)) return err;
    printf("  %s at %s, %s\n", name, path, isRunning ? "running" : "not running");
    Vix_FreeBuffer(name);
    Vix_FreeBuffer(path);
    return err;
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
    VixError err = VIX_OK;
    VixHandle hostHandle = VIX_INVALID_HANDLE;
    VixHandle jobHandle = VIX_INVALID_HANDLE;
    VixHandle vmHandle = VIX_INVALID_HANDLE;
    VixHandle snapshotHandle = VIX_INVALID_HANDLE;
    VixHandle fullHandle = VIX_INVALID_HANDLE;
    VixHandle linkedHandle = VIX_INVALID_HANDLE;

    jobHandle = VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL, 0,
                                VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixHost_OpenVM(hostHandle, "/vms/linux/linux.vmx", 0, VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &vmHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    printf("full clone of the present state:\n");
    jobHandle = VixVM_Clone(vmHandle,
                            VIX_INVALID_HANDLE, /* snapshotHandle */
                            VIX_CLONETYPE_FULL,
                            "/vms/clones/full.vmx",
                            0,                  /* options */
                            VIX_INVALID_HANDLE, /* propertyListHandle */
                            NULL,               /* callbackProc */
                            NULL /* clientData */);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &fullHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);
    jobHandle = VIX_INVALID_HANDLE;
    err = PrintVM(fullHandle);
    if (VIX_FAILED(err)) goto abort;

    printf("linked clone of a snapshot:\n");
    jobHandle = VixVM_CreateSnapshot(vmHandle, "golden", "for clones", 0, VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &snapshotHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);
    jobHandle = VixVM_Clone(vmHandle, snapshotHandle, VIX_CLONETYPE_LINKED, "/vms/clones/linked.vmx", 0,
                            VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &linkedHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);
    jobHandle = VIX_INVALID_HANDLE;

    err = Finish(VixVM_PowerOn(linkedHandle, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, NULL, NULL));
    if (VIX_FAILED(err)) goto abort;
    err = PrintVM(linkedHandle);
    if (VIX_FAILED(err)) goto abort;
    err = Finish(VixVM_PowerOff(linkedHandle, VIX_VMPOWEROP_NORMAL, NULL, NULL));
    if (VIX_FAILED(err)) goto abort;

    err = Finish(VixVM_Delete(linkedHandle, VIX_VMDELETE_DISK_FILES, NULL, NULL));
    if (VIX_FAILED(err)) goto abort;
    err = Finish(VixVM_Delete(fullHandle, VIX_VMDELETE_DISK_FILES, NULL, NULL));
    if (VIX_FAILED(err)) goto abort;

    /* What was deleted cannot be opened any more. */
    jobHandle = VixHost_OpenVM(hostHandle, "/vms/clones/full.vmx", 0, VIX_INVALID_HANDLE, NULL, NULL);
    printf("deleted, then opened again: %s\n", Vix_GetErrorText(VixJob_Wait(jobHandle, VIX_PROPERTY_NONE), NULL));

abort:
    if (VIX_FAILED(err)) fprintf(stderr, "failed: %s\n", Vix_GetErrorText(err, NULL));
    Vix_ReleaseHandle(jobHandle);
    Vix_ReleaseHandle(linkedHandle);
    Vix_ReleaseHandle(fullHandle);
    Vix_ReleaseHandle(snapshotHandle);
    Vix_ReleaseHandle(vmHandle);
    printf("handles left beside the host: %d\n", Revix_CountHandles() - 1);
    VixHost_Disconnect(hostHandle);
    return VIX_FAILED(err) ? 1 : 0;
}
