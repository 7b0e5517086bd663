"""Usage: text.py BUNDLE WITHOUT_TEXT WHAT_RUN_PRINTED.json: what `run --prompt "Hi" -n 24` gave."""
import json
import sys

import tandem

path, without, printed = sys.argv[1:]
with open(printed) as text:
    expected = json.load(text)
model = tandem.load(path, threads=1)
tokenizer = model.tokenizer

for text in ("", "Hi", "naïve 中文 👩‍👩‍👧", "a<|im_end|>b"):
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids, skip_specials=False) == text
assert len(tokenizer.encode("<|im_end|>")) == 1 and tokenizer.decode(tokenizer.encode("<|im_end|>")) == ""
assert tokenizer.encode("<|im_end|>", specials_in_text=False) == tokenizer.encode("<|im_", False) + tokenizer.encode("end|>")
print("there and back")

pieces = list(model.generate("Hi", max_new_tokens=24))
whole = "".join(pieces)
assert whole == expected["text"] and model.ids == [*tokenizer.encode("Hi"), *expected["tokens"][:-1]], (whole, expected)
assert "".join(model.generate("Hi", max_new_tokens=24)) == whole
print("text of run, again")
stop = whole[len(whole) // 2:][:3]
assert "".join(model.generate("Hi", max_new_tokens=24, stop=["never", stop])) == whole[:whole.index(stop)]
print("ends before a stop text")

ran = []
step = model._sequence.step
model._sequence.step = lambda ids, *rest: (ran.extend(ids), step(ids, *rest))
messages = [{"role": "user", "content": "Hi"}]
for question in ("Why?", "Who?"):
    messages += [{"role": "assistant", "content": "".join(model.chat(messages, max_new_tokens=9))}, {"role": "user", "content": question}]
    held = model.ids
    prompt = tokenizer.encode(tokenizer.render_chat(messages), add_specials=False)
    common = next((i for i, (one, other) in enumerate(zip(held, prompt)) if one != other), len(held))
    ran.clear()
    answer = "".join(model.chat(messages, max_new_tokens=9))
    assert ran[:len(prompt) - common] == prompt[common:] and common > 10 and model.ids == prompt[:common] + ran
    assert answer == "".join(tandem.load(path, threads=1).chat(messages, max_new_tokens=9))
assert tokenizer.render_chat(messages[:1]) == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
assert tokenizer.render_chat(messages[:1], add_generation_prompt=False) == "<|im_start|>user\nHi<|im_end|>\n"
print("runs only what is new")

bare = tandem.load(without, threads=1)
for attempt in (lambda: bare.generate("Hi"), lambda: bare.chat(messages), lambda: model.generate("Hi", stop="x"),
                lambda: model.generate("Hi" * model.info.capacity)):
    try:
        attempt()
        print("no error")
    except tandem.TandemError as error:
        print(f"error {error.code}: {error}")
