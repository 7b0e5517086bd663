"""One name for a pass everywhere: AssignChipsPass, AssignChips.cpp,
--tandem-assign-chips, assign-chips.mlir."""
import re
from pathlib import PurePosixPath

from goal import none_of

DEFINITION = re.compile(r'^def (\w+)\s*:\s*(?:Interface)?Pass<\s*"([^"]+)"', re.M)


def kebab(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def passes(repository):
    """(definition, flag, folder) of every pass."""
    for name in repository.select("Passes.td", under=("dialects", "passes", "targets")):
        for definition, flag in DEFINITION.findall(repository.text(name)):
            yield definition, flag, PurePosixPath(name).parent


def mapping(repository):
    short = []
    for definition, flag, folder in passes(repository):
        stem = definition.removesuffix("Pass")
        tests = PurePosixPath("test", *folder.parts[:2])
        if stem == definition:
            short.append(f"{definition}: the definition does not end in Pass")
        if flag != f"tandem-{kebab(stem)}":
            short.append(f"{definition}: flag {flag}, expected tandem-{kebab(stem)}")
        if f"{folder}/{stem}.cpp" not in repository.files:
            short.append(f"{definition}: no {folder}/{stem}.cpp")
        if not any(re.fullmatch(rf"{tests}/(\w+/)*{kebab(stem)}(-invalid)?\.mlir", name) for name in repository.files):
            short.append(f"{definition}: no {tests}/{kebab(stem)}.mlir")
    yield none_of("passes whose name, file, flag and test differ", short)


def one_per_file(repository):
    short = []
    for name in repository.select(".cpp", under=("dialects", "passes", "targets")):
        found = set(re.findall(r"impl::(\w+)Base<", repository.text(name)))
        if len(found) > 1:
            short.append(f"{name}: {', '.join(sorted(found))}")
    yield none_of("files with more than one pass", short)


def goals(repository):
    yield from mapping(repository)
    yield from one_per_file(repository)
