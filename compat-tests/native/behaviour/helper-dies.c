/*
 * The helper is killed while threads wait and callbacks are due: every wait returns an error with a text, every job
 * completes, and a new connection starts a new helper, to which the old handles mean nothing.
 */
#include <signal.h>

#include "check.h"

static VixHandle host;
static VixHandle vm;
static Signal waiting = SIGNAL_INIT;
static Signal completed = SIGNAL_INIT;

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
    VixError err = VIX_OK;

    (void)info;
    CHECK(clientData == &host);
    CHECK(type == VIX_EVENTTYPE_JOB_COMPLETED);
    CHECK(Vix_GetProperties(job, VIX_PROPERTY_JOB_RESULT_ERROR_CODE, &err, VIX_PROPERTY_NONE) ==
          VIX_E_HOST_CONNECTION_LOST);
    raise_signal(&completed);
}

static void *wait_for_ever(void *withCallback)
{
    VixHandle job = start_endless(vm, withCallback != NULL ? on_event : NULL, &host);

    raise_signal(&waiting);
    CHECK(VixJob_Wait(job, VIX_PROPERTY_NONE) == VIX_E_HOST_CONNECTION_LOST);
    return NULL;
}

int main(void)
{
    enum { THREADS = 6 };
    pthread_t threads[THREADS];
    VixHandle newHost;
    pid_t first;
    int i;

    host = connect_host();
    vm = open_guest(host);
    for (i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, wait_for_ever, i % 2 == 0 ? &host : NULL);
    await_signal(&waiting, THREADS);
    first = helper_pid();
    CHECK(kill(first, SIGKILL) == 0);
    for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    await_signal(&completed, THREADS / 2);
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
    CHECK(completed.count == THREADS / 2);
    VixHost_Disconnect(newHost);
    return finish();
}
