"""Sequences whose prompt one part takes and whose decode another."""
import numpy

from tandem.bundle import Bundle
from tandem.errors import TandemError
from tandem.xla.engine import Engine


class HandedOver:
    """Prefill by a part that XLA runs, decode by another; the cache goes from
    the first to the second after each piece of the prompt."""

    def __init__(self, prefill):
        """`prefill` is a sequence of the part that prefills."""
        self.prefill, self.engine = prefill, prefill.engine

    def feed(self, phase, tokens, logits="last"):
        """Appends tokens; rows of logits of the last one, or of 'all'."""
        if phase == "decode":
            return self.decode(tokens, logits)
        if self.decoded_length() != self.prefill.length:
            raise TandemError(8, f"part '{self.engine.part.id}' holds {self.prefill.length} tokens, the sequence has "
                                 f"{self.decoded_length()}: no prompt can follow decode here")
        rows = self.prefill.feed(phase, tokens, logits)
        self.take([numpy.asarray(tensor) for tensor in self.prefill.cache], len(tokens))
        return rows


class ToMachineCode(HandedOver):
    """To a part that the C runtime runs, by the bundle's own conversion."""

    def __init__(self, bundle, prefill):
        super().__init__(prefill)
        self._layers = self.engine.part.text["cache"][0]["shape"][0]
        self._runtime = Bundle(bundle.root, decode_only=True)
        self._sequence = self._runtime.sequence()

    def decoded_length(self):
        return len(self._sequence)

    def take(self, cache, tokens):
        slot = numpy.concatenate([tensor.ravel() for tensor in cache])
        self._sequence.import_cache(self.engine.part.id, slot, tokens, 0, self._layers)

    def decode(self, tokens, logits):
        self._sequence.step(tokens, logits)
        return self._runtime.logits.copy()


class ToXla(HandedOver):
    """To another part that XLA runs, whose cache has the same form."""

    def __init__(self, part, prefill, platform, form):
        super().__init__(prefill)
        if part.text["cache"] != self.engine.part.text["cache"]:
            raise TandemError(7, f"parts '{self.engine.part.id}' and '{part.id}' keep caches of different form, which this "
                                 "loader does not convert")
        self._sequence = Engine(part, platform, form).sequence()

    def decoded_length(self):
        return self._sequence.length

    def take(self, cache, tokens):
        self._sequence.cache = [self._sequence.engine.device.put(tensor) for tensor in cache]
        self._sequence.length += tokens

    def decode(self, tokens, logits):
        return self._sequence.feed("decode", tokens, logits)
