"""interrupted.py FILE COMMAND...: sends SIGINT while the command has FILE open; prints its exit code."""
import os
import signal
import subprocess
import sys

wanted, command = os.path.realpath(sys.argv[1]), sys.argv[2:]
child = subprocess.Popen(command, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))


def is_open():
    folder = f"/proc/{child.pid}/fd"
    try:
        return any(os.path.realpath(f"{folder}/{name}") == wanted for name in os.listdir(folder))
    except OSError:  # closed meanwhile
        return False


while child.poll() is None and not is_open():
    pass
if child.poll() is None:
    child.send_signal(signal.SIGINT)
print("exit", child.wait())
