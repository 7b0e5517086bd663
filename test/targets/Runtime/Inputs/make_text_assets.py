"""Writes a tokenizer and a chat template for the fake part's 97 tokens:
make_text_assets.py FOLDER [tokenizer=TYPE] [template=TEXT] [no-template].

A token is a printable ASCII character, from the space (0) to the tilde (94);
95 and 96 begin and end a message and are the end tokens of the fake bundle.
"""
import json
import sys
from pathlib import Path

folder = Path(sys.argv[1])
options = dict(word.partition("=")[::2] for word in sys.argv[2:])
folder.mkdir(parents=True, exist_ok=True)

characters = ["\u0120" if c == 32 else chr(c) for c in range(32, 127)]
tokenizer = {
    "version": "1.0",
    "truncation": None,
    "padding": None,
    "added_tokens": [
        {"id": 95 + i, "content": text, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
         "special": True} for i, text in enumerate(("<|begin|>", "<|end|>"))],
    "normalizer": None,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
    "post_processor": None,
    "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
    "model": {"type": options.get("tokenizer", "BPE"), "dropout": None, "unk_token": None,
              "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
              "ignore_merges": False, "vocab": {c: i for i, c in enumerate(characters)}, "merges": []},
}
(folder / "tokenizer.json").write_text(json.dumps(tokenizer))
template = options.get("template", (
    "{% for message in messages %}<|begin|>{{ message['role'][0] }}:{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|begin|>a:{% endif %}"))
if "no-template" not in options:
    (folder / "chat_template.jinja").write_text(template)
