"""Bundles with StableHLO programs, run by XLA through jaxlib.

    python -m tandem.xla run BUNDLE --tokens 1,15043 -n 8

or, from Python, `Bundle(path)`, `Engine(part, platform)` and `generate`.
"""
from tandem.xla.bundle import Bundle, Part
from tandem.xla.engine import Engine
from tandem.xla.generation import Generation, generate, start_sequence

__all__ = ["Bundle", "Engine", "Generation", "Part", "generate", "start_sequence"]
