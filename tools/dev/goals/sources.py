"""Goals about source files: lengths, layers, chip names, leftovers."""
import re
import statistics

from goal import CODE, LAYERS, Goal, none_of

LONGEST = 800
MEDIAN = 130
# Folders of targets/ that are no chip.
SHARED_TARGETS = {"Bundle", "Codegen", "Fleets", "Handoff", "Interface", "Runtime"}
CHIP_WORDS = "nvidia cuda h100 h200 b200 tpu trainium inferentia maia groq cerebras amdgpu rocm gaudi".split()
# Where chips may be named: data, texts, and what shows or tests all of Tandem.
NAMES_ALLOWED = re.compile(r"targets/Fleets/|docs/|test/(end-to-end|models|conformance|tools)/|tools/dev/|README\.md$")


def lengths(repository):
    files = repository.select(*CODE, ".py", ".sh", ".cmake", ".txt", ".mlir", ".test")
    sizes = {name: len(repository.lines(name)) for name in files}
    median = statistics.median(size for name, size in sizes.items() if name.endswith(CODE))
    long = [f"{name}: {size}" for name, size in sizes.items() if size > LONGEST]
    yield none_of(f"files over {LONGEST} lines", long)
    yield Goal(f"median length of a code file: {median:.0f} lines (goal below {MEDIAN})", median < MEDIAN, [])


def layers(repository):
    """Includes that point up, and the runtime's that leave it."""
    short = []
    for rank, layer in enumerate(LAYERS):
        above = re.compile(rf'"tandem/({"|".join(LAYERS[rank + 1:])})/' if LAYERS[rank + 1:] else "(?!)")
        for name in repository.select(*CODE, under=(layer,)):
            text = repository.text(name)
            short += [f"{name}: {line}" for line in text.splitlines() if "include" in line and above.search(line)]
            if name.startswith("targets/Runtime/"):
                inner = re.findall(r'#include [<"]((?:mlir|google|onnx|tandem/(?!targets/Runtime/))[^">]*|llvm/[^">]*)', text)
                short += [f"{name}: {header}" for header in inner]
    yield none_of("includes against the layers", short)


def chips(repository):
    folders = {name.split("/")[1] for name in repository.files if re.match(r"targets/\w+/", name)} - SHARED_TARGETS
    short = []
    for name in repository.select(*CODE, ".py", ".cmake", ".txt", ".mlir", ".test"):
        home = re.match(r"(?:test/(?:unit/)?)?targets/(\w+)/", name)
        foreign = [chip for chip in sorted(folders) if not home or home[1].lower() != chip.lower()]
        if home and home[1] in folders:
            pattern = "|".join(foreign)
        elif NAMES_ALLOWED.match(name) or name == "test/CMakeLists.txt":
            continue
        else:
            pattern = "|".join(foreign + CHIP_WORDS)
        if not pattern:
            continue
        word = re.compile(rf"\b({pattern})(?![-_]64)(\b|[A-Z])", re.I if not home else 0)
        for number, line in enumerate(repository.lines(name), 1):
            if word.search(line):
                short.append(f"{name}:{number}: {line.strip()[:80]}")
    yield none_of("chip names outside their folders", short)


def leftovers(repository):
    files = repository.select(*CODE, ".py", ".sh", ".cmake", ".txt", ".mlir", ".test")
    files = [name for name in files if not name.startswith("tools/dev/goals/")]
    todo = [f"{name}: {line.strip()[:80]}" for name in files for line in repository.lines(name)
            if re.search(r"\b(TODO|FIXME|XXX)\b(?!\(#\d+\))", line)]
    yield none_of("TODO without an issue's number", todo)
    options = [name for name in repository.select(".h", ".cpp", under=LAYERS[:-1])
               if re.search(r"^\s*(static\s+)?(llvm::)?cl::(opt|list|bits)<", repository.text(name), re.M)]
    yield none_of("global command line options outside tools", options)
    headless = [name for name in repository.select(*CODE)
                if "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception" not in repository.text(name)[:600]]
    yield none_of("source files without the licence's header", headless)


def goals(repository):
    for count in (lengths, layers, chips, leftovers):
        yield from count(repository)
