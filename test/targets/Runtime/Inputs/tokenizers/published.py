"""Compares tandem-runtime tokenize with the ids that llama.cpp's sources expect.

usage: published.py LLAMA_CPP FOLDER
LLAMA_CPP/models holds vocabularies of published models as GGUF, with texts
(.inp) and ids (.out); src/llama-vocab.cpp holds their regular expressions. Each
byte pair encoding becomes FOLDER/NAME.json. Closes with
"N passed, N failed, N skipped" (texts; skipped: vocabularies of other kinds).
"""
import json
import re
import subprocess
import sys
from pathlib import Path

from gguf import GGUFReader

# How the source spells the names that the files have, where it is not plain.
SPELLING = {"llama-bpe": "LLAMA3", "gpt-2": "GPT2"}
# Models whose own tokenizer.json says so; the GGUF does not.
IGNORES_MERGES = {"llama-bpe"}
SEPARATOR = "\n__ggml_vocab_test__\n"
CONTROL, USER_DEFINED, BYTE = 3, 4, 6


def read_fields(path):
    reader = GGUFReader(path)
    wanted = ("model", "pre", "tokens", "token_type", "merges", "scores", "add_space_prefix")
    keys = {name: f"tokenizer.ggml.{name}" for name in wanted}
    return {name: reader.fields[key].contents() for name, key in keys.items() if key in reader.fields}


def expressions(source, pre):
    """The literals of the case that the source has for this name."""
    name = SPELLING.get(pre, pre.replace("-", "_").upper())
    block = re.search(rf"case LLAMA_VOCAB_PRE_TYPE_{name}:.*?regex_exprs = {{(.*?)\n\s*}};", source, re.S)
    if not block:
        return None
    lines = [line for line in block[1].splitlines() if not line.strip().startswith("//")]
    literals = re.findall(r'"((?:[^"\\]|\\.)*)"', "\n".join(lines))
    return [re.sub(r"\\(.)", lambda found: {"r": "\r", "n": "\n"}.get(found[1], found[1]), literal) for literal in literals]


def added_tokens(fields):
    return [{"id": number, "content": text, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": kind == CONTROL}
            for number, (text, kind) in enumerate(zip(fields["tokens"], fields["token_type"])) if kind in (CONTROL, USER_DEFINED) and text]


def byte_level(fields, patterns, ignores_merges):
    splits = [{"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False} for pattern in patterns]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    return {"added_tokens": added_tokens(fields), "normalizer": None, "post_processor": None, "decoder": level,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": splits + [level]},
            "model": {"type": "BPE", "ignore_merges": ignores_merges, "vocab": {text: number for number, text in enumerate(fields["tokens"])},
                      "merges": fields["merges"]}}


def merges_by_score(fields, vocabulary):
    """SentencePiece merges what makes the token with the best score."""
    merges = []
    for text, number in vocabulary.items():
        pairs = [(text[:cut], text[cut:]) for cut in range(1, len(text))]
        pairs = sorted((vocabulary[left], vocabulary[right]) for left, right in pairs if left in vocabulary and right in vocabulary)
        merges += [(-fields["scores"][number], fields["tokens"][left], fields["tokens"][right]) for left, right in pairs]
    merges.sort(key=lambda merge: merge[0])
    return [list(merge[1:]) for merge in merges]


def byte_fallback(fields, starts):
    """`starts`: what is put before a text."""
    vocabulary = {text: number for number, text in enumerate(fields["tokens"])}
    space = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    return {"added_tokens": added_tokens(fields), "pre_tokenizer": None, "post_processor": None,
            "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": starts}, space]},
            "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
                                                         {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
            "model": {"type": "BPE", "byte_fallback": True, "fuse_unk": True, "unk_token": "<unk>", "vocab": vocabulary,
                      "merges": fields.get("merges") or merges_by_score(fields, vocabulary)}}


def convert(fields, source):
    """A tokenizer.json, or why there is none."""
    if fields["model"] == "llama":
        return byte_fallback(fields, "▁")
    if fields["model"] == "gemma4":
        return byte_fallback(fields, "")
    if fields["model"] != "gpt2":
        return f"model {fields['model']}"
    patterns = expressions(source, fields.get("pre", ""))
    if patterns is None:
        return f"no expression for '{fields.get('pre')}'"
    return byte_level(fields, patterns, fields["pre"] in IGNORES_MERGES)


def compare(name, file, texts, expected):
    process = subprocess.run(["tandem-runtime", "tokenize", str(file), "--json"], text=True, capture_output=True,
                             input="".join(json.dumps(text) + "\n" for text in texts))
    if process.returncode:
        print(f"{name}: exit {process.returncode}: {process.stderr.strip()}")
        return 0, len(texts)
    failed = 0
    answers = [json.loads(line)["tokens"] for line in process.stdout.splitlines()]
    for text, tokens, ids in zip(texts, answers, expected, strict=True):
        if tokens != ids:
            failed += 1
            print(f"{name}: {text!r:.200}\n  tandem   {tokens}\n  expected {ids}")
    print(f"{name}: {len(texts) - failed} equal, {failed} differ")
    return len(texts) - failed, failed


def main(llama_cpp, folder):
    source = (llama_cpp / "src/llama-vocab.cpp").read_text()
    passed = failed = skipped = 0
    for path in sorted((llama_cpp / "models").glob("ggml-vocab-*.gguf")):
        name = path.stem.removeprefix("ggml-vocab-")
        inputs, outputs = Path(f"{path}.inp"), Path(f"{path}.out")
        if not inputs.exists():
            continue
        made = convert(read_fields(path), source)
        if isinstance(made, str):
            print(f"{name}: {made}")
            skipped += 1
            continue
        file = folder / f"{name}.json"
        file.write_text(json.dumps(made, ensure_ascii=False))
        texts = inputs.read_bytes().decode().split(SEPARATOR)
        expected = [[int(word) for word in line.split()] for line in outputs.read_text().splitlines()]
        while len(texts) > len(expected) and not texts[-1].strip():
            texts.pop()
        counts = compare(name, file, texts, expected)
        passed, failed = passed + counts[0], failed + counts[1]
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 6 if failed or not passed else 0


Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
