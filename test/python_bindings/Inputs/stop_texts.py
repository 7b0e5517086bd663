"""Usage: stop_texts.py BUNDLE WHAT_RUN_PRINTED.json: what `run --prompt Hi -n 40 --ignore-eos` gave."""
import json
import sys

import tandem
from tandem.generation import make_detokenizer, to_text

path, printed = sys.argv[1:]
with open(printed) as text:
    run = json.load(text)
model = tandem.load(path, threads=1)
tokens = model.tokenizer.encode("abxxxc")  # a token a letter
print(list(to_text(make_detokenizer(model.tokenizer, ["xxz"]), tokens)))
print(list(to_text(make_detokenizer(model.tokenizer, ["xxc", "xxx"]), tokens)))

whole, tokens = run["text"], run["tokens"]
for length in (1, 2, 5):
    for start in range(len(whole) - length):
        stop = whole[start:start + length]
        got = list(model.generate("Hi", max_new_tokens=40, stop=["\0", stop], ignore_stops=True))
        end = whole.index(stop)
        assert "".join(got) == whole[:end] and all(got), (stop, got, whole)
        needed = next(n for n in range(len(tokens)) if stop in model.tokenizer.decode(tokens[:n]))
        assert model.ids == [*model.tokenizer.encode("Hi"), *tokens[:needed - 1]], (stop, model.ids, tokens)
print("generation ends where a stop text does")

try:
    model.generate("Hi", stop=["x", ""])
except tandem.TandemError as error:
    print(f"error {error.code}: {error}")
