#!/usr/bin/env python3
"""Damages a model and runs a command on each damaged copy.

    import_bytes.py MODEL.onnx [--cuts 100] [--flips 500] [--verify COMMAND]
        -- tandem compile {model} --fleet local -o {out}

Each run must end with one of --codes (0, 3 and 4), within --seconds of CPU time
(a busy host may take ten times as long) and --megabytes of resident memory. After another code than 0 there may be no {out};
after 0, the command of --verify (with {out}) must succeed. Files beside the
model are copied, so external data is found. Prints a count per exit code, and
each violation with the seed that repeats it; exits 1 if there was one.
"""
import argparse
import collections
import os
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import time


def damaged_copies(data, cuts, flips, seed):
    """Yields (description, bytes) for each damaged copy."""
    for i in range(cuts):
        size = len(data) * i // cuts
        yield f"cut at byte {size}", data[:size]
    source = random.Random(seed)
    for _ in range(flips):
        at, mask = source.randrange(len(data)), source.randrange(1, 256)
        copy = bytearray(data)
        copy[at] ^= mask
        yield f"byte {at} xor {mask:#x}", bytes(copy)


def run(command, seconds):
    """Exit code (negative for a signal), CPU seconds and peak MB of `command`."""
    start = time.monotonic()
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(command, stdout=output, stderr=output)
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() - start > 10 * seconds:
                child.kill()
            time.sleep(0.002)
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    return child.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


def check(folder, model, arguments):
    """Runs the command on `model`; returns its exit code and what is wrong."""
    out = os.path.join(folder, "out")
    fill = lambda words: [w.format(model=model, out=out) for w in words]
    code, seconds, megabytes, text = run(fill(arguments.command), arguments.seconds)
    problems = []
    if code not in arguments.codes:
        problems.append(f"exit {code}: {text[-500:]}")
    if code != 0 and not text.strip():
        problems.append(f"exit {code} without a message")
    if seconds > arguments.seconds:
        problems.append(f"took {seconds:.1f} s of CPU time")
    if megabytes > arguments.megabytes:
        problems.append(f"took {megabytes:.0f} MB")
    if code != 0 and os.path.exists(out):
        problems.append(f"exit {code} left output")
    if code == 0 and arguments.verify:
        if run(fill(shlex.split(arguments.verify)), 60)[0] != 0:
            problems.append("the output does not verify")
    if os.path.isdir(out):
        shutil.rmtree(out)
    elif os.path.exists(out):
        os.remove(out)
    return code, problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--flips", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--codes", type=lambda t: [int(c) for c in t.split(",")], default=[0, 3, 4])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--megabytes", type=float, default=1024)
    parser.add_argument("--verify", help="command that judges the output of a run that succeeded")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()

    with open(arguments.model, "rb") as file:
        data = file.read()
    source = os.path.dirname(os.path.abspath(arguments.model))
    counts, bad = collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        models = os.path.join(folder, "model")
        os.mkdir(models)
        for name in os.listdir(source):
            path = os.path.join(source, name)
            if os.path.isfile(path) and path != os.path.abspath(arguments.model):
                shutil.copy(path, models)
        model = os.path.join(models, os.path.basename(arguments.model))
        for what, copy in damaged_copies(data, arguments.cuts, arguments.flips, arguments.seed):
            with open(model, "wb") as file:
                file.write(copy)
            code, problems = check(folder, model, arguments)
            counts[code] += 1
            for problem in problems:
                print(f"{what} (seed {arguments.seed}): {problem}")
            bad += bool(problems)
    print(", ".join(f"exit {code}: {count}" for code, count in sorted(counts.items())))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
