"""Usage: import_cache.py BUNDLE WHAT_RUN_PRINTED.json"""
import json
import sys

import numpy
import tandem

path, printed = sys.argv[1:]
with open(printed) as text:
    expected = json.load(text)["tokens"]
slot = numpy.full(64, -1, numpy.int64)
slot[:2] = [5, 6]
with tandem.Bundle(path, threads=1, decode_only=True) as bundle:
    with bundle.sequence() as sequence:
        sequence.import_cache("first", slot, 2)
        print(len(sequence), "tokens imported")
        tokens = sequence.generate([7], 5, ignore_stops=True)
        first = next(tokens)
        row = bundle.logits.copy()
        assert [first, *tokens] == expected, expected
        print("equal tokens:", len(expected))
        sequence.truncate(2)
        sequence.step([7])
        assert (bundle.logits == row).all()
        print("equal logits")
        for wrong in ({"slot": slot[:1]}, {"layers": 2}, {"producer": "third"}):
            try:
                sequence.import_cache(**{"producer": "first", "slot": slot, "tokens": 1, **wrong})
                print("no error")
            except tandem.TandemError as error:
                print(f"error {error.code}: {error}")
