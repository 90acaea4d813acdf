/*
 * Prints the snapshot tree of a virtual machine as a snapshot manager shows it, then finds single snapshots: the current
 * one, its parent, one by its path, and one whose bare name two snapshots share.
 */
#include <stdio.h>

#include "revix.h"

static VixError PrintSnapshot(const char *label, int depth, VixHandle snapshotHandle)
{
    char *name = NULL;
    char *description = NULL;
    VixPowerState powerState = 0;
    VixError err = Vix_GetProperties(snapshotHandle,
                                     VIX_PROPERTY_SNAPSHOT_DISPLAYNAME, &name,
                                     VIX_PROPERTY_SNAPSHOT_DESCRIPTION, &description,
                                     VIX_PROPERTY_SNAPSHOT_POWERSTATE, &powerState,
                                     VIX_PROPERTY_NONE);

    if (VIX_FAILED(err)) return err;
    printf("%*s%s%s%s%s%s\n", depth * 2, "", label, name, (powerState & VIX_POWERSTATE_POWERED_ON) ? " [on]" : "",
           description[0] == '\0' ? "" : ": ", description);
    Vix_FreeBuffer(name);
    Vix_FreeBuffer(description);
    return err;
}

static VixError WalkChildren(VixHandle parentHandle, int depth)
{
    int numChildren = 0;
    int i;
    VixError err = PrintSnapshot("", depth, parentHandle);

    if (VIX_FAILED(err)) return err;
    err = VixSnapshot_GetNumChildren(parentHandle, &numChildren);
    for (i = 0; i < numChildren && VIX_SUCCEEDED(err); i++) {
        VixHandle childHandle = VIX_INVALID_HANDLE;
        err = VixSnapshot_GetChild(parentHandle, i, &childHandle);
        if (VIX_FAILED(err)) return err;
        err = WalkChildren(childHandle, depth + 1);
        Vix_ReleaseHandle(childHandle);
    }
    return err;
}

static VixError WalkTree(VixHandle vmHandle)
{
    int numRoots = 0;
    int i;
    VixError err = VixVM_GetNumRootSnapshots(vmHandle, &numRoots);

    for (i = 0; i < numRoots && VIX_SUCCEEDED(err); i++) {
        VixHandle rootHandle = VIX_INVALID_HANDLE;
        err = VixVM_GetRootSnapshot(vmHandle, i, &rootHandle);
        if (VIX_FAILED(err)) return err;
        err = WalkChildren(rootHandle, 0);
        Vix_ReleaseHandle(rootHandle);
    }
    return err;
}

int main(int argc, char **argv)
{
    const char *vmxPath = argc > 1 ? argv[1] : "[datastore1] snapshots/snapshots.vmx";
    VixError err = VIX_OK;
    VixError sharedErr = VIX_OK;
    VixHandle hostHandle = VIX_INVALID_HANDLE;
    VixHandle jobHandle = VIX_INVALID_HANDLE;
    VixHandle vmHandle = VIX_INVALID_HANDLE;
    VixHandle currentHandle = VIX_INVALID_HANDLE;
    VixHandle parentHandle = VIX_INVALID_HANDLE;
    VixHandle namedHandle = VIX_INVALID_HANDLE;
    VixHandle sharedHandle = VIX_INVALID_HANDLE;
    char *message = NULL;

    jobHandle = VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL, 0,
                                VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixHost_OpenVM(hostHandle, vmxPath, VIX_VMOPEN_NORMAL, VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &vmHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;

    err = WalkTree(vmHandle);
    if (VIX_FAILED(err)) goto abort;

    err = VixVM_GetCurrentSnapshot(vmHandle, &currentHandle);
    if (VIX_FAILED(err)) goto abort;
    err = PrintSnapshot("current: ", 0, currentHandle);
    if (VIX_FAILED(err)) goto abort;

    err = VixSnapshot_GetParent(currentHandle, &parentHandle);
    if (VIX_FAILED(err)) goto abort;
    err = PrintSnapshot("its parent: ", 0, parentHandle);
    if (VIX_FAILED(err)) goto abort;

    err = VixVM_GetNamedSnapshot(vmHandle, "base/experiment/tested", &namedHandle);
    if (VIX_FAILED(err)) goto abort;
    err = PrintSnapshot("base/experiment/tested: ", 0, namedHandle);
    if (VIX_FAILED(err)) goto abort;

    sharedErr = VixVM_GetNamedSnapshot(vmHandle, "tested", &sharedHandle);
    if (sharedErr == VIX_E_SNAPSHOT_NONUNIQUE_NAME) {
        message = Revix_GetErrorMessage(vmHandle);
        printf("tested: %s\n%s\n", Vix_GetErrorText(sharedErr, NULL), message);
        Vix_FreeBuffer(message);
    }
    Vix_ReleaseHandle(sharedHandle);

abort:
    if (VIX_FAILED(err)) fprintf(stderr, "failed: %s\n", Vix_GetErrorText(err, NULL));
    Vix_ReleaseHandle(namedHandle);
    Vix_ReleaseHandle(parentHandle);
    Vix_ReleaseHandle(currentHandle);
    Vix_ReleaseHandle(jobHandle);
    Vix_ReleaseHandle(vmHandle);
    printf("handles left beside the host: %d\n", Revix_CountHandles() - 1);
    VixHost_Disconnect(hostHandle);
    return VIX_FAILED(err) ? 1 : 0;
}
