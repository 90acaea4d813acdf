"""Runs a program on a terminal of its own, as a person would at a keyboard, and prints what came of it as JSON.

stdin: {"argv": [...], "steps": [["text", "keys"], ["text", {"signal": "SIGTERM"}], ["text", {"close": true}], ...]}. Each step
waits until the terminal shows its text, after what the step before has waited for, and then types keys, sends a signal
or takes the terminal away. Output: {"output": "...", "status": n or null, "signal": n or null,
"hasEcho": whether the terminal shows again what is typed; null when it is gone}.
"""

import fcntl
import json
import os
import pty
import select
import signal
import sys
import termios
import time

DEADLINE_S = 60

task = json.load(sys.stdin)
master, slave = pty.openpty()
child = os.fork()
if child == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for stream in (0, 1, 2):
        os.dup2(slave, stream)
    os.close(master)
    os.close(slave)
    os.execvp(task["argv"][0], task["argv"])

output = b""
seen = 0
ended = None
steps = task["steps"]
deadline = time.monotonic() + DEADLINE_S


def read(wait_s):
    global output
    if master is None:
        time.sleep(wait_s)
        return False
    if not select.select([master], [], [], wait_s)[0]:
        return False
    output += os.read(master, 65536)
    return True


while ended is None:
    if time.monotonic() > deadline:
        os.kill(child, 9)
        sys.exit(f"it has not ended; steps left: {steps}; the terminal shows: {output!r}")
    read(0.05)
    if steps:
        awaited, action = steps[0]
        at = output.find(awaited.encode(), seen)
        if at >= 0:
            seen = at + len(awaited.encode())
            steps.pop(0)
            if isinstance(action, str):
                os.write(master, action.encode())
            elif "close" in action:
                os.close(master)
                master = None
            else:
                os.kill(child, signal.Signals[action["signal"]])
    pid, status = os.waitpid(child, os.WNOHANG)
    if pid != 0:
        ended = status
while read(0):
    pass
json.dump(
    {
        "output": output.decode().replace("\r\n", "\n"),
        "status": os.WEXITSTATUS(ended) if os.WIFEXITED(ended) else None,
        "signal": os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else None,
        "hasEcho": None if master is None else termios.tcgetattr(slave)[3] & termios.ECHO != 0,
    },
    sys.stdout,
)
