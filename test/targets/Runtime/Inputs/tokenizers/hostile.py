"""Gives tandem-runtime tokenizer files that are malformed or meant to harm.

Each must end with its exit code and a message, within 2 s of processor time and
200 MB. Closes with "N passed, N failed, N skipped".
"""
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bounded import judge, nested, run

BASE = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": None,
        "post_processor": None, "decoder": {"type": "Fuse"},
        "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, " ": 3}, "merges": [["a", "b"]]}}


def changed(**parts):
    return json.dumps({**BASE, **parts})


def model(**parts):
    return changed(model={**BASE["model"], **parts})


def split(pattern):
    return changed(pre_tokenizer={"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False})


def token(**parts):
    return {"id": 9, "content": "<x>", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **parts}


def cases():
    """Name, file, text, exit code, what the message says."""
    deep = json.dumps(BASE)[:-1] + ', "x": ' + nested(100000, "[", "", "]") + "}"
    sequences = nested(70, '{"type": "Sequence", "normalizers": [', "", "]}")
    yield "deep arrays", deep, "", 3, "nested deeper than 64"
    yield "deep sequences", json.dumps(BASE).replace('"normalizer": null', f'"normalizer": {sequences}'), "", 3, "nested deeper"
    yield "cut off", json.dumps(BASE)[:-20], "", 3, "no valid JSON at byte"
    yield "not an object", "[]", "", 3, "the file must be an object"
    yield "no model", '{"version": "1.0"}', "", 3, "lacks key 'model'"
    yield "merges as an object", model(merges={"a": "b"}), "", 3, "no array at key 'merges'"
    yield "vocabulary as an array", model(vocab=["a"]), "", 3, "no object at key 'vocab'"
    yield "no vocabulary", model(vocab=None), "", 3, "no object at key 'vocab'"
    yield "key twice", json.dumps(BASE)[:-1] + ', "normalizer": null}', "", 3, "has key 'normalizer' twice"
    yield "token twice", model().replace('"b": 1', '"b": 1, "b": 5'), "", 3, "has token 'b' twice"
    yield "id twice", model(vocab={"a": 0, "b": 0}, merges=[]), "", 3, "gives id 0 to 'a' and to 'b'"
    yield "huge id", model(vocab={"a": 4000000000}, merges=[]), "", 3, "has id 4000000000, expected less than 4194304"
    yield "negative id", model(vocab={"a": -1}, merges=[]), "", 3, "no whole number for token 'a'"
    yield "merge of no token", model(merges=[["a", "q"]]), "", 3, "merges[0] 'a' 'q', but no token 'q'"
    yield "merge to no token", model(merges=[["b", "a"]]), "", 3, "but no token 'ba'"
    yield "merge of three", model(merges=[["a", "b", "a"]]), "", 3, "has 3 texts, expected 2"
    yield "merge without space", model(merges=["ab"]), "", 3, "expected two tokens with a space between"
    yield "unknown token that is none", model(unk_token="q"), "", 3, "unk_token 'q'"
    yield "added id twice", changed(added_tokens=[token(), token(content="<y>")]), "", 3, "has id 9, which another has"
    yield "added content twice", changed(added_tokens=[token(), token(id=10)]), "", 3, "has content '<x>', which another has"
    yield "added against vocabulary", changed(added_tokens=[token(content="a")]), "", 3, "in model.vocab"
    yield "many values", changed(added_tokens=[0] * 2000000), "", 3, "more than 1048576 values"
    yield "many tokens", model(vocab={f"t{i}": i for i in range(600000)}, merges=[], unk_token="q"), "", 3, "unk_token 'q'"
    yield "large file", " " * (65 << 20), "", 3, "is larger than 64 MiB"
    yield "bad UTF-8", json.dumps(BASE).replace("version", "vers\udc80ion"), "", 3, "no valid JSON"
    yield "torn expression", split("(a"), "", 3, "lacks ')'"
    yield "torn class", split("[a"), "", 3, "lacks ']'"
    yield "backward range", split("[z-a]"), "", 3, "from a later character"
    yield "huge count", split("a{1,99999999}"), "", 3, "has a pattern that is none"
    yield "deep expression", split(nested(5000, "(", "a", ")")), "", 3, "nested deeper than 100"
    yield "long expression", split("a" * 20000), "", 3, "is a pattern of 20000 bytes"
    yield "expanding expression", split("(?:(?:(?:a{1,200}b){1,200}){1,200}){1,200}"), "", 3, "has a pattern that is none"
    yield "exponential", split("(a+)+$"), "a" * 5000 + "b", 3, "takes too long"
    yield "exponential alternatives", split("(?:a|a|aa)*$"), "a" * 5000 + "b", 3, "takes too long"
    yield "cubic", split("a*a*a*a*c"), "a" * 20000 + "dc", 3, "take too long|takes too long"
    yield "quadratic", split("(?:a(?=a*c))+|[^x]*x"), "a" * 300000, 3, "take too long|takes too long"
    yield "loop of nothing", split("(?:a*)*c"), "a" * 20000 + "dc", 3, "take too long|takes too long"
    yield "deep choice", split("(?:(?:a|b)(?:a|b)?)*c"), "ab" * 200000 + "dc", 3, "take too long|takes too long"
    yield "long word", json.dumps(BASE), "ab" * 500000, 0, ""
    for component, name, text in (
            ("model", "Unigram", model(type="Unigram", vocab=[["a", -1.0]])), ("model", "WordPiece", model(type="WordPiece")),
            ("model", "WordLevel", model(type="WordLevel")), ("normalizer", "BertNormalizer", changed(normalizer={"type": "BertNormalizer"})),
            ("normalizer", "Precompiled", changed(normalizer={"type": "Sequence", "normalizers": [{"type": "Precompiled"}]})),
            ("pre_tokenizer", "UnicodeScripts", changed(pre_tokenizer={"type": "UnicodeScripts"})),
            ("decoder", "WordPiece", changed(decoder={"type": "WordPiece"})), ("post_processor", "Other", changed(post_processor={"type": "Other"}))):
        yield f"{component} {name}", text, "", 4, f"{component}.* is '{name}'; Tandem has "
    yield "dropout", model(dropout=0.1), "", 4, "has dropout"
    yield "affix", model(end_of_word_suffix="</w>"), "", 4, "has a end_of_word_suffix"
    for name, pattern in (("back reference", r"(a)\1"), ("call", r"(?<x>a)\g<x>"), ("conditional", "(?(1)a|b)"), ("absent", "(?~a)"),
                          ("unknown script", r"\p{Klingon}"), ("any-length look-behind", "(?<=a+)b"), ("folded ligature", "(?i)ss")):
        yield name, split(pattern), "", 4, "pattern"


def results(folder):
    file = Path(folder, "tokenizer.json")
    for name, text, line, expected, says in cases():
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        yield (name, run(["tandem-runtime", "tokenize", file], line.encode() + b"\n"), expected,
               says.replace("(", r"\(").replace(")", r"\)").replace("[", r"\["))


with tempfile.TemporaryDirectory() as folder:
    sys.exit(judge(results(folder)))
