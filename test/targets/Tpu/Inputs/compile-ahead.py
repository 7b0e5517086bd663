"""Usage: compile-ahead.py MODELS FLEET SCRATCH NAME...: for two generations."""
import subprocess
import sys

models, fleet, scratch, *names = sys.argv[1:]
for name in names:
    bundle = f"{scratch}/{name}.tandem"
    subprocess.run(["tandem", "compile", f"{models}/{name}", "--fleet", fleet, "-o", bundle], check=True, stderr=subprocess.DEVNULL)
    for options in ([], ["--topology", "tpu7x:1x1x1"]):
        subprocess.run([sys.executable, "-m", "tandem.xla", "compile", bundle, *options], check=True)
