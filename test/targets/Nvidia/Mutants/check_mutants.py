#!/usr/bin/env python3
"""Change the kernels of plans, one instruction at a time, and see whether the tests notice.

    check_mutants.py [SUBJECT...] [--list] [--kernels REGEX] [--sample N] [--every K] [--minutes M] [--least PERCENT]

Each kernel of the plans of SUBJECTS (default: all; models in the precisions that have
kernels of their own, and groups of the conformance suite) is mutated (mutants.py):
what orders threads dropped, guards negated or dropped, bounds and index constants
shifted by one, operands dropped. A mutant is caught if, in either mode of the
emulator, a step fails or a logit differs from the primitives' evaluator by more than
the bound of its precision. Kernels that differ in sizes only are one: a mutant of the
first that survives is made again in the next, at most four times, for the mistake of a
generator would be in all of them. Of each such kernel at most N mutants of each kind
are made, and one in K of those. Prints each mutant that `passes` a subject, each that
survives all, with its reason where equivalent.txt has one, or as `not reached` where no
thread comes to it, then a table and "N mutants: N caught, N equivalent, N not reached,
N survived". Ends with 0 only if at least PERCENT of those that are reached and not
equivalent are caught and the emulator crashed on none.

Programs in PATH: tandem, evaluate-step, run-mutants.
"""
import argparse
import collections
import dataclasses
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "python_bindings"))
sys.path.insert(0, str(Path(__file__).parent))

import mutants as generator
import numpy as np
from tandem.conformance import __main__ as conformance
from tandem.conformance import cases as table

SECONDS = 10  # of CPU time for a mutant; the slowest subject takes three
MODES = ("eager", "late")
# Models: name, folder of test/models, the fleet's cache_element, options of `tandem compile`, bound of the design. Products
# with rounded inputs are compared sharply where the cache is none of bf16.
MODELS = [
    ("fp32", "optimum-llama", "f32", [], 1e-4),
    ("fp32 gpt2", "optimum-gpt2", "f32", [], 1e-4),
    ("bf16 weights", "optimum-llama", "f32", ["--precision", "bf16"], 1e-4),
    ("int4", "genai-qwen2-int4-tied", "f32", ["--activations", "exact"], 1e-3),
    ("bf16", "optimum-gpt2", "bf16", ["--precision", "bf16"], 5e-2),
    ("f16 cache", "optimum-llama", "f16", [], 2e-2),
]
FLEET = """name: f
chips:
  - name: a
    chip: h100
    machine:
      cache_element: {}
"""
# (which logits, rows of (slot, start, tokens)). Small steps come first, since most
# mutants need no more: each bucket of tokens, rows of other lengths, prompts in
# pieces, lengths below, at and above a block of the cache, a slot used again.
STEPS = [
    ("last", [(0, 0, 1)]),
    ("last", [(0, 1, 1)]),
    ("all", [(1, 0, 5), (2, 0, 2)]),
    ("all", [(0, 2, 1), (2, 2, 1), (1, 5, 1)]),
    ("last", [(3, 0, 1), (1, 6, 3)]),
    ("all", [(1, 9, 33), (2, 3, 21), (4, 0, 9)]),
    ("last", [(1, 42, 22), (0, 3, 9)]),
    ("all", [(1, 64, 1), (4, 1, 1)]),
    ("all", [(1, 60, 8), (0, 5, 12)]),
    ("last", [(1, 68, 1)]),
    # Attention takes 128 tokens at a time.
    ("last", [(1, 69, 60), (0, 17, 3)]),
    ("all", [(1, 129, 1), (0, 20, 1)]),
    ("last", [(1, 130, 1)]),
]
RETRIES = 4
# Of the conformance suite: odd widths, each kind of kernel, what shows the last bits of inputs, attention of each kind of cache.
CASES = (r"norm width (7|259) epsilon|glu silu width 7$|^linear (259|640) to|quantised embedding 259 .*packed|rotary 4 heads of 8|"
         r"Split .* part 1|^Reduce(Sum|Max|LogSumExp) of (7|2x3x5)|^(Softmax of (259|3x16)|Transpose of 2x3x5|Slice|Concat|Gather|Where)|"
         r"Add width 259|quantised linear (64 to 64|640 to 48), . bits, block 32, scales f32( |$)|cancelling|to codes|"
         r"attention \d of 2 heads 16/7, ")


