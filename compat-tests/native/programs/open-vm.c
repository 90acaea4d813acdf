/*
 * Connects to the local host, opens one virtual machine, says what is known of it, and closes everything.
 * usage: open-vm [path of a .vmx file]
 */
#include <stdio.h>

#include "revix.h"

int main(int argc, char **argv)
{
    const char *vmxPath = argc > 1 ? argv[1] : "/vms/linux/linux.vmx";
    VixError err = VIX_OK;
    VixHandle hostHandle = VIX_INVALID_HANDLE;
    VixHandle jobHandle = VIX_INVALID_HANDLE;
    VixHandle vmHandle = VIX_INVALID_HANDLE;
    char *name = NULL;
    char *path = NULL;
    int numCpus = 0;
    int memorySize = 0;

    jobHandle = VixHost_Connect(VIX_API_VERSION,
                                VIX_SERVICEPROVIDER_VMWARE_WORKSTATION,
                                NULL, /* hostName */
                                0,    /* hostPort */
                                NULL, /* userName */
                                NULL, /* password */
                                0,    /* options */
                                VIX_INVALID_HANDLE, /* propertyListHandle */
                                NULL, /* callbackProc */
                                NULL /* clientData */);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;

    Vix_ReleaseHandle(jobHandle);
    jobHandle = VixVM_Open(hostHandle, vmxPath, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &vmHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;

    err = Vix_GetProperties(vmHandle,
                            VIX_PROPERTY_VM_NAME, &name,
                            VIX_PROPERTY_VM_VMX_PATHNAME, &path,
                            VIX_PROPERTY_VM_NUM_VCPUS, &numCpus,
                            VIX_PROPERTY_VM_MEMORY_SIZE, &memorySize,
                            VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;

    printf("opened %s\n", path);
    printf("%s: %d CPU, %d MB\n", name, numCpus, memorySize);
    Vix_FreeBuffer(name);
    Vix_FreeBuffer(path);

abort:
    if (VIX_FAILED(err)) fprintf(stderr, "failed: %s\n", Vix_GetErrorText(err, NULL));
    Vix_ReleaseHandle(jobHandle);
    Vix_ReleaseHandle(vmHandle);
    printf("handles left beside the host: %d\n", Revix_CountHandles() - 1);
    VixHost_Disconnect(hostHandle);
    return VIX_FAILED(err) ? 1 : 0;
}
