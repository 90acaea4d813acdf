import com.sun.jna.Pointer;
import com.sun.jna.ptr.ByReference;
import com.sun.jna.ptr.ByteByReference;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.ArrayList;
import java.util.List;

/** What the programs have in common: how they call, connect, open a machine, and end. */
abstract class Calls {
    static final Vix VIX = Vix.INSTANCE;

    /** A call has failed. */
    static final class VixException extends RuntimeException {
        static final long serialVersionUID = 1;

        VixException(long error) {
            super(VIX.Vix_GetErrorText(error, null));
        }
    }

    static void check(long error) {
        if (error != Vix.OK) throw new VixException(error);
    }

    /** A text that the library has given away: copied, then freed. */
    static String takeText(Pointer pointer) {
        String text = pointer.getString(0, "UTF-8");
        VIX.Vix_FreeBuffer(pointer);
        return text;
    }

    static ByReference cellOf(int property) {
        switch (property) {
            case Vix.PROPERTY_VM_NAME:
            case Vix.PROPERTY_VM_VMX_PATHNAME:
            case Vix.PROPERTY_JOB_RESULT_ITEM_NAME:
            case Vix.PROPERTY_FOUND_ITEM_LOCATION:
            case Vix.PROPERTY_SNAPSHOT_DISPLAYNAME:
            case Vix.PROPERTY_SNAPSHOT_DESCRIPTION:
            case Vix.PROPERTY_JOB_RESULT_PROCESS_OWNER:
            case Vix.PROPERTY_JOB_RESULT_PROCESS_COMMAND:
            case Vix.PROPERTY_JOB_RESULT_VM_VARIABLE_STRING:
            case Vix.PROPERTY_JOB_RESULT_SHARED_FOLDER_HOST:
            case Vix.PROPERTY_GUEST_SHAREDFOLDERS_SHARES_PATH:
                return new PointerByReference();
            case Vix.PROPERTY_JOB_RESULT_ERROR_CODE:
            case Vix.PROPERTY_JOB_RESULT_PROCESS_ID:
            case Vix.PROPERTY_JOB_RESULT_FILE_SIZE:
                return new LongByReference();
            case Vix.PROPERTY_VM_IS_RUNNING:
                return new ByteByReference();
            default:
                return new IntByReference();
        }
    }

    static Object valueOf(ByReference cell) {
        if (cell instanceof PointerByReference) return takeText(((PointerByReference) cell).getValue());
        if (cell instanceof ByteByReference) return ((ByteByReference) cell).getValue() != 0;
        if (cell instanceof LongByReference) return ((LongByReference) cell).getValue();
        return ((IntByReference) cell).getValue();
    }

    interface Reader {
        long read(int handle, int first, Object... rest);
    }

    /** Reads properties by a function with variable arguments: id, cell, ..., VIX_PROPERTY_NONE. */
    static List<Object> read(Reader reader, int handle, int... ids) {
        List<ByReference> cells = new ArrayList<>();
        List<Object> rest = new ArrayList<>();
        for (int index = 0; index < ids.length; index++) {
            ByReference cell = cellOf(ids[index]);
            cells.add(cell);
            rest.add(cell);
            rest.add(index + 1 < ids.length ? ids[index + 1] : Vix.PROPERTY_NONE);
        }
        check(reader.read(handle, ids.length == 0 ? Vix.PROPERTY_NONE : ids[0], rest.toArray()));
        List<Object> values = new ArrayList<>();
        for (ByReference cell : cells) values.add(valueOf(cell));
        return values;
    }

    static List<Object> properties(int handle, int... ids) {
        return read(VIX::Vix_GetProperties, handle, ids);
    }

    /** Reads properties of one result of a job that has several. */
    static List<Object> nth(int job, int index, int... ids) {
        return read((handle, first, rest) -> VIX.VixJob_GetNthProperties(handle, index, first, rest), job, ids);
    }

    /** Waits for a job, reads properties of it in the same call, and releases it. */
    static List<Object> await(int job, int... ids) {
        try {
            return read(VIX::VixJob_Wait, job, ids);
        } finally {
            VIX.Vix_ReleaseHandle(job);
        }
    }

    static int result(int job) {
        return (Integer) await(job, Vix.PROPERTY_JOB_RESULT_HANDLE).get(0);
    }

    static int startConnect(int options, Vix.EventProc proc) {
        return VIX.VixHost_Connect(Vix.API_VERSION, Vix.SERVICEPROVIDER_VMWARE_WORKSTATION, null, 0, null, null,
                options, Vix.INVALID_HANDLE, proc, null);
    }

    static int openVM(int host, String path) {
        return result(VIX.VixHost_OpenVM(host, path, 0, Vix.INVALID_HANDLE, null, null));
    }

    static int takeResult(int job) {
        int handle = (Integer) properties(job, Vix.PROPERTY_JOB_RESULT_HANDLE).get(0);
        VIX.Vix_ReleaseHandle(job);
        return handle;
    }

    /** Closes a connection, and says how many handles the program has forgotten. */
    static void disconnect(int host) {
        System.out.println("handles left beside the host: " + (VIX.Revix_CountHandles() - 1));
        VIX.VixHost_Disconnect(host);
    }
}
