"""Looks up each operation of models, with its attributes, types and shapes, in the suite's cases.

    claims.py MODEL... [--without REGEX]

Programs are compared after split, where both are. Two operations are the same if name, attributes, operand and result
types are; of numbers that are no sizes (epsilon, scale, frequencies) it matters whether they are 0, and of a cache the
number of layers is left out. Ends with 1 where one is missing, which it prints. --without leaves cases out by name.
"""
import argparse
import re
import subprocess
import sys

from tandem.conformance import cases as table
from tandem.conformance.program import Program

LINE = re.compile(r'^\s*(?:%\S+ = )?"(transformer\.\w+|onnx\.node)"\([^)]*\)(?: <\{(.*)\}>)? : (.*)$')


def signatures(text):
    generic = subprocess.run(["tandem-opt", "--mlir-print-op-generic", "--mlir-elide-elementsattrs-if-larger=1", "-"], input=text,
                             capture_output=True, text=True, check=True).stdout
    found = set()
    for line in generic.splitlines():
        if match := LINE.match(line):
            name, attributes, types = match.groups(default="")
            attributes = re.sub(r"dense\S*<.*?> :", "dense :", attributes)
            attributes = re.sub(r"(-?[\d.]+(?:E[+-]?\d+)?) : f64", lambda m: "f64" if float(m[1]) else "0 : f64", attributes, flags=re.I)
            found.add(f"{name} {{{attributes}}} {re.sub(r'layers = [0-9]+, ', '', types)}")
    return found


def of_suite(without):
    found = set()
    for arguments, cases in table.groups():
        program = Program(**arguments)
        program.build([(name, make) for name, make in cases if not (without and re.search(without, name))])
        found |= signatures(program.text())
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--without", metavar="REGEX")
    arguments = parser.parse_args()
    known, missing, count = of_suite(arguments.without), 0, 0
    for model in arguments.models:
        text = subprocess.run(["tandem", "compile", model, "--stop-after", "split"], capture_output=True, text=True, check=True).stdout
        wanted = signatures(text)
        count += len(wanted)
        for signature in sorted(wanted - known):
            missing += 1
            print(f"{model.rstrip('/').split('/')[-1]}: no case of {signature}")
    print(f"{count} operations of {len(arguments.models)} models, {missing} without a case")
    return int(count == 0 or missing != 0)


sys.exit(main())
