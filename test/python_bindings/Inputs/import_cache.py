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
        result = bundle.generate([7], 5, ignore_stops=True, sequence=sequence, logits="last")
        assert result.tokens == expected, (result.tokens, expected)
        print("equal tokens:", len(result.tokens))
        sequence.truncate(2)
        assert (sequence.step([7]) == result.logits[:1]).all()
        print("equal logits")
        for wrong in ({"slot": slot[:1]}, {"layers": 2}, {"producer": "third"}):
            try:
                sequence.import_cache(**{"producer": "first", "slot": slot, "tokens": 1, **wrong})
                print("no error")
            except tandem.TandemError as error:
                print(f"error {error.code}: {error}")
