"""Text to tokens and back by a bundle's own tokenizer, and its chat template."""
from __future__ import annotations

import ctypes as c
import functools
import json
from collections.abc import Mapping
from collections.abc import Sequence as Ordered
from typing import TYPE_CHECKING, Any

from tandem import interface
from tandem.interface import Owned, call, collect

if TYPE_CHECKING:
    from tandem.bundle import Bundle

# Flags of tandem_tokenizer_encode.
_ADD_SPECIALS, _PLAIN = 1, 2


class Tokenizer:
    """The tokenizer of a bundle; what this library lacks of it is a TandemError with code 4 that names it."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    @functools.cached_property
    def handle(self) -> Owned:
        """The C object, made when first needed: a bundle without a tokenizer still takes ids."""
        return Owned("tokenizer", "of_bundle", self.bundle.handle)

    def encode(self, text: str, add_specials: bool = True, specials_in_text: bool = True) -> list[int]:
        """Ids of `text`. `add_specials` puts those around it that the tokenizer says; with `specials_in_text` a special
        token's spelling is that token, without it is only text."""
        ids: list[int] = []
        write = interface.TokensCallback(lambda _, tokens, count: ids.extend(tokens[:count]))
        encoded = text.encode()
        call("tokenizer_encode", self.handle, encoded, len(encoded),
             _ADD_SPECIALS * add_specials | _PLAIN * (not specials_in_text), write, None)
        return ids

    def decode(self, ids: Ordered[int], skip_specials: bool = True) -> str:
        """Text of `ids`."""
        return collect("tokenizer_decode", self.handle, (c.c_int32 * len(ids))(*ids), len(ids), skip_specials)

    def render_chat(self, messages: Ordered[Mapping[str, Any]], **variables: Any) -> str:
        """The bundle's chat template for `messages` ({"role", "content"}) and what else it reads, as
        `add_generation_prompt` (True unless given) or `tools`. Encode it without `add_specials`."""
        encoded = json.dumps({"messages": list(messages), **variables}).encode()
        return collect("chat_render", self.bundle.handle, encoded, len(encoded))
