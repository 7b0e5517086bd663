"""A compiled bundle: what it is, whether it is sound, and its tokens."""
import ctypes as c
import dataclasses
import os

from tandem import interface
from tandem.interface import call, sized


@dataclasses.dataclass(frozen=True)
class Info:
    """Facts of a bundle; `variant` is the code chosen for this CPU."""

    name: str
    vocabulary: int
    capacity: int
    capacity_cause: str
    variant: str
    stop_tokens: tuple


@dataclasses.dataclass
class Generation:
    """What came of a prompt. `logits`, where asked for, has a row per token."""

    tokens: list
    first_token_seconds: float
    later_token_seconds: float
    logits: object = None


class Bundle:
    """An opened bundle; its code and weights are loaded when first needed."""

    def __init__(self, path, cpu="", threads=0):
        self._handle = c.c_void_p()
        self._options = sized(interface.LoadOptions, cpu=cpu.encode(), threads=threads)
        self._loaded = False
        call("bundle_open", os.fsencode(path), c.byref(self._handle))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Frees the bundle; nothing else may be called afterwards."""
        if self._handle:
            interface.library().tandem_bundle_free(self._handle)
            self._handle = c.c_void_p()

    def _load(self):
        if not self._loaded:
            call("bundle_load", self._handle, c.byref(self._options))
            self._loaded = True

    @property
    def info(self):
        """The bundle's facts."""
        self._load()
        info = sized(interface.BundleInfo)
        call("bundle_info", self._handle, c.byref(info))
        return Info(info.name.decode(), info.vocabulary, info.capacity, info.capacityCause.decode(),
                    info.variant.decode(), tuple(info.stopTokens[:info.stopTokenCount]))

    def inspect(self, json=False):
        """The page, or the JSON text, of `tandem inspect`."""
        return self._text("bundle_inspect", json)

    def verify(self, json=False):
        """Checks digests, code and golden vectors; the report, or a TandemError."""
        return self._text("bundle_verify", json, c.byref(self._options))

    def _text(self, function, json, *options):
        pieces = []
        write = interface.TextCallback(lambda _, text, size: pieces.append(c.string_at(text, size)))
        call(function, self._handle, *options, c.c_int32(json), write, None)
        return b"".join(pieces).decode()

    def generate(self, prompt, new_tokens, ignore_stops=False, on_token=None, logits=None):
        """Generates greedily after `prompt` (ids) in a fresh sequence.

        `on_token` gets each id as it is chosen. `logits` is None, "last" (a row
        for each generated token) or "all" (the prompt's rows too).
        """
        self._load()
        tokens, rows = [], []
        vocabulary = self.info.vocabulary

        def take_token(_, token):
            tokens.append(token)
            if on_token:
                on_token(token)

        def take_logits(_, values, count):
            rows.append(c.string_at(values, 4 * count * vocabulary))

        ids = (c.c_int32 * len(prompt))(*prompt)
        options = sized(
            interface.GenerateOptions, prompt=ids, promptCount=len(prompt), newTokens=new_tokens,
            ignoreStops=ignore_stops, everyLogits=logits == "all", onToken=interface.TokenCallback(take_token),
            onLogits=interface.LogitsCallback(take_logits if logits else 0))
        result = sized(interface.GenerateResult)
        sequence = c.c_void_p()
        call("sequence_create", self._handle, c.byref(sequence))
        try:
            call("generate", sequence, c.byref(options), c.byref(result))
        finally:
            interface.library().tandem_sequence_free(sequence)
        values = None
        if logits:
            import numpy
            values = numpy.frombuffer(b"".join(rows), numpy.float32).reshape(-1, vocabulary)
        return Generation(tokens, result.firstTokenSeconds, result.laterTokenSeconds, values)
