"""Steps of one sequence by the programs of a part."""
import numpy

from tandem.errors import TandemError
from tandem.xla.bundle import TYPES
from tandem.xla.program import Device


def choose_program(programs, phase, start, tokens, logits):
    """The program for the next step of a sequence that holds `start` tokens.

    The smallest that takes all `tokens`, or else the largest, of those whose
    padded rows fit behind `start`: beyond the capacity the cache would be
    written at another place. None where not even one token fits.
    """
    fitting = [program for program in programs
               if program["phase"] == phase and start <= program["largest_start"]
               and (program["logits"] == logits or program["tokens"] == 1)]
    enough = [program for program in fitting if program["tokens"] >= tokens]
    if enough:
        return min(enough, key=lambda program: program["tokens"])
    return max(fitting, key=lambda program: program["tokens"], default=None)


class Engine:
    """A part's programs, compiled when first needed, and its weights."""

    def __init__(self, part, platform="cpu", form="text"):
        if not part.text or part.text["format"] != "stablehlo":
            raise TandemError(7, f"part '{part.id}' holds no StableHLO programs; 'tandem run' executes it")
        self.part, self._form = part, form
        self.device = Device(platform)
        self.executables = {}  # by name, those that were needed
        table = part.weights()
        placed = {id(array): self.device.put(array) for array in table}
        self._weights = [placed[id(array)] for array in table]
        self.cache_bytes = part.cache_bytes()

    def executable(self, program):
        """The compiled program; its cache must be updated in place."""
        name = program["name"]
        if name not in self.executables:
            compiled = self.device.compile(name, self.part.program_code(program, self._form))
            if compiled.alias_bytes < self.cache_bytes:  # devices pad, so there may be more
                raise TandemError(6, f"program '{name}' updates {compiled.alias_bytes} bytes in place, the cache has "
                                     f"{self.cache_bytes}: it would be held twice")
            self.executables[name] = compiled
        return self.executables[name]

    def sequence(self):
        return Sequence(self)


class Sequence:
    """The cache of one sequence and how many tokens it holds."""

    def __init__(self, engine):
        self.engine = engine
        self.length = 0
        self.cache = [engine.device.put(numpy.zeros(tensor["shape"], TYPES[tensor["type"]]))
                      for tensor in engine.part.text["cache"]]

    def feed(self, phase, tokens, logits="last"):
        """Appends tokens; rows of logits of the last one, or of 'all'."""
        rows = []
        tokens = numpy.asarray(tokens, numpy.int32)
        while len(tokens):
            program = choose_program(self.engine.part.text["programs"], phase, self.length, len(tokens), logits)
            if program is None:
                raise TandemError(2, f"the cache holds {self.length} tokens, its capacity; compile with a larger --max-context")
            taken = min(len(tokens), program["tokens"])
            rows.append(self._step(program, tokens[:taken]))
            tokens = tokens[taken:]
        return rows[-1][-1:] if logits == "last" else numpy.concatenate(rows)

    def _step(self, program, tokens):
        padded = numpy.zeros(program["tokens"], numpy.int32)
        padded[:len(tokens)] = tokens
        scalars = [numpy.array([value], numpy.int32) for value in (len(tokens), self.length)]
        state = [self.engine.device.put(array) for array in (padded, *scalars)]
        logits, *self.cache = self.engine.executable(program)([*state, *self.cache, *self.engine._weights])
        self.length += len(tokens)
        return numpy.asarray(logits)[:len(tokens)]
