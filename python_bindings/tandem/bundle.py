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

    def __init__(self, path, cpu="", threads=0, decode_only=False):
        """`decode_only`: caches of prompts come by `Sequence.import_cache`."""
        self._handle = c.c_void_p()
        self._options = sized(interface.LoadOptions, cpu=cpu.encode(), threads=threads, decodeOnly=decode_only)
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

    def sequence(self):
        """A new, empty Sequence."""
        self._load()
        return Sequence(self)

    def step(self, rows, every_token=False):
        """Runs one step: `rows` are pairs of a sequence and its new ids. Returns
        logits, a numpy array with a row for the last of each or for every one."""
        import numpy
        self._load()
        ids = [(c.c_int32 * len(tokens))(*tokens) for _, tokens in rows]
        table = (interface.Row * len(rows))(*(
            interface.Row(sequence=sequence.handle, tokens=tokens, tokenCount=len(tokens))
            for (sequence, _), tokens in zip(rows, ids)))
        logits, count = c.POINTER(c.c_float)(), c.c_uint64()
        call("step", self._handle, table, c.c_uint64(len(rows)), c.c_int32(every_token), c.byref(logits), c.byref(count))
        return numpy.ctypeslib.as_array(logits, (count.value, self.info.vocabulary)).copy()

    def generate(self, prompt, new_tokens, ignore_stops=False, on_token=None, logits=None, sequence=None):
        """Generates greedily after `prompt` (ids), behind what `sequence` holds
        or in a fresh one.

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
        own = sequence or self.sequence()
        try:
            call("generate", own.handle, c.byref(options), c.byref(result))
        finally:
            if not sequence:
                own.close()
        values = None
        if logits:
            import numpy
            values = numpy.frombuffer(b"".join(rows), numpy.float32).reshape(-1, vocabulary)
        return Generation(tokens, result.firstTokenSeconds, result.laterTokenSeconds, values)


class Sequence:
    """Tokens with their cache; made by `Bundle.sequence`, closed before it."""

    def __init__(self, bundle):
        self._bundle = bundle
        self.handle = c.c_void_p()
        call("sequence_create", bundle._handle, c.byref(self.handle))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __len__(self):
        return interface.library().tandem_sequence_length(self.handle)

    def close(self):
        """Frees the sequence; nothing else may be called afterwards."""
        if self.handle:
            interface.library().tandem_sequence_free(self.handle)
            self.handle = c.c_void_p()

    def truncate(self, length):
        """Forgets the tokens from `length` on."""
        interface.library().tandem_sequence_truncate(self.handle, length)

    def import_cache(self, producer, slot, tokens, first_layer=0, layers=1):
        """Appends `tokens` tokens by their cache, which part `producer` made.

        `slot` is a whole slot in that part's layout, contiguous (a numpy array,
        bytes); `layers` of it from `first_layer` on are read. Layers come in
        order; the sequence is longer when the last one is in.
        """
        view = memoryview(slot).cast("B")
        holder = (c.c_char * len(view)).from_buffer(view) if not view.readonly else view.tobytes()
        piece = sized(interface.CachePiece, producer=producer.encode(), slot=c.cast(holder, c.c_void_p),
                      slotBytes=len(view), firstToken=len(self), tokenCount=tokens, firstLayer=first_layer,
                      layerCount=layers)
        call("sequence_import", self.handle, c.byref(piece))

    def step(self, tokens, every_token=False):
        """Runs `tokens` and returns logits, a numpy array with a row for the
        last of them or for each."""
        return self._bundle.step([(self, tokens)], every_token)
