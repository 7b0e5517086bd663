"""Usage: installed.py BUNDLE WHAT_RUN_PRINTED.json, by a Python that has nothing but the wheel."""
import importlib.metadata
import json
import sys
from pathlib import Path

before = set(sys.modules)
import tandem

heavy = {"numpy", "subprocess", "inspect", "tandem.divergence", "tandem.xla"} & (set(sys.modules) - before)
assert not heavy, heavy
from tandem.interface import ask, library_path

path, printed = sys.argv[1:]
place = Path(sys.prefix)
assert place in Path(tandem.__file__).parents and place in Path(library_path()).parents, (tandem.__file__, library_path())
assert ask("runtime_version").decode() == importlib.metadata.version("tandem")
assert Path(tandem.__file__).with_name("py.typed").exists()
print("version", importlib.metadata.version("tandem"))
with tandem.load(path, threads=1) as model, open(printed) as text:
    tokens = list(model.generate_tokens([1, 2, 3], 5, ignore_stops=True))
    assert tokens == json.load(text)["tokens"], tokens
    print("equal tokens:", len(tokens))
    try:
        print(model.logits)
    except tandem.TandemError as error:
        print(f"error {error.code}: {error}")
