/*
 * Lists the running virtual machines: each comes as an event, and the callback adds to the count that the client data
 * points to.
 */
#include <stdio.h>

#include "revix.h"

static void VixDiscoveryProc(VixHandle jobHandle, VixEventType eventType, VixHandle moreEventInfo, void *clientData)
{
    VixError err = VIX_OK;
    char *url = NULL;
    int *count = (int *)clientData;

    (void)jobHandle;
    /* Other events of the job are none of our business. */
    if (VIX_EVENTTYPE_FIND_ITEM != eventType) {
        return;
    }
    err = Vix_GetProperties(moreEventInfo, VIX_PROPERTY_FOUND_ITEM_LOCATION, &url, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) {
        fprintf(stderr, "an item without a location: %s\n", Vix_GetErrorText(err, NULL));
        return;
    }
    printf("found %s\n", url);
    *count += 1;
    Vix_FreeBuffer(url);
}

int main(void)
{
    VixError err = VIX_OK;
    VixHandle hostHandle = VIX_INVALID_HANDLE;
    VixHandle jobHandle = VIX_INVALID_HANDLE;
    int count = 0;

    jobHandle = VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL, 0,
                                VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_JOB_RESULT_HANDLE, &hostHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;

    Vix_ReleaseHandle(jobHandle);
    printf("looking for running virtual machines\n");
    jobHandle = VixHost_FindItems(hostHandle,
                                  VIX_FIND_RUNNING_VMS,
                                  VIX_INVALID_HANDLE, /* searchCriteria */
                                  -1,                 /* timeout */
                                  VixDiscoveryProc,
                                  &count);
    err = VixJob_Wait(jobHandle, VIX_PROPERTY_NONE);
    if (VIX_FAILED(err)) goto abort;

    printf("%d running\n", count);

abort:
    if (VIX_FAILED(err)) fprintf(stderr, "failed: %s\n", Vix_GetErrorText(err, NULL));
    Vix_ReleaseHandle(jobHandle);
    printf("handles left beside the host: %d\n", Revix_CountHandles() - 1);
    VixHost_Disconnect(hostHandle);
    return VIX_FAILED(err) ? 1 : 0;
}
