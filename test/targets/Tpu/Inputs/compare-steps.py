"""Usage: compare-steps.py MODEL_FOLDER BUNDLE [CHUNK]

Prefills the recorded prompt (in pieces of CHUNK tokens, where given), decodes 8
steps, and compares the logits at every row with ONNX Runtime's: at most 1e-4.
Checks that each program that ran updates exactly the cache in place.
"""
import json
import sys
from pathlib import Path

import numpy
from reference import difference, logits_of

from tandem.xla import Bundle, start_sequence

folder, bundle = Path(sys.argv[1]), Bundle(sys.argv[2])
recorded = json.loads((folder / "greedy.json").read_text())
prompt, later = recorded["prompt"], recorded["generated"][:8]
chunk = int(sys.argv[3]) if len(sys.argv) > 3 else len(prompt)
wanted = logits_of(folder, prompt + later, bundle.manifest["model"]["head_dim"])

sequence = start_sequence(bundle, "cpu")
engine = sequence.engine
pieces = [prompt[i:i + chunk] for i in range(0, len(prompt), chunk)]
rows = [sequence.feed("prefill", piece, "all") for piece in pieces]
rows += [sequence.feed("decode", [token]) for token in later]
worst = max(difference(row, want) for row, want in zip(numpy.concatenate(rows), wanted, strict=True))
assert worst <= 1e-4, worst
print(f"{len(pieces)} steps of prefill, {len(later)} of decode: equal within {worst:.1e}")

# The programs for the last token's logits compute the same.
last = engine.sequence()
for piece in pieces:
    row = last.feed("prefill", piece)
assert difference(row[0], wanted[len(prompt) - 1]) <= 1e-4

ran = [executable.alias_bytes for executable in engine.executables.values()]
assert len(ran) >= 2 and set(ran) == {engine.cache_bytes}, ran
print("updated in place:", engine.cache_bytes, "bytes")
