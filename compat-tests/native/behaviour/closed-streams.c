/* A daemon that has closed its standard streams: the stream to the helper does not take their place. */
#include <fcntl.h>

#include "check.h"

int main(void)
{
    int out = fcntl(STDOUT_FILENO, F_DUPFD, 100);
    VixHandle host, vm;

    fclose(stdin);
    fclose(stdout);
    close(STDERR_FILENO);
    host = connect_host();
    vm = open_vm(host, "/vms/linux/linux.vmx");
    CHECK(fcntl(0, F_GETFD) < 0 && fcntl(1, F_GETFD) < 0 && fcntl(2, F_GETFD) < 0);
    Vix_ReleaseHandle(vm);
    VixHost_Disconnect(host);
    return write(out, "ok\n", 3) == 3 ? 0 : 1;
}
