"""Usage: add_text.py MODEL OUT: copies a model of 256 ids and gives it a tokenizer and a chat template.

An id for each byte that occurs in UTF-8, spelled as GPT-2 spells bytes, then two
special tokens.
"""
import json
import shutil
import sys
from pathlib import Path

model, out = map(Path, sys.argv[1:])
shutil.copytree(model, out)
printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
others = [byte for byte in range(256) if byte not in printable]
spelling = {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}
in_text = [byte for byte in range(256) if byte not in (0xC0, 0xC1) and byte < 0xF5]
vocabulary = {spelling[byte]: i for i, byte in enumerate(in_text)}
special = {word: len(vocabulary) + i for i, word in enumerate(("<|im_start|>", "<|im_end|>"))}
special |= {f"<|unused_{i}|>": i for i in range(len(vocabulary) + 2, 256)}
flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
(out / "tokenizer.json").write_text(json.dumps({
    "version": "1.0", "truncation": None, "padding": None,
    "added_tokens": [{"id": i, "content": word, **flags} for word, i in special.items()],
    "normalizer": None, "pre_tokenizer": level, "post_processor": None, "decoder": level,
    "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
              "fuse_unk": False, "byte_fallback": False, "ignore_merges": False, "vocab": vocabulary | special, "merges": []}}))
(out / "chat_template.jinja").write_text(
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}")
(out / "generation_config.json").write_text(json.dumps({"eos_token_id": special["<|im_end|>"]}))
