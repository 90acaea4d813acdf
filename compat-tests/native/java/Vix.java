import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.ByteByReference;
import com.sun.jna.ptr.IntByReference;

/** VIX by JNA, in the shape of the old bindings: one interface whose methods are looked up when they are first called. */
interface Vix extends Library {
    Vix INSTANCE = Native.load("vixAllProducts", Vix.class);

    int INVALID_HANDLE = 0;
    long OK = 0;
    long E_SNAPSHOT_NONUNIQUE_NAME = 13017;
    int API_VERSION = -1;
    int SERVICEPROVIDER_VMWARE_WORKSTATION = 3;
    int FIND_RUNNING_VMS = 1;
    int EVENTTYPE_JOB_COMPLETED = 2;
    int EVENTTYPE_FIND_ITEM = 8;
    int HOSTOPTION_USE_EVENT_PUMP = 0x0008;
    int PUMPEVENTOPTION_NONE = 0;
    int RUNPROGRAM_RETURN_IMMEDIATELY = 0x0001;
    int FILE_ATTRIBUTES_DIRECTORY = 0x0001;
    int SHAREDFOLDER_WRITE_ACCESS = 0x0004;
    int VM_GUEST_VARIABLE = 1;
    int VM_CONFIG_RUNTIME_ONLY = 2;
    int GUEST_ENVIRONMENT_VARIABLE = 3;
    int VMPOWEROP_NORMAL = 0;
    int POWERSTATE_POWERED_ON = 0x0008;
    int CLONETYPE_FULL = 0;
    int CLONETYPE_LINKED = 1;
    int VMDELETE_DISK_FILES = 0x0002;

    int PROPERTY_NONE = 0;
    int PROPERTY_VM_NUM_VCPUS = 101;
    int PROPERTY_VM_VMX_PATHNAME = 103;
    int PROPERTY_VM_MEMORY_SIZE = 106;
    int PROPERTY_VM_NAME = 108;
    int PROPERTY_VM_POWER_STATE = 129;
    int PROPERTY_VM_IS_RUNNING = 196;
    int PROPERTY_JOB_RESULT_ERROR_CODE = 3000;
    int PROPERTY_JOB_RESULT_HANDLE = 3010;
    int PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE = 3018;
    int PROPERTY_JOB_RESULT_ITEM_NAME = 3035;
    int PROPERTY_JOB_RESULT_SHARED_FOLDER_COUNT = 3046;
    int PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST = 3048;
    int PROPERTY_JOB_RESULT_SHARED_FOLDER_FLAGS = 3049;
    int PROPERTY_JOB_RESULT_PROCESS_ID = 3051;
    int PROPERTY_JOB_RESULT_PROCESS_OWNER = 3052;
    int PROPERTY_JOB_RESULT_PROCESS_COMMAND = 3053;
    int PROPERTY_JOB_RESULT_FILE_FLAGS = 3054;
    int PROPERTY_JOB_RESULT_VM_VARIABLE_STRING = 3056;
    int PROPERTY_JOB_RESULT_FILE_SIZE = 3061;
    int PROPERTY_FOUND_ITEM_LOCATION = 4010;
    int PROPERTY_SNAPSHOT_DISPLAYNAME = 4200;
    int PROPERTY_SNAPSHOT_DESCRIPTION = 4201;
    int PROPERTY_SNAPSHOT_POWERSTATE = 4205;
    int PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH = 4525;

    interface EventProc extends Callback {
        void invoke(int handle, int eventType, int moreEventInfo, Pointer clientData);
    }

    String Vix_GetErrorText(long err, String locale);

    void Vix_ReleaseHandle(int handle);

    void Vix_FreeBuffer(Pointer buffer);

    long Vix_GetProperties(int handle, int firstPropertyID, Object... rest);

    long VixJob_Wait(int job, int firstPropertyID, Object... rest);

    int VixJob_GetNumProperties(int job, int propertyID);

    long VixJob_GetNthProperties(int job, int index, int firstPropertyID, Object... rest);

    void Vix_PumpEvents(int host, int options);

    long VixJob_CheckCompletion(int job, ByteByReference complete);

    long VixJob_GetError(int job);

