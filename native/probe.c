/*
 * What `revix native install` puts beside the library so that `revix doctor native` can try it, also where there is no
 * compiler: loads a library as old programs do, and connects to the local host. Prints why that was not possible.
 * usage: revix-probe LIBRARY
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "vix.h"

static void *library;

static void *look_up(const char *name)
{
    void *symbol = dlsym(library, name);

    if (symbol == NULL) {
        printf("it has no function %s", name);
        exit(1);
    }
    return symbol;
}

int main(int argc, char **argv)
{
    __typeof__(VixHost_Connect) *connect;
    __typeof__(VixJob_Wait) *wait;
    __typeof__(Vix_GetErrorText) *text_of;
    VixHandle host = VIX_INVALID_HANDLE, job;
    VixError err;

    if (argc != 2) return 2;
    library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        printf("%s", dlerror());
        return 1;
    }
    *(void **)&connect = look_up("VixHost_Connect");
    *(void **)&wait = look_up("VixJob_Wait");
    *(void **)&text_of = look_up("Vix_GetErrorText");
    job = connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL, 0, VIX_INVALID_HANDLE,
                  NULL, NULL);
    err = wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, &host, VIX_PROPERTY_NONE);
    printf("%s", text_of(err, NULL));
    return VIX_FAILED(err) ? 1 : 0;
}
