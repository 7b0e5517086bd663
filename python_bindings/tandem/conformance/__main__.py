"""Compiles every case for a target, runs it where the compiled part runs, and compares with the evaluator.

    tandem conformance [TARGET...] [--list] [--filter REGEX] [--bound X] [--keep FOLDER] [--compile-arg ARG]...

Without TARGET: every target that a built-in fleet has a chip of. Prints how many
cases each claims, and each that differs: |a-b| / (1 + |b|) above the bound, with
token and column. Exit status 6 where one differs or a target claims none. A case
that `tandem compile` refuses (exit 4) is not claimed; each refusal must name the
case. Programs in PATH: tandem, tandem-runtime, evaluate-step. The bundle says
what runs it: shared objects the runtime, text the loader it names.
"""
import argparse
import functools
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tandem.errors import TandemError

try:
    import numpy as np
    from tandem.conformance import cases as table
    from tandem.conformance.program import IDS, Program
except ImportError as error:
    print(f"error: {error.name} is not installed, which conformance needs; pip install numpy onnx", file=sys.stderr)
    sys.exit(7)

from tandem.steps import open_steps

BOUND = 1e-4  # fp32
BF16_BOUND = 2e-2  # of scores of a few units; half of it is seen

# Steps of (which logits, rows of (slot, start, tokens)): prompts of one to 33
# tokens, rows of different lengths, decode, a prompt in pieces, a slot used again.
STEPS = [
    ("all", [(0, 0, 5), (1, 0, 1), (2, 0, 33)]),
    ("all", [(0, 5, 1), (1, 1, 1), (2, 33, 1)]),
    ("last", [(1, 2, 7), (0, 6, 1)]),
    ("last", [(2, 34, 1)]),
    ("all", [(0, 3, 2), (3, 0, 20)]),
    ("all", [(3, 20, 1)]),
]
# Behind them where the context is long.
LONG_STEPS = [
    ("last", [(2, 35, 70), (1, 9, 3)]),
    ("last", [(2, 105, 400)]),
    ("last", [(2, 505, 7), (0, 5, 1)]),
    ("last", [(2, 512, 1)]),
    ("last", [(2, 513, 1), (3, 21, 1)]),
]


def make_steps(seed, context=64):
    random = np.random.default_rng(seed)
    return [(which, [(slot, start, random.integers(0, IDS, count).tolist()) for slot, start, count in rows])
            for which, rows in STEPS + (LONG_STEPS if context > 513 else [])]


def evaluate(folder, steps, width, model=None):
    """The logits of all steps by the primitives' evaluator; the files of weights lie in the folder, or in a model's."""
    lines = "".join(f"{which} {' '.join(f'{slot}:{start}:{chr(44).join(map(str, ids))}' for slot, start, ids in rows)}\n"
                    for which, rows in steps)
    done = subprocess.run(["evaluate-step", folder / "stages/03-split.mlir", model or folder], input=lines.encode(),
                          capture_output=True)
    if done.returncode:
        raise TandemError(1, f"evaluate-step: {done.stderr.decode()}")
    return np.frombuffer(done.stdout, np.float32).reshape(-1, width)


def run(bundle, steps):
    runner = open_steps(bundle)
    results = [runner.step(rows, which) for which, rows in steps]
    runner.close()
    return np.concatenate(results)


@functools.cache
def stage_after_split():
    help_text = subprocess.run(["tandem", "--help"], capture_output=True, text=True).stdout
    stages = re.findall(r"^  (\w+) - ", help_text[help_text.index("\nstages"):], re.MULTILINE)
    return stages[stages.index("split") + 1]


def find_chips():
    """For each target the first built-in fleet that has a chip of it, and that chip."""
    text = subprocess.run(["tandem", "targets"], capture_output=True, text=True, check=True).stdout
    chips = {}
    for line in text[text.index("built-in fleets:"):].splitlines()[1:]:
        for chip, target in re.findall(r"(\S+) \(([^),]+)\)", line):
            chips.setdefault(target, (line.split()[0], chip))
    return chips


