/*
 * Times the native library from within a program. Prints lines "name nanoseconds-or-rate"; bench/native.ts starts it and
 * makes figures of them. Both sides of a figure are measured in turn, and the fastest round of each counts.
 * usage: native NODE ECHO-SCRIPT
 */
#define _GNU_SOURCE

#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vix.h"

enum { STARTS = 15, ROUNDS = 400, CALLS = 20, THREADS = 32, LATENCY_ROUNDS = 3, JOBS_OF_A_THREAD = 40 };

/* As long as the frame of a property read. */
enum { PING_SIZE = 72 };

extern char **environ;

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void must(int condition, const char *what)
{
    if (condition) return;
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

static VixHandle result_of(VixHandle job)
{
    VixHandle result = VIX_INVALID_HANDLE;
    VixError err = VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, &result, VIX_PROPERTY_NONE);

    must(err == VIX_OK, Vix_GetErrorText(err, NULL));
    Vix_ReleaseHandle(job);
    return result;
}

static VixHandle connect_host(void)
{
    return result_of(VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL, 0,
                                     VIX_INVALID_HANDLE, NULL, NULL));
}

/* --- starts ------------------------------------------------------------------------------------------------------- */

/* The first connect of a process, its helper started with it; in a child, as a process starts one helper only. */
static double first_connect(void)
{
    double took = 0;
    int channel[2];
    pid_t child;

    must(pipe(channel) == 0, "pipe");
    child = fork();
    must(child >= 0, "fork");
    if (child == 0) {
        double begin = now();
        connect_host();
        took = now() - begin;
        _exit(write(channel[1], &took, sizeof took) == (ssize_t)sizeof took ? 0 : 1);
    }
    must(read(channel[0], &took, sizeof took) == (ssize_t)sizeof took, "the child");
    close(channel[0]);
    close(channel[1]);
    waitpid(child, NULL, 0);
    return took;
}

/* A Node that does nothing: from its start until it has ended. */
static double empty_node(const char *node)
{
    char *const argv[] = {(char *)(uintptr_t)node, "-e", "0", NULL};
    double begin = now();
    pid_t child;

    must(posix_spawn(&child, node, NULL, NULL, argv, environ) == 0, node);
    waitpid(child, NULL, 0);
    return now() - begin;
}

static void measure_starts(const char *node)
{
    double connect = 1e18, empty = 1e18;
    int i;

    for (i = 0; i < STARTS; i++) {
        double took = first_connect();
        if (took < connect) connect = took;
        took = empty_node(node);
        if (took < empty) empty = took;
    }
    printf("first-connect %.0f\nempty-node %.0f\n", connect, empty);
}

/* --- round trips -------------------------------------------------------------------------------------------------- */

/* A process of Node that sends back what it gets, at the other end of a socket like that of the helper. */
static int start_echo(const char *node, const char *script)
{
    char *const argv[] = {(char *)(uintptr_t)node, (char *)(uintptr_t)script, NULL};
    posix_spawn_file_actions_t actions;
    int pair[2];
    pid_t child;

    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0, "socketpair");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pair[1], 3);
    must(posix_spawn(&child, node, &actions, NULL, argv, environ) == 0, node);
    close(pair[1]);
    return pair[0];
}

static void ping(int echo)
{
    char bytes[PING_SIZE] = "";
    size_t got = 0;

    must(send(echo, bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes, "the ping");
    while (got < sizeof bytes) {
        ssize_t more = recv(echo, bytes, sizeof bytes - got, 0);
        must(more > 0, "the answer to a ping");
        got += (size_t)more;
    }
}

static VixHandle vm;

static void synchronous_call(int unused)
{
    (void)unused;
    must(Vix_GetHandleType(vm) == VIX_HANDLETYPE_VM, "Vix_GetHandleType");
}

static void property_read(int unused)
{
    int cpus = 0;

    (void)unused;
    must(Vix_GetProperties(vm, VIX_PROPERTY_VM_NUM_VCPUS, &cpus, VIX_PROPERTY_NONE) == VIX_OK, "Vix_GetProperties");
}

/* Starts a job, waits for it with a property, and releases it: three round trips at least. */
static void job_cycle(int unused)
{
    int count = -1;
    VixHandle job = VixVM_GetNumSharedFolders(vm, NULL, NULL);
    VixError err = VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT, &count, VIX_PROPERTY_NONE);

    (void)unused;
    must(err == VIX_OK, "VixVM_GetNumSharedFolders");
    Vix_ReleaseHandle(job);
}

