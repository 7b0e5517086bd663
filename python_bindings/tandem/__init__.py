"""Tandem from Python: compile a model, load a bundle, generate text or tokens.

    import tandem
    model = tandem.load("m.tandem")
    for piece in model.generate("Once upon a time", max_new_tokens=64):
        print(piece, end="", flush=True)
"""
from tandem.bundle import Bundle, Info
from tandem.compiler import compile
from tandem.errors import TandemError
from tandem.generation import Sampler
from tandem.model import Model, load
from tandem.sequence import Sequence
from tandem.text import Tokenizer

__all__ = ["Bundle", "Info", "Model", "Sampler", "Sequence", "TandemError", "Tokenizer", "compile", "load"]
