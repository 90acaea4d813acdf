/*
 * The helper is killed while threads wait and callbacks are due: every wait returns an error with a text, every job
 * completes, and a new connection starts a new helper, to which the old handles mean nothing.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "check.h"

enum { THREADS = 6 };

static VixHandle host;
static VixHandle vm;
static Signal waiting = SIGNAL_INIT;
static Signal completed = SIGNAL_INIT;
static Signal returned = SIGNAL_INIT;
static Signal late = SIGNAL_INIT;

/* What belongs to one thread. */
typedef struct Waiter {
    bool has_callback;
    VixHandle job;
    /* The callback has returned. */
    atomic_bool is_called;
} Waiter;

static pid_t helper_pid(void)
{
    FILE *file = fopen(getenv("HELPER_PID_FILE"), "r");
    int pid = 0;

    CHECK(file != NULL && fscanf(file, "%d", &pid) == 1);
    fclose(file);
    return pid;
}

static void on_event(VixHandle job, VixEventType type, VixHandle info, void *clientData)
{
    Waiter *waiter = clientData;
    VixError err = VIX_OK;

    (void)info;
    CHECK(type == VIX_EVENTTYPE_JOB_COMPLETED);
    CHECK(Vix_GetProperties(job, VIX_PROPERTY_JOB_RESULT_ERROR_CODE, &err, VIX_PROPERTY_NONE) ==
          VIX_E_HOST_CONNECTION_LOST);
    /* A wait for the job that this very callback holds up must not hang. */
    CHECK(VixJob_Wait(job, VIX_PROPERTY_NONE) == VIX_E_HOST_CONNECTION_LOST);
    /* All other waits have returned by now, and a wait that begins late has begun. */
    await_signal(&returned, THREADS / 2);
    raise_signal(&completed);
    await_signal(&late, 1);
    usleep(20000);
    atomic_store(&waiter->is_called, true);
}

static void *wait_for_ever(void *argument)
{
    Waiter *waiter = argument;

    waiter->job = start_endless(vm, waiter->has_callback ? on_event : NULL, waiter);
    raise_signal(&waiting);
    CHECK(VixJob_Wait(waiter->job, VIX_PROPERTY_NONE) == VIX_E_HOST_CONNECTION_LOST);
    /* As always, a wait returns when the callback of its job has returned. */
    if (waiter->has_callback) CHECK(atomic_load(&waiter->is_called));
    else raise_signal(&returned);
    return NULL;
}

/* Waits for a job of another thread when the helper is gone already. */
static void *wait_late(void *argument)
{
    Waiter *waiter = argument;

    await_signal(&completed, 1);
    raise_signal(&late);
    CHECK(VixJob_Wait(waiter->job, VIX_PROPERTY_NONE) == VIX_E_HOST_CONNECTION_LOST);
    CHECK(atomic_load(&waiter->is_called));
    return NULL;
}

int main(void)
{
    static Waiter waiters[THREADS];
    pthread_t threads[THREADS], lateThread;
    VixHandle newHost;
    pid_t first;
    int i;

    host = connect_host();
    vm = open_guest(host);
    for (i = 0; i < THREADS; i++) {
        waiters[i].has_callback = i % 2 == 0;
        pthread_create(&threads[i], NULL, wait_for_ever, &waiters[i]);
    }
    await_signal(&waiting, THREADS);
    pthread_create(&lateThread, NULL, wait_late, &waiters[THREADS - 2]);
    first = helper_pid();
    CHECK(kill(first, SIGKILL) == 0);
    for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    pthread_join(lateThread, NULL);
    CHECK(completed.count == THREADS / 2);
    CHECK(strstr(Vix_GetErrorText(VIX_E_HOST_CONNECTION_LOST, NULL), "Connect again") != NULL);
    CHECK(strstr(Vix_GetErrorText(VIX_E_FILE_NOT_FOUND, NULL), "4") != NULL);
    CHECK(Vix_GetHandleType(host) == VIX_HANDLETYPE_NONE);
    CHECK(VixJob_Wait(VixVM_Open(host, "/vms/linux/linux.vmx", NULL, NULL), VIX_PROPERTY_NONE) ==
          VIX_E_HOST_CONNECTION_LOST);
    Vix_ReleaseHandle(host);

    newHost = connect_host();
    CHECK(newHost > vm);
    CHECK(Vix_GetHandleType(host) == VIX_HANDLETYPE_NONE);
    CHECK(Vix_GetHandleType(vm) == VIX_HANDLETYPE_NONE);
    CHECK(helper_pid() != first);
    CHECK(strstr(Vix_GetErrorText(VIX_E_FILE_NOT_FOUND, NULL), "4") == NULL);
    VixHost_Disconnect(newHost);
    return finish();
}
