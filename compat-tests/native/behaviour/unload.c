/* Loading by name, unloading in the middle of everything, loading again. */
#include <dlfcn.h>

#include "check.h"

typedef VixHandle ConnectProc(int, VixServiceProvider, const char *, int, const char *, const char *, VixHostOptions,
                              VixHandle, VixEventProc *, void *);
typedef VixError WaitProc(VixHandle, VixPropertyID, ...);
typedef VixHandle FindProc(VixHandle, VixFindItemType, VixHandle, int, VixEventProc *, void *);
typedef VixHandle OpenProc(VixHandle, const char *, VixEventProc *, void *);

static void *lookup(void *library, const char *name)
{
    void *symbol = dlsym(library, name);

    CHECK(symbol != NULL);
    return symbol;
}

static void on_event(VixHandle job, VixEventType type, VixHandle info, void *clientData)
{
    (void)job;
    (void)type;
    (void)info;
    (void)clientData;
}

int main(int argc, char **argv)
{
    int round;

    CHECK(argc > 1);
    for (round = 0; round < 3; round++) {
        VixHandle host = VIX_INVALID_HANDLE, vm = VIX_INVALID_HANDLE, job;
        void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
        ConnectProc *connect_proc;
        WaitProc *wait_proc;
        OpenProc *open_proc;
        FindProc *find_proc;
        CHECK(library != NULL);
        *(void **)&connect_proc = lookup(library, "VixHost_Connect");
        *(void **)&wait_proc = lookup(library, "VixJob_Wait");
        *(void **)&open_proc = lookup(library, "VixVM_Open");
        *(void **)&find_proc = lookup(library, "VixHost_FindItems");
        job = connect_proc(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL, 0,
                           VIX_INVALID_HANDLE, on_event, NULL);
        CHECK(wait_proc(job, VIX_PROPERTY_JOB_RESULT_HANDLE, &host, VIX_PROPERTY_NONE) == VIX_OK);
        job = open_proc(host, "/vms/linux/linux.vmx", on_event, NULL);
        CHECK(wait_proc(job, VIX_PROPERTY_JOB_RESULT_HANDLE, &vm, VIX_PROPERTY_NONE) == VIX_OK);
        find_proc(host, VIX_FIND_REGISTERED_VMS, VIX_INVALID_HANDLE, -1, on_event, NULL);
        dlclose(library);
    }
    return finish();
}
