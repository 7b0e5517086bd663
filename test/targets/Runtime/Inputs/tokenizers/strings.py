"""Texts that tokenizers get wrong: every plane, emoji with joiners, combining
marks, right-to-left, code, runs of space, contractions, spelled specials.

Only code points that are assigned in Unicode 14 are used, which is what PCRE2
and utf8proc of Debian 12 and every newer reader know alike.
"""
import random
import string
import unicodedata

ASSIGNED = 14.0
SPACES = [" ", "  ", "    ", " " * 17, "\n", "\n\n", "\r\n", "\r", "\t", "\t\t", "\v", "\f", "\x1c", "\x85", "\u00a0", "\u1680",
          "\u180e", "\u2003", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\u200b", "\ufeff"]
MARKS = ["\u0301", "\u0308", "\u0327", "\u0323", "\u20dd", "\u0e34", "\u064b", "\u093f", "\u0bbf", "\u1abf", "\u302a", "\U0001d165"]
EMOJI = ["😀", "👩‍💻", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "🇫🇷🇯", "👍🏽", "☝🏿", "❤️‍🔥", "1️⃣", "©️", "🧑‍🚀", "\u200d", "\ufe0f"]
RIGHT_TO_LEFT = ["שלום", "עולם", "مرحبا", "بالعالم", "\u200f", "\u202b", "\u2067", "\u2069", "لا", "ﷺ", "٣٤", "۱۲", "יִ", "ܫܠܡܐ"]
WORDS = ["the", "The", "HELLO", "naïve", "straße", "Ünïcödé", "ſ", "K", "İstanbul", "ǅ", "ﬁne", "ŉ", "Ⅷ", "½", "x²", "中文", "日本語", "한국어",
         "각", "Ελλάδα", "ΣΑΣ", "русский", "हिन्दी", "ไทย", "ꙮ", "𝒜", "𐍈", "𠜎", "don", "I", "we", "it", "A", "ab", "zzz", "a" * 40, "▁", "▁▁", "Ġ", "Ċ"]
CONTRACTIONS = ["'s", "'S", "'t", "'re", "'RE", "'ve", "'m", "'ll", "'LL", "'d", "'ſ", "’s", "'", "''", "s'"]
NUMBERS = ["0", "7", "42", "123", "2026", "1234567", "3.14", "1,000", "٣", "๓", "²", "௧", "0x1F", "1e-9"]
CODE = ["def f(x):\n    return x\n", "if (a && b) { c++; }", "#include <x.h>\n", "\t\tfoo->bar();", "<a href=\"#\">", "SELECT * FROM t;", "{{ x }}",
        "// ---\n", "a_b", "camelCase", "->", "::", "==", "!=", "\\n", "$x", "`", "~", "|", "[]", "()", "…", "—", "«", "¿", "、", "。"]
CONTROLS = ["\x00", "\x01", "\x1b", "\x7f", "\x80", "\x9f", "\u00ad", "\u2060", "\ufffc", "\ufffd", "\ufff9"]
SPECIALS = ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|im", "im_end|>", "<s>", "</s>", "<unk>", "<0x41>", "<0xE2>", "[MASK]", "MASK",
            "  <mask>  ", "x<mask>y", "<word>", "a<word>", "<Word>", "café!"]
GROUPS = [SPACES, MARKS, EMOJI, RIGHT_TO_LEFT, WORDS, CONTRACTIONS, NUMBERS, CODE, CONTROLS, SPECIALS, [" "]]
# First and last code point, and how much of the text comes from there.
PLANES = [(0x20, 0x7E, 4), (0xA0, 0x24F, 2), (0x250, 0x1FFF, 3), (0x2000, 0x2FFF, 1), (0x3000, 0x9FFF, 1), (0xA000, 0xD7FF, 1), (0xE000, 0xFFFF, 1),
          (0x10000, 0x1FFFF, 3), (0x20000, 0x2FFFF, 1), (0x30000, 0x3FFFF, 1), (0xE0000, 0xE01EF, 1), (0xF0000, 0xFFFFF, 1), (0x100000, 0x10FFFF, 1)]


def is_assigned(code):
    """In Unicode 14, by the tables of Python 3.11; noncharacters are not."""
    return unicodedata.category(chr(code)) not in ("Cn", "Cs")


def check_version():
    if float(unicodedata.unidata_version.rsplit(".", 1)[0]) != ASSIGNED:
        raise SystemExit(f"needs a Python with Unicode {ASSIGNED}, this one has {unicodedata.unidata_version}")


def character(rng):
    first, last, _ = rng.choices(PLANES, [plane[2] for plane in PLANES])[0]
    while True:
        code = rng.randint(first, last)
        if is_assigned(code):
            return chr(code)


def piece(rng):
    kind = rng.random()
    if kind < 0.55:
        return rng.choice(rng.choice(GROUPS))
    if kind < 0.8:
        return character(rng)
    if kind < 0.9:  # a base and marks, composed or not
        text = character(rng) + "".join(rng.choices(MARKS, k=rng.randint(1, 4)))
        return unicodedata.normalize(rng.choice(["NFC", "NFD"]), text)
    return "".join(character(rng) for _ in range(rng.randint(2, 8)))


def strings(count, seed=0):
    """`count` texts, the same ones for the same seed."""
    check_version()
    rng = random.Random(seed)
    fixed = ["", " ", "  ", "a", "Hello world", " Hello  world ", string.punctuation * 2, "def __init__(self):", "The capital of France is Paris.",
             "a" * 3000, " " * 3000, "".join(CODE), "".join(SPECIALS), "".join(EMOJI), "".join(SPACES), "".join(RIGHT_TO_LEFT)]
    yield from fixed[:count]
    for _ in range(count - len(fixed)):
        yield "".join(piece(rng) for _ in range(rng.randint(1, 30)))
