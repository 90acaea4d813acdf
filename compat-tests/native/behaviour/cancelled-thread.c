/* A thread that is cancelled while it waits does not take the others down: it ends when its wait has ended. */
#include "check.h"

static VixHandle vm;
static Signal waiting = SIGNAL_INIT;

static void *wait_for_ever(void *unused)
{
    VixHandle job = start_endless(vm, NULL, NULL);

    raise_signal(&waiting);
    VixJob_Wait(job, VIX_PROPERTY_NONE);
    pthread_testcancel();
    return unused;
}

int main(void)
{
    pthread_t thread;
    void *outcome = NULL;
    VixHandle host = connect_host();
    VixHandle other = connect_host();

    vm = open_guest(host);
    pthread_create(&thread, NULL, wait_for_ever, NULL);
    await_signal(&waiting, 1);
    pthread_cancel(thread);
    Vix_ReleaseHandle(open_vm(other, "/vms/windows/windows.vmx"));
    VixHost_Disconnect(host);
    pthread_join(thread, &outcome);
    CHECK(outcome == PTHREAD_CANCELED);
    Vix_ReleaseHandle(open_vm(other, "/vms/windows/windows.vmx"));
    VixHost_Disconnect(other);
    return finish();
}
