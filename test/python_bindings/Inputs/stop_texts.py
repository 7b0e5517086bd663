"""Usage: stop_texts.py"""
import itertools

from tandem.generation import until


def before(stop, text):
    """By the definition: letter by letter until one is complete, of several the longest."""
    for end in range(len(text) + 1):
        for word in sorted(stop, key=len, reverse=True):
            if text[:end].endswith(word):
                return text[:end - len(word)]
    return text


for stop in ([], ["b"], ["bc", "cb"], ["aab", "ab"], ["abab", "b" * 9], ["cc", "c"], ["abab", "b"], ["bcb", "c"]):
    for letters in itertools.product("abc", repeat=6):
        text = "".join(letters)
        for cut in range(1 << (len(text) - 1)):
            bounds = [0, *(i + 1 for i in range(len(text) - 1) if cut >> i & 1), len(text)]
            pieces = [text[i:j] for i, j in zip(bounds, bounds[1:])]
            got = list(until(stop, pieces))
            assert "".join(got) == before(stop, text) and all(got), (stop, pieces, got)
print("equal at every cut")
print(list(until(["xxz"], ["abx", "xx", "c"])))
