"""VIX by ctypes, in the shape of the old bindings: the library is loaded by its bare name, every function is looked up at
import, and what follows a fixed argument is passed as it is."""

import ctypes
from ctypes import POINTER, byref, c_bool, c_char_p, c_int, c_int64, c_uint64, c_void_p

Handle = c_int
Error = c_uint64

INVALID_HANDLE = 0
OK = 0
E_SNAPSHOT_NONUNIQUE_NAME = 13017
API_VERSION = -1
SERVICEPROVIDER_VMWARE_WORKSTATION = 3
FIND_RUNNING_VMS = 1
EVENTTYPE_JOB_COMPLETED = 2
EVENTTYPE_FIND_ITEM = 8
VMPOWEROP_NORMAL = 0
POWERSTATE_POWERED_ON = 0x0008
CLONETYPE_FULL = 0
CLONETYPE_LINKED = 1
VMDELETE_DISK_FILES = 0x0002
HOSTOPTION_USE_EVENT_PUMP = 0x0008
PUMPEVENTOPTION_NONE = 0
RUNPROGRAM_RETURN_IMMEDIATELY = 0x0001
FILE_ATTRIBUTES_DIRECTORY = 0x0001
SHAREDFOLDER_WRITE_ACCESS = 0x0004
VM_GUEST_VARIABLE = 1
VM_CONFIG_RUNTIME_ONLY = 2
GUEST_ENVIRONMENT_VARIABLE = 3

PROPERTY_NONE = 0
PROPERTY_VM_NUM_VCPUS = 101
PROPERTY_VM_VMX_PATHNAME = 103
PROPERTY_VM_MEMORY_SIZE = 106
PROPERTY_VM_IS_RUNNING = 196
PROPERTY_VM_NAME = 108
PROPERTY_VM_POWER_STATE = 129
PROPERTY_JOB_RESULT_ERROR_CODE = 3000
PROPERTY_JOB_RESULT_HANDLE = 3010
PROPERTY_JOB_RESULT_ITEM_NAME = 3035
PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE = 3018
PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT = 3046
PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST = 3048
PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS = 3049
PROPERTY_JOB_RESULT_PROCESS_ID = 3051
PROPERTY_JOB_RESULT_PROCESS_OWNER = 3052
PROPERTY_JOB_RESULT_PROCESS_COMMAND = 3053
PROPERTY_JOB_RESULT_FILE_FLAGS = 3054
PROPERTY_JOB_RESULT_VM_VARIABLE_STRING = 3056
PROPERTY_JOB_RESULT_FILE_SIZE = 3061
PROPERTY_FOUND_ITEM_LOCATION = 4010
PROPERTY_SNAPSHOT_DISPLAYNAME = 4200
PROPERTY_SNAPSHOT_DESCRIPTION = 4201
PROPERTY_SNAPSHOT_POWERSTATE = 4205
PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH = 4525

EventProc = ctypes.CFUNCTYPE(None, Handle, c_int, Handle, c_void_p)
NO_CALLBACK = EventProc()

_library = ctypes.CDLL("libvixAllProducts.so")


def _function(name, result, *arguments):
    function = getattr(_library, name)
    function.restype = result
    function.argtypes = arguments
    return function


