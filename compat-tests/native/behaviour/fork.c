/*
 * A forked child gets errors and no hangs, the parent goes on, and what a child executes inherits nothing; nor does the
 * helper.
 */
#include <fcntl.h>
#include <sys/wait.h>

#include "check.h"

static void on_event(VixHandle job, VixEventType type, VixHandle info, void *clientData)
{
    (void)job;
    (void)type;
    (void)info;
    (void)clientData;
}

static int filesAtStart;

static int open_files(void)
{
    int count = 0, fd;

    for (fd = 0; fd < 256; fd++) count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* How many files a program has open that this one executes. */
static int files_of_child(void)
{
    FILE *listing = popen("ls /dev/fd | grep -c .", "r");
    int count = 0;

    CHECK(listing != NULL && fscanf(listing, "%d", &count) == 1);
    pclose(listing);
    return count;
}

static void child(VixHandle host, VixHandle job)
{
    VixHandle again = start_connect(0, on_event, NULL);
    VixError err = VixJob_Wait(again, VIX_PROPERTY_NONE);

    CHECK(again == VIX_INVALID_HANDLE);
    CHECK(err == VIX_E_HOST_CONNECTION_LOST);
    CHECK(strstr(Vix_GetErrorText(err, NULL), "forked") != NULL);
    CHECK(VixJob_Wait(job, VIX_PROPERTY_NONE) == VIX_E_HOST_CONNECTION_LOST);
    CHECK(Vix_GetHandleType(host) == VIX_HANDLETYPE_NONE);
    Vix_ReleaseHandle(host);
    VixHost_Disconnect(host);
    /* The stream to the helper is not open here. */
    CHECK(open_files() == filesAtStart);
    exit(7);
}

int main(void)
{
    VixHandle host, vm, job;
    int status = 0, filesOfChild = files_of_child(), channel[2];
    pid_t pid;
    char byte;

    CHECK(pipe(channel) == 0);
    filesAtStart = open_files();
    host = connect_host();
    /* The end of the pipe is the last one: the helper has no copy of it. */
    close(channel[1]);
    CHECK(fcntl(channel[0], F_SETFL, O_NONBLOCK) == 0 && read(channel[0], &byte, 1) == 0);
    close(channel[0]);
    filesAtStart -= 2;
    vm = open_guest(host);
    job = start_endless(vm, on_event, NULL);

    /* The helper is nobody's child. */
    CHECK(waitpid(-1, &status, WNOHANG) < 0);
    fflush(NULL);
    pid = fork();
    if (pid == 0) child(host, job);
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);

    CHECK(open_files() == filesAtStart + 1);
    CHECK(files_of_child() == filesOfChild);
    CHECK(Vix_GetHandleType(vm) == VIX_HANDLETYPE_VM);
    VixHost_Disconnect(host);
    CHECK(VixJob_Wait(job, VIX_PROPERTY_NONE) != VIX_OK);
    return finish();
}