typedef struct Way {
    const char *name;
    void (*run)(int echo);
    double fastest;
} Way;

static void measure_round_trips(const char *node, const char *script)
{
    Way ways[] = {{"ping", ping, 1e18},
                  {"synchronous-call", synchronous_call, 1e18},
                  {"property-read", property_read, 1e18},
                  {"job-cycle", job_cycle, 1e18}};
    int echo = start_echo(node, script), round, call;
    size_t i;

    for (round = 0; round < ROUNDS; round++) {
        for (i = 0; i < sizeof ways / sizeof ways[0]; i++) {
            double begin = now(), each;
            for (call = 0; call < CALLS; call++) ways[i].run(echo);
            each = (now() - begin) / CALLS;
            if (each < ways[i].fastest) ways[i].fastest = each;
        }
    }
    for (i = 0; i < sizeof ways / sizeof ways[0]; i++) printf("%s %.0f\n", ways[i].name, ways[i].fastest);
    close(echo);
}

/* --- threads ------------------------------------------------------------------------------------------------------ */

static VixHandle host;

/* Reads a variable of a machine of its own, which takes the host some milliseconds each time, and waits for it. */
static void *read_slow_variables(void *argument)
{
    char path[64], *value = NULL;
    VixHandle own;
    int i;

    snprintf(path, sizeof path, "[ds] slow/slow%d.vmx", *(int *)argument + 1);
    own = result_of(VixVM_Open(host, path, NULL, NULL));
    for (i = 0; i < JOBS_OF_A_THREAD; i++) {
        VixHandle job = VixVM_ReadVariable(own, VIX_VM_GUEST_VARIABLE, "x", 0, NULL, NULL);
        VixError err = VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING, &value, VIX_PROPERTY_NONE);
        must(err == VIX_OK, "VixVM_ReadVariable");
        Vix_FreeBuffer(value);
        Vix_ReleaseHandle(job);
    }
    Vix_ReleaseHandle(own);
    return NULL;
}

/* Jobs in a second. */
static double throughput(int count)
{
    pthread_t threads[THREADS];
    int numbers[THREADS], i;
    double begin = now();

    for (i = 0; i < count; i++) {
        numbers[i] = i;
        must(pthread_create(&threads[i], NULL, read_slow_variables, &numbers[i]) == 0, "pthread_create");
    }
    for (i = 0; i < count; i++) pthread_join(threads[i], NULL);
    return count * JOBS_OF_A_THREAD / (now() - begin) * 1e9;
}

static void measure_threads(void)
{
    double one = 0, many = 0;
    int round;

    for (round = 0; round < LATENCY_ROUNDS; round++) {
        double rate = throughput(1);
        if (rate > one) one = rate;
        rate = throughput(THREADS);
        if (rate > many) many = rate;
    }
    printf("jobs-of-1-thread %.0f\njobs-of-%d-threads %.0f\n", one, THREADS, many);
}

int main(int argc, char **argv)
{
    must(argc == 3, "usage: native NODE ECHO-SCRIPT");
    /* Before the first call: a process that has called VIX may not let its children do so. */
    measure_starts(argv[1]);
    host = connect_host();
    vm = result_of(VixVM_Open(host, "[ds] slow/slow1.vmx", NULL, NULL));
    measure_round_trips(argv[1], argv[2]);
    measure_threads();
    VixHost_Disconnect(host);
    return 0;
}
