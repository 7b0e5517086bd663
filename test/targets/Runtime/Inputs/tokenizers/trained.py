"""Writes a tokenizer.json of each kind that Tandem reads, trained by the wheel
on Python's own sources: usage: trained.py FOLDER [NAME...]
"""
import json
import sys
import sysconfig
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

CL100K = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
POSSESSIVE = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
QWEN = CL100K.replace(r"\p{N}{1,3}", r"\p{N}")
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
HAN = r"[\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{L}&&[^\p{Han}]]+|\w+|\d|\h|[\W\S]|\s"
SPLITS = [r"[\r\n]", r"\s?[A-Za-zµÀ-ÖØ-öø-ƺ]+", r"\s?[!-/:-~！-／：-～‘-‟　-。]+", r"\s+$", r"[一-龥ࠀ-一가-퟿]+"]
TEXT_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;()[]{}'\"_=+-*/\n▁éüßñ中文日本語한국어ждя"


def corpus():
    for file in sorted(Path(sysconfig.get_paths()["stdlib"]).glob("[a-m]*.py"))[:40]:
        yield file.read_text(errors="ignore")[:20000]


def train(pre_tokenizer, alphabet, normalizer=None, specials=()):
    tokenizer = Tokenizer(models.BPE(unk_token=None))
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer:
        tokenizer.normalizer = normalizer
    trainer = trainers.BpeTrainer(vocab_size=2500, initial_alphabet=list(alphabet), special_tokens=list(specials), show_progress=False)
    tokenizer.train_from_iterator(corpus(), trainer)
    return json.loads(tokenizer.to_str())


def byte_level():
    return train(pre_tokenizers.ByteLevel(add_prefix_space=False), pre_tokenizers.ByteLevel.alphabet(),
                 specials=["<|endoftext|>", "<|im_start|>", "<|im_end|>"])


