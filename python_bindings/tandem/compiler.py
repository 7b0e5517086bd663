"""The compiler, as a program of its own: it ends with a message and a code."""
from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from tandem.errors import TandemError


def program(name: str) -> str:
    """The path of one of Tandem's programs: in PATH, or in the build folder."""
    import shutil
    built = Path(__file__).resolve().parents[2] / "build" / "bin" / name
    found = shutil.which(name) or (str(built) if built.exists() else None)
    if not found:
        raise TandemError(7, f"'{name}' is not in PATH; build or install Tandem first")
    return found


def compile(model: str | os.PathLike, output: str | os.PathLike, fleet: str | os.PathLike = "local",
            options: Iterable[str] = ()) -> str:
    """Compiles `model` (a file or a folder) for `fleet` into the bundle `output`.

    `options` are further ones of `tandem compile`. What the compiler reports is
    returned; a failure is a TandemError.
    """
    import subprocess
    command = [program("tandem"), "compile", os.fspath(model), "--fleet", os.fspath(fleet), "-o", os.fspath(output), *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise TandemError(done.returncode, done.stderr.strip() or f"'tandem compile' ended with {done.returncode}")
    return done.stderr
