"""Usage: model.py BUNDLE LOGITS.npy DRAWN.json: what `run` gave for ids 5,6,7: rows with 3 tokens more, and 20 tokens
drawn with temperature 50, top-k 30, top-p 0.9 and seed 7."""
import gc
import json
import sys

import numpy
import tandem

path, saved, drawn = sys.argv[1:]
expected = numpy.load(saved)
prompt = [5, 6, 7]
model = tandem.load(path, threads=1)

model.step(prompt)
assert (model.logits == expected[2:3]).all() and model.ids == prompt
model.reset()
model.step(prompt, logits="all")
view = model.logits
assert (view == expected[:3]).all() and view.shape == (3, model.info.vocabulary)
print("equal logits")

assert not view.flags.owndata and not view.flags.writeable
assert view.ctypes.data == model.logits.ctypes.data == numpy.from_dlpack(view).ctypes.data
model.step([int(view[-1].argmax())])
assert view.ctypes.data == model.logits.ctypes.data and (model.logits == expected[3:4]).all()
print("no copy")

rows, tokens = [], []
model.truncate(2)
for token in model.generate_tokens(prompt[2:], 4, ignore_stops=True):
    rows.append(model.logits[0].copy())
    tokens.append(token)
assert (numpy.array(rows) == expected[2:6]).all()
assert tokens == [int(row.argmax()) for row in rows] and model.length == 6 and model.ids == prompt + tokens[:3]
print("a row for each token")

def draw(seed):
    model.reset()
    return list(model.generate_tokens(prompt, 20, ignore_stops=True, temperature=50, top_k=30, top_p=0.9, seed=seed))

with open(drawn) as text:
    assert draw(7) == draw(7) == json.load(text)["tokens"] != draw(2)
print("equal draws")

# More than one step takes: in pieces, or none of it.
assert model.info.max_tokens < 40 < model.info.capacity
model.reset()
model.step([9] * 40)
last = model.logits.copy()
model.truncate(0)
for _ in range(40):
    model.step([9])
assert (model.logits == last).all()
for ids, logits in (([9] * (model.info.capacity - 39), "last"), ([], "last"), ([9] * 20, "all"), ([97], "last")):
    try:
        model.step(ids, logits)
        print("no error")
    except tandem.TandemError as error:
        print(f"error {error.code}: {error}")
    assert model.length == 40 and model.ids == [9] * 40
try:
    model.logits
except tandem.TandemError as error:
    print(f"error {error.code}: {error}")

# A view keeps the memory that it shows.
model.step([1])
view, kept = model.logits, model.logits.copy()
model.close()
del model
gc.collect()
others = [tandem.load(path, threads=1) for _ in range(4)]
for other in others:
    other.step([3])
assert (view == kept).all()
print("the view outlives the model")

# Objects in a cycle are ended in any order, the library's are freed in the right one.
for _ in range(20):
    other = tandem.load(path, threads=1)
    other.step([1])
    other.itself, other.bundle.sequences = other, [other._sequence, other.bundle.sequence()]
    del other
    gc.collect()
print("cycles are freed")
