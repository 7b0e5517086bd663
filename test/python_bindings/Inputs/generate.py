"""Usage: generate.py BUNDLE WHAT_RUN_PRINTED.json; needs no NumPy."""
import json
import sys

import tandem

path, printed = sys.argv[1:]
with open(printed) as text:
    expected = json.load(text)["tokens"]
with tandem.Bundle(path, threads=1) as bundle:
    with bundle.sequence() as sequence:
        told = list(sequence.generate([1, 2, 3], 5, ignore_stops=True))
        assert told == expected, (told, expected)
        assert len(sequence) == 3 + 5 - 1
        print("equal tokens:", len(told))
    bundle.verify()
    print("verified")
    capacity = bundle.info.capacity
    assert len(list(bundle.sequence().generate([1] * (capacity - 4), 5, ignore_stops=True))) == 5
    assert len(list(bundle.sequence().generate([1] * capacity, ignore_stops=True))) == 1

    def after_close():
        sequence.step([1])

    for attempt in (lambda: bundle.sequence().generate([1] * (capacity - 4), 6), lambda: bundle.sequence().generate([], 5),
                    lambda: bundle.sequence().generate([1], 0), lambda: bundle.sequence().generate([1], 1, top_k=5),
                    after_close, lambda: tandem.Bundle(path + ".absent")):
        try:
            attempt()
            print("no error")
        except tandem.TandemError as error:
            print(f"error {error.code}: {error}")
assert "numpy" not in sys.modules
