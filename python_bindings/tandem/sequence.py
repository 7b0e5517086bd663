"""Tokens with their cache."""
from __future__ import annotations

import ctypes as c
from collections.abc import Sequence as Ordered
from typing import TYPE_CHECKING, Any

from tandem import interface
from tandem.errors import TandemError
from tandem.generation import generate
from tandem.interface import Owned, ask, call, sized

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Unpack

    from tandem.bundle import Bundle, LogitsOf
    from tandem.generation import Sampling


class Sequence:
    """Tokens with their cache; made by `Bundle.sequence`."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._created: Owned | None = Owned("sequence", "create", bundle.handle, keep=bundle.handle)

    def __enter__(self) -> Sequence:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return ask("sequence_length", self.handle)

    def close(self) -> None:
        """Frees the cache for other sequences; nothing else may be called afterwards."""
        self._created = None

    @property
    def handle(self) -> Owned:
        """The C object."""
        if not self._created:
            raise TandemError(2, "the sequence is closed")
        return self._created

    def truncate(self, length: int) -> None:
        """Forgets the tokens from `length` on."""
        ask("sequence_truncate", self.handle, length)

    def import_cache(self, producer: str, slot: Any, tokens: int, first_layer: int = 0, layers: int = 1) -> None:
        """Appends `tokens` tokens by their cache, which part `producer` made.

        `slot` is a whole slot in that part's layout, contiguous (a numpy array,
        bytes); `layers` of it from `first_layer` on are read. Layers come in
        order; the sequence is longer when the last one is in.
        """
        view = memoryview(slot).cast("B")
        holder: Any = (c.c_char * len(view)).from_buffer(view) if not view.readonly else view.tobytes()
        piece = sized(interface.CachePiece, producer=producer.encode(), slot=c.cast(holder, c.c_void_p),
                      slotBytes=len(view), firstToken=len(self), tokenCount=tokens, firstLayer=first_layer,
                      layerCount=layers)
        call("sequence_import", self.handle, c.byref(piece))

    def step(self, ids: Ordered[int], logits: LogitsOf = "last") -> None:
        """Appends `ids`, in pieces where they are more than one step takes; then `Bundle.logits` are of the last id.
        With "all" they are of every one, and one step must take them. All ids are appended, or none."""
        start, count = len(self), max(1, len(ids))  # a step of none is refused
        most = count if logits == "all" else self.bundle.info.max_tokens
        try:
            for i in range(0, count, most):
                self.bundle.step([(self, ids[i:i + most])], logits)
        except TandemError:
            self.truncate(start)
            raise

    def generate(self, ids: Ordered[int], max_new_tokens: int | None = None, ignore_stops: bool = False,
                 **sampling: Unpack[Sampling]) -> Iterator[int]:
        """Appends `ids`, then yields token after token: at most `max_new_tokens` (None: as many as fit), up to and with
        a stop token. The last one is not run. While a token is looked at, `Bundle.logits` is the row that chose it."""
        return generate(self, ids, max_new_tokens, ignore_stops, **sampling)
