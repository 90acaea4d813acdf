/* Ctrl-C reaches the program only: its handler runs, and the connection can be closed in order. */
#include <errno.h>
#include <signal.h>

#include "check.h"

static volatile sig_atomic_t isInterrupted;

static void on_interrupt(int signal)
{
    (void)signal;
    isInterrupted = 1;
}

int main(void)
{
    struct sigaction action;
    VixHandle host, job;
    sigset_t interrupt, before;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_interrupt;
    sigaction(SIGINT, &action, NULL);
    host = connect_host();
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(SIG_BLOCK, &interrupt, &before);
    printf("ready\n");
    fflush(stdout);
    while (!isInterrupted) CHECK(sigsuspend(&before) < 0 && errno == EINTR);
    sigprocmask(SIG_SETMASK, &before, NULL);

    job = VixVM_Open(host, "/vms/linux/linux.vmx", NULL, NULL);
    CHECK(VixJob_Wait(job, VIX_PROPERTY_NONE) == VIX_OK);
    VixHost_Disconnect(host);
    return finish();
}
