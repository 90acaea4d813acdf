"""The C programs that live on events and connect in a way of their own, by way of ctypes."""

import sys
import threading
import time
from ctypes import byref, c_bool

import vix_by_ctypes as vix
from connection import disconnect, start_connect, take_result


class Pump:
    """Pumps, and knows whether it does so in this thread."""

    def __init__(self):
        self.is_pumping = False
        self.thread = threading.get_ident()

    def where(self):
        is_inside = self.is_pumping and threading.get_ident() == self.thread
        return "inside Vix_PumpEvents" if is_inside else "OUTSIDE Vix_PumpEvents"

    def until_done(self, host, job):
        while not is_completed(job):
            self.is_pumping = True
            vix.pump_events(host, vix.PUMPEVENTOPTION_NONE)
            self.is_pumping = False
            time.sleep(0.001)
        vix.check(vix.job_get_error(job))


def is_completed(job):
    completed = c_bool()
    vix.check(vix.job_check_completion(job, byref(completed)))
    return completed.value


def event_pump():
    pump = Pump()

    @vix.EventProc
    def on_event(job, event_type, _info, _client_data):
        if event_type == vix.EVENTTYPE_FIND_ITEM:
            print(f"{pump.where()}: an item")
        if event_type == vix.EVENTTYPE_JOB_COMPLETED:
            print(f"{pump.where()}: completed; the items are")
            location = vix.PROPERTY_FOUND_ITEM_LOCATION
            for (url,) in vix.each(job, location, location):
                print(f"  {url}")

    job = start_connect(vix.HOSTOPTION_USE_EVENT_PUMP)
    # There is no host handle to pump yet; the invalid one stands for all connections.
    pump.until_done(vix.INVALID_HANDLE, job)
    host = take_result(job)
    print("connected")
    job = vix.host_find_items(host, vix.FIND_RUNNING_VMS, vix.INVALID_HANDLE, -1, on_event, None)
    time.sleep(0.05)
    print(f"before the first pump the job is {'done' if is_completed(job) else 'not done'}, and nothing was called")
    pump.until_done(host, job)
    vix.release_handle(job)
    disconnect(host)


def callback_state_machine():
    """Each completion starts the next job, on the thread of the library."""
    finished = threading.Event()
    opened = {}

    def open_machine(job):
        (opened["host"],) = vix.properties(job, vix.PROPERTY_JOB_RESULT_HANDLE)
        vix.host_open_vm(opened["host"], b"/vms/linux/linux.vmx", 0, vix.INVALID_HANDLE, on_event, None)

    def power_on(job):
        (opened["vm"],) = vix.properties(job, vix.PROPERTY_JOB_RESULT_HANDLE)
        vix.vm_power_on(opened["vm"], vix.VMPOWEROP_NORMAL, vix.INVALID_HANDLE, on_event, None)

    def wait_for_tools(_job):
        vix.vm_wait_for_tools(opened["vm"], 300, on_event, None)

    def login(_job):
        vix.vm_login(opened["vm"], b"user", b"password", 0, on_event, None)

    def run_program(_job):
        vm = opened["vm"]
        vix.vm_run_program(vm, b"/bin/grep", b"root /etc/passwd", 0, vix.INVALID_HANDLE, on_event, None)

    def power_off(job):
        (exit_code,) = vix.properties(job, vix.PROPERTY_JOB_RESULT_GUEST_PROGRAM_EXIT_CODE)
        print(f"  exit code {exit_code}")
        vix.vm_power_off(opened["vm"], vix.VMPOWEROP_NORMAL, on_event, None)

    steps = [
        ("CONNECTING", open_machine),
        ("OPENING", power_on),
        ("POWERING_ON", wait_for_tools),
        ("WAITING_FOR_TOOLS", login),
        ("LOGGING_IN", run_program),
        ("RUNNING", power_off),
        ("POWERING_OFF", lambda _job: None),
    ]

    @vix.EventProc
    def on_event(job, event_type, _info, _client_data):
        if event_type != vix.EVENTTYPE_JOB_COMPLETED:
            return
        state, start_next = steps.pop(0)
        (error,) = vix.properties(job, vix.PROPERTY_JOB_RESULT_ERROR_CODE)
        if error == vix.OK:
            print(f"{state}: done")
            start_next(job)
        else:
            print(f"{state}: failed: {vix.error_text(error)}", file=sys.stderr)
            steps.clear()
        vix.release_handle(job)
        if not steps:
            finished.set()

    print("main: the first job is under way")
    start_connect(0, on_event)
    finished.wait()
    vix.release_handle(opened["vm"])
    disconnect(opened["host"])
