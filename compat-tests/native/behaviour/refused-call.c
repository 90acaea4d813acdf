/*
 * A call that the helper says it cannot make fails, and what it says stands on the standard error; the next one is made.
 * Needs a helper that refuses VixVM_Open.
 */
#include "check.h"

int main(void)
{
    CHECK(start_connect(0, NULL, NULL) != VIX_INVALID_HANDLE);
    CHECK(VixVM_Open(1, "/vms/linux/linux.vmx", NULL, NULL) == VIX_INVALID_HANDLE);
    CHECK(start_connect(0, NULL, NULL) != VIX_INVALID_HANDLE);
    return finish();
}