class Subject:
    """A compiled bundle, its steps, and the logits that they should give."""

    def __init__(self, name, bundle, steps, logits, bound):
        self.name, self.bundle, self.bound = name, bundle, bound
        self.part = next(bundle.glob("parts/*/part.json")).parent.name
        self.text = next((bundle / "parts" / self.part).glob("*.ptx")).read_text()
        self.steps, self.logits = bundle / "steps", bundle / "logits"
        self.steps.write_text("".join(
            f"{which} {' '.join(f'{slot}:{start}:{chr(44).join(map(str, ids))}' for slot, start, ids in rows)}\n"
            for which, rows in steps))
        self.logits.write_bytes(logits.astype(np.float32).tobytes())


def subject_of_model(work, name, model, element, options, bound):
    folder, target = ROOT / "test/models" / model, work / name
    target.mkdir()
    (target / "fleet.yaml").write_text(FLEET.format(element))
    subprocess.run(["tandem", "compile", folder, "--fleet", target / "fleet.yaml", "--save-stages", target / "stages",
                    "-o", target / "m.tandem", *options], check=True, capture_output=True)
    part = json.loads(next(target.glob("m.tandem/parts/*/part.json")).read_text())
    random = np.random.default_rng(1)
    steps = [(which, [(slot, start, random.integers(0, part["vocabulary"], count).tolist()) for slot, start, count in rows])
             for which, rows in STEPS]
    return Subject(name, target / "m.tandem", steps, conformance.evaluate(target, steps, part["vocabulary"], folder), bound)


def subject_of_suite(work, name, number, shape, cases):
    """Sizes that are no multiples, and attention with windows, caps and scores that spread by hundreds."""
    folder, options = work / name, argparse.Namespace(compile_arg=[], bound=None)
    program, columns, _ = conformance.compile_cases(folder, ["--fleet", "h100"], options, shape, cases)
    if not columns:
        return None
    steps = conformance.make_steps(number, program.context)
    return Subject(name, folder / "m.tandem", steps, conformance.evaluate(folder, steps, program.width),
                   conformance.bound_of(program, options))


def makers():
    """By name, functions of a folder that make a subject."""
    found = {row[0]: lambda work, row=row: subject_of_model(work, *row) for row in MODELS}
    for number, (shape, cases) in enumerate(table.groups(CASES)):
        name = f"suite {number}"
        found[name] = lambda work, row=(name, number, shape, cases): subject_of_suite(work, *row)
    return found