release_handle = _function("Vix_ReleaseHandle", None, Handle)
free_buffer = _function("Vix_FreeBuffer", None, c_void_p)
get_properties = _function("Vix_GetProperties", Error, Handle, c_int)
job_wait = _function("VixJob_Wait", Error, Handle, c_int)
job_check_completion = _function("VixJob_CheckCompletion", Error, Handle, POINTER(c_bool))
job_get_num_properties = _function("VixJob_GetNumProperties", c_int, Handle, c_int)
job_get_nth_properties = _function("VixJob_GetNthProperties", Error, Handle, c_int, c_int)
pump_events = _function("Vix_PumpEvents", None, Handle, c_int)
job_get_error = _function("VixJob_GetError", Error, Handle)
host_connect = _function(
    "VixHost_Connect", Handle, c_int, c_int, c_char_p, c_int, c_char_p, c_char_p, c_int, Handle, EventProc, c_void_p
)
host_disconnect = _function("VixHost_Disconnect", None, Handle)
host_find_items = _function("VixHost_FindItems", Handle, Handle, c_int, Handle, c_int, EventProc, c_void_p)
host_open_vm = _function("VixHost_OpenVM", Handle, Handle, c_char_p, c_int, Handle, EventProc, c_void_p)
vm_open = _function("VixVM_Open", Handle, Handle, c_char_p, EventProc, c_void_p)
vm_power_on = _function("VixVM_PowerOn", Handle, Handle, c_int, Handle, EventProc, c_void_p)
vm_power_off = _function("VixVM_PowerOff", Handle, Handle, c_int, EventProc, c_void_p)
vm_delete = _function("VixVM_Delete", Handle, Handle, c_int, EventProc, c_void_p)
vm_clone = _function("VixVM_Clone", Handle, Handle, Handle, c_int, c_char_p, c_int, Handle, EventProc, c_void_p)
vm_wait_for_tools = _function("VixVM_WaitForToolsInGuest", Handle, Handle, c_int, EventProc, c_void_p)
vm_login = _function("VixVM_LoginInGuest", Handle, Handle, c_char_p, c_char_p, c_int, EventProc, c_void_p)
vm_run_program = _function(
    "VixVM_RunProgramInGuest", Handle, Handle, c_char_p, c_char_p, c_int, Handle, EventProc, c_void_p
)
vm_create_temp_file = _function("VixVM_CreateTempFileInGuest", Handle, Handle, c_int, Handle, EventProc, c_void_p)
vm_copy_to_host = _function(
    "VixVM_CopyFileFromGuestToHost", Handle, Handle, c_char_p, c_char_p, c_int, Handle, EventProc, c_void_p
)
vm_delete_file = _function("VixVM_DeleteFileInGuest", Handle, Handle, c_char_p, EventProc, c_void_p)
vm_copy_to_guest = _function(
    "VixVM_CopyFileFromHostToGuest", Handle, Handle, c_char_p, c_char_p, c_int, Handle, EventProc, c_void_p
)
vm_list_directory = _function("VixVM_ListDirectoryInGuest", Handle, Handle, c_char_p, c_int, EventProc, c_void_p)
vm_delete_directory = _function("VixVM_DeleteDirectoryInGuest", Handle, Handle, c_char_p, c_int, EventProc, c_void_p)
vm_run_script = _function(
    "VixVM_RunScriptInGuest", Handle, Handle, c_char_p, c_char_p, c_int, Handle, EventProc, c_void_p
)
vm_list_processes = _function("VixVM_ListProcessesInGuest", Handle, Handle, c_int, EventProc, c_void_p)
vm_kill_process = _function("VixVM_KillProcessInGuest", Handle, Handle, c_uint64, c_int, EventProc, c_void_p)
vm_read_variable = _function("VixVM_ReadVariable", Handle, Handle, c_int, c_char_p, c_int, EventProc, c_void_p)
vm_write_variable = _function(
    "VixVM_WriteVariable", Handle, Handle, c_int, c_char_p, c_char_p, c_int, EventProc, c_void_p
)
vm_enable_shared_folders = _function("VixVM_EnableSharedFolders", Handle, Handle, c_bool, c_int, EventProc, c_void_p)
vm_get_num_shared_folders = _function("VixVM_GetNumSharedFolders", Handle, Handle, EventProc, c_void_p)
vm_get_shared_folder_state = _function("VixVM_GetSharedFolderState", Handle, Handle, c_int, EventProc, c_void_p)
vm_set_shared_folder_state = _function(
    "VixVM_SetSharedFolderState", Handle, Handle, c_char_p, c_char_p, c_int, EventProc, c_void_p
)
vm_add_shared_folder = _function(
    "VixVM_AddSharedFolder", Handle, Handle, c_char_p, c_char_p, c_int, EventProc, c_void_p
)
vm_remove_shared_folder = _function("VixVM_RemoveSharedFolder", Handle, Handle, c_char_p, c_int, EventProc, c_void_p)
vm_create_snapshot = _function(
    "VixVM_CreateSnapshot", Handle, Handle, c_char_p, c_char_p, c_int, Handle, EventProc, c_void_p
)
vm_get_num_root_snapshots = _function("VixVM_GetNumRootSnapshots", Error, Handle, POINTER(c_int))
vm_get_root_snapshot = _function("VixVM_GetRootSnapshot", Error, Handle, c_int, POINTER(Handle))
vm_get_current_snapshot = _function("VixVM_GetCurrentSnapshot", Error, Handle, POINTER(Handle))
vm_get_named_snapshot = _function("VixVM_GetNamedSnapshot", Error, Handle, c_char_p, POINTER(Handle))
snapshot_get_num_children = _function("VixSnapshot_GetNumChildren", Error, Handle, POINTER(c_int))
snapshot_get_child = _function("VixSnapshot_GetChild", Error, Handle, c_int, POINTER(Handle))
snapshot_get_parent = _function("VixSnapshot_GetParent", Error, Handle, POINTER(Handle))
count_handles = _function("Revix_CountHandles", c_int)
get_error_message = _function("Revix_GetErrorMessage", c_void_p, Handle)
_get_error_text = _function("Vix_GetErrorText", c_char_p, Error, c_char_p)


