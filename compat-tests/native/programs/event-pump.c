/*
 * A single-threaded program: with VIX_HOSTOPTION_USE_EVENT_PUMP nothing is called behind its back, and callbacks run
 * only inside Vix_PumpEvents, on its own thread. VIX dropped this with 1.11.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "revix.h"

static int isPumping;
static pthread_t mainThread;

static void OnEvent(VixHandle jobHandle, VixEventType eventType, VixHandle moreEventInfo, void *clientData)
{
    const char *where =
        isPumping && pthread_equal(pthread_self(), mainThread) ? "inside Vix_PumpEvents" : "OUTSIDE Vix_PumpEvents";
    char *url = NULL;
    int num;
    int i;

    (void)moreEventInfo;
    (void)clientData;
    if (VIX_EVENTTYPE_FIND_ITEM == eventType) {
        printf("%s: an item\n", where);
    }
    if (VIX_EVENTTYPE_JOB_COMPLETED == eventType) {
        printf("%s: completed; the items are\n", where);
        num = VixJob_GetNumProperties(jobHandle, VIX_PROPERTY_FOUND_ITEM_LOCATION);
        for (i = 0; i < num; i++) {
            VixError err = VixJob_GetNthProperties(jobHandle, i, VIX_PROPERTY_FOUND_ITEM_LOCATION, &url,
                                                   VIX_PROPERTY_NONE);
            if (VIX_FAILED(err)) return;
            printf("  %s\n", url);
            Vix_FreeBuffer(url);
        }
    }
}

/* Pumps until a job is done. */
static VixError PumpUntilDone(VixHandle hostHandle, VixHandle jobHandle)
{
    Bool isCompleted = FALSE;

    while (!isCompleted) {
        VixError err;
        isPumping = 1;
        Vix_PumpEvents(hostHandle, VIX_PUMPEVENTOPTION_NONE);
        isPumping = 0;
        err = VixJob_CheckCompletion(jobHandle, &isCompleted);
        if (VIX_FAILED(err)) return err;
        usleep(1000);
    }
    return VixJob_GetError(jobHandle);
}

int main(void)
{
    VixError err = VIX_OK;
    VixHandle hostHandle = VIX_INVALID_HANDLE;
    VixHandle jobHandle = VIX_INVALID_HANDLE;
    Bool isCompleted = FALSE;

    mainThread = pthread_self();
    jobHandle = VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL,
                                VIX_HOSTOPTION_USE_EVENT_PUMP, VIX_INVALID_HANDLE, NULL, NULL);
    /* There is no host handle to pump yet; the invalid one stands for all connections. */
    err = PumpUntilDone(VIX_INVALID_HANDLE, jobHandle);
    if (VIX_FAILED(err)) goto abort;
    err = Vix_GetProperties(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;
    Vix_ReleaseHandle(jobHandle);
    printf("connected\n");

    jobHandle = VixHost_FindItems(hostHandle, VIX_FIND_RUNNING_VMS, VIX_INVALID_HANDLE, -1, OnEvent, NULL);
    usleep(50000);
    err = VixJob_CheckCompletion(jobHandle, &isCompleted);
    if (VIX_FAILED(err)) goto abort;
    printf("before the first pump the job is %s, and nothing was called\n", isCompleted ? "done" : "not done");

    err = PumpUntilDone(hostHandle, jobHandle);

abort:
    if (VIX_FAILED(err)) fprintf(stderr, "failed: %s\n", Vix_GetErrorText(err, NULL));
    Vix_ReleaseHandle(jobHandle);
    printf("handles left beside the host: %d\n", Revix_CountHandles() - 1);
    VixHost_Disconnect(hostHandle);
    return VIX_FAILED(err) ? 1 : 0;
}
