/* A forked child that lives on does not keep the helper alive. The test looks for the helper. */
#include "check.h"

int main(void)
{
    pid_t pid;

    connect_host();
    pid = fork();
    if (pid == 0) {
        fclose(stdout);
        fclose(stderr);
        for (;;) pause();
    }
    printf("child %d\n", (int)pid);
    return finish();
}
