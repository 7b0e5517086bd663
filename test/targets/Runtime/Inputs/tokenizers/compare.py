"""Compares tandem-runtime tokenize with the tokenizers wheel.

usage: compare.py [--count N] [--seed N] [--characters] TOKENIZER.json...
Encodes generated texts with and without the tokens around a prompt and with
spelled specials as text; decodes what came of it, random tokens, and each of
these cut somewhere, whole and as streamed. --characters instead compares every
code point, where byte-level with merges that show each cut beside it, and lists
those that differ, of Unicode 14 and after it. Closes with "N passed, N failed,
N skipped".
"""
import argparse
import json
import random
import string
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

from tokenizers import Tokenizer, normalizers, pre_tokenizers

import strings


def is_mark(code):
    return unicodedata.category(chr(code))[0] == "M"


def is_punctuation(code):
    return unicodedata.category(chr(code))[0] == "P" or chr(code) in string.punctuation


def older_tables(text):
    """Code points of Unicode 14 that components of this tokenizer.json take for
    something else in the wheel, whose tables for them are from Unicode 7 to 9."""
    found = set()
    codes = [code for code in range(0x80, 0x110000) if strings.is_assigned(code)]
    if '"StripAccents"' in text:
        strip = normalizers.StripAccents()
        found |= {code for code in codes if (strip.normalize_str(chr(code)) == "") != is_mark(code)}
    if '"Punctuation"' in text or '"BertPreTokenizer"' in text:
        split = pre_tokenizers.Punctuation()
        found |= {code for code in codes if (len(split.pre_tokenize_str(f"a{chr(code)}a")) == 3) != is_punctuation(code)}
    return {chr(code) for code in found}


def run(file, lines, *options):
    """Tandem's answers to the lines, which are JSON."""
    process = subprocess.run(["tandem-runtime", "tokenize", str(file), "--json", *options], text=True, capture_output=True,
                             input="".join(json.dumps(line) + "\n" for line in lines))
    if process.returncode:
        raise SystemExit(f"{file}: exit {process.returncode}: {process.stderr.strip()}")
    answers = [json.loads(line) for line in process.stdout.splitlines()]
    assert len(answers) == len(lines), f"{len(answers)} answers to {len(lines)} lines"
    return answers


def ranges(codes):
    """Ascending code points as "U+0061-U+007A U+00B5"."""
    text, first = [], None
    for code, following in zip(codes, codes[1:] + [None]):
        first = code if first is None else first
        if following != code + 1:
            text.append(f"U+{first:04X}" + (f"-U+{code:04X}" if code > first else ""))
            first = None
    return " ".join(text)


def with_seams(file, folder):
    """The tokenizer with merges of a letter, digit or space and a byte of another character: what is cut is not merged."""
    description = json.loads(file.read_text())
    if '"ByteLevel"' not in json.dumps(description.get("pre_tokenizer")):
        return file
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [pair for byte in alphabet if not byte.isascii() for pair in ((byte, "b"), ("a", byte), ("1", byte), ("Ġ", byte))]
    tokens = list(dict.fromkeys([*alphabet, *map("".join, merges)]))
    description["model"].update(vocab={token: index for index, token in enumerate(tokens)}, merges=merges, ignore_merges=False)
    description.update(added_tokens=[], post_processor=None)
    path = Path(folder, file.name)
    path.write_text(json.dumps(description))
    return path


