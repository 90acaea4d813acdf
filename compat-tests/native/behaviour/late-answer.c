/*
 * The helper dies, and another one starts, while a thread has not taken the answer of the first yet: the new one gives no
 * handle that was in that answer, and hears of no event of the first. Needs a helper whose first wait gives the handle
 * 900, calls back in the thread that waits, and ends.
 */
#include "check.h"

static VixHandle later;
static Signal connected = SIGNAL_INIT;

static void on_event(VixHandle job, VixEventType type, VixHandle info, void *clientData)
{
    (void)job;
    (void)type;
    (void)info;
    (void)clientData;
    /* The helper may go only now. */
    while (later == VIX_INVALID_HANDLE) later = start_connect(0, NULL, NULL);
    raise_signal(&connected);
}

int main(void)
{
    VixHandle job = start_connect(0, on_event, NULL), host = VIX_INVALID_HANDLE;

    CHECK(VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, &host, VIX_PROPERTY_NONE) == VIX_OK);
    await_signal(&connected, 1);
    CHECK(host == 900);
    CHECK(later > host);
    return finish();
}
