"""Usage: check-steps.py MODEL_FOLDER BUNDLE BOUND [LENGTH,...]

Runs a bundle's kernels by the emulator, with copies as soon and as late as they may
be, and compares with ONNX Runtime in fp32, at every step:

  alone      prompts of 1, 5, 17 and 64 tokens, or of LENGTHs, then 8 steps of decode
  in pieces  each prompt in two steps, then one of decode
  in rows    all prompts as rows of one step, then one of decode each

ONNX Runtime is given what the bundle stores: weights and a cache of bf16 are rounded,
the cache as each token is appended. How far the logits are from those of the model as
it is, ONNX Runtime's then and the kernels', is printed too. The logits of all tokens of
a step are compared up to 17 tokens, else those of the last. All prompts are the
beginnings of one random text. The emulator's part fills scratch memory and the cache
behind a row's tokens with NaN, and lays blocks of the cache in another order than they
are used.
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


def to_bf16(values):
    """fp32 rounded to the nearest bf16, ties to even."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).view(np.float32)


def stored_as_bf16(folder, part):
    """The bytes, in the model's files, of each weight that a part stores as bf16."""
    weights = set()
    for source, count in {(record["source"], int(np.prod(record["shape"]))) for record in part["weights"]
                          if record["type"] == "bf16"}:
        name, offset = source.rsplit(":", 1)
        weights.add(np.fromfile(folder / name, np.uint8, 4 * count, offset=int(offset)).tobytes())
    return weights


def round_weights(model, stored):
    found = set()
    for tensor in model.graph.initializer:
        if tensor.raw_data in stored:
            found.add(tensor.raw_data)
            tensor.raw_data = to_bf16(np.frombuffer(tensor.raw_data, np.float32)).tobytes()
    if len(found) < len(stored):
        sys.exit(f"{len(stored) - len(found)} of {len(stored)} weights that the part stores as bf16 are no initializers of the model")


def open_model(folder, stored):
    """ONNX Runtime with a model's weights as a part has `stored` them."""
    model = onnx.load(folder / "model.onnx")
    round_weights(model, stored)
    for node in model.graph.node:  # else it rounds the inputs of products with 4 bits
        for attribute in [attribute for attribute in node.attribute if attribute.name == "accuracy_level"]:
            node.attribute.remove(attribute)
    with tempfile.TemporaryDirectory() as scratch:
        onnx.save_model(model, f"{scratch}/model.onnx", save_as_external_data=True)
        return onnxruntime.InferenceSession(f"{scratch}/model.onnx", providers=["CPUExecutionProvider"])


def empty_cache(session, folder):
    config = json.loads((folder / "config.json").read_text())
    size = config.get("head_dim") or config.get("hidden_size", config.get("n_embd")) // config.get(
        "num_attention_heads", config.get("n_head"))
    return {value.name: np.zeros((1, value.shape[1], 0, size), np.float32)
            for value in session.get_inputs() if len(value.shape) == 4}


def append(session, cache, start, ids):
    """Logits of tokens behind `start` others, and the cache behind them."""
    feeds = dict(cache)
    for value in session.get_inputs():
        if "mask" in value.name:
            feeds[value.name] = np.ones((1, start + len(ids)), np.int64)
        elif value.name not in cache:
            feeds[value.name] = np.array([range(start, start + len(ids)) if "position" in value.name else ids], np.int64)
    logits, *presents = session.run(None, feeds)
    return logits[0].astype(np.float32), dict(zip(cache, presents))


def reference(session, folder, ids, rounds_cache=False):
    """ONNX Runtime's logits of every token of a text; a cache of bf16 is rounded as each token is appended."""
    cache, rows = empty_cache(session, folder), []
    for start, piece in enumerate([token] for token in ids) if rounds_cache else [(0, ids)]:
        logits, cache = append(session, cache, start, piece)
        cache = {name: to_bf16(values) for name, values in cache.items()}
        rows.append(logits)
    return np.concatenate(rows)


def distance(got, wanted):
    return np.abs(got - wanted) / (1 + np.abs(wanted))


class Comparison:
    def __init__(self, steps, ids, wanted, exact, bound):
        self.steps, self.ids, self.wanted, self.exact, self.bound = steps, ids, wanted, exact, bound
        self.count, self.rows, self.worst, self.worst_of_exact = 0, 0, 0.0, 0.0

    def step(self, what, *pieces):
        """One step of (slot, start, end) rows."""
        which = "all" if sum(end - start for _, start, end in pieces) <= ALL_UP_TO else "last"
        got = self.steps.step([(slot, start, self.ids[start:end]) for slot, start, end in pieces], which)
        rows = np.concatenate([np.arange(start if which == "all" else end - 1, end) for _, start, end in pieces])
        difference = distance(got, self.wanted[rows])
        if got.shape != self.wanted[rows].shape or not (difference <= self.bound).all():  # nor if it is no number
            sys.exit(f"{what}, tokens {pieces}: differs by {difference.max():.1e}, bound {self.bound:.0e}")
        self.count, self.rows, self.worst = self.count + 1, self.rows + len(got), max(self.worst, float(difference.max()))
        self.worst_of_exact = max(self.worst_of_exact, float(distance(got, self.exact[rows]).max()))


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
    name, part = next((file.parent.name, part) for file in Path(bundle).glob("parts/*/part.json")
                      if "launches" in (part := json.loads(file.read_text())))
    layouts = json.loads((Path(bundle) / "manifest.json").read_text())["contract"]["layouts"]
    rounds_cache = next(layout["type"] for layout in layouts if layout["part"] == name) == "bf16"
    ids = np.random.default_rng(3).integers(0, part["vocabulary"], max(lengths) + DECODED).tolist()
    stored = stored_as_bf16(folder, part)
    exact = wanted = reference(open_model(folder, ()), folder, ids)
    if stored or rounds_cache:
        wanted = reference(open_model(folder, stored), folder, ids, rounds_cache)
        print(f"rounded to bf16: {len(stored)} weights{', the cache' if rounds_cache else ''}; ONNX Runtime's logits move by "
              f"{distance(wanted, exact).max():.1e}")
    for mode in ("emulate", "emulate-late"):
        os.environ["TANDEM_CPU"] = mode
        steps = open_steps(bundle)
        compared = Comparison(steps, ids, wanted, exact, bound)
        run(compared, lengths)
        steps.close()
        print(f"{mode}: {compared.count} steps, {compared.rows} rows of logits within {compared.worst:.1e} of ONNX Runtime's, "
              f"bound {bound:.0e}; {compared.worst_of_exact:.1e} of the model's as it is", flush=True)


main()
