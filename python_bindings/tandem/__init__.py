"""Tandem from Python: compile a model, open a bundle, generate tokens."""
from tandem.bundle import Bundle, Generation, Info, Sequence
from tandem.compiler import compile
from tandem.errors import TandemError

__all__ = ["Bundle", "Generation", "Info", "Sequence", "TandemError", "compile"]