def compile_cases(folder, place, arguments, program_arguments, cases):
    """Compiles as many of the cases as the chip claims; the program, their columns, and the names of the rest."""
    refused = []
    while cases:
        shutil.rmtree(folder, ignore_errors=True)
        program = Program(**program_arguments)
        columns = program.build(cases)
        program.write(folder)
        done = subprocess.run(
            ["tandem", "compile", folder, *place, "--save-stages", folder / "stages", "--start-from",
             stage_after_split(), "-o", folder / "m.tandem", *arguments.compile_arg], capture_output=True, text=True)
        if done.returncode == 0:
            return program, columns, refused
        named = set(re.findall(r"node '([^']*)'", done.stderr))
        wrong = [name for name, _ in cases if name in named]
        if done.returncode != 4 or not wrong:
            raise TandemError(done.returncode, f"tandem compile named no case: {done.stderr[:2000]}")
        refused += wrong
        cases = [(name, make) for name, make in cases if name not in named]
    return None, {}, refused


def difference(got, wanted):
    error = np.abs(got - wanted) / (1 + np.abs(wanted))
    return np.where(np.isnan(error), np.inf, error)


def bound_of(program, arguments):
    return arguments.bound if arguments.bound is not None else BF16_BOUND if program.in_bf16 else BOUND


def compare(columns, got, wanted, bound):
    """Prints the cases that differ; how many."""
    bad = 0
    for name, (first, end) in columns.items():
        error = difference(got[:, first:end], wanted[:, first:end])
        if not (error <= bound).all():
            token, column = np.unravel_index(np.argmax(error), error.shape)
            bad += 1
            print(f"{name}: differs by {error.max():.2e} (bound {bound:.0e}) at row {token}, column {column}: "
                  f"{got[token, first + column]:.7g}, expected {wanted[token, first + column]:.7g}; "
                  f"{(error > bound).sum()} of {error.size} values")
    return bad


def run_target(target, place, arguments, work):
    """Prints what a target claims and what differs; whether all is well."""
    claimed, refused, bad = 0, [], 0
    for number, (program_arguments, cases) in enumerate(table.groups(arguments.filter)):
        folder = work / target / str(number)
        program, columns, missing = compile_cases(folder, place, arguments, program_arguments, cases)
        refused += missing
        if columns:
            steps = make_steps(number, program.context)
            claimed += len(columns)
            bad += compare(columns, run(folder / "m.tandem", steps), evaluate(folder, steps, program.width), bound_of(program, arguments))
    for name in refused:
        print(f"not claimed: {name}")
    print(f"{target}: {claimed} cases claimed, {bad} differ, {len(refused)} not claimed", flush=True)
    return claimed and not bad


def run_targets(arguments):
    if not shutil.which("evaluate-step"):
        raise TandemError(7, "'evaluate-step' is not in PATH; it is built with the tests")
    chips = find_chips()
    for target in arguments.target:
        if target not in chips:
            raise TandemError(2, f"no built-in fleet has a chip of target '{target}'; expected {', '.join(chips)}")
    work = arguments.keep or Path(tempfile.mkdtemp())
    try:
        good = [run_target(target, ["--fleet", chips[target][0], "--prefill", chips[target][1], "--decode", chips[target][1]],
                           arguments, work) for target in arguments.target or chips]
        return 0 if all(good) else 6
    finally:
        if not arguments.keep:
            shutil.rmtree(work)


def main():
    parser = argparse.ArgumentParser(prog="tandem conformance", description=__doc__.split("\n")[0])
    parser.add_argument("target", nargs="*", metavar="TARGET", help="as 'tandem targets' lists them (default: all)")
    parser.add_argument("--list", action="store_true", help="print the names of the cases and run none")
    parser.add_argument("--filter", default="", metavar="REGEX", help="cases whose name matches")
    parser.add_argument("--bound", type=float, help=f"largest |a-b| / (1 + |b|) that passes (default: {BOUND:g}, {BF16_BOUND:g} in bf16)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave programs and bundles in this folder")
    parser.add_argument("--compile-arg", action="append", default=[], metavar="ARG", help="option for tandem compile")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(name for _, cases in table.groups(arguments.filter) for name, _ in cases))
        return 0
    try:
        return run_targets(arguments)
    except TandemError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.code


if __name__ == "__main__":
    sys.exit(main())
