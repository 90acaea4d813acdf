/*
 * Many threads that connect, open, wait, call back, poll, pump and disconnect at random, for some seconds.
 * usage: threads [seconds [threads [seed]]]
 * With HELPER_PID_FILE set, one more thread kills the helper at random moments.
 */
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "../behaviour/check.h"

static time_t end;
static int areKilled;
static atomic_int kills;
static atomic_long calls;
static atomic_long callbacks;

typedef struct Worker {
    pthread_t thread;
    unsigned seed;
    VixHandle host;
    VixHandle vm;
    VixHandle guest;
    int options;
} Worker;

static int pick(Worker *worker, int count)
{
    worker->seed = worker->seed * 1103515245u + 12345u;
    return (int)(worker->seed >> 16 & 0x7fff) % count;
}

/* Whether a call may end so: well, or because its host or its helper is gone. Says it otherwise. */
static int is_expected(VixError err)
{
    atomic_fetch_add(&calls, 1);
    if (err == VIX_OK || err == VIX_E_CANCELLED || err == VIX_E_INVALID_HANDLE) return 1;
    if (areKilled && (err == VIX_E_HOST_CONNECTION_LOST || err == VIX_E_ANON_GUEST_OPERATIONS_PROHIBITED)) return 1;
    fprintf(stderr, "a call ended with %llu\n", (unsigned long long)VIX_ERROR_CODE(err));
    return 0;
}

/* The count of a job's events; a completion comes once and last. */
typedef struct Events {
    atomic_int items;
    atomic_int completions;
} Events;

static void on_event(VixHandle job, VixEventType type, VixHandle info, void *clientData)
{
    Events *events = (Events *)clientData;
    char *location = NULL;

    atomic_fetch_add(&callbacks, 1);
    CHECK(atomic_load(&events->completions) == 0);
    if (type == VIX_EVENTTYPE_FIND_ITEM) {
        VixError err = Vix_GetProperties(info, VIX_PROPERTY_FOUND_ITEM_LOCATION, &location, VIX_PROPERTY_NONE);
        CHECK(is_expected(err));
        if (err == VIX_OK) CHECK(strlen(location) > 0);
        Vix_FreeBuffer(location);
        atomic_fetch_add(&events->items, 1);
    }
    if (type == VIX_EVENTTYPE_JOB_COMPLETED) {
        VixError err = VIX_OK;
        Vix_GetProperties(job, VIX_PROPERTY_JOB_RESULT_ERROR_CODE, &err, VIX_PROPERTY_NONE);
        CHECK(is_expected(err));
        /* The memory is the waiting thread's: it is not touched after this. */
        atomic_fetch_add(&events->completions, 1);
    }
}

static VixError wait_and_release(VixHandle job)
{
    VixError err = VixJob_Wait(job, VIX_PROPERTY_NONE);

    Vix_ReleaseHandle(job);
    return err;
}

static void connect_again(Worker *worker)
{
    VixHandle job;

    VixHost_Disconnect(worker->host);
    if (pick(worker, 2)) Vix_ReleaseHandle(worker->host);
    Vix_ReleaseHandle(worker->vm);
    Vix_ReleaseHandle(worker->guest);
    worker->host = worker->vm = worker->guest = VIX_INVALID_HANDLE;
    worker->options = pick(worker, 4) == 0 ? VIX_HOSTOPTION_USE_EVENT_PUMP : 0;
    job = start_connect(worker->options, NULL, NULL);
    CHECK(is_expected(VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, &worker->host, VIX_PROPERTY_NONE)));
    Vix_ReleaseHandle(job);
    job = VixVM_Open(worker->host, "/vms/linux/linux.vmx", NULL, NULL);
    CHECK(is_expected(VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, &worker->vm, VIX_PROPERTY_NONE)));
    Vix_ReleaseHandle(job);
    job = VixHost_OpenVM(worker->host, "[datastore1] web/web.vmx", 0, VIX_INVALID_HANDLE, NULL, NULL);
    CHECK(is_expected(VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, &worker->guest, VIX_PROPERTY_NONE)));
    Vix_ReleaseHandle(job);
    CHECK(is_expected(wait_and_release(VixVM_LoginInGuest(worker->guest, "user", "password", 0, NULL, NULL))));
}

static void read_properties(Worker *worker)
{
    char *name = NULL;
    int cpus = 0;
    Bool isRunning = FALSE;
    VixError err = Vix_GetProperties(worker->vm, VIX_PROPERTY_VM_NAME, &name, VIX_PROPERTY_VM_NUM_VCPUS, &cpus,
                                     VIX_PROPERTY_VM_IS_RUNNING, &isRunning, VIX_PROPERTY_NONE);

    CHECK(is_expected(err));
    if (err == VIX_OK) CHECK(strcmp(name, "linux") == 0 && cpus == 1);
    Vix_FreeBuffer(name);
}

