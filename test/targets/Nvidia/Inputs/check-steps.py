"""Usage: check-steps.py MODEL_FOLDER BUNDLE BOUND [LENGTH,...]

Runs a bundle's kernels by the emulator, with copies as soon and as late as they may
be, and compares with ONNX Runtime, at every step:

  alone      prompts of 1, 5, 17 and 64 tokens, or of LENGTHs, then 8 steps of decode
  in pieces  each prompt in two steps, then one of decode
  in rows    all prompts as rows of one step, then one of decode each

The logits of all tokens of a step are compared up to 17 tokens, else those of the
last. All prompts are the beginnings of one random text, so that ONNX Runtime runs
once. The emulator's part fills scratch memory and the cache behind a row's tokens
with NaN, and lays blocks of the cache in another order than they are used.
"""
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "python_bindings"))
from tandem.steps import open_steps

DECODED = 8
ALL_UP_TO = 17


def reference(folder, ids):
    """ONNX Runtime's logits of every token of a text."""
    model = onnx.load(folder / "model.onnx")
    for node in model.graph.node:  # else it rounds the inputs of products with 4 bits
        for attribute in [attribute for attribute in node.attribute if attribute.name == "accuracy_level"]:
            node.attribute.remove(attribute)
    with tempfile.TemporaryDirectory() as scratch:
        onnx.save_model(model, f"{scratch}/model.onnx", save_as_external_data=True)
        session = onnxruntime.InferenceSession(f"{scratch}/model.onnx", providers=["CPUExecutionProvider"])
    config = json.loads((folder / "config.json").read_text())
    size = config.get("head_dim") or config.get("hidden_size", config.get("n_embd")) // config.get(
        "num_attention_heads", config.get("n_head"))
    feeds = {}
    for value in session.get_inputs():
        if len(value.shape) == 4:  # a cache of no tokens
            feeds[value.name] = np.zeros((1, value.shape[1], 0, size), np.float32)
        elif "mask" in value.name:
            feeds[value.name] = np.ones((1, len(ids)), np.int64)
        else:
            feeds[value.name] = np.array([range(len(ids)) if "position" in value.name else ids], np.int64)
    return session.run(None, feeds)[0][0].astype(np.float32)


class Comparison:
    def __init__(self, steps, ids, wanted, bound):
        self.steps, self.ids, self.wanted, self.bound = steps, ids, wanted, bound
        self.count, self.rows, self.worst = 0, 0, 0.0

    def step(self, what, *pieces):
        """One step of (slot, start, end) rows."""
        which = "all" if sum(end - start for _, start, end in pieces) <= ALL_UP_TO else "last"
        got = self.steps.step([(slot, start, self.ids[start:end]) for slot, start, end in pieces], which)
        wanted = np.concatenate([self.wanted[start if which == "all" else end - 1:end] for _, start, end in pieces])
        difference = np.abs(got - wanted) / (1 + np.abs(wanted))
        if got.shape != wanted.shape or not (difference <= self.bound).all():  # nor if it is no number
            sys.exit(f"{what}, tokens {pieces}: differs by {difference.max():.1e}, bound {self.bound:.0e}")
        self.count, self.rows, self.worst = self.count + 1, self.rows + len(got), max(self.worst, float(difference.max()))


def run(compared, lengths):
    for length in lengths:
        compared.step("prompt", (0, 0, length))
        for end in range(length + 1, length + DECODED + 1):
            compared.step("decode", (0, end - 1, end))
        if length > 1:
            cut = length // 3 + 1
            compared.step("first piece", (0, 0, cut))
            compared.step("second piece", (0, cut, length))
            compared.step("decode", (0, length, length + 1))
    short = [length for length in lengths if length < 64]
    compared.step("rows", *((1 + row, 0, length) for row, length in enumerate(short)))
    compared.step("rows of decode", *((1 + row, length, length + 1) for row, length in enumerate(short)))


def main():
    folder, bundle, bound = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    lengths = [int(length) for length in (sys.argv[4] if len(sys.argv) > 4 else "1,5,17,64").split(",")]
    part = json.loads(next(Path(bundle).glob("parts/*/part.json")).read_text())
    ids = np.random.default_rng(3).integers(0, part["vocabulary"], max(lengths) + DECODED).tolist()
    wanted = reference(folder, ids)
    for mode in ("emulate", "emulate-late"):
        os.environ["TANDEM_CPU"] = mode
        steps = open_steps(bundle)
        compared = Comparison(steps, ids, wanted, bound)
        run(compared, lengths)
        steps.close()
        print(f"{mode}: {compared.count} steps, {compared.rows} rows of logits within {compared.worst:.1e} of ONNX Runtime's, "
              f"bound {bound:.0e}", flush=True)


main()
