#!/usr/bin/env python3
"""Compile and run real exported models and compare with ONNX Runtime's results.

A model folder holds what its exporter wrote, and what ONNX Runtime made of it:
greedy.json ({"prompt", "generated", "margins"}: token ids, and how far the best
logit was ahead of the second at each step) and test_data_set_{0,1}/output_0.pb,
the logits of every row of the prompt and of the first decode step.

Equal tokens are a weak test, so the logits are compared as well, by the largest
|a - b| / (1 + |b|). Each model is compiled for one chip, for each chip of a pair
alone, and for the pair, whose cache is converted, in one process and in two. Prints
a line for each of them and a closing "N passed, N failed, N skipped"; ends with 0
only if none failed.
"""
import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

ROOT = Path(__file__).resolve().parents[2]
# Bounds of the design by what the folder's name says of the precision, and by the type of the logits.
BOUNDS = {"bf16": 5e-2, "int4": 1e-3, "int8": 1e-3, "": 1e-4}
TYPE_BOUNDS = {onnx.TensorProto.BFLOAT16: 5e-2, onnx.TensorProto.FLOAT16: 2e-2}
PAIR = ["--fleet", "local-pair", "--prefill"]
# Options of compile, and those of each run.
ARRANGEMENTS = {
    "one chip": (["--fleet", "local"], [[]]),
    "compute": (PAIR + ["cpu-compute", "--decode", "cpu-compute"], [[]]),
    "bandwidth": (PAIR + ["cpu-bandwidth", "--decode", "cpu-bandwidth"], [[]]),
    "split": (PAIR + ["cpu-compute", "--decode", "cpu-bandwidth"], [[], ["--processes", "2"]]),
}
# Named only: a GPU's kernels emulated on this CPU take minutes for larger models.
CACHE_BF16 = ["--fleet", str(ROOT / "test/targets/Nvidia/Inputs/cache-bf16.yaml"), "--prefill", "gpu", "--decode"]
EMULATED = {
    "emulated": (["--fleet", "h100"], [["--emulate"]]),
    "emulated prefill": (["--fleet", "h100+local", "--prefill", "h100", "--decode", "cpu"], [["--emulate"]]),
    "emulated decode": (["--fleet", "h100+local", "--prefill", "cpu", "--decode", "h100"], [["--emulate"]]),
    "emulated bf16": (CACHE_BF16 + ["gpu"], [["--emulate"]]),
    "emulated bf16 prefill": (CACHE_BF16 + ["cpu"], [["--emulate"]]),
}
# The same by the GPU's driver, or what LD_LIBRARY_PATH puts in its place.
EMULATED |= {name.replace("emulated", "driven"): (options, [[]]) for name, (options, _) in EMULATED.items()}
# Below this margin the reference itself might have chosen the other token, where arithmetic is as exact.
NEAR_TIE = 1e-3


class Failure(Exception):
    """What is wrong with a model's result, in words."""


def call(command, limit):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        raise Failure(f"{command[1]}: no end after {limit} s") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise Failure(f"{command[1]}: exit {done.returncode}: {last[:300]}")
    return done.stdout


def bound_of(folder, arrangement):
    """The bound on logits: that of the name, or of rounded values where the file has such."""
    named = next(value for key, value in BOUNDS.items() if key in folder.name + arrangement)
    logits = onnx.load_tensor(str(folder / "test_data_set_0" / "output_0.pb"))
    return max(named, TYPE_BOUNDS.get(logits.data_type, 0))


def logits_difference(folder, got, prompt):
    """The largest scaled difference from the recorded logits."""
    worst = 0.0
    for number, rows in enumerate((slice(0, prompt), slice(prompt, prompt + 1))):
        file = folder / f"test_data_set_{number}" / "output_0.pb"
        want = numpy_helper.to_array(onnx.load_tensor(str(file)))[0].astype(np.float32)
        if got[rows].shape != want.shape:
            raise Failure(f"logits {list(got.shape)}, expected {list(want.shape)} of {file.name} in set {number}")
        difference = np.abs(got[rows] - want) / (1 + np.abs(want))
        if not np.isfinite(difference).all():
            raise Failure(f"logits of set {number} are not finite")
        worst = max(worst, float(difference.max()))
    return worst


