"""Tokens and text, one after another."""
from __future__ import annotations

import ctypes as c
from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Ordered
from typing import TYPE_CHECKING, TypedDict

from tandem import interface
from tandem.errors import TandemError
from tandem.interface import Owned, ask, call, collect, sized

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from tandem.bundle import Bundle
    from tandem.sequence import Sequence
    from tandem.text import Tokenizer


class Sampling(TypedDict, total=False):
    """How tokens are chosen, as the options of `tandem run`: the largest logit, of equal ones the first, or with a
    temperature above 0 a draw."""

    temperature: float  # divides logits
    top_k: int  # draw from this many likeliest; 0: all
    top_p: float  # draw from the likeliest that reach this sum; 0 or 1: all
    seed: int  # the same seed draws the same tokens


class Sampler:
    """Chooses one token after another by the last step's logits; draws depend on the seed only."""

    def __init__(self, temperature: float = 0, top_k: int = 0, top_p: float = 1, seed: int = 0) -> None:
        sampling = sized(interface.Sampling, temperature=temperature, topK=top_k, topP=top_p, seed=seed)
        self._created = Owned("sampler", "create", c.byref(sampling))

    def choose(self, bundle: Bundle, row: int = -1) -> int:
        """The token after row `row` of the bundle's last step."""
        token = c.c_int32()
        call("sampler_choose", self._created, bundle.logit_row(row), bundle.info.vocabulary, c.byref(token))
        return token.value


def generate(sequence: Sequence, ids: Ordered[int], max_new_tokens: int | None = None, ignore_stops: bool = False,
             **sampling: Unpack[Sampling]) -> Iterator[int]:
    """Appends `ids` and then generates: see `Sequence.generate`, whose arguments are checked here, at once."""
    info, sampler = sequence.bundle.info, Sampler(**sampling)
    room = info.capacity - len(sequence) - len(ids) + 1  # the last token is not run
    count = max(1, room) if max_new_tokens is None else max_new_tokens
    if not ids or count < 1:
        raise TandemError(2, f"{len(ids)} ids of prompt and {count} new tokens, expected at least 1 of each")
    if count > room:
        raise TandemError(2, f"{len(ids)} ids and {count} new tokens behind {len(sequence)} need "
                             f"{count - room + info.capacity} places in the cache, whose capacity is {info.capacity} tokens "
                             f"({info.capacity_cause}); ask for less or compile with a larger --max-context")
    return _generate(sequence, ids, count, frozenset() if ignore_stops else frozenset(info.stop_tokens), sampler)


def _generate(sequence: Sequence, ids: Ordered[int], count: int, stops: frozenset[int], sampler: Sampler) -> Iterator[int]:
    for _ in range(count):
        sequence.step(ids)
        token = sampler.choose(sequence.bundle)
        yield token
        if token in stops:
            return
        ids = [token]


def make_detokenizer(tokenizer: Tokenizer, stop: Ordered[str]) -> Owned:
    """What `to_text` takes; a text of `stop` that is empty is a TandemError."""
    detokenizer = Owned("detokenizer", "create", tokenizer.handle)
    for text in stop:
        encoded = text.encode()
        call("detokenizer_stop_at", detokenizer, encoded, len(encoded))
    return detokenizer


def to_text(detokenizer: Owned, tokens: Iterable[int]) -> Iterator[str]:
    """The text of `tokens` as they come, in whole characters and without special tokens, before the first of the
    detokenizer's stop texts; after that no more tokens are taken."""
    for token in tokens:
        if piece := collect("detokenizer_push", detokenizer, token):
            yield piece
        if ask("detokenizer_has_stopped", detokenizer):
            break
    if rest := collect("detokenizer_finish", detokenizer):
        yield rest
