/*
 * The helper is killed while callbacks of connections in event-pump mode are due: they come where the program pumps their
 * host or waits for their job, and in no thread of the library, also when a new helper runs already.
 */
#include <signal.h>

#include "check.h"

static pthread_t self;
static Signal elsewhere = SIGNAL_INIT;

static void on_pumped(VixHandle job, VixEventType type, VixHandle info, void *clientData)
{
    (void)job;
    (void)info;
    CHECK(type == VIX_EVENTTYPE_JOB_COMPLETED);
    CHECK(pthread_equal(pthread_self(), self));
    ++*(int *)clientData;
}

static void on_library_thread(VixHandle job, VixEventType type, VixHandle info, void *clientData)
{
    (void)job;
    (void)type;
    (void)info;
    (void)clientData;
    CHECK(!pthread_equal(pthread_self(), self));
    raise_signal(&elsewhere);
}

static void kill_helper(void)
{
    FILE *file = fopen(getenv("HELPER_PID_FILE"), "r");
    int pid = 0;

    CHECK(file != NULL && fscanf(file, "%d", &pid) == 1);
    fclose(file);
    CHECK(kill(pid, SIGKILL) == 0);
}

int main(void)
{
    int first = 0, second = 0, waited = 0;
    VixHandle firstHost, secondHost, plainHost, job;

    self = pthread_self();
    firstHost = result_of(start_connect(VIX_HOSTOPTION_USE_EVENT_PUMP, NULL, NULL));
    secondHost = result_of(start_connect(VIX_HOSTOPTION_USE_EVENT_PUMP, NULL, NULL));
    plainHost = connect_host();
    start_endless(open_guest(firstHost), on_pumped, &first);
    start_endless(open_guest(secondHost), on_pumped, &second);
    job = start_endless(open_guest(secondHost), on_pumped, &waited);
    start_endless(open_guest(plainHost), on_library_thread, NULL);
    kill_helper();
    /* The library's thread has called back all that it has to. */
    await_signal(&elsewhere, 1);
    CHECK(Vix_GetHandleType(firstHost) == VIX_HANDLETYPE_NONE);
    CHECK(first == 0 && second == 0 && waited == 0);

    Vix_PumpEvents(firstHost, 0);
    CHECK(first == 1 && second == 0 && waited == 0);
    CHECK(VixJob_Wait(job, VIX_PROPERTY_NONE) == VIX_E_HOST_CONNECTION_LOST);
    CHECK(waited == 1);
    plainHost = connect_host();
    Vix_PumpEvents(firstHost, 0);
    Vix_PumpEvents(secondHost, 0);
    CHECK(first == 1 && second == 1 && waited == 1);
    VixHost_Disconnect(plainHost);
    return finish();
}
