"""Steps of a bundle by whatever executes it: the runtime, or the loader that a part of text names."""
import importlib
import json
import os
from pathlib import Path

from tandem.bundle import Bundle


def open_steps(path):
    """An object whose step(rows, logits) runs one step; close it at the end.

    `rows` are (slot, start, ids): the slot's tokens from `start` on are forgotten
    and the ids appended. Returns fp32 logits of each row's last token, or of
    'all' tokens.
    """
    path = Path(path)
    cpu = ""
    for part in sorted(path.glob("parts/*/part.json")):
        description = json.loads(part.read_text())
        if text := description.get("text"):  # "python -m tandem.NAME"
            return LoaderSteps(path, text["command"].split()[-1])
        if "launches" in description:  # of kernels, which an emulator runs
            cpu = os.environ.get("TANDEM_CPU") or "emulate"
    return RuntimeSteps(path, cpu)


class RuntimeSteps:
    """Shared objects and kernels: the rows of a step run together."""

    def __init__(self, path, cpu=""):
        self.bundle = Bundle(path, cpu=cpu)
        self.slots = {}

    def step(self, rows, logits="last"):
        work = []
        for slot, start, ids in rows:
            if slot not in self.slots:
                self.slots[slot] = self.bundle.sequence()
            self.slots[slot].truncate(start)
            work.append((self.slots[slot], ids))
        self.bundle.step(work, logits)
        return self.bundle.logits.copy()

    def close(self):
        for sequence in self.slots.values():
            sequence.close()
        self.bundle.close()


class LoaderSteps:
    """Text: one sequence at a time."""

    def __init__(self, path, module):
        self.bundle = importlib.import_module(f"{module}.bundle").Bundle(path)
        self.start = importlib.import_module(f"{module}.generation").start_sequence
        self.slots = {}

    def step(self, rows, logits="last"):
        import numpy
        results = []
        for slot, start, ids in rows:
            if slot not in self.slots:
                self.slots[slot] = self.start(self.bundle, "cpu")
            sequence = self.slots[slot]
            sequence.length = start
            results.append(sequence.feed("decode" if start and len(ids) == 1 else "prefill", ids, logits))
        return numpy.concatenate(results)

    def close(self):
        self.slots.clear()