class Comparison:
    def __init__(self, file):
        self.file = file
        self.tokenizer = Tokenizer.from_file(str(file))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.passed = self.failed = self.skipped = 0
        self.older = older_tables(file.read_text())
        # The wheel decodes these as its normalizer spells them, and does not
        # know them for special; Tandem does neither.
        self.respelled = {number for number, token in self.tokenizer.get_added_tokens_decoder().items()
                          if self.tokenizer.id_to_token(number) != token.content}

    def keep(self, items, left_out):
        kept = [item for item in items if left_out.isdisjoint(item)]
        self.skipped += len(items) - len(kept)
        return kept

    def expect(self, what, given, actual, expected):
        if actual == expected:
            self.passed += 1
            return
        self.failed += 1
        if self.failed <= 8:
            print(f"{self.file.name}: {what} of {given!r:.300}\n  tandem {actual!r:.300}\n  wheel  {expected!r:.300}")

    def encode(self, texts, specials, as_text):
        options = ["--add-specials"] * specials + ["--no-specials-in-text"] * as_text
        self.tokenizer.encode_special_tokens = as_text
        expected = [encoding.ids for encoding in self.tokenizer.encode_batch(texts, add_special_tokens=specials)]
        for text, answer, ids in zip(texts, run(self.file, texts, *options), expected):
            self.expect(" ".join(["encoding", *options]), text, answer["tokens"], ids)
        self.tokenizer.encode_special_tokens = False
        return expected

    def decode(self, rows, skip):
        answers = run(self.file, rows, "--decode", *["--skip-specials"] * skip)
        for row, answer, text in zip(rows, answers, self.tokenizer.decode_batch(rows, skip_special_tokens=skip)):
            self.expect(f"decoding {'without specials' if skip else ''}", row, answer["text"], text)
            # The text so far is certain: the one of all tokens starts with it.
            self.expect("pieces", row, ["".join(answer["pieces"]), len(answer["pieces"])], [text, len(row) + 1])

    def all(self, count, seed):
        texts = self.keep(list(strings.strings(count, seed)), self.older)
        rows = self.encode(texts, False, False)
        self.encode(texts[: count // 4], True, False)
        self.encode(texts[: count // 4], False, True)
        rng = random.Random(seed)
        size = self.tokenizer.get_vocab_size()
        # What is left out must not hang on how the wheel's trainers cut texts,
        # or the counts would change with the corpus.
        rows = self.keep(rows, self.respelled)
        rows += [row[: int(rng.random() * (len(row) + 1))] for row in rows]
        drawn = [[rng.randrange(size + 3) for _ in range(rng.randint(0, 12))] for _ in range(count)]
        drawn += [[rng.randrange(min(300, size)) for _ in range(rng.randint(0, 12))] for _ in range(count)]
        rows += self.keep(drawn, self.respelled)
        self.decode(rows, False)
        self.decode(rows[: count // 2], True)

    def characters(self):
        """Every code point alone and between letters; few of the planes that hold nothing or are private."""
        codes = [*range(0xD800), *range(0xE000, 0x33000), *range(0x33000, 0x110000, 251), *range(0xE0000, 0xE0200)]
        texts = [f"{chr(code)} a{chr(code)}b1{chr(code)}" for code in codes]
        differ = {True: [], False: []}
        expected = [encoding.ids for encoding in self.tokenizer.encode_batch(texts, add_special_tokens=False)]
        for code, answer, ids in zip(codes, run(self.file, texts), expected):
            known = strings.is_assigned(code)
            if chr(code) in self.older:
                self.skipped += 1
                continue
            if answer["tokens"] != ids:
                differ[known].append(code)
            elif known:
                self.passed += 1
        for known, of in ((True, "of Unicode 14"), (False, "after Unicode 14")):
            print(f"{self.file.name}: {len(differ[known])} code points {of} differ: {ranges(differ[known])}")
        self.failed += len(differ[True])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--characters", action="store_true")
    parser.add_argument("files", nargs="+", type=Path)
    arguments = parser.parse_args()
    strings.check_version()
    passed = failed = skipped = 0
    for file in arguments.files:
        comparison = None if arguments.characters else Comparison(file)
        if arguments.characters:
            with tempfile.TemporaryDirectory() as folder:
                comparison = Comparison(with_seams(file, folder))
                comparison.characters()
        else:
            comparison.all(arguments.count, arguments.seed)
            print(f"{file.name}: {comparison.passed} equal, {comparison.failed} differ")
        passed += comparison.passed
        failed += comparison.failed
        skipped += comparison.skipped
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(6 if failed else 0)


main()
