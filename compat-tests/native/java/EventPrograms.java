import com.sun.jna.ptr.ByteByReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntConsumer;

/** The C programs that live on events and connect in a way of their own, by way of JNA. */
final class EventPrograms extends Calls {
    private static volatile boolean isPumping;

    private static boolean isCompleted(int job) {
        ByteByReference completed = new ByteByReference();
        check(VIX.VixJob_CheckCompletion(job, completed));
        return completed.getValue() != 0;
    }

    private static void pumpUntilDone(int host, int job) throws InterruptedException {
        while (!isCompleted(job)) {
            isPumping = true;
            VIX.Vix_PumpEvents(host, Vix.PUMPEVENTOPTION_NONE);
            isPumping = false;
            Thread.sleep(1);
        }
        check(VIX.VixJob_GetError(job));
    }

    static void eventPump() throws InterruptedException {
        Thread main = Thread.currentThread();
        Vix.EventProc onEvent = (job, eventType, info, clientData) -> {
            String where = isPumping && Thread.currentThread() == main ? "inside Vix_PumpEvents"
                    : "OUTSIDE Vix_PumpEvents";
            if (eventType == Vix.EVENTTYPE_FIND_ITEM) System.out.println(where + ": an item");
            if (eventType != Vix.EVENTTYPE_JOB_COMPLETED) return;
            System.out.println(where + ": completed; the items are");
            int count = VIX.VixJob_GetNumProperties(job, Vix.PROPERTY_FOUND_ITEM_LOCATION);
            for (int index = 0; index < count; index++) {
                System.out.println("  " + nth(job, index, Vix.PROPERTY_FOUND_ITEM_LOCATION).get(0));
            }
        };
        int job = startConnect(Vix.HOSTOPTION_USE_EVENT_PUMP, null);
        // There is no host handle to pump yet; the invalid one stands for all connections.
        pumpUntilDone(Vix.INVALID_HANDLE, job);
        int host = takeResult(job);
        System.out.println("connected");
        job = VIX.VixHost_FindItems(host, Vix.FIND_RUNNING_VMS, Vix.INVALID_HANDLE, -1, onEvent, null);
        Thread.sleep(50);
        String state = isCompleted(job) ? "done" : "not done";
        System.out.println("before the first pump the job is " + state + ", and nothing was called");
        pumpUntilDone(host, job);
        VIX.Vix_ReleaseHandle(job);
        disconnect(host);
    }

    /** A state, and what starts the next job from the one that has ended. */
    private static final class Step {
        final String state;
        final IntConsumer startNext;

        Step(String state, IntConsumer startNext) {
            this.state = state;
            this.startNext = startNext;
        }
    }

    /** Each completion starts the next job, on the thread of the library. */
    private static final class Machine implements Vix.EventProc {
        final CountDownLatch finished = new CountDownLatch(1);
        int host;
        int vm;
        private final Deque<Step> steps = new ArrayDeque<>(List.of(
                new Step("CONNECTING", this::open),
                new Step("OPENING", this::powerOn),
                new Step("POWERING_ON", job -> VIX.VixVM_WaitForToolsInGuest(vm, 300, this, null)),
                new Step("WAITING_FOR_TOOLS", job -> VIX.VixVM_LoginInGuest(vm, "user", "password", 0, this, null)),
                new Step("LOGGING_IN", this::runProgram),
                new Step("RUNNING", this::powerOff),
                new Step("POWERING_OFF", job -> {})));

        private void open(int job) {
            host = (Integer) properties(job, Vix.PROPERTY_JOB_RESULT_HANDLE).get(0);
            VIX.VixHost_OpenVM(host, "/vms/linux/linux.vmx", 0, Vix.INVALID_HANDLE, this, null);
        }

        private void powerOn(int job) {
            vm = (Integer) properties(job, Vix.PROPERTY_JOB_RESULT_HANDLE).get(0);
            VIX.VixVM_PowerOn(vm, Vix.VMPOWEROP_NORMAL, Vix.INVALID_HANDLE, this, null);
        }

        private void runProgram(int job) {
            VIX.VixVM_RunProgramInGuest(vm, "/bin/grep", "root /etc/passwd", 0, Vix.INVALID_HANDLE, this, null);
        }

        private void powerOff(int job) {
            Object exitCode = properties(job, Vix.PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE).get(0);
            System.out.println("  exit code " + exitCode);
            VIX.VixVM_PowerOff(vm, Vix.VMPOWEROP_NORMAL, this, null);
        }

        @Override
        public void invoke(int job, int eventType, int info, com.sun.jna.Pointer clientData) {
            if (eventType != Vix.EVENTTYPE_JOB_COMPLETED) return;
            Step step = steps.remove();
            long error = (Long) properties(job, Vix.PROPERTY_JOB_RESULT_ERROR_CODE).get(0);
            if (error == Vix.OK) {
                System.out.println(step.state + ": done");
                step.startNext.accept(job);
            } else {
                System.err.println(step.state + ": failed: " + VIX.Vix_GetErrorText(error, null));
                steps.clear();
            }
            VIX.Vix_ReleaseHandle(job);
            if (steps.isEmpty()) finished.countDown();
        }
    }

    static void callbackStateMachine() throws InterruptedException {
        Machine machine = new Machine();
        System.out.println("main: the first job is under way");
        startConnect(0, machine);
        machine.finished.await();
        VIX.Vix_ReleaseHandle(machine.vm);
        disconnect(machine.host);
    }
}
