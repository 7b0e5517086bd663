"""Usage: sequences.py BOTH TO_GPU: several sequences at a time, cut, freed and begun again, of a
bundle that runs on one GPU, and sequences whose cache comes in pieces from elsewhere, of one whose
prefill is on this CPU. The emulator and what is loaded as the driver must agree to the bit."""
import json
import sys
from pathlib import Path

import numpy

from tandem.bundle import Bundle


def ids(seed, count):
    return [(seed * 31 + i * 17) % 200 + 1 for i in range(count)]


def mixed(bundle):
    """Rows of different lengths; a sequence cut back; one freed, whose blocks go to another."""
    first, second, third = (bundle.sequence() for _ in range(3))
    yield [(first, ids(1, 5)), (second, ids(2, 2))]
    yield [(second, ids(3, 1)), (third, ids(4, 6))]
    yield [(first, ids(5, 1)), (second, ids(6, 1)), (third, ids(7, 1))]
    second.truncate(2)
    yield [(second, ids(8, 3)), (first, ids(9, 1))]
    first.close()
    again = bundle.sequence()
    yield [(again, ids(10, 4)), (third, ids(11, 2))]
    third.truncate(0)
    yield [(third, ids(12, 3)), (again, ids(13, 1))]


def imported(bundle):
    """Cache of any numbers, in pieces that begin within a block behind tokens of the chip's own."""
    slot = numpy.random.default_rng(7).standard_normal(slot_bytes["cpu"] // 4, dtype=numpy.float32)
    sequence, other = bundle.sequence(), bundle.sequence()
    sequence.import_cache("cpu", slot, 5, 0, 2)
    yield [(sequence, ids(1, 1))]
    yield [(sequence, ids(2, 3)), (other, ids(3, 2))]
    sequence.import_cache("cpu", slot, 4, 0, 1)
    sequence.import_cache("cpu", slot, 4, 1, 1)
    yield [(other, ids(4, 1)), (sequence, ids(5, 1))]


def freed(bundle):
    """More sequences one after the other than memory has blocks for."""
    slot = numpy.zeros(slot_bytes["cpu"] // 4, numpy.float32)
    for _ in range(170):
        with bundle.sequence() as sequence:
            sequence.import_cache("cpu", slot, 70, 0, 2)
    yield [(bundle.sequence(), ids(1, 2))]


def many(bundle):
    """Sequences at a time whose blocks take several pieces of memory, the last one first."""
    slot = numpy.random.default_rng(8).standard_normal(slot_bytes["cpu"] // 4, dtype=numpy.float32)
    sequences = [bundle.sequence() for _ in range(80)]
    for sequence in sequences:
        sequence.import_cache("cpu", slot, 70, 0, 2)
    for sequence in reversed(sequences[::26]):
        yield [(sequence, ids(1, 1))]


def outcomes(path, cpu, script, **options):
    with Bundle(path, cpu=cpu, **options) as bundle:
        bundle.load()
        results = []
        for rows in script(bundle):
            bundle.step(rows, "all")
            results.append(bundle.logits.copy())
        return results


both, to_gpu = sys.argv[1:]
manifest = json.loads(Path(to_gpu, "manifest.json").read_text())
slot_bytes = {layout["part"]: layout["slot_bytes"] for layout in manifest["contract"]["layouts"]}
for path, script, options in ((both, mixed, {}), (to_gpu, imported, {"decode_only": True}),
                              (to_gpu, many, {"decode_only": True}), (to_gpu, freed, {"decode_only": True})):
    wanted = outcomes(path, "emulate", script, **options)
    got = outcomes(path, "", script, **options)
    for number, (a, b) in enumerate(zip(wanted, got, strict=True)):
        if not numpy.isfinite(a).all():
            sys.exit(f"{script.__name__}: logits of step {number} are not finite")
        if not numpy.array_equal(a, b):
            sys.exit(f"{script.__name__}: logits of step {number} differ by {numpy.abs(a - b).max():.1e}")
    print(f"{script.__name__}: {len(wanted)} steps equal")
