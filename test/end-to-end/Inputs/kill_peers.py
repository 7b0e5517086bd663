"""Usage: kill_peers.py COUNT COMMAND...: runs COMMAND, which starts a second
process, COUNT times, and kills one of the two at a random moment: the other ends
soon, with code 8 or, where its work was done, as usual."""
import collections
import ctypes
import os
import random
import signal
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def child_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return int((file.read().split() or [0])[0])
    except (OSError, ValueError):
        return 0


def start():
    """The two processes and when they were seen; a busy machine may miss the second."""
    for _ in range(20):
        parent, child, seen = start_once()
        if child:
            return parent, child, seen
        parent.wait()
    sys.exit("there is no second process")


def start_once():
    parent = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    child = 0
    while not child and parent.poll() is None:
        child = child_of(parent.pid)
    return parent, child, time.monotonic()


def await_end(pid):
    """The exit code of a process that may have been orphaned, or None."""
    for _ in range(2000):
        try:
            done, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            return "reaped by its parent"
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    return None


count, command = int(sys.argv[1]), sys.argv[2:]
random.seed(5)
memory = sorted(os.listdir("/dev/shm"))
# How long two processes are there, in the shortest of some runs: the first reads
# files from disk.
usual = float("inf")
for _ in range(5):
    parent, _, began = start()
    assert parent.wait() == 0, "the command fails without a kill"
    usual = min(usual, time.monotonic() - began)
ends = collections.Counter()
for i in range(2 * count):
    parent, child, _ = start()
    time.sleep(random.random() * usual)
    victim, other = ((parent.pid, child), (child, parent.pid))[i % 2]
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it was faster
    code = await_end(other)
    await_end(victim)
    allowed = (8, 0, "reaped by its parent") if other == child else (8, 0)
    if code not in allowed:
        print(f"kill {i} of the {'child' if other == parent.pid else 'parent'}: the other ends with {code}")
        sys.exit(1)
    ends[code] += 1
assert sorted(os.listdir("/dev/shm")) == memory, "shared memory is left"
assert ends[8], "no kill came in time"
print(f"{2 * count} kills: no hang, nothing left, others ended with 8 or were done")
