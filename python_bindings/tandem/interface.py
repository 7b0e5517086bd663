"""Declarations of tandem-runtime.h, one for one, and the loaded library."""
from __future__ import annotations

import ctypes as c
import functools
import os
from pathlib import Path
from typing import Any

from tandem.errors import TandemError


class LoadOptions(c.Structure):
    _fields_ = [("size", c.c_uint64), ("cpu", c.c_char_p), ("threads", c.c_uint32), ("decodeOnly", c.c_uint32),
                ("pool", c.c_void_p), ("verifiesAll", c.c_uint32), ("weightSeed", c.c_uint64),
                ("makesWeights", c.c_uint32)]


class BundleInfo(c.Structure):
    _fields_ = [("size", c.c_uint64), ("name", c.c_char_p), ("vocabulary", c.c_uint64), ("capacity", c.c_uint64),
                ("capacityCause", c.c_char_p), ("variant", c.c_char_p), ("maxTokens", c.c_uint64),
                ("maxRows", c.c_uint64), ("stopTokens", c.POINTER(c.c_int32)), ("stopTokenCount", c.c_uint64),
                ("isSplit", c.c_uint64)]


class CachePiece(c.Structure):
    _fields_ = [("size", c.c_uint64), ("producer", c.c_char_p), ("slot", c.c_void_p), ("slotBytes", c.c_uint64),
                ("firstToken", c.c_uint64), ("tokenCount", c.c_uint64), ("firstLayer", c.c_uint64),
                ("layerCount", c.c_uint64)]


class Row(c.Structure):
    _fields_ = [("sequence", c.c_void_p), ("tokens", c.POINTER(c.c_int32)), ("tokenCount", c.c_uint64)]


class Sampling(c.Structure):
    _fields_ = [("size", c.c_uint64), ("temperature", c.c_double), ("topP", c.c_double), ("topK", c.c_uint64),
                ("seed", c.c_uint64)]


TextCallback = c.CFUNCTYPE(None, c.c_void_p, c.POINTER(c.c_char), c.c_uint64)
TokensCallback = c.CFUNCTYPE(None, c.c_void_p, c.POINTER(c.c_int32), c.c_uint64)

_object, _flag, _count = c.c_void_p, c.c_int32, c.c_uint64
# Functions that return null or an error, and their arguments.
_FALLIBLE = {
    "bundle_open": [c.c_char_p, c.POINTER(_object)],
    "bundle_load": [_object, c.POINTER(LoadOptions)],
    "bundle_info": [_object, c.POINTER(BundleInfo)],
    "bundle_inspect": [_object, _flag, TextCallback, c.c_void_p],
    "bundle_verify": [_object, c.POINTER(LoadOptions), _flag, TextCallback, c.c_void_p],
    "sequence_create": [_object, c.POINTER(_object)],
    "sequence_import": [_object, c.POINTER(CachePiece)],
    "sampler_create": [c.POINTER(Sampling), c.POINTER(_object)],
    "sampler_choose": [_object, c.POINTER(c.c_float), _count, c.POINTER(c.c_int32)],
    "tokenizer_of_bundle": [_object, c.POINTER(_object)],
    "tokenizer_encode": [_object, c.c_char_p, _count, c.c_uint32, TokensCallback, c.c_void_p],
    "tokenizer_decode": [_object, c.POINTER(c.c_int32), _count, _flag, TextCallback, c.c_void_p],
    "detokenizer_create": [_object, c.POINTER(_object)],
    "detokenizer_stop_at": [_object, c.c_char_p, _count],
    "detokenizer_push": [_object, c.c_int32, TextCallback, c.c_void_p],
    "detokenizer_finish": [_object, TextCallback, c.c_void_p],
    "chat_render": [_object, c.c_char_p, _count, TextCallback, c.c_void_p],
    "step": [_object, c.POINTER(Row), _count, _flag, c.POINTER(c.POINTER(c.c_float)), c.POINTER(_count)],
}
# The others: what they return, and their arguments.
_INFALLIBLE = {
    "runtime_version": (c.c_char_p, []),
    "error_code": (c.c_int32, [_object]),
    "error_message": (c.c_char_p, [_object]),
    "error_free": (None, [_object]),
    "bundle_free": (None, [_object]),
    "sampler_free": (None, [_object]),
    "tokenizer_free": (None, [_object]),
    "detokenizer_free": (None, [_object]),
    "detokenizer_has_stopped": (_flag, [_object]),
    "sequence_free": (None, [_object]),
    "sequence_length": (_count, [_object]),
    "sequence_truncate": (None, [_object, _count]),
}


def library_path() -> str:
    """TANDEM_RUNTIME_LIBRARY, or the library in this package (a wheel), or beside an installed or built program."""
    if given := os.environ.get("TANDEM_RUNTIME_LIBRARY"):
        return given
    carried = Path(__file__).with_name("libtandem-runtime.so")
    if carried.exists():
        return str(carried)
    from tandem.compiler import program
    return str(Path(program("tandem-runtime")).resolve().parents[1] / "lib" / "libtandem-runtime.so")


@functools.cache
def library() -> c.CDLL:
    """libtandem-runtime.so, opened once."""
    try:
        return c.CDLL(library_path())
    except OSError as error:
        raise TandemError(7, f"cannot load the runtime: {error}") from None


@functools.cache
def function(name: str) -> Any:
    """tandem_NAME, declared."""
    try:
        found = getattr(library(), f"tandem_{name}")
    except AttributeError:
        raise TandemError(7, f"'{library_path()}' has no 'tandem_{name}': it is older than this package") from None
    found.restype, found.argtypes = _INFALLIBLE.get(name) or (c.c_void_p, _FALLIBLE[name])
    return found


def ask(name: str, *arguments: Any) -> Any:
    """What tandem_NAME returns, which cannot fail."""
    return function(name)(*arguments)


def call(name: str, *arguments: Any) -> None:
    """Calls tandem_NAME, which returns null or an error, and raises the error."""
    if error := ask(name, *arguments):
        code, message = ask("error_code", error), ask("error_message", error).decode()
        ask("error_free", error)
        raise TandemError(code, message)


def sized(structure: type[c.Structure], **members: Any) -> Any:
    """A struct that states its own size, as the interface asks."""
    return structure(size=c.sizeof(structure), **members)


def collect(name: str, *arguments: Any) -> str:
    """The text that tandem_NAME writes in pieces to the callback behind `arguments`."""
    pieces: list[bytes] = []
    write = TextCallback(lambda _, text, size: pieces.append(c.string_at(text, size)))
    call(name, *arguments, write, None)
    return b"".join(pieces).decode()


class Owned:
    """A C object made by tandem_KIND_MADE, freed when nothing refers to it any more.

    It goes into calls as it is. `keep` is one that must outlive it: counted here,
    because the collector of cycles ends objects in any order.
    """

    def __init__(self, kind: str, made: str, *arguments: Any, keep: Owned | None = None) -> None:
        self._as_parameter_ = c.c_void_p()
        self._keep, self._users = keep, 1
        if keep:
            keep._users += 1
        self._free = function(f"{kind}_free")
        call(f"{kind}_{made}", *arguments, c.byref(self._as_parameter_))

    def __del__(self) -> None:
        self._release()

    def _release(self) -> None:
        self._users -= 1
        if self._users:
            return
        if self._as_parameter_:
            self._free(self._as_parameter_)
        if self._keep:
            self._keep._release()
