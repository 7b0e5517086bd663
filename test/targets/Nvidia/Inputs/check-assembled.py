"""Usage: check-assembled.py BUNDLE

Prints how many kernels of a bundle's part ptxas assembled, the most registers that
one has, and the bytes that each one spills. Fails where a kernel was left out.
"""
import json
import sys
from pathlib import Path

(part,) = Path(sys.argv[1]).glob("parts/*/part.json")
launches = json.loads(part.read_text())["launches"]
assembled = {kernel["name"]: kernel for kernel in launches["assembled"]}
left_out = [kernel["name"] for kernel in launches["kernels"] if kernel["name"] not in assembled]
if left_out:
    sys.exit("not assembled: " + ", ".join(left_out))
print(f"{len(assembled)} kernels, at most {max(k['registers'] for k in assembled.values())} registers")
for name, kernel in assembled.items():
    if kernel["spilled_bytes"]:
        print(f"{name} spills {kernel['spilled_bytes']} bytes")
