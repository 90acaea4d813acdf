/* Ways to end while threads wait and callbacks run. The first argument says which. */
#include "check.h"

static VixHandle vm;
static Signal waiting = SIGNAL_INIT;
static Signal called = SIGNAL_INIT;
static Signal never = SIGNAL_INIT;

static void exit_in_callback(VixHandle job, VixEventType type, VixHandle info, void *clientData)
{
    (void)job;
    (void)type;
    (void)info;
    (void)clientData;
    exit(finish());
}

static void block_in_callback(VixHandle job, VixEventType type, VixHandle info, void *clientData)
{
    (void)job;
    (void)type;
    (void)info;
    (void)clientData;
    raise_signal(&called);
    await_signal(&never, 1);
}

static void never_called(VixHandle job, VixEventType type, VixHandle info, void *clientData)
{
    (void)job;
    (void)type;
    (void)info;
    (void)clientData;
    CHECK(!"called while the process ends");
}

static void *wait_for_ever(void *unused)
{
    VixHandle job = start_endless(vm, NULL, NULL);

    raise_signal(&waiting);
    VixJob_Wait(job, VIX_PROPERTY_NONE);
    return unused;
}

static void use_at_exit(void)
{
    VixHandle job = start_endless(vm, never_called, NULL);

    CHECK(Vix_GetHandleType(vm) == VIX_HANDLETYPE_VM);
    Vix_ReleaseHandle(job);
    /* No callback runs any more, and no job waits for one. */
    CHECK(VixJob_Wait(start_connect(0, never_called, NULL), VIX_PROPERTY_NONE) == VIX_OK);
}

int main(int argc, char **argv)
{
    const char *way = argc > 1 ? argv[1] : "";
    pthread_t thread;
    VixHandle host;

    if (strcmp(way, "use-at-exit") == 0) atexit(use_at_exit);
    host = connect_host();
    vm = open_guest(host);
    pthread_create(&thread, NULL, wait_for_ever, NULL);
    await_signal(&waiting, 1);
    if (strcmp(way, "exit-in-callback") == 0) {
        VixHost_FindItems(host, VIX_FIND_RUNNING_VMS, VIX_INVALID_HANDLE, -1, exit_in_callback, NULL);
        await_signal(&never, 1);
    }
    if (strcmp(way, "callback-blocks") == 0) {
        VixHost_FindItems(host, VIX_FIND_RUNNING_VMS, VIX_INVALID_HANDLE, -1, block_in_callback, NULL);
        await_signal(&called, 1);
    }
    if (strcmp(way, "thread-exits") == 0) {
        /* The process lives on until its last thread is through. */
        finish();
        VixHost_Disconnect(host);
        pthread_exit(NULL);
    }
    return finish();
}
