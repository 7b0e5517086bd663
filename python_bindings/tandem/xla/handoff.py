"""Prefill by XLA, decode by a part of machine code in the C runtime."""
import numpy

import tandem
from tandem.errors import TandemError


class HandedOver:
    """A sequence whose prompt one part takes and whose decode another: the cache
    goes from the first to the second by the bundle's own conversion."""

    def __init__(self, bundle, prefill):
        """`prefill` is a sequence of the part that prefills."""
        self._prefill, self._producer = prefill, prefill.engine.part
        self._layers = self._producer.text["cache"][0]["shape"][0]
        self._runtime = tandem.Bundle(bundle.root, decode_only=True)
        self._decode = self._runtime.sequence()

    def feed(self, phase, tokens, logits="last"):
        """Appends tokens; rows of logits of the last one, or of 'all'."""
        if phase == "decode":
            return self._decode.step(tokens, every_token=logits == "all")
        if len(self._decode) != self._prefill.length:
            raise TandemError(8, f"part '{self._producer.id}' holds {self._prefill.length} tokens, the sequence has "
                                 f"{len(self._decode)}: no prompt can follow decode here")
        rows = self._prefill.feed(phase, tokens, logits)
        slot = numpy.concatenate([numpy.asarray(tensor).ravel() for tensor in self._prefill.cache])
        self._decode.import_cache(self._producer.id, slot, len(tokens), 0, self._layers)
        return rows