class Runner:
    """run-mutants on one subject in one mode."""

    def __init__(self, subject, mode):
        command = ["run-mutants", subject.bundle, subject.part, subject.steps, subject.logits, str(subject.bound), mode, str(SECONDS)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(self, text):
        data = text.encode()
        self.process.stdin.write(f"{len(data)}\n".encode() + data)
        self.process.stdin.flush()
        answer = self.process.stdout.readline().decode().strip()
        if not answer:
            sys.exit("run-mutants ended")
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def read_reasons():
    """(kernel, kind, instruction between its neighbours, reason), regular expressions but for the last."""
    lines = (Path(__file__).parent / "equivalent.txt").read_text().splitlines()
    return [tuple(map(str.strip, line.split(" | "))) for line in lines if line and not line.startswith("#")]


def reason_of(mutant, reasons):
    for kernel, kind, instruction, reason in reasons:
        if re.search(kernel, mutant.kernel) and re.fullmatch(kind, mutant.kind) and re.search(instruction, mutant.around):
            return reason
    return None


def check_subject(subject, chosen, deadline, counts):
    """Runs mutants of a subject's kernels; those that survive."""
    header, _ = generator.split(subject.text)
    runners = [Runner(subject, mode) for mode in MODES]
    for runner, mode in zip(runners, MODES):
        answer = runner.run("")
        if answer != "passed":
            sys.exit(f"{subject.name}, {mode}: the kernels as they are: {answer}")
    alive = []
    for mutant in chosen:
        if time.monotonic() > deadline:
            if mutant.is_again:
                alive.append(mutant)
            else:
                counts["not run"] += 1
            continue
        for runner in runners:
            answer = runner.run(header + mutant.text)
            if answer != "passed":
                break
        verdict = re.match("passed|differs|refused|not loaded|no end|crashed", answer)[0]
        if verdict == "passed":
            is_reached = runners[0].run(header + mutant.probe()) != "passed"
            print(f"passes{'' if is_reached else ', not reached'}  {subject.name}: {mutant.place()}", flush=True)
            alive.append(dataclasses.replace(mutant, is_reached=is_reached))
        elif verdict == "not loaded":
            counts["not PTX"] += 1
        else:
            counts[mutant.kind, verdict] += 1
        if verdict == "crashed":
            print(f"crashed  {subject.name}: {mutant.place()}: {answer}", flush=True)
    for runner in runners:
        runner.close()
    return alive


class Work:
    """Which mutants are made of which kernels, over all subjects."""

    def __init__(self, arguments):
        self.arguments, self.counts, self.reasons = arguments, collections.Counter(), read_reasons()
        self.alive = {}  # of a skeleton: {number of the mutant: (mutant, subject's name)}
        self.retries = collections.Counter()

    def choose(self, name, text):
        """The mutants to make of a kernel."""
        shape = generator.skeleton(text)
        possible = list(generator.of_kernel(name, text))
        if shape not in self.alive:
            self.alive[shape] = {}
            self.counts["all"] += len(possible)
            chosen = generator.sample(possible, self.arguments.sample)
            return [mutant for mutant in chosen if mutant.digest() % self.arguments.every == 0]
        self.retries[shape] += 1
        if self.retries[shape] > RETRIES:
            return []
        return [dataclasses.replace(mutant, is_again=True) for mutant in possible if mutant.number in self.alive[shape]]

    def check(self, subject, deadline):
        kernels = {name: text for name, text in generator.split(subject.text)[1].items() if re.search(self.arguments.kernels, name)}
        start, count = time.monotonic(), 0
        # One after another: a subject may have two kernels of one skeleton.
        rest = dict(kernels)
        while rest:
            batch = {}
            for name, text in list(rest.items()):
                shape = generator.skeleton(text)
                if shape not in batch:
                    batch[shape] = self.choose(name, rest.pop(name))
            made = [mutant for mutants in batch.values() for mutant in mutants]
            count += len(made)
            alive = check_subject(subject, made, deadline, self.counts) if made else []
            for shape in batch:
                self.alive[shape] = {mutant.number: (mutant, subject.name) for mutant in alive
                                     if generator.skeleton(kernels[mutant.kernel]) == shape} if batch[shape] else self.alive[shape]
        print(f"{subject.name}: {count} mutants in {time.monotonic() - start:.0f} s", flush=True)

    def tell_survivors(self):
        for survivors in self.alive.values():
            for mutant, name in survivors.values():
                reason = reason_of(mutant, self.reasons)
                verdict = "equivalent" if reason else "survived" if mutant.is_reached else "not reached"
                self.counts[mutant.kind, verdict] += 1
                print(f"{verdict}  {name}: {mutant.place()}{f'; {reason}' if reason else ''}")


COLUMNS = ("refused", "differs", "no end", "crashed", "equivalent", "not reached", "survived")


def report(counts):
    """Prints the table; (percent caught, crashes)."""
    print(f"\n| mutants | made | {' | '.join(COLUMNS)} |\n|---|{'---:|' * (len(COLUMNS) + 1)}")
    total = collections.Counter()
    for kind in sorted({key[0] for key in counts if isinstance(key, tuple)}):
        row = [counts[kind, column] for column in COLUMNS]
        total.update(dict(zip(COLUMNS, row)))
        print(f"| {kind} | {sum(row)} | {' | '.join(map(str, row))} |")
    made = sum(total.values())
    caught = total["refused"] + total["differs"] + total["no end"]
    share = 100 * caught / max(made - total["equivalent"] - total["not reached"], 1)
    print(f"\n{made} mutants of {counts['all']} possible: {caught} caught, {total['equivalent']} equivalent, {total['not reached']} "
          f"not reached, {total['survived']} survived, {total['crashed']} crashed the emulator, {counts['not run']} not run for lack of time, {counts['not PTX']} no PTX; {share:.1f} % caught")
    return share, total["crashed"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help="names, or regular expressions of such, as --list prints them")
    parser.add_argument("--list", action="store_true", help="print the names of the subjects")
    parser.add_argument("--kernels", default="", metavar="REGEX", help="kernels whose name matches")
    parser.add_argument("--sample", type=int, default=1 << 30, metavar="N", help="mutants of a kind and kernel, at most")
    parser.add_argument("--every", type=int, default=1, metavar="K", help="of those one in K, always the same")
    parser.add_argument("--minutes", type=float, default=1e9, metavar="M", help="start no mutant after so long")
    parser.add_argument("--least", type=float, default=95, metavar="PERCENT", help="to be caught (default: %(default)g)")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(makers()))
        return 0
    deadline = time.monotonic() + 60 * arguments.minutes
    checked = Work(arguments)
    with tempfile.TemporaryDirectory() as work:
        for name, make in makers().items():
            if arguments.subjects and not any(re.fullmatch(pattern, name) for pattern in arguments.subjects):
                continue
            subject = make(Path(work))
            checked.check(subject, deadline)
            if time.monotonic() > deadline:
                break
    checked.tell_survivors()
    share, crashed = report(checked.counts)
    return 0 if share >= arguments.least and not crashed else 1


sys.exit(main())