    int VixHost_Connect(int apiVersion, int hostType, String hostName, int hostPort, String userName, String password,
            int options, int propertyList, EventProc proc, Pointer clientData);

    void VixHost_Disconnect(int host);

    int VixHost_FindItems(int host, int searchType, int searchCriteria, int timeout, EventProc proc,
            Pointer clientData);

    int VixHost_OpenVM(int host, String path, int options, int propertyList, EventProc proc, Pointer clientData);

    int VixVM_Open(int host, String path, EventProc proc, Pointer clientData);

    int VixVM_PowerOn(int vm, int options, int propertyList, EventProc proc, Pointer clientData);

    int VixVM_PowerOff(int vm, int options, EventProc proc, Pointer clientData);

    int VixVM_Delete(int vm, int options, EventProc proc, Pointer clientData);

    int VixVM_Clone(int vm, int snapshot, int cloneType, String path, int options, int propertyList, EventProc proc,
            Pointer clientData);

    int VixVM_WaitForToolsInGuest(int vm, int timeout, EventProc proc, Pointer clientData);

    int VixVM_LoginInGuest(int vm, String user, String password, int options, EventProc proc, Pointer clientData);

    int VixVM_RunProgramInGuest(int vm, String program, String arguments, int options, int propertyList,
            EventProc proc, Pointer clientData);

    int VixVM_CreateTempFileInGuest(int vm, int options, int propertyList, EventProc proc, Pointer clientData);

    int VixVM_CopyFileFromGuestToHost(int vm, String guestPath, String hostPath, int options, int propertyList,
            EventProc proc, Pointer clientData);

    int VixVM_DeleteFileInGuest(int vm, String path, EventProc proc, Pointer clientData);

    int VixVM_CopyFileFromHostToGuest(int vm, String hostPath, String guestPath, int options, int propertyList,
            EventProc proc, Pointer clientData);

    int VixVM_ListDirectoryInGuest(int vm, String path, int options, EventProc proc, Pointer clientData);

    int VixVM_DeleteDirectoryInGuest(int vm, String path, int options, EventProc proc, Pointer clientData);

    int VixVM_RunScriptInGuest(int vm, String interpreter, String script, int options, int propertyList,
            EventProc proc, Pointer clientData);

    int VixVM_ListProcessesInGuest(int vm, int options, EventProc proc, Pointer clientData);

    int VixVM_KillProcessInGuest(int vm, long pid, int options, EventProc proc, Pointer clientData);

    int VixVM_ReadVariable(int vm, int type, String name, int options, EventProc proc, Pointer clientData);

    int VixVM_WriteVariable(int vm, int type, String name, String value, int options, EventProc proc,
            Pointer clientData);

    int VixVM_EnableSharedFolders(int vm, byte enabled, int options, EventProc proc, Pointer clientData);

    int VixVM_GetNumSharedFolders(int vm, EventProc proc, Pointer clientData);

    int VixVM_GetSharedFolderState(int vm, int index, EventProc proc, Pointer clientData);

    int VixVM_SetSharedFolderState(int vm, String name, String hostPath, int flags, EventProc proc,
            Pointer clientData);

    int VixVM_AddSharedFolder(int vm, String name, String hostPath, int flags, EventProc proc, Pointer clientData);

    int VixVM_RemoveSharedFolder(int vm, String name, int flags, EventProc proc, Pointer clientData);

    int VixVM_CreateSnapshot(int vm, String name, String description, int options, int propertyList, EventProc proc,
            Pointer clientData);

    long VixVM_GetNumRootSnapshots(int vm, IntByReference result);

    long VixVM_GetRootSnapshot(int vm, int index, IntByReference result);

    long VixVM_GetCurrentSnapshot(int vm, IntByReference result);

    long VixVM_GetNamedSnapshot(int vm, String name, IntByReference result);

    long VixSnapshot_GetNumChildren(int snapshot, IntByReference result);

    long VixSnapshot_GetChild(int snapshot, int index, IntByReference result);

    long VixSnapshot_GetParent(int snapshot, IntByReference result);

    int Revix_CountHandles();

    Pointer Revix_GetErrorMessage(int handle);
}
