/* A wait holds up its own thread only; what ends the job may come from another one. */
#include "check.h"

static VixHandle vm;
static Signal waiting = SIGNAL_INIT;
static Signal ended = SIGNAL_INIT;

static void *wait_for_ever(void *unused)
{
    VixHandle job = start_endless(vm, NULL, NULL);
    VixError err;

    raise_signal(&waiting);
    err = VixJob_Wait(job, VIX_PROPERTY_NONE);
    /* A wait that comes after the disconnect finds no job any more. */
    CHECK(err == VIX_E_CANCELLED || err == VIX_E_INVALID_HANDLE);
    Vix_ReleaseHandle(job);
    raise_signal(&ended);
    return unused;
}

int main(void)
{
    enum { THREADS = 8 };
    pthread_t threads[THREADS];
    VixHandle host = connect_host();
    VixHandle other = connect_host();
    int i;

    vm = open_guest(host);
    for (i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, wait_for_ever, NULL);
    await_signal(&waiting, THREADS);
    for (i = 0; i < 100; i++) {
        VixHandle again = open_vm(other, "/vms/windows/windows.vmx");
        CHECK(Vix_GetHandleType(again) == VIX_HANDLETYPE_VM);
        Vix_ReleaseHandle(again);
    }
    CHECK(ended.count == 0);
    VixHost_Disconnect(host);
    await_signal(&ended, THREADS);
    for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    VixHost_Disconnect(other);
    return finish();
}
