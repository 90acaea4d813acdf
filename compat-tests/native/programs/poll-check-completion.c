/*
 * Asks again and again whether a job is done, instead of waiting for it: what programs with a progress display or a main
 * loop of their own did. Between two questions the program does something else; here it lets some time pass.
 */
#include <stdio.h>
#include <unistd.h>

#include "revix.h"

/* Polls a job to its end. */
static VixError Poll(const char *what, VixHandle jobHandle)
{
    Bool isCompleted = FALSE;

    while (!isCompleted) {
        VixError err = VixJob_CheckCompletion(jobHandle, &isCompleted);
        /* This says whether the question could be answered, and nothing of the operation. */
        if (VIX_FAILED(err)) return err;
        if (!isCompleted) usleep(10000);
    }
    printf("%s: done\n", what);
    return VixJob_GetError(jobHandle);
}

static VixError PrintPowerState(VixHandle vmHandle)
{
    VixPowerState powerState = 0;
    VixError err = Vix_GetProperties(vmHandle, VIX_PROPERTY_VM_POWER_STATE, &powerState, VIX_PROPERTY_NONE);

    if (VIX_FAILED(err)) return err;
    printf("  %s\n", (powerState & VIX_POWERSTATE_POWERED_ON) ? "on" : "off");
    return err;
}

int main(void)
{
    VixError err = VIX_OK;
    VixHandle hostHandle = VIX_INVALID_HANDLE;
    VixHandle jobHandle = VIX_INVALID_HANDLE;
    VixHandle vmHandle = VIX_INVALID_HANDLE;

    jobHandle = VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL, 0,
                                VIX_INVALID_HANDLE, NULL, NULL);
    err = Poll("connect", jobHandle);
    if (VIX_FAILED(err)) goto abort;
    err = Vix_GetProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixHost_OpenVM(hostHandle, "/vms/linux/linux.vmx", 0, VIX_INVALID_HANDLE, NULL, NULL);
    err = Poll("open", jobHandle);
    if (VIX_FAILED(err)) goto abort;
    err = Vix_GetProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &vmHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_PowerOn(vmHandle, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, NULL, NULL);
    err = Poll("power on", jobHandle);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);
    err = PrintPowerState(vmHandle);
    if (VIX_FAILED(err)) goto abort;

    jobHandle = VixVM_WaitForToolsInGuest(vmHandle, 300, NULL, NULL);
    err = Poll("wait for Tools", jobHandle);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_PowerOff(vmHandle, VIX_VMPOWEROP_NORMAL, NULL, NULL);
    err = Poll("power off", jobHandle);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    /* A machine that is off cannot be powered off; the poll ends all the same, and the error is in the job. */
    jobHandle = VixVM_PowerOff(vmHandle, VIX_VMPOWEROP_NORMAL, NULL, NULL);
    printf("  the error: %s\n", Vix_GetErrorText(Poll("power off again", jobHandle), NULL));

abort:
    if (VIX_FAILED(err)) fprintf(stderr, "failed: %s\n", Vix_GetErrorText(err, NULL));
    Vix_ReleaseHandle(jobHandle);
    Vix_ReleaseHandle(vmHandle);
    printf("handles left beside the host: %d\n", Revix_CountHandles() - 1);
    VixHost_Disconnect(hostHandle);
    return VIX_FAILED(err) ? 1 : 0;
}
