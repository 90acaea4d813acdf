/*
 * Times calls of the native library against a bare ping over the same kind of socket to another Node, in turn and many
 * times over; the fastest round of each counts. Prints nanoseconds: one name and one number a line.
 * usage: round-trips path-of-node
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "vix.h"

enum { ROUNDS = 200, CALLS = 50, THREADS = 32, CALLS_OF_THREAD = 400, PING_BYTES = 64 };

static VixHandle host;
static VixHandle vm;
static int pingSocket;

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void fail(const char *what)
{
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

static void start_echo(const char *node)
{
    static const char script[] = "const s = new (require('net').Socket)({ fd: 3 }); s.on('data', (d) => s.write(d));"
                                 "s.on('close', () => process.exit(0));";
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) fail("socketpair");
    if (fork() == 0) {
        close(pair[0]);
        if (pair[1] != 3) dup2(pair[1], 3);
        execl(node, node, "-e", script, (char *)NULL);
        _exit(127);
    }
    close(pair[1]);
    fcntl(pair[0], F_SETFD, FD_CLOEXEC);
    pingSocket = pair[0];
}

static void ping(void)
{
    char bytes[PING_BYTES] = "ping";
    size_t got = 0;

    if (write(pingSocket, bytes, sizeof bytes) != (ssize_t)sizeof bytes) fail("write");
    while (got < sizeof bytes) {
        ssize_t size = read(pingSocket, bytes, sizeof bytes - got);
        if (size <= 0) fail("read");
        got += (size_t)size;
    }
}

static void call(void)
{
    if (Vix_GetHandleType(vm) != VIX_HANDLETYPE_VM) fail("Vix_GetHandleType");
}

static void read_property(void)
{
    int cpus = 0;

    if (Vix_GetProperties(vm, VIX_PROPERTY_VM_NUM_VCPUS, &cpus, VIX_PROPERTY_NONE) != VIX_OK) fail("Vix_GetProperties");
}

static void job_cycle(void)
{
    char *value = NULL;
    VixHandle job = VixVM_ReadVariable(vm, VIX_VM_GUEST_VARIABLE, "x", 0, NULL, NULL);

    if (VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_VM_VARIABLE_STRING, &value, VIX_PROPERTY_NONE) != VIX_OK) fail("job");
    Vix_FreeBuffer(value);
    Vix_ReleaseHandle(job);
}

typedef struct Way {
    const char *name;
    void (*once)(void);
    double fastest;
} Way;

static void measure(Way *ways, int count)
{
    int round, way, i;

    for (round = 0; round < ROUNDS; round++) {
        for (way = 0; way < count; way++) {
            double start = now(), each;
            for (i = 0; i < CALLS; i++) ways[way].once();
            each = (now() - start) / CALLS;
            if (ways[way].fastest == 0 || each < ways[way].fastest) ways[way].fastest = each;
        }
    }
    for (way = 0; way < count; way++) printf("%s %.0f\n", ways[way].name, ways[way].fastest);
}

static void *call_often(void *count)
{
    int i;

    for (i = 0; i < *(int *)count; i++) call();
    return NULL;
}

/* Nanoseconds per call when so many threads call at once; the fastest of some rounds. */
static double throughput(int threads)
{
    pthread_t all[THREADS];
    int count = CALLS_OF_THREAD * THREADS / threads / (threads == 1 ? 4 : 1), round, i;
    double fastest = 0;

    for (round = 0; round < 12; round++) {
        double start = now(), each;
        for (i = 0; i < threads; i++) pthread_create(&all[i], NULL, call_often, &count);
        for (i = 0; i < threads; i++) pthread_join(all[i], NULL);
        each = (now() - start) / ((double)count * threads);
        if (fastest == 0 || each < fastest) fastest = each;
    }
    return fastest;
}

static VixHandle result_of(VixHandle job)
{
    VixHandle result = VIX_INVALID_HANDLE;

    if (VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, &result, VIX_PROPERTY_NONE) != VIX_OK) fail("connecting");
    Vix_ReleaseHandle(job);
    return result;
}

int main(int argc, char **argv)
{
    Way ways[] = {{"ping", ping, 0}, {"call", call, 0}, {"property", read_property, 0}, {"job", job_cycle, 0}};

    if (argc < 2) fail("the path of Node is missing; that");
    start_echo(argv[1]);
    host = result_of(VixHost_Connect(VIX_API_VERSION, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, NULL, 0, NULL, NULL, 0,
                                     VIX_INVALID_HANDLE, NULL, NULL));
    vm = result_of(VixVM_Open(host, "/vms/linux/linux.vmx", NULL, NULL));
    measure(ways, (int)(sizeof ways / sizeof ways[0]));
    printf("threads1 %.0f\n", throughput(1));
    printf("threads32 %.0f\n", throughput(THREADS));
    VixHost_Disconnect(host);
    return 0;
}
