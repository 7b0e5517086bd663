"""expect.py CODE -- COMMAND...: runs the command and fails unless it exits with CODE."""
import subprocess
import sys

wanted, command = int(sys.argv[1]), sys.argv[3:]
got = subprocess.run(command).returncode
if got != wanted:
    print(f"exit {got}, expected {wanted}: {' '.join(command)}")
    sys.exit(1)
