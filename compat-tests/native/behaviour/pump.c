/* In event-pump mode callbacks run in the thread that pumps or waits, one pump delivers all that is pending. */
#include "check.h"

static pthread_t caller;
static int events;
static int isInCall;

static void on_event(VixHandle job, VixEventType type, VixHandle info, void *clientData)
{
    (void)job;
    (void)type;
    (void)info;
    (void)clientData;
    CHECK(pthread_equal(pthread_self(), caller));
    CHECK(isInCall);
    events++;
    /* A callback may pump, and finds the rest there. */
    Vix_PumpEvents(VIX_INVALID_HANDLE, 0);
}

static void *pump_elsewhere(void *host)
{
    caller = pthread_self();
    while (events < 4) {
        isInCall = 1;
        Vix_PumpEvents(*(VixHandle *)host, 0);
        isInCall = 0;
    }
    return NULL;
}

int main(void)
{
    VixHandle host, other, job;
    pthread_t thread;

    caller = pthread_self();
    host = result_of(start_connect(VIX_HOSTOPTION_USE_EVENT_PUMP, NULL, NULL));
    other = connect_host();
    job = VixHost_FindItems(host, VIX_FIND_RUNNING_VMS, VIX_INVALID_HANDLE, -1, on_event, NULL);
    /* Another connection goes on meanwhile, without any pump. */
    Vix_ReleaseHandle(open_vm(other, "/vms/linux/linux.vmx"));
    CHECK(events == 0);
    pthread_create(&thread, NULL, pump_elsewhere, &host);
    pthread_join(thread, NULL);
    CHECK(VixJob_GetError(job) == VIX_OK);
    Vix_ReleaseHandle(job);

    caller = pthread_self();
    events = 0;
    isInCall = 1;
    job = VixHost_FindItems(host, VIX_FIND_RUNNING_VMS, VIX_INVALID_HANDLE, -1, on_event, NULL);
    CHECK(VixJob_Wait(job, VIX_PROPERTY_NONE) == VIX_OK);
    CHECK(events == 4);
    Vix_ReleaseHandle(job);
    VixHost_Disconnect(host);
    VixHost_Disconnect(other);
    return finish();
}
