"""Usage: generate.py BUNDLE WHAT_RUN_PRINTED.json"""
import json
import sys

import tandem

path, printed = sys.argv[1:]
with tandem.Bundle(path, threads=1) as bundle:
    told = []
    result = bundle.generate([1, 2, 3], 5, ignore_stops=True, on_token=told.append)
    with open(printed) as text:
        expected = json.load(text)["tokens"]
    assert result.tokens == told == expected, (result.tokens, told, expected)
    print("equal tokens:", len(told))
    bundle.verify()
    print("verified")
    for attempt in (lambda: bundle.generate([1] * bundle.info.capacity, 5), lambda: tandem.Bundle(path + ".absent")):
        try:
            attempt()
            print("no error")
        except tandem.TandemError as error:
            print(f"error {error.code}: {error}")
