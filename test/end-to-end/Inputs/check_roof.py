"""Compares what `bench --roof` says with part.json: check_roof.py BUNDLE LINES."""
import json
import sys
from pathlib import Path

bundle, lines = Path(sys.argv[1]), Path(sys.argv[2]).read_text().splitlines()
part = json.loads(next(bundle.glob("parts/*/part.json")).read_text())
capacity = json.loads((bundle / "manifest.json").read_text())["capacity"]["tokens"]
whole = {(weight["file"], weight["offset"]): weight["bytes"] for weight in part["weights"]
         if weight["layout"] != "rows" and not (weight["layout"] == "vector" and len(weight["shape"]) > 1)}
expected = sum(whole.values()) + (8 + 8 / 2) * (part["slot_bytes"] // capacity)
for line in map(json.loads, lines):
    assert abs(line["bytes_per_token"] - expected) < 1, (line, expected)
    assert line["roof_gbs"] > 0 and line["read_gbs"] > 0, line
    rate = expected * line["decode_tok_s"] / 1e9
    assert abs(line["decode_gbs"] - rate) < 0.006 + 1e-3 * rate, line
    share = line["decode_gbs"] / line["roof_gbs"]
    assert abs(line["share"] - share) < 0.05 * share + 0.002, line
print(len(lines), "lines, bytes of part.json")
