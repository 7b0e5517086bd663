"""A compiled bundle: what it is, whether it is sound, and its steps."""
from __future__ import annotations

import ctypes as c
import os
from collections.abc import Sequence as Ordered
from typing import TYPE_CHECKING, Literal, NamedTuple

from tandem import interface
from tandem.errors import TandemError
from tandem.interface import Owned, call, collect, sized

if TYPE_CHECKING:
    import numpy

    from tandem.sequence import Sequence

LogitsOf = Literal["last", "all"]  # of each row's last token, or of every token


class Info(NamedTuple):
    """Facts of a bundle; `variant` is the code chosen for this CPU."""

    name: str
    vocabulary: int
    capacity: int  # tokens of a sequence
    capacity_cause: str
    variant: str
    max_tokens: int  # of one step
    max_rows: int  # of one step
    stop_tokens: tuple[int, ...]
    is_split: bool  # prefill and decode are two parts


class Bundle:
    """An opened bundle; its code and weights are loaded when first needed.

    One thread at a time may use it and its sequences.
    """

    def __init__(self, path: str | os.PathLike, cpu: str = "", threads: int = 0, decode_only: bool = False,
                 random_weights: int | None = None) -> None:
        """`cpu` forces a variant of the code; `threads` 0 is as many as the process may use; with `decode_only` the
        caches of prompts come by `Sequence.import_cache`; `random_weights` is the seed of the weights of a bundle
        compiled with --no-weights."""
        self._options = sized(interface.LoadOptions, cpu=cpu.encode(), threads=threads, decodeOnly=decode_only,
                              weightSeed=random_weights or 0, makesWeights=random_weights is not None)
        self._opened: Owned | None = Owned("bundle", "open", os.fsencode(path))
        self._info: Info | None = None
        self._logits = c.POINTER(c.c_float)()
        self._logit_rows = c.c_uint64()

    def __enter__(self) -> Bundle:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the bundle: memory is freed when its sequences and views of logits are gone too."""
        self._opened = None

    @property
    def handle(self) -> Owned:
        """The C object."""
        if not self._opened:
            raise TandemError(2, "the bundle is closed")
        return self._opened

    def load(self) -> Info:
        """Checks every file and loads code and weights, unless that is done; the bundle's facts."""
        if not self._info:
            call("bundle_load", self.handle, c.byref(self._options))
            info = sized(interface.BundleInfo)
            call("bundle_info", self.handle, c.byref(info))
            self._info = Info(info.name.decode(), info.vocabulary, info.capacity, info.capacityCause.decode(),
                              info.variant.decode(), info.maxTokens, info.maxRows,
                              tuple(info.stopTokens[:info.stopTokenCount]), bool(info.isSplit))
        return self._info

    @property
    def info(self) -> Info:
        """The bundle's facts."""
        return self.load()

    def inspect(self, json: bool = False) -> str:
        """The page, or the JSON text, of `tandem inspect`."""
        return collect("bundle_inspect", self.handle, json)

    def verify(self, json: bool = False) -> str:
        """Checks digests, code and golden vectors; the report, or a TandemError."""
        return collect("bundle_verify", self.handle, c.byref(self._options), json)

    def sequence(self) -> Sequence:
        """A new, empty Sequence."""
        from tandem.sequence import Sequence
        self.load()
        return Sequence(self)

    def step(self, rows: Ordered[tuple[Sequence, Ordered[int]]], logits: LogitsOf = "last") -> None:
        """Runs one step: `rows` are pairs of a sequence and its new ids. `logits` tells which rows follow."""
        self.load()
        self._logits = c.POINTER(c.c_float)()
        ids = [(c.c_int32 * len(tokens))(*tokens) for _, tokens in rows]
        table = (interface.Row * len(rows))(*(
            interface.Row(sequence=sequence.handle._as_parameter_, tokens=tokens, tokenCount=len(tokens))
            for (sequence, _), tokens in zip(rows, ids)))
        call("step", self.handle, table, len(rows), logits == "all", c.byref(self._logits), c.byref(self._logit_rows))

    @property
    def logits(self) -> numpy.ndarray:
        """The last step's logits, fp32 [rows, vocabulary], read-only: the runtime's own memory, which the next step
        of the bundle overwrites; `.copy()` keeps them. The array keeps the bundle in memory."""
        pointer = self.logit_row(0)
        try:
            import numpy
        except ImportError:
            raise TandemError(7, "NumPy is not installed, which logits need; pip install numpy") from None
        return numpy.asarray(_Lent(self.handle, pointer, (self._logit_rows.value, self.info.vocabulary)))

    def logit_row(self, row: int) -> c._Pointer:
        """Where a row of the last step's logits begins; -1 is the last."""
        if not self._logits:
            raise TandemError(2, "there are no logits: no step has run, or the last one failed")
        count = self._logit_rows.value
        first = c.addressof(self._logits.contents)
        return c.cast(first + 4 * range(count)[row] * self.info.vocabulary, c.POINTER(c.c_float))


class _Lent:
    """Memory of a C object as an array, which holds this and so the object."""

    def __init__(self, owner: Owned, pointer: c._Pointer, shape: tuple[int, ...]) -> None:
        self.owner = owner
        self.__array_interface__ = {"version": 3, "typestr": "<f4", "shape": shape,
                                    "data": (c.cast(pointer, c.c_void_p).value, True)}
