"""Finds the first node at which a bundle differs from a model: tandem verify BUNDLE --against MODEL --data DIR.

The model runs in ONNX Runtime with every value as an output. The bundle's own
program is compiled again up to a node, whose value then takes the place of the
logits (`tandem compile --until`), by the same compiler for the same chips, and
runs where the bundle runs. What the logits depend on is searched by halves, along
the model's edges.
"""
import argparse
import functools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tandem.compiler import compile, program
from tandem.errors import TandemError
from tandem.reference import Reference, read_data
from tandem.steps import open_steps


class Source:
    """What a bundle was compiled from, and how."""

    def __init__(self, bundle, model):
        self.bundle, self.model = Path(bundle), model
        self.manifest = json.loads((self.bundle / "manifest.json").read_text())
        self.fleet = self.bundle / "plan/fleet.yaml"
        provenance = json.loads((self.bundle / "provenance.json").read_text())
        self.options = [option for option in provenance["options"] if not option.startswith(("--prefill", "--decode"))]
        for part in self.manifest["parts"]:
            self.options += [f"--{phase}={part['chip']}" for phase in part["phases"]]

    def compile(self, output, *options):
        compile(self.model, output, self.fleet, [*self.options, *options])

    def nodes(self):
        """The names of values in the program's order."""
        command = [program("tandem"), "compile", str(self.model), "--fleet", str(self.fleet), *self.options, "--list-values"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise TandemError(done.returncode, done.stderr.strip())
        return [line.split(" ", 1)[1] for line in done.stdout.splitlines()]

    def check(self, folder):
        """Fails unless compiling again gives the bundle's code."""
        self.compile(folder / "again")
        again = json.loads((folder / "again/manifest.json").read_text())
        code = lambda manifest: {file["path"]: file["blake3"] for file in manifest["files"]
                                 if file["path"].startswith(("parts/", "weights/"))}
        old, new = code(self.manifest), code(again)
        differing = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        if differing:
            raise TandemError(3, f"'{self.bundle}' is not what this compiler makes of '{self.model}': '{differing[0]}' "
                                 "differs; name the model that it was compiled from by --source")


class Finder:
    def __init__(self, source, reference, data, folder):
        self.source, self.reference, self.data, self.folder = source, reference, data, folder
        golden = json.loads((source.bundle / source.manifest["golden"]["file"]).read_text())
        self.bound = golden["bound"]
        self.compiled = 0

    def compare(self, bundle, node):
        """The largest difference at `node` over all steps, or None where it has no counterpart in the model."""
        import numpy
        steps, worst = open_steps(bundle), None
        for step in self.data:
            got = steps.step([(0, step.start, step.ids)], "all")
            wanted = self.reference.rows(step, node, got.shape)
            if wanted is None:
                break
            error = numpy.abs(got - wanted.values) / (1 + numpy.abs(wanted.values))
            error[~numpy.isfinite(error)] = numpy.inf
            at = numpy.unravel_index(numpy.argmax(error), error.shape)
            if worst is None or error[at] > worst.error:
                worst = Difference(float(error[at]), step.name, wanted.output, wanted.position(*at), float(got[at]),
                                   float(wanted.values[at]))
        steps.close()
        return worst

    @functools.cache
    def at(self, name):
        """The difference at a node, from the program compiled up to there."""
        self.compiled += 1
        bundle = self.folder / f"until-{self.compiled}"
        self.source.compile(bundle, f"--until={name}")
        return self.compare(bundle, name)

    def differs(self, name):
        difference = self.at(name)
        return difference is not None and difference.error > self.bound

    def halve(self, left, above):
        """The last of the nodes found to differ, or None.

        A node that agrees clears all that it depends on, one that differs leaves
        only that: each program is chosen to halve what is left.
        """
        found = None
        while left:
            def evenness(name):
                count = len(above[name].intersection(left))
                return min(count, len(left) - count)

            name = max(left, key=evenness)
            if self.differs(name):
                found = name
                left = [other for other in left if other in above[name] and other != name]
            else:  # without a counterpart it says nothing about others
                cleared = above[name] if self.at(name) else {name}
                left = [other for other in left if other not in cleared]
        return found

    def wrong_operand(self, node, above):
        """A node that differs among the nearest that `node` (None: the logits) is computed from, or None."""
        work, seen = self.reference.operands(node), set()
        while work:
            name = work.pop()
            if name in seen:
                continue
            seen.add(name)
            if name not in above or self.at(name) is None:
                work += self.reference.operands(name)
            elif self.differs(name):
                return name
        return None

    def find(self):
        """The first node that differs and by how much; the logits are known to.

        A normalisation hides a factor of what it reads, so a node that agrees may
        clear one that does not: a node is named only where all that it is computed
        from agrees.
        """
        above = {name: self.reference.ancestors(name) for name in self.source.nodes() if self.reference.has(name)}
        found = self.halve(list(above), above)
        while wrong := self.wrong_operand(found, above):
            found = self.halve([name for name in above if name in above[wrong] and name != wrong], above) or wrong
        return (found, self.at(found)) if found else (None, None)


class Difference:
    def __init__(self, error, step, output, position, got, wanted):
        self.error, self.step, self.output, self.position = error, step, output, position
        self.got, self.wanted = got, wanted

    def __str__(self):
        place = ", ".join(map(str, self.position))
        return (f"output '{self.output}' at [{place}] of {self.step}: {self.got:.7g}, the model has {self.wanted:.7g}, "
                f"|a-b|/(1+|b|) {self.error:.2e}")


def verify(arguments):
    source = Source(arguments.bundle, arguments.source or arguments.against)
    data = read_data(arguments.data)
    reference = Reference(arguments.against, data)
    with tempfile.TemporaryDirectory() as folder:
        finder = Finder(source, reference, data, Path(folder))
        logits = finder.compare(source.bundle, None)
        rows = sum(len(step.ids) for step in data)
        if logits.error <= finder.bound:
            print(f"no difference: largest |a-b|/(1+|b|) of {rows} rows of logits {logits.error:.2e}, bound {finder.bound:.0e}")
            return 0
        source.check(Path(folder))
        name, difference = finder.find()
        print(f"the logits differ by {logits.error:.2e}, bound {finder.bound:.0e}")
        if not difference:
            print("every node before them that the model has agrees")
            return 6
        print(f"first node that differs: '{name}' ({reference.operator(name)}): {difference}")
        print(f"compiled {finder.compiled} prefixes of the program")
        return 6


def main():
    parser = argparse.ArgumentParser(prog="tandem verify", description="Finds the first node at which a bundle differs from a model.")
    parser.add_argument("bundle")
    parser.add_argument("--against", required=True, metavar="MODEL", help="ONNX file or its folder")
    parser.add_argument("--data", required=True, metavar="DIR", help="folder with test_data_set_0 (a prompt) and perhaps _1 (a decode step)")
    parser.add_argument("--source", metavar="MODEL", help="what the bundle was compiled from, where not from MODEL")
    try:
        return verify(parser.parse_args())
    except TandemError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.code


if __name__ == "__main__":
    sys.exit(main())
