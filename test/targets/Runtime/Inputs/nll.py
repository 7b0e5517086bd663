"""Checks `eval` against logits that `run` saves: nll.py BUNDLE IDS.json
WINDOW half|all. Prints what both agree on."""
import json
import math
import struct
import subprocess
import sys

bundle, file, window, score = sys.argv[1:]
ids, window = json.load(open(file))["ids"], int(window)


def rows(tokens):
    """Logits of each token, computed with a sequence of its own."""
    path = file + ".npy"
    subprocess.run(["tandem-runtime", "run", bundle, "--tokens", ",".join(map(str, tokens)), "-n", "1",
                    "--save-logits", path, "--logits", "all"], check=True, capture_output=True)
    data = open(path, "rb").read()[128:]
    values = struct.unpack(f"{len(data) // 4}f", data)
    width = len(values) // len(tokens)
    return [values[i * width:(i + 1) * width] for i in range(len(tokens))]


total = count = 0
for start in range(0, len(ids), window):
    part = ids[start:start + window]
    if len(part) < 2 or (score == "half" and len(part) < window):
        break
    logits = rows(part)
    for i in range(window // 2 + 1 if score == "half" else 1, len(part)):
        row = logits[i - 1]
        total += math.log(sum(math.exp(x) for x in row)) - row[part[i]]
        count += 1

out = subprocess.run(["tandem-runtime", "eval", bundle, "--ids", file, "--window", str(window), "--score", score, "--json"],
                     check=True, capture_output=True, text=True).stdout
result = json.loads(out)
assert result["tokens"] == count, (result, count)
assert abs(result["mean_nll"] - total / count) < 1e-6, (result, total / count)
assert abs(result["perplexity"] - math.exp(total / count)) < 1e-4 * math.exp(total / count), result
print(f"{count} tokens agree")
