/* What the programs of this folder have in common: they check one thing each, and print "ok" at their end. */
#ifndef CHECK_H
#define CHECK_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "revix.h"

#define CHECK(condition)                                                                    \
    do {                                                                                    \
        if (!(condition)) {                                                                 \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);         \
            _exit(1);                                                                       \
        }                                                                                   \
    } while (0)

/* A condition that one thread sets and others wait for. */
typedef struct Signal {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    int count;
} Signal;

#define SIGNAL_INIT {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0}

static inline void raise_signal(Signal *signal)
{
    pthread_mutex_lock(&signal->lock);
    signal->count++;
    pthread_cond_broadcast(&signal->cond);
    pthread_mutex_unlock(&signal->lock);
}

static inline void await_signal(Signal *signal, int count)
{
    pthread_mutex_lock(&signal->lock);
    while (signal->count < count) pthread_cond_wait(&signal->cond, &signal->lock);
    pthread_mutex_unlock(&signal->lock);
}

static inline VixHandle start_connect(int options, VixEventProc *proc, void *clientData)
{
    return VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL, options,
                           VIX_INVALID_HANDLE, proc, clientData);
}

/* Takes the result of a job that must go well, and releases the job. */
static inline VixHandle result_of(VixHandle job)
{
    VixHandle result = VIX_INVALID_HANDLE;
    VixError err = VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, &result, VIX_PROPERTY_NONE);

    if (VIX_FAILED(err)) fprintf(stderr, "failed: %s\n", Vix_GetErrorText(err, NULL));
    CHECK(err == VIX_OK);
    CHECK(result != VIX_INVALID_HANDLE);
    Vix_ReleaseHandle(job);
    return result;
}

static inline VixHandle connect_host(void)
{
    return result_of(start_connect(0, NULL, NULL));
}

static inline VixHandle open_vm(VixHandle host, const char *path)
{
    return result_of(VixVM_Open(host, path, NULL, NULL));
}

/* Opens a machine that runs, and logs in to its guest. */
static inline VixHandle open_guest(VixHandle host)
{
    VixHandle vm = open_vm(host, "[datastore1] web/web.vmx");
    VixHandle job = VixVM_LoginInGuest(vm, "user", "password", 0, NULL, NULL);

    CHECK(VixJob_Wait(job, VIX_PROPERTY_NONE) == VIX_OK);
    Vix_ReleaseHandle(job);
    return vm;
}

/* A job in a guest that does not end for a day. */
static inline VixHandle start_endless(VixHandle vm, VixEventProc *proc, void *clientData)
{
    return VixVM_RunProgramInGuest(vm, "/bin/sleep", "86400", 0, VIX_INVALID_HANDLE, proc, clientData);
}

static inline int finish(void)
{
    printf("ok\n");
    fflush(stdout);
    return 0;
}

#endif
