"""limited.py BYTES COMMAND...: runs the command with BYTES of private memory (RLIMIT_DATA)."""
import os
import resource
import sys

limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
os.execvp(sys.argv[2], sys.argv[2:])