def error_text(error):
    return _get_error_text(error, None).decode()


def take_text(pointer):
    """A text that the library has given away: copied, then freed."""
    text = ctypes.string_at(pointer).decode()
    free_buffer(pointer)
    return text


class VixError(Exception):
    """A call has failed."""


def check(error):
    if error != OK:
        raise VixError(error_text(error))


# What a property of each type is written to. A text is a pointer that the caller frees.
_cells = {
    PROPERTY_VM_VMX_PATHNAME: c_void_p,
    PROPERTY_VM_NAME: c_void_p,
    PROPERTY_VM_IS_RUNNING: c_bool,
    PROPERTY_JOB_RESULT_ERROR_CODE: c_int64,
    PROPERTY_JOB_RESULT_ITEM_NAME: c_void_p,
    PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST: c_void_p,
    PROPERTY_JOB_RESULT_PROCESS_ID: c_int64,
    PROPERTY_JOB_RESULT_PROCESS_OWNER: c_void_p,
    PROPERTY_JOB_RESULT_PROCESS_COMMAND: c_void_p,
    PROPERTY_JOB_RESULT_VM_VARIABLE_STRING: c_void_p,
    PROPERTY_JOB_RESULT_FILE_SIZE: c_int64,
    PROPERTY_FOUND_ITEM_LOCATION: c_void_p,
    PROPERTY_SNAPSHOT_DISPLAYNAME: c_void_p,
    PROPERTY_SNAPSHOT_DESCRIPTION: c_void_p,
    PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH: c_void_p,
}


def _read(function, handle, ids):
    cells = [_cells.get(id, c_int)() for id in ids]
    pairs = [argument for id, cell in zip(ids, cells) for argument in (c_int(id), byref(cell))]
    check(function(handle, *pairs, c_int(PROPERTY_NONE)) if pairs else function(handle, PROPERTY_NONE))
    return [take_text(cell.value) if isinstance(cell, c_void_p) else cell.value for cell in cells]


def properties(handle, *ids):
    return _read(get_properties, handle, ids)


def each(job, count_of, *ids):
    """Reads properties of each result of a job that has several, as many as there are of one property."""
    for index in range(job_get_num_properties(job, count_of)):
        yield _read(lambda handle, *rest: job_get_nth_properties(handle, c_int(index), *rest), job, ids)


def wait(job, *ids):
    """Waits for a job, reads properties of it in the same call, and releases it."""
    try:
        return _read(job_wait, job, ids)
    finally:
        release_handle(job)


def result(job):
    (handle,) = wait(job, PROPERTY_JOB_RESULT_HANDLE)
    return handle
