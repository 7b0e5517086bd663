"""Usage: damage-part.py GOOD BAD STATEMENT [FILE CUT]: copies the bundle GOOD to BAD, runs
STATEMENT on the object `launches` of its part.json, in the folder `folder`, cuts FILE of the part to CUT bytes (by so
many below 0), and gives all files the digests that they have then."""
import glob
import json
import os
import shutil
import subprocess
import sys

good, bad, statement = sys.argv[1:4]
shutil.rmtree(bad, ignore_errors=True)
shutil.copytree(good, bad)
(name,) = glob.glob(os.path.join(bad, "parts/*/part.json"))
with open(name) as file:
    part = json.load(file)
exec(statement, {"launches": part["launches"], "part": part, "folder": os.path.dirname(name)})
with open(name, "w") as file:
    json.dump(part, file)
if len(sys.argv) > 4:
    path, cut = os.path.join(os.path.dirname(name), sys.argv[4]), int(sys.argv[5])
    os.truncate(path, cut if cut >= 0 else os.path.getsize(path) + cut)
subprocess.run(["reseal-bundle", bad], check=True)
