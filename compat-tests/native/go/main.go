// Two of the C programs of compat-tests/native/programs, by way of cgo, in the shape of the old bindings: C functions
// stand before those with variable arguments and before the callback, which Go cannot call or be. usage: programs NAME
package main

/*
#cgo LDFLAGS: -lvixAllProducts -ldl -lpthread
#include <stdint.h>
#include <stdlib.h>
#include "revix.h"

extern void goFound(VixHandle info, uintptr_t client);

static VixError waitForHandle(VixHandle job, VixHandle *result) {
	return VixJob_Wait(job, VIX_PROPERTY_JOB_RESULT_HANDLE, result, VIX_PROPERTY_NONE);
}

static VixError waitForEnd(VixHandle job) {
	return VixJob_Wait(job, VIX_PROPERTY_NONE);
}

static VixError readVM(VixHandle vm, char **name, char **path, int *cpus, int *memory) {
	return Vix_GetProperties(vm, VIX_PROPERTY_VM_NAME, name, VIX_PROPERTY_VM_VMX_PATHNAME, path,
		VIX_PROPERTY_VM_NUM_VCPUS, cpus, VIX_PROPERTY_VM_MEMORY_SIZE, memory, VIX_PROPERTY_NONE);
}

static VixError readLocation(VixHandle info, char **location) {
	return Vix_GetProperties(info, VIX_PROPERTY_FOUND_ITEM_LOCATION, location, VIX_PROPERTY_NONE);
}

static void onEvent(VixHandle job, VixEventType type, VixHandle info, void *client) {
	(void)job;
	if (type == VIX_EVENTTYPE_FIND_ITEM) goFound(info, (uintptr_t)client);
}

static VixHandle findRunning(VixHandle host, uintptr_t client) {
	return VixHost_FindItems(host, VIX_FIND_RUNNING_VMS, VIX_INVALID_HANDLE, -1, onEvent, (void *)client);
}
*/
import "C"

import (
	"fmt"
	"os"
	"runtime/cgo"
	"unsafe"
)

func check(err C.VixError) {
	if err != C.VIX_OK {
		panic(C.GoString(C.Vix_GetErrorText(err, nil)))
	}
}

// result waits for a job, gives the handle that it results in, and releases it.
func result(job C.VixHandle) C.VixHandle {
	defer C.Vix_ReleaseHandle(job)
	var handle C.VixHandle
	check(C.waitForHandle(job, &handle))
	return handle
}

// take copies a text that the library has given away, and frees it.
func take(text *C.char) string {
	defer C.Vix_FreeBuffer(unsafe.Pointer(text))
	return C.GoString(text)
}

func openVM(host C.VixHandle) {
	path := C.CString("/vms/linux/linux.vmx")
	defer C.free(unsafe.Pointer(path))
	vm := result(C.VixVM_Open(host, path, nil, nil))
	defer C.Vix_ReleaseHandle(vm)
	var name, location *C.char
	var cpus, memory C.int
	check(C.readVM(vm, &name, &location, &cpus, &memory))
	fmt.Printf("opened %s\n%s: %d CPU, %d MB\n", take(location), take(name), cpus, memory)
}

//export goFound
func goFound(info C.VixHandle, client C.uintptr_t) {
	var location *C.char
	check(C.readLocation(info, &location))
	fmt.Println("found", take(location))
	*cgo.Handle(client).Value().(*int)++
}

func findRunningVMs(host C.VixHandle) {
	count := 0
	client := cgo.NewHandle(&count)
	defer client.Delete()
	fmt.Println("looking for running virtual machines")
	job := C.findRunning(host, C.uintptr_t(client))
	check(C.waitForEnd(job))
	C.Vix_ReleaseHandle(job)
	fmt.Println(count, "running")
}

func main() {
	programs := map[string]func(C.VixHandle){"open-vm": openVM, "find-running-vms": findRunningVMs}
	host := result(C.VixHost_Connect(C.VIX_API_VERSION, C.VIX_SERVICEPROVIDER_VMWARE_WORKSTATION, nil, 0, nil, nil, 0,
		C.VIX_INVALID_HANDLE, nil, nil))
	programs[os.Args[1]](host)
	fmt.Println("handles left beside the host:", C.Revix_CountHandles()-1)
	C.VixHost_Disconnect(host)
}