def byte_fallback():
    specials = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    file = train(pre_tokenizers.Metaspace(), TEXT_CHARACTERS, specials=specials)
    file["added_tokens"] = file["added_tokens"][:3]
    file["model"].update(unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    return file


def split(pattern, behavior="Isolated", invert=False):
    pattern = pattern if isinstance(pattern, dict) else {"Regex": pattern}
    return {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}


def sequence(*parts):
    return {"type": "Sequence", "pretokenizers": list(parts)}


BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
GPT2 = {**BYTES, "use_regex": True}


def template(token, identifier):
    return {"type": "TemplateProcessing", "pair": [], "special_tokens": {token: {"id": token, "ids": [identifier], "tokens": [token]}},
            "single": [{"SpecialToken": {"id": token, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]}


def metaspace(scheme, cut=True):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": cut}


def add_tokens(file):
    """Tokens with every flag, some of them in the vocabulary already."""
    identifier = max(file["model"]["vocab"].values()) + 1
    for flags in ({"content": "<mask>", "lstrip": True, "special": True}, {"content": "[MASK]", "rstrip": True},
                  {"content": "<word>", "single_word": True, "normalized": True}, {"content": "Ünïcödé", "normalized": True},
                  {"content": "café", "normalized": True, "lstrip": True, "rstrip": True}, {"content": "  ", "normalized": False},
                  {"content": "🇩🇪", "normalized": True, "special": True}, {"content": "def ", "single_word": True}):
        file["added_tokens"].append({"id": identifier, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
                                     "special": False, **flags})
        identifier += 1


def llama2(file):
    file["normalizer"] = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
                          {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
    file["pre_tokenizer"] = None
    file["decoder"] = {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
                       {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
    file["post_processor"] = template("<s>", 1 + list(file["model"]["vocab"]).index("<unk>"))


def kinds():
    """Name -> what changes a trained file; the base is made by the other name."""
    table = {}

    def bytes_kind(name, pre_tokenizer, **others):
        table[name] = ("bytes", lambda file: file.update(pre_tokenizer=pre_tokenizer, decoder={**GPT2}, **others))

    bytes_kind("gpt2", GPT2, post_processor={**GPT2, "trim_offsets": False})
    bytes_kind("gpt2-prefix", {**GPT2, "add_prefix_space": True})
    bytes_kind("smollm", sequence({"type": "Digits", "individual_digits": True}, GPT2))
    bytes_kind("llama3", sequence(split(CL100K), BYTES), post_processor={"type": "Sequence", "processors": [GPT2, template("<|im_start|>", 1)]})
    bytes_kind("possessive", sequence(split(POSSESSIVE), BYTES))
    bytes_kind("qwen2", sequence(split(QWEN), BYTES), normalizer={"type": "NFC"})
    bytes_kind("o200k", sequence(split(O200K, "Removed", True), BYTES))
    bytes_kind("han", sequence(split(HAN), BYTES))
    bytes_kind("borders", sequence(split(r".\b|\B.", "MergedWithPrevious"), BYTES))
    bytes_kind("deepseek", sequence(*map(split, SPLITS), {"type": "Digits", "individual_digits": True}, BYTES))
    bytes_kind("behaviors", sequence(split(r"[aeiou]", "MergedWithPrevious"), split({"String": "th"}, "MergedWithNext"),
                                     split(r"\p{P}", "Contiguous"), split({"String": "q"}, "Removed"), split(r"[0-9]|", "Contiguous", True), BYTES))
    bytes_kind("words", sequence({"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "MergedWithNext"}, BYTES),
               normalizer={"type": "NFD"}, post_processor={"type": "BertProcessing", "sep": ["<|im_end|>", 2], "cls": ["<|im_start|>", 1]})
    bytes_kind("runs", sequence({"type": "Whitespace"}, {"type": "Digits", "individual_digits": False}, BYTES),
               normalizer={"type": "Sequence", "normalizers": [{"type": "Strip", "strip_left": True, "strip_right": True}, {"type": "Lowercase"}]})
    bytes_kind("bytes-normalized", sequence(split("[AĠ]", "MergedWithNext"), {"type": "CharDelimiterSplit", "delimiter": "Ċ"}),
               normalizer={"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "ByteLevel"}]})
    bytes_kind("added", sequence(split(CL100K), BYTES), normalizer={"type": "NFC"})
    bytes_kind("bert", sequence({"type": "BertPreTokenizer"}, BYTES), normalizer={"type": "Sequence", "normalizers": [{"type": "NFKD"}, {"type": "StripAccents"}]},
               post_processor={"type": "RobertaProcessing", "sep": ["<|im_end|>", 2], "cls": ["<|im_start|>", 1], "trim_offsets": True, "add_prefix_space": True})
    table["llama2"] = ("fallback", llama2)
    table["metaspace"] = ("fallback", lambda file: file.update(
        pre_tokenizer=metaspace("first"), decoder={"type": "Sequence", "decoders": [{"type": "ByteFallback"}, metaspace("first"), {"type": "Fuse"}]}))
    table["metaspace-always"] = ("fallback", lambda file: file.update(
        pre_tokenizer=sequence(split(r"\d"), metaspace("always")), decoder=metaspace("always"), normalizer={"type": "NFKC"}))
    table["metaspace-uncut"] = ("fallback", lambda file: file.update(
        pre_tokenizer=metaspace("never", False), decoder={"type": "Sequence", "decoders": [
            {"type": "Fuse"}, {"type": "Replace", "pattern": {"Regex": "▁+|\\s"}, "content": "_"}, {"type": "Strip", "content": "_", "start": 2, "stop": 0}]}))
    table["joined"] = ("fallback", lambda file: (file.update(pre_tokenizer={"type": "Whitespace"}, decoder=None),
                                                 file["model"].update(byte_fallback=False, fuse_unk=False)))
    return table


def finish(name, file):
    if name == "llama3":
        file["model"]["ignore_merges"] = True
    if name in ("added", "llama2", "metaspace"):
        add_tokens(file)
    if name == "gpt2":  # as older files have them
        file["model"]["merges"] = [" ".join(pair) for pair in file["model"]["merges"]]
        file["model"].update(continuing_subword_prefix="", end_of_word_suffix="")


def main(folder, names):
    bases, table = {"bytes": byte_level, "fallback": byte_fallback}, kinds()
    made = {}
    for name in names or table:
        base, change = table[name]
        made.setdefault(base, None)
        if made[base] is None:
            made[base] = json.dumps(bases[base]())
        file = json.loads(made[base])
        change(file)
        finish(name, file)
        Path(folder, name + ".json").write_text(json.dumps(file, ensure_ascii=False))


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    main(sys.argv[1], sys.argv[2:])
