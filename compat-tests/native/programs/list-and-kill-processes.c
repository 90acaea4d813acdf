/*
 * Starts programs that it does not wait for, prints the process list of the guest, kills every process of one name, and
 * shows what a kill answers that is refused.
 */
#include <stdio.h>
#include <string.h>

#include "revix.h"

enum { MOST_VICTIMS = 16 };

static const char *victim = "sleep";
static uint64 victims[MOST_VICTIMS];
static int numVictims;

static VixError StartSleep(VixHandle vmHandle, int seconds)
{
    uint64 pid = 0;
    char arguments[16];
    VixHandle jobHandle;
    VixError err;

    snprintf(arguments, sizeof arguments, "%d", seconds);
    jobHandle = VixVM_RunProgramInGuest(vmHandle, "/bin/sleep", arguments, VIX_RUNPROGRAM_RETURN_IMMEDIATELY,
                                        VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_PROCESS_ID, &pid, VIX_PROPERTY_NONE);
    Vix_ReleaseHandle(jobHandle);
    if (VIX_SUCCEEDED(err)) printf("started process %" FMT64 "u\n", pid);
    return err;
}

/* Prints the process table, and notes the processes to kill. */
static VixError ListProcesses(VixHandle vmHandle)
{
    VixHandle jobHandle = VixVM_ListProcessesInGuest(vmHandle, 0, NULL, NULL);
    VixError err = VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    int num = VIX_FAILED(err) ? 0 : VixJob_GetNumProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_ITEM_NAME);
    int i;

    for (i = 0; i < num; i++) {
        char *name = NULL;
        char *owner = NULL;
        char *command = NULL;
        uint64 pid = 0;
        err = VixJob_GetNthProperties(jobHandle, i,
                                      VIX_PROPERTY_JOB_RESULT_ITEM_NAME, &name,
                                      VIX_PROPERTY_JOB_RESULT_PROCESS_ID, &pid,
                                      VIX_PROPERTY_JOB_RESULT_PROCESS_OWNER, &owner,
                                      VIX_PROPERTY_JOB_RESULT_PROCESS_COMMAND, &command,
                                      VIX_PROPERTY_NONE);
        if (VIX_FAILED(err)) break;
        printf("  %5" FMT64 "u %s %s <%s>\n", pid, owner, name, command);
        if (strcmp(name, victim) == 0 && numVictims < MOST_VICTIMS) victims[numVictims++] = pid;
        Vix_FreeBuffer(name);
        Vix_FreeBuffer(owner);
        Vix_FreeBuffer(command);
    }

    Vix_ReleaseHandle(jobHandle);
    return err;
}

static VixError KillProcess(VixHandle vmHandle, uint64 pid)
{
    VixHandle jobHandle = VixVM_KillProcessInGuest(vmHandle, pid, 0, NULL, NULL);
    VixError err = VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);

    Vix_ReleaseHandle(jobHandle);
    printf("kill %" FMT64 "u: %s\n", pid, Vix_GetErrorText(err, NULL));
    return err;
}

int main(void)
{
    VixError err = VIX_OK;
    VixHandle hostHandle = VIX_INVALID_HANDLE;
    VixHandle jobHandle = VIX_INVALID_HANDLE;
    VixHandle vmHandle = VIX_INVALID_HANDLE;
    int seconds;
    int i;
    int numToKill;

    jobHandle = VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL, 0,
                                VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixHost_OpenVM(hostHandle, "[datastore1] web/web.vmx", 0, VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &vmHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);

    jobHandle = VixVM_LoginInGuest(vmHandle, "user", "password", 0, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;

    for (seconds = 600; seconds < 603; seconds++) {
        err = StartSleep(vmHandle, seconds);
        if (VIX_FAILED(err)) goto abort;
    }

    printf("before:\n");
    err = ListProcesses(vmHandle);
    if (VIX_FAILED(err)) goto abort;

    numToKill = numVictims;
    for (i = 0; i < numToKill; i++) {
        err = KillProcess(vmHandle, victims[i]);
        if (VIX_FAILED(err)) goto abort;
    }

    printf("after:\n");
    err = ListProcesses(vmHandle);
    if (VIX_FAILED(err)) goto abort;

    /* What must fail: a process that is gone, and one of somebody else. */
    KillProcess(vmHandle, victims[0]);
    KillProcess(vmHandle, 604);

abort:
    if (VIX_FAILED(err)) fprintf(stderr, "failed: %s\n", Vix_GetErrorText(err, NULL));
    Vix_ReleaseHandle(jobHandle);
    Vix_ReleaseHandle(vmHandle);
    printf("handles left beside the host: %d\n", Revix_CountHandles() - 1);
    VixHost_Disconnect(hostHandle);
    return VIX_FAILED(err) ? 1 : 0;
}
