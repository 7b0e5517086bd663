"""Runs a program on hostile input and judges what it ends with, and at what cost."""
import os
import re
import resource
import subprocess
import tempfile

SECONDS, BYTES = 2.0, 200 << 20


def nested(depth, before, inner, after):
    return before * depth + inner + after * depth


def run(command, line=b""):
    """Exit code (negative for a signal), errors, seconds of processor time and bytes of memory; `line` is its input."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as errors:
        given.write(line)
        given.seek(0)
        process = subprocess.Popen(command, stdin=given, stdout=subprocess.DEVNULL, stderr=errors,
                                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (20, 20)))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        text = errors.read().decode(errors="replace")
    return process.returncode, text, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10


def judge(results):
    """Prints those of (name, what `run` returned, expected exit code, pattern of the errors) that fail, and the counts; the exit code."""
    passed = failed = 0
    for name, (code, error, seconds, size), expected, says in results:
        if code == expected and re.search(says, error) and seconds <= SECONDS and size <= BYTES:
            passed += 1
            continue
        failed += 1
        print(f"{name}: exit {code}, expected {expected}; {seconds:.2f} s, {size >> 20} MB: {error.strip():.300}")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 6 if failed else 0