static void find(Worker *worker)
{
    Events events = {0, 0};
    VixHandle job = VixHost_FindItems(worker->host, VIX_FIND_RUNNING_VMS, VIX_INVALID_HANDLE, -1, on_event, &events);
    VixError err = VixJob_Wait(job, VIX_PROPERTY_NONE);

    CHECK(is_expected(err));
    if (err == VIX_OK) CHECK(atomic_load(&events.items) == 3);
    /* Also after the death of a helper: a wait returns after the callback. */
    if (job != VIX_INVALID_HANDLE) CHECK(atomic_load(&events.completions) == 1);
    Vix_ReleaseHandle(job);
}

static void poll(Worker *worker)
{
    VixHandle job = VixVM_ReadVariable(worker->vm, VIX_VM_GUEST_VARIABLE, "x", 0, NULL, NULL);
    Bool isDone = FALSE;

    while (!isDone) {
        VixError err = VixJob_CheckCompletion(job, &isDone);
        CHECK(is_expected(err));
        if (err != VIX_OK) break;
        if (worker->options != 0) Vix_PumpEvents(worker->host, 0);
    }
    Vix_ReleaseHandle(job);
}

static void run_program(Worker *worker)
{
    int exitCode = -1;
    VixHandle job = VixVM_RunProgramInGuest(worker->guest, "/bin/true", "", 0, VIX_INVALID_HANDLE, NULL, NULL);
    VixError err = VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE, &exitCode, VIX_PROPERTY_NONE);

    CHECK(is_expected(err));
    if (err == VIX_OK) CHECK(exitCode >= 0);
    Vix_ReleaseHandle(job);
}

static void *work(void *argument)
{
    Worker *worker = (Worker *)argument;

    connect_again(worker);
    while (time(NULL) < end) {
        switch (pick(worker, 40)) {
        case 0:
            connect_again(worker);
            break;
        case 1:
        case 2:
        case 7:
        case 8:
        case 9:
            find(worker);
            break;
        case 3:
        case 10:
            poll(worker);
            break;
        case 4:
            run_program(worker);
            break;
        case 5:
            CHECK(strlen(Vix_GetErrorText((VixError)pick(worker, 40), NULL)) > 0);
            break;
        case 6: {
            /* Started and never waited for. */
            VixHandle job = VixHost_FindItems(worker->host, VIX_FIND_REGISTERED_VMS, VIX_INVALID_HANDLE, -1, NULL, NULL);
            Vix_ReleaseHandle(job);
            break;
        }
        default:
            read_properties(worker);
        }
        if (worker->host == VIX_INVALID_HANDLE || Vix_GetHandleType(worker->host) == VIX_HANDLETYPE_NONE) {
            connect_again(worker);
        }
    }
    VixHost_Disconnect(worker->host);
    Vix_ReleaseHandle(worker->vm);
    Vix_ReleaseHandle(worker->guest);
    return NULL;
}

/* The helper, if it is the process that the file names: numbers of processes are used again. */
static int read_helper(const char *path)
{
    char text[512] = "", name[64];
    FILE *file = fopen(path, "r");
    int pid = 0;

    if (file == NULL) return 0;
    if (fscanf(file, "%d", &pid) != 1) pid = 0;
    fclose(file);
    snprintf(name, sizeof name, "/proc/%d/cmdline", pid);
    file = fopen(name, "r");
    if (file == NULL) return 0;
    for (size_t size = fread(text, 1, sizeof text - 1, file), at = 0; at < size; at++) {
        if (text[at] == '\0') text[at] = ' ';
    }
    fclose(file);
    return strstr(text, "helper.cjs") != NULL ? pid : 0;
}

static void *kill_helpers(void *path)
{
    Worker dice;

    dice.seed = 99;
    while (time(NULL) < end) {
        int pid;
        usleep(200000 + (useconds_t)pick(&dice, 1000) * 1000);
        pid = read_helper((const char *)path);
        if (pid > 0 && kill(pid, SIGKILL) == 0) atomic_fetch_add(&kills, 1);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int seconds = argc > 1 ? atoi(argv[1]) : 10;
    int count = argc > 2 ? atoi(argv[2]) : 32;
    unsigned seed = argc > 3 ? (unsigned)atoi(argv[3]) : 1;
    char *pidFile = getenv("HELPER_PID_FILE");
    Worker *workers = (Worker *)calloc((size_t)count, sizeof *workers);
    pthread_t killer;
    int i;

    end = time(NULL) + seconds;
    areKilled = pidFile != NULL;
    for (i = 0; i < count; i++) {
        workers[i].seed = seed * 1000u + (unsigned)i;
        CHECK(pthread_create(&workers[i].thread, NULL, work, &workers[i]) == 0);
    }
    if (pidFile != NULL) CHECK(pthread_create(&killer, NULL, kill_helpers, pidFile) == 0);
    for (i = 0; i < count; i++) pthread_join(workers[i].thread, NULL);
    if (pidFile != NULL) pthread_join(killer, NULL);
    free(workers);
    if (pidFile == NULL && Revix_CountHandles() != 0) {
        char *left = Revix_DumpHandles();
        fprintf(stderr, "handles left:\n%s", left);
        return 1;
    }
    fprintf(stderr, "%ld calls, %ld callbacks, %d helpers killed\n", atomic_load(&calls), atomic_load(&callbacks),
            atomic_load(&kills));
    return finish();
}
