/* What old programs do and should not: every function answers, and nothing breaks. */
#include "check.h"

int main(void)
{
    VixHandle host, vm, job, list = VIX_INVALID_HANDLE;
    VixError err;
    VixPropertyType type = VIX_PROPERTYTYPE_ANY;
    int isRunning = 0, size = -1, number = 42;
    int64 modified = -1;
    char *name = NULL;
    unsigned char *image = NULL;
    Bool isDone = FALSE;
    struct {
        Bool before;
        Bool value;
        Bool after;
    } flag = {77, 77, 77};

    /* Before anything is there. */
    Vix_ReleaseHandle(VIX_INVALID_HANDLE);
    Vix_FreeBuffer(NULL);
    VixHost_Disconnect(VIX_INVALID_HANDLE);
    CHECK(VixJob_Wait(VIX_INVALID_HANDLE, VIX_PROPERTY_NONE) == VIX_E_INVALID_HANDLE);

    host = connect_host();
    Vix_FreeBuffer(malloc(16));
    Vix_ReleaseHandle(-1);
    Vix_ReleaseHandle(0x7fffffff);

    /* A version of long ago, empty strings for none, a port that means nothing. */
    job = VixHost_Connect(1, VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, "", 902, "", "", 0, VIX_INVALID_HANDLE, NULL, NULL);
    Vix_ReleaseHandle(result_of(job));
    Vix_ReleaseHandle(job);
    Vix_ReleaseHandle(job);

    vm = open_vm(host, "/vms/linux/linux.vmx");
    CHECK(open_vm(host, "/vms/linux/linux.vmx") == vm);
    Vix_ReleaseHandle(vm);

    /* A Bool is one byte, and an int that was 0 before holds it too. */
    CHECK(Vix_GetProperties(vm, VIX_PROPERTY_VM_IS_RUNNING, &flag.value, VIX_PROPERTY_NONE) == VIX_OK);
    CHECK(flag.before == 77 && flag.value == FALSE && flag.after == 77);
    CHECK(Vix_GetProperties(vm, VIX_PROPERTY_VM_IS_RUNNING, &isRunning, VIX_PROPERTY_NONE) == VIX_OK);
    CHECK(isRunning == 0);

    /* All or nothing. */
    err = Vix_GetProperties(vm, VIX_PROPERTY_VM_NAME, &name, 99999, &number, VIX_PROPERTY_NONE);
    CHECK(err == VIX_E_UNRECOGNIZED_PROPERTY && name == NULL && number == 42);
    CHECK(Vix_GetProperties(vm, VIX_PROPERTY_VM_NAME, (char **)NULL, VIX_PROPERTY_NONE) == VIX_E_INVALID_ARG);
    CHECK(Vix_GetProperties(vm, VIX_PROPERTY_NONE) == VIX_OK);
    CHECK(Vix_GetPropertyType(vm, VIX_PROPERTY_VM_NAME, &type) == VIX_OK && type == VIX_PROPERTYTYPE_STRING);
    CHECK(Vix_GetPropertyType(vm, VIX_PROPERTY_VM_NAME, NULL) == VIX_E_INVALID_ARG);

    /* Lists of values of every type. */
    err = VixPropertyList_AllocPropertyList(host, &list, VIX_PROPERTY_VM_NAME, "Gr\xc3\xb6\xc3\x9f" "e", VIX_PROPERTY_VM_NUM_VCPUS,
                                            -3, VIX_PROPERTY_VM_IS_RUNNING, TRUE, VIX_PROPERTY_JOB_RESULT_FILE_SIZE,
                                            (int64)1 << 40, VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA, 3, "abc",
                                            VIX_PROPERTY_JOB_RESULT_HANDLE, vm, VIX_PROPERTY_NONE);
    CHECK(err == VIX_OK);
    isDone = FALSE;
    CHECK(Vix_GetProperties(list, VIX_PROPERTY_JOB_RESULT_FILE_SIZE, &modified, VIX_PROPERTY_VM_NUM_VCPUS, &number,
                            VIX_PROPERTY_VM_IS_RUNNING, &isDone, VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA, &size,
                            &image, VIX_PROPERTY_VM_NAME, &name, VIX_PROPERTY_NONE) == VIX_OK);
    CHECK(modified == (int64)1 << 40 && number == -3 && isDone == TRUE && size == 3 && memcmp(image, "abc", 3) == 0);
    CHECK(strcmp(name, "Gr\xc3\xb6\xc3\x9f" "e") == 0);
    Vix_FreeBuffer(name);
    Vix_FreeBuffer(image);
    Vix_ReleaseHandle(list);
    CHECK(VixPropertyList_AllocPropertyList(host, &list, VIX_PROPERTY_NONE) == VIX_OK);
    Vix_ReleaseHandle(list);
    CHECK(VixPropertyList_AllocPropertyList(host, &list, 99999, 1, VIX_PROPERTY_NONE) == VIX_E_UNRECOGNIZED_PROPERTY);
    CHECK(VixPropertyList_AllocPropertyList(host, NULL, VIX_PROPERTY_NONE) == VIX_E_INVALID_ARG);

    /* A job that nobody waits for, polled with a NULL as well. */
    job = VixVM_PowerOn(vm, VIX_VMPOWEROP_LAUNCH_GUI, VIX_INVALID_HANDLE, NULL, NULL);
    CHECK(VixJob_CheckCompletion(job, NULL) == VIX_E_INVALID_ARG);
    CHECK(VixJob_GetNumProperties(job, VIX_PROPERTY_JOB_RESULT_ITEM_NAME) == 0);
    Vix_ReleaseHandle(job);
    CHECK(VixJob_Wait(VixVM_WaitForToolsInGuest(vm, 60, NULL, NULL), VIX_PROPERTY_NONE) == VIX_OK);

    /* A picture: size and bytes for one property, and its size as a property of its own. */
    CHECK(VixJob_Wait(VixVM_LoginInGuest(vm, "user", "password", 0, NULL, NULL), VIX_PROPERTY_NONE) == VIX_OK);
    job = VixVM_CaptureScreenImage(vm, VIX_CAPTURESCREENFORMAT_PNG, VIX_INVALID_HANDLE, NULL, NULL);
    err = VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA, &size, &image,
                      VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_SIZE, &number, VIX_PROPERTY_NONE);
    CHECK(err == VIX_OK && size == number && size > 100 && memcmp(image, "\x89PNG", 4) == 0);
    Vix_FreeBuffer(image);
    CHECK(VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_SCREEN_IMAGE_DATA, &size, NULL, VIX_PROPERTY_NONE) ==
          VIX_E_INVALID_ARG);
    Vix_ReleaseHandle(job);

    /* Texts of errors are never NULL and stay what they are. */
    CHECK(Vix_GetErrorText(VIX_E_FILE_NOT_FOUND, NULL) == Vix_GetErrorText(VIX_E_FILE_NOT_FOUND, "de"));
    CHECK(strcmp(Vix_GetErrorText(((VixError)7 << 32) | VIX_E_FILE_NOT_FOUND, NULL),
                 Vix_GetErrorText(VIX_E_FILE_NOT_FOUND, NULL)) == 0);
    CHECK(strlen(Vix_GetErrorText((VixError)-1, NULL)) > 0);

    /* A text that is no UTF-8. */
    CHECK(VixJob_Wait(VixVM_Open(host, "/vms/Gr\xfc" "n.vmx", NULL, NULL), VIX_PROPERTY_NONE) == VIX_E_INVALID_UTF8_STRING);

    /* Disconnect first, release afterwards. */
    VixHost_Disconnect(host);
    CHECK(Vix_GetHandleType(vm) == VIX_HANDLETYPE_NONE);
    Vix_ReleaseHandle(vm);
    Vix_ReleaseHandle(host);
    Vix_ReleaseHandle(host);
    return finish();
}
