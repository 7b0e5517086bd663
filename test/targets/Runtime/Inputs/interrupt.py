"""interrupt.py OUTPUT PART.so: stops a writer half-way with each signal and looks
at what is left."""
import os
import signal
import subprocess
import sys

output, part = sys.argv[1:]
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGABRT):
    writer = subprocess.Popen(
        ["write-test-bundle", output, part, "pause"], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True)
    writer.stdout.readline()
    assert os.listdir(os.path.dirname(output)), "nothing was written yet"
    writer.send_signal(number)
    code = writer.wait()
    end = f"exit {code}" if code >= 0 else "killed by a signal"
    left = os.listdir(os.path.dirname(output))
    print(f"{number.name}: {end}, {'left: ' + ' '.join(left) if left else 'nothing left'}")
