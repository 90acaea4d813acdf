/* Connects and ends: what the start of the helper costs a program. */
#include "vix.h"

int main(void)
{
    VixHandle host = VIX_INVALID_HANDLE;
    VixHandle job = VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL, 0,
                                    VIX_INVALID_HANDLE, NULL, NULL);

    return VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, &host, VIX_PROPERTY_NONE) == VIX_OK ? 0 : 1;
}
