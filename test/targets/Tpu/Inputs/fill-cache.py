"""Usage: fill-cache.py MODEL_FOLDER BUNDLE: a cache of 20 tokens up to its end."""
import sys
from pathlib import Path

import numpy
from reference import difference, logits_of

from tandem import TandemError
from tandem.xla import Bundle, Engine
from tandem.xla.engine import choose_program

folder, bundle = Path(sys.argv[1]), Bundle(sys.argv[2])
tokens = [7919 * i % bundle.vocabulary for i in range(1, 21)]
wanted = logits_of(folder, tokens, bundle.manifest["model"]["head_dim"])
engine = Engine(bundle.part_for("prefill"))
programs = engine.part.text["programs"]


def taken(start, count):
    """Buckets of the steps that append `count` tokens behind `start`."""
    steps = []
    while count > 0:
        program = choose_program(programs, "prefill", start, count, "last")
        steps.append(program["tokens"])
        start, count = start + program["tokens"], count - program["tokens"]
    return steps


print("buckets at 0:", taken(0, 12), "at 4:", taken(4, 12), "at 5:", taken(5, 12), "at 12:", taken(12, 8), "at 17:", taken(17, 3))
assert choose_program(programs, "prefill", 20, 1, "last") is None

sequence = engine.sequence()
first = sequence.feed("prefill", tokens[:12], "all")
rest = sequence.feed("prefill", tokens[12:], "all")
print("full:", sequence.length, "tokens, equal:", max(difference(first, wanted[:12]), difference(rest, wanted[12:])) <= 1e-4)
for phase in ("prefill", "decode"):
    try:
        sequence.feed(phase, [1])
        print("no error")
    except TandemError as error:
        print(f"error {error.code}: {error}")

# What the precondition is for: the bucket of 16 at 12 would write at 4 instead.
other = engine.sequence()
other.feed("prefill", tokens[:12])
wide = next(program for program in programs if program["name"] == "prefill-16-all")
clamped = other._step(wide, numpy.array(tokens[12:], numpy.int32))
print("against the precondition, equal:", difference(clamped, wanted[12:]) <= 1e-4)
