"""Tests --stop for every piece of a text: stop_text.py BUNDLE."""
import json
import subprocess
import sys


def run(*options):
    out = subprocess.run(["tandem-runtime", "run", sys.argv[1], "--prompt", "Hello", "--ignore-eos", *options],
                         check=True, capture_output=True, text=True).stdout
    return json.loads(out)["text"] if "--json" in options else out[:-1]


whole = run("-n", "12", "--json")
count = 0
for start in range(0, len(whole) - 1, 2):
    for end in (start + 1, start + 3, len(whole)):
        stop = whole[start:end]
        expected = whole[:whole.index(stop)]
        shown = run("-n", "12", "--stop", "\u00e9 never", "--stop", stop, *(["--json"] if count % 2 else []))
        assert shown == expected, (stop, shown, expected)
        count += 1
print(f"each of {count} stop texts ends where it begins")
