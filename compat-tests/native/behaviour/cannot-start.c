/*
 * A helper that cannot start: nothing hangs, every call fails, no callback comes for a job that there is not, and the text
 * of the error says what to do. The text is printed. With a helper that can start, the next connect is well.
 * usage: cannot-start GOOD-HELPER
 */
#include "check.h"

static int called;

static void on_event(VixHandle job, VixEventType type, VixHandle info, void *clientData)
{
    (void)job;
    (void)type;
    (void)info;
    (void)clientData;
    called++;
}

int main(int argc, char **argv)
{
    VixHandle job, host;
    VixError err;

    CHECK(argc > 1);
    job = start_connect(0, on_event, NULL);
    CHECK(job == VIX_INVALID_HANDLE);
    err = VixJob_Wait(job, VIX_PROPERTY_NONE);
    CHECK(err == VIX_E_HOST_CONNECTION_LOST);
    printf("%s\n", Vix_GetErrorText(err, NULL));
    CHECK(VixVM_Open(1, "/vms/linux/linux.vmx", on_event, NULL) == VIX_INVALID_HANDLE);
    CHECK(Vix_GetHandleType(1) == VIX_HANDLETYPE_NONE);
    CHECK(Revix_DumpHandles() == NULL);
    VixHost_Disconnect(1);
    Vix_ReleaseHandle(1);
    CHECK(called == 0);

    CHECK(setenv("REVIX_HELPER", argv[1], 1) == 0);
    unsetenv("REVIX_NODE");
    host = connect_host();
    Vix_ReleaseHandle(open_vm(host, "/vms/linux/linux.vmx"));
    VixHost_Disconnect(host);
    return finish();
}
