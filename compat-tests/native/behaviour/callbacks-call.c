/*
 * Callbacks come on a thread of the library while the program does something else, and may call everything: read, start
 * jobs, and wait for jobs that have callbacks themselves.
 */
#include "check.h"

static VixHandle host;
static pthread_t mainThread;
static Signal done = SIGNAL_INIT;
static int items;
static int innerItems;

static void on_inner(VixHandle job, VixEventType type, VixHandle info, void *clientData)
{
    (void)job;
    (void)info;
    CHECK(clientData == NULL);
    if (type == VIX_EVENTTYPE_FIND_ITEM) innerItems++;
}

static void on_item(VixHandle job, VixEventType type, VixHandle info, void *clientData)
{
    char *location = NULL;
    VixError err;

    CHECK(!pthread_equal(pthread_self(), mainThread));
    CHECK(clientData == &items);
    if (type == VIX_EVENTTYPE_FIND_ITEM) {
        CHECK(Vix_GetProperties(info, VIX_PROPERTY_FOUND_ITEM_LOCATION, &location, VIX_PROPERTY_NONE) == VIX_OK);
        CHECK(strlen(location) > 0);
        Vix_FreeBuffer(location);
        items++;
        /* The job cannot end before this function has. */
        CHECK(VixJob_Wait(job, VIX_PROPERTY_NONE) == VIX_E_UNFINISHED_JOB);
        if (items == 1) {
            VixHandle inner = VixHost_FindItems(host, VIX_FIND_RUNNING_VMS, VIX_INVALID_HANDLE, -1, on_inner, NULL);
            CHECK(VixJob_Wait(inner, VIX_PROPERTY_NONE) == VIX_OK);
            CHECK(innerItems == 3);
            Vix_ReleaseHandle(inner);
        }
    }
    if (type == VIX_EVENTTYPE_JOB_COMPLETED) {
        CHECK(info == VIX_INVALID_HANDLE);
        CHECK(VixJob_Wait(job, VIX_PROPERTY_NONE) == VIX_OK);
        err = VIX_E_FAIL;
        CHECK(Vix_GetProperties(job, VIX_PROPERTY_JOB_RESULT_ERROR_CODE, &err, VIX_PROPERTY_NONE) == VIX_OK);
        CHECK(err == VIX_OK);
        raise_signal(&done);
    }
}

int main(void)
{
    VixHandle job;

    mainThread = pthread_self();
    host = connect_host();
    /* Released at once: the callbacks come all the same. */
    Vix_ReleaseHandle(VixHost_FindItems(host, VIX_FIND_RUNNING_VMS, VIX_INVALID_HANDLE, -1, on_item, &items));
    await_signal(&done, 1);
    CHECK(items == 3);

    /* All of them come before the wait returns. */
    items = 1;
    job = VixHost_FindItems(host, VIX_FIND_RUNNING_VMS, VIX_INVALID_HANDLE, -1, on_item, &items);
    CHECK(VixJob_Wait(job, VIX_PROPERTY_NONE) == VIX_OK);
    CHECK(items == 4);
    CHECK(done.count == 2);
    Vix_ReleaseHandle(job);

    /* Also for a job that fails, and one whose arguments are bad. */
    job = VixVM_Open(host, "/no/such.vmx", on_inner, NULL);
    CHECK(VixJob_Wait(job, VIX_PROPERTY_NONE) == VIX_E_VM_NOT_FOUND);
    Vix_ReleaseHandle(job);
    job = VixVM_Open(12345, NULL, on_inner, NULL);
    CHECK(VixJob_Wait(job, VIX_PROPERTY_NONE) == VIX_E_INVALID_HANDLE);
    Vix_ReleaseHandle(job);
    CHECK(Revix_CountHandles() == 1);
    VixHost_Disconnect(host);
    return finish();
}
