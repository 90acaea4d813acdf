/*
 * A program that never waits for a job: each completion starts the next one, on the thread of the library. The main
 * thread only sleeps until the machine has come to its end.
 */
#include <pthread.h>
#include <stdio.h>

#include "revix.h"

typedef enum State {
    CONNECTING,
    OPENING,
    POWERING_ON,
    WAITING_FOR_TOOLS,
    LOGGING_IN,
    RUNNING,
    POWERING_OFF,
    DONE
} State;

static const char *const stateNames[] = {"CONNECTING", "OPENING", "POWERING_ON",  "WAITING_FOR_TOOLS",
                                         "LOGGING_IN", "RUNNING", "POWERING_OFF", "DONE"};

typedef struct Machine {
    State state;
    VixHandle hostHandle;
    VixHandle vmHandle;
    VixError err;
    int isFinished;
    pthread_mutex_t lock;
    pthread_cond_t finished;
} Machine;

static void OnEvent(VixHandle jobHandle, VixEventType eventType, VixHandle moreEventInfo, void *clientData);

/* Takes the result of the job that completed, and starts the next one. */
static VixError Advance(Machine *machine, VixHandle jobHandle)
{
    VixError err = VIX_OK;
    int exitCode = -1;

    printf("%s: done\n", stateNames[machine->state]);
    switch (machine->state) {
    case CONNECTING:
        err = Vix_GetProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &machine->hostHandle, VIX_PROPERTY_NONE);
        if (VIX_FAILED(err)) break;
        machine->state = OPENING;
        VixHost_OpenVM(machine->hostHandle, "/vms/linux/linux.vmx", 0, VIX_INVALID_HANDLE, OnEvent, machine);
        break;

    case OPENING:
        err = Vix_GetProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &machine->vmHandle, VIX_PROPERTY_NONE);
        if (VIX_FAILED(err)) break;
        machine->state = POWERING_ON;
        VixVM_PowerOn(machine->vmHandle, VIX_VMPOWEROP_NORMAL, VIX_INVALID_HANDLE, OnEvent, machine);
        break;

    case POWERING_ON:
        machine->state = WAITING_FOR_TOOLS;
        VixVM_WaitForToolsInGuest(machine->vmHandle, 300, OnEvent, machine);
        break;

    case WAITING_FOR_TOOLS:
        machine->state = LOGGING_IN;
        VixVM_LoginInGuest(machine->vmHandle, "user", "password", 0, OnEvent, machine);
        break;

    case LOGGING_IN:
        machine->state = RUNNING;
        VixVM_RunProgramInGuest(machine->vmHandle, "/bin/grep", "root /etc/passwd", 0, VIX_INVALID_HANDLE, OnEvent,
                                machine);
        break;

    case RUNNING:
        err = Vix_GetProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, &exitCode,
                                VIX_PROPERTY_NONE);
        if (VIX_FAILED(err)) break;
        printf("  exit code %d\n", exitCode);
        machine->state = POWERING_OFF;
        VixVM_PowerOff(machine->vmHandle, VIX_VMPOWEROP_NORMAL, OnEvent, machine);
        break;

    case POWERING_OFF:
        machine->state = DONE;
        break;

    case DONE:
        break;
    }
    return err;
}

static void Finish(Machine *machine)
{
    if (VIX_FAILED(machine->err)) {
        fprintf(stderr, "%s: failed: %s\n", stateNames[machine->state], Vix_GetErrorText(machine->err, NULL));
    }
    Vix_ReleaseHandle(machine->vmHandle);
    printf("handles left beside the host: %d\n", Revix_CountHandles() - 1);
    VixHost_Disconnect(machine->hostHandle);
    pthread_mutex_lock(&machine->lock);
    machine->isFinished = 1;
    pthread_cond_signal(&machine->finished);
    pthread_mutex_unlock(&machine->lock);
}

/* Called for every event of every job of the machine. */
static void OnEvent(VixHandle jobHandle, VixEventType eventType, VixHandle moreEventInfo, void *clientData)
{
    Machine *machine = (Machine *)clientData;

    (void)moreEventInfo;
    if (VIX_EVENTTYPE_JOB_COMPLETED != eventType) {
        return;
    }
    Vix_GetProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_ERROR_CODE, &machine->err, VIX_PROPERTY_NONE);
    if (VIX_SUCCEEDED(machine->err)) {
        machine->err = Advance(machine, jobHandle);
    }
    Vix_ReleaseHandle(jobHandle);
    if (VIX_FAILED(machine->err) || machine->state == DONE) {
        Finish(machine);
    }
}

int main(void)
{
    static Machine machine;

    pthread_mutex_init(&machine.lock, NULL);
    pthread_cond_init(&machine.finished, NULL);
    printf("main: the first job is under way\n");
    VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL, 0, VIX_INVALID_HANDLE,
                    OnEvent, &machine);
    pthread_mutex_lock(&machine.lock);
    while (!machine.isFinished) pthread_cond_wait(&machine.finished, &machine.lock);
    pthread_mutex_unlock(&machine.lock);
    return VIX_FAILED(machine.err) ? 1 : 0;
}
