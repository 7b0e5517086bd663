"""Tests what a start remembers of digests: remembered.py BUNDLE CACHE. Prints a
line for each behaviour that holds."""
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

bundle, cache = Path(sys.argv[1]), Path(sys.argv[2])
weights = next(bundle.glob("weights/*.bin"))


def run(*options, cache=cache):
    """The exit code of a start, and how many bytes of the weights it read."""
    log = f"{bundle}.trace"
    command = ["tandem-runtime", "run", bundle, "--tokens", "1", "-n", "1", *options]
    if shutil.which("strace"):
        command = ["strace", "-f", "-y", "-e", "trace=read,pread64", "-o", log, *command]
    code = subprocess.run(command, env=os.environ | {"XDG_CACHE_HOME": str(cache)}, capture_output=True).returncode
    if shutil.which("strace"):
        return code, weights.name in Path(log).read_text()
    return code, None


def expect(name, got, code, reads):
    assert got[0] == code, (name, got)
    assert got[1] in (None, reads), (name, got)
    print(name)


def memory():
    return sorted((cache / "tandem" / "digests").glob("*"))


shutil.rmtree(cache, ignore_errors=True)
expect("a young file is read", run(), 0, True)
assert len(memory()[0].read_text().splitlines()) == 1
expect("and again, for it was not remembered", run(), 0, True)
time.sleep(2.1)
expect("a settled one is read", run(), 0, True)
expect("and remembered", run(), 0, False)
assert len(memory()) == 1 and memory()[0].stat().st_mode & 0o777 == 0o600, memory()
expect("but read if asked", run("--verify=full"), 0, True)

status, data = weights.stat(), bytearray(weights.read_bytes())
data[-1] ^= 1
weights.write_bytes(data)
os.utime(weights, ns=(status.st_atime_ns, status.st_mtime_ns))
expect("a flipped byte with its time put back is found", run(), 6, True)
data[-1] ^= 1
weights.write_bytes(data)
time.sleep(2.1)
expect("the right byte is accepted", run(), 0, True)
expect("and remembered again", run(), 0, False)

memory()[0].chmod(0o644)
expect("a memory that others may read counts for nothing", run(), 0, True)
code = next(bundle.glob("parts/*/module-plain.so"))
original = code.read_bytes()
code.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
expect("code is always read", run(), 6, False)
code.write_bytes(original)

(bundle.parent / "file").write_text("")
expect("without a cache folder all is read", run(cache=bundle.parent / "file"), 0, True)
expect("each time", run(cache=bundle.parent / "file"), 0, True)
shutil.copytree(bundle, f"{bundle}.copy", dirs_exist_ok=True)
expect("the original is still known", run(), 0, False)
