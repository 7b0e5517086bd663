"""Declarations of tandem-runtime.h, one for one, and the loaded library."""
import ctypes as c
import functools
import os
from pathlib import Path

from tandem.compiler import program
from tandem.errors import TandemError


class LoadOptions(c.Structure):
    _fields_ = [("size", c.c_uint64), ("cpu", c.c_char_p), ("threads", c.c_uint32), ("decodeOnly", c.c_uint32),
                ("pool", c.c_void_p)]


class BundleInfo(c.Structure):
    _fields_ = [("size", c.c_uint64), ("name", c.c_char_p), ("vocabulary", c.c_uint64), ("capacity", c.c_uint64),
                ("capacityCause", c.c_char_p), ("variant", c.c_char_p), ("maxTokens", c.c_uint64),
                ("maxRows", c.c_uint64), ("stopTokens", c.POINTER(c.c_int32)), ("stopTokenCount", c.c_uint64),
                ("isSplit", c.c_uint64)]


TextCallback = c.CFUNCTYPE(None, c.c_void_p, c.POINTER(c.c_char), c.c_uint64)
TokenCallback = c.CFUNCTYPE(None, c.c_void_p, c.c_int32)
LogitsCallback = c.CFUNCTYPE(None, c.c_void_p, c.POINTER(c.c_float), c.c_uint64)


class GenerateOptions(c.Structure):
    _fields_ = [("size", c.c_uint64), ("prompt", c.POINTER(c.c_int32)), ("promptCount", c.c_uint64),
                ("newTokens", c.c_uint64), ("ignoreStops", c.c_int32), ("everyLogits", c.c_int32),
                ("onToken", TokenCallback), ("onLogits", LogitsCallback), ("context", c.c_void_p),
                ("cancel", c.POINTER(c.c_int32))]


class GenerateResult(c.Structure):
    _fields_ = [("size", c.c_uint64), ("tokenCount", c.c_uint64), ("firstTokenSeconds", c.c_double),
                ("laterTokenSeconds", c.c_double), ("convertedBytes", c.c_uint64)]


class CachePiece(c.Structure):
    _fields_ = [("size", c.c_uint64), ("producer", c.c_char_p), ("slot", c.c_void_p), ("slotBytes", c.c_uint64),
                ("firstToken", c.c_uint64), ("tokenCount", c.c_uint64), ("firstLayer", c.c_uint64),
                ("layerCount", c.c_uint64)]


class Row(c.Structure):
    _fields_ = [("sequence", c.c_void_p), ("tokens", c.POINTER(c.c_int32)), ("tokenCount", c.c_uint64)]


@functools.cache
def library():
    """libtandem-runtime.so, opened once."""
    path = os.environ.get("TANDEM_RUNTIME_LIBRARY")
    if not path:
        path = Path(program("tandem-runtime")).resolve().parents[1] / "lib" / "libtandem-runtime.so"
    try:
        loaded = c.CDLL(str(path))
    except OSError as error:
        raise TandemError(7, f"cannot load the runtime: {error}") from None
    loaded.tandem_error_message.restype = c.c_char_p
    loaded.tandem_runtime_version.restype = c.c_char_p
    loaded.tandem_sequence_length.restype = c.c_uint64
    loaded.tandem_sequence_truncate.argtypes = [c.c_void_p, c.c_uint64]
    for name in ("bundle_open", "bundle_load", "bundle_info", "bundle_inspect", "bundle_verify", "sequence_create",
                 "sequence_import", "step", "generate"):
        getattr(loaded, f"tandem_{name}").restype = c.c_void_p
    return loaded


def call(name, *arguments):
    """Calls tandem_NAME, which returns null or an error, and raises the error."""
    runtime = library()
    error = getattr(runtime, f"tandem_{name}")(*arguments)
    if error:
        error = c.c_void_p(error)
        code, message = runtime.tandem_error_code(error), runtime.tandem_error_message(error).decode()
        runtime.tandem_error_free(error)
        raise TandemError(code, message)


def sized(structure, **members):
    """A struct that states its own size, as the interface asks."""
    return structure(size=c.sizeof(structure), **members)