def compare_tokens(got, want, tie):
    """Fails at the first other token that is no near tie; returns a remark."""
    for step, (token, expected) in enumerate(zip(got, want["generated"])):
        if token != expected:
            if want["margins"][step] < tie:
                return f"{step} tokens equal up to a near tie"
            raise Failure(f"token {step} is {token}, expected {expected} (margin {want['margins'][step]})")
    if len(got) != len(want["generated"]):
        raise Failure(f"{len(got)} tokens, expected {len(want['generated'])}")
    return f"{len(got)} tokens equal"


def run(folder, tandem, bundle, saved, arrangement, options, limit):
    """Runs a bundle and compares with the folder's results; a remark and the largest difference."""
    want = json.loads((folder / "greedy.json").read_text())
    prompt = want["prompt"]
    bound = bound_of(folder, arrangement)
    answer = json.loads(call(
        [tandem, "run", bundle, "--tokens", ",".join(map(str, prompt)), "-n", str(len(want["generated"])),
         "--ignore-eos", "--json", "--save-logits", saved, "--logits", "all", *options], limit))
    difference = logits_difference(folder, np.load(saved), len(prompt))
    if difference > bound:
        raise Failure(f"{' '.join(options)} logits differ by {difference:.1e}, bound {bound:.0e}")
    # Only what passes between two chips is converted.
    if bool(answer["converted_bytes"]) != (len(json.loads(Path(bundle, "manifest.json").read_text())["parts"]) > 1):
        raise Failure(f"{answer['converted_bytes']} bytes of cache converted")
    return compare_tokens(answer["tokens"], want, max(NEAR_TIE, bound if "bf16" in arrangement else 0)), difference


def check(folder, tandem, arrangement, limit):
    compile_options, runs = (ARRANGEMENTS | EMULATED)[arrangement]
    with tempfile.TemporaryDirectory() as scratch:
        bundle = f"{scratch}/model.tandem"
        start = time.monotonic()
        # The references are without rounded activations.
        call([tandem, "compile", str(folder), *compile_options, "--activations", "exact", "-o", bundle], limit)
        compiled = time.monotonic()
        results = [run(folder, tandem, bundle, f"{scratch}/logits.npy", arrangement, options, limit) for options in runs]
        ran = time.monotonic()
    remark, difference = max(results, key=lambda result: result[1])
    return f"{remark}, logits within {difference:.1e}; compile {compiled - start:.1f} s, run {ran - compiled:.1f} s"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", type=Path, help="model folders (default: all of test/models)")
    parser.add_argument("--tandem", default=str(ROOT / "build/bin/tandem"))
    parser.add_argument("--only", choices=ARRANGEMENTS | EMULATED, help="one arrangement (default: all but the emulated ones)")
    parser.add_argument("--limit", type=int, default=120, help="seconds for one command")
    arguments = parser.parse_args()
    count = {"pass": 0, "fail": 0, "skip": 0}
    arrangements = [arguments.only] if arguments.only else list(ARRANGEMENTS)
    folders = arguments.models or sorted(file.parent for file in (ROOT / "test/models").glob("*/greedy.json"))
    for folder, arrangement in itertools.product(folders, arrangements):
        try:
            if not (folder / "greedy.json").exists():
                verdict, text = "skip", "no greedy.json"
            else:
                verdict, text = "pass", check(folder, arguments.tandem, arrangement, arguments.limit)
        except (Failure, OSError, ValueError, KeyError) as error:
            verdict, text = "fail", str(error)
        count[verdict] += 1
        print(f"{verdict}  {folder.name:22} {arrangement:9} {text}", flush=True)
    print(f"{count['pass']} passed, {count['fail']} failed, {count['skip']} skipped")
    return 1 if count["fail"] else 0


sys.exit(main())
