#!/usr/bin/env python3
"""Build, run every test and say how long each part took; called by test.sh.

Times stand beside budgets and are marked where they exceed them, but never make
the run fail: hosts are noisy.
"""
import argparse
import collections
import datetime
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
# Minutes.
BUDGETS = {"set-up": 6, "build": 20, "lit and unit": 6, "models": 5, "check": 1}
TARGET_BUDGET = 8
SHARED_TARGETS = {"Bundle", "Fleets", "Interface", "Runtime"}

Counts = collections.namedtuple("Counts", "passed failed skipped")
Part = collections.namedtuple("Part", "name seconds budget counts")


def run(command):
    """Runs a command, shows its output, and returns (exit status, output)."""
    process = subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    lines = []
    for line in process.stdout:
        print(line, end="", flush=True)
        lines.append(line)
    return process.wait(), "".join(lines)


def build():
    status, _ = run(["ninja", "-C", str(BUILD), "--quiet", f"-j{os.cpu_count()}", "all"])
    if status:
        sys.exit("test: the build failed")
    return None


def closing_line(status, output):
    """Counts of a script that ends with "N passed, N failed, N skipped"."""
    found = re.findall(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", output, re.M)
    if not found:
        return Counts(0, 1, 0)
    counts = Counts(*map(int, found[-1]))
    return counts._replace(failed=counts.failed or int(status != 0))


def lit(everything):
    results = BUILD / "lit.json"
    results.unlink(missing_ok=True)
    command = [str(BUILD / "bin/tandem-lit"), "-sv", "-o", str(results)]
    if everything:
        command += ["--param", "all=1"]
    _, output = run(command + [str(BUILD / "test"), str(BUILD / "test/unit")])
    if not results.exists():
        return Counts(0, 1, 0), {}
    codes = collections.Counter()
    # A chip's tests are in a folder or a unit test program of its name.
    targets = dict.fromkeys({file.parent.name for file in ROOT.glob("targets/*/CMakeLists.txt")} - SHARED_TARGETS, 0)
    for test in json.loads(results.read_text())["tests"]:
        codes[test["code"]] += 1
        found = re.search(r":: (?:targets/(\w+)/|\./(\w+)Tests/)", test["name"])
        name = found and (found[1] or found[2])
        if name in targets:
            targets[name] += test["elapsed"] or 0
    # lit's file leaves out unit tests that skipped themselves; its summary has them.
    unlisted = sum(map(int, re.findall(r"^ +Skipped *: *(\d+)", output, re.M)))
    skipped = codes["UNSUPPORTED"]
    passed = codes["PASS"] + codes["XFAIL"] + codes["FLAKYPASS"]
    return Counts(passed, sum(codes.values()) - passed - skipped, skipped + unlisted), targets


def table(parts):
    rows = ["| part | minutes | budget | passed | failed | skipped |", "|---|---:|---:|---:|---:|---:|"]
    for part in parts:
        late = " (over)" if part.seconds > 60 * part.budget else ""
        counts = part.counts or ("", "", "")
        rows.append(f"| {part.name} | {part.seconds / 60:.1f}{late} | {part.budget} | {counts[0]} | {counts[1]} | {counts[2]} |")
    return rows


def processor():
    """The CPU as a reader of a figure wants it: name, family and model, vectors, count."""
    text = Path("/proc/cpuinfo").read_text()

    def field(name):
        found = re.search(rf"^{name}\s*: (.*)$", text, re.M)
        return found[1] if found else "unknown"

    vectors = next((name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in field("flags").split()), "no AVX2")
    return f"{field('model name')}, family {field('cpu family')} model {field('model')}, {vectors}, {os.cpu_count()} CPUs"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--setup-seconds", type=float, default=0)
    parser.add_argument("--all", action="store_true", help="the long tests too; writes docs/test-report.md")
    arguments = parser.parse_args()
    parts, targets = [Part("set-up", arguments.setup_seconds, BUDGETS["set-up"], None)], {}

    def measure(name, action):
        start = time.monotonic()
        result = action()
        parts.append(Part(name, time.monotonic() - start, BUDGETS[name], result))

    def lit_part():
        counts, times = lit(arguments.all)
        targets.update(times)
        return counts

    measure("build", build)
    measure("lit and unit", lit_part)
    measure("models", lambda: closing_line(*run([sys.executable, "tools/dev/check_models.py"])))
    measure("check", lambda: closing_line(*run(["tools/dev/check.sh"])))
    total = Counts(*(sum(part.counts[i] for part in parts if part.counts) for i in range(3)))
    parts += [Part(f"of these, target {name}", seconds, TARGET_BUDGET, None) for name, seconds in sorted(targets.items())]

    closing = f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped"
    if arguments.all:
        report = [
            "# Test report", "",
            "Written by `tools/dev/test.sh --all`; a time over its budget is marked and does not fail.", "",
            f"{datetime.date.today()}, {processor()}.", "", *table(parts), "", closing, ""]
        (ROOT / "docs/test-report.md").write_text("\n".join(report))
    print("\n".join(["", *table(parts), closing]))
    return 1 if total.failed else 0


sys.exit(main())
