"""Goals about TableGen definitions: descriptions, examples, formats, labels.

An example is a ```mlir block of a description; each of its lines must stand in
a lit test. Spaces, names of values and FileCheck's prefixes do not count, and
`...` stands for anything.
"""
import json
import os
import re
import subprocess

from goal import none_of, share


def records(repository, file):
    """The records of a .td file, as TableGen sees them."""
    command = ["llvm-tblgen-22", "-dump-json", "-I", "/usr/lib/llvm-22/include"]
    for layer in ("dialects", "passes", "targets"):
        command += ["-I", f"build/include/{layer}"]
    done = subprocess.run([*command, file], cwd=repository.root, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"goals: {file}: {done.stderr[:400]}")
    return json.loads(done.stdout)


def definitions(repository):
    """(kind, record, file) of each operation, attribute, type and pass of ours."""
    seen = set()
    for file in repository.select(".td", under=("dialects", "passes", "targets")):
        if re.search(r"^def \w+", repository.text(file), re.M) is None:
            continue
        everything = records(repository, file)
        for kind in ("Op", "AttrDef", "TypeDef", "PassBase"):
            for name in everything["!instanceof"].get(kind, []):
                record = everything[name]
                home = record["!locs"][-1].rsplit(":", 1)[0]
                if os.path.basename(file) == os.path.basename(home) and name not in seen and re.search(rf"^def {name}\b", repository.text(file), re.M):
                    seen.add(name)
                    yield kind, record, file


def canonical(line):
    """A line of IR or of a CHECK without what does not matter."""
    line = re.sub(r"^\s*//\s*(CHECK[-A-Z0-9]*:|[A-Z0-9-]+:(?=\s))?", "", line)
    line = re.sub(r"%?\[\[\w+(:[^\]]*(\][^\]]+)*)?\]\]|%\{\{.*?\}\}|%[\w$.-]+(:\d+|#\d+)?", "%", line)
    line = re.sub(r"\{\{(.*?)\}\}", "...", line)
    line = re.sub(r"//.*", "", line)
    # A CHECK may begin behind the names of the results.
    return re.sub(r"^[%,]*=", "", re.sub(r"\s+", "", line))


def examples(description):
    for block in re.findall(r"```mlir\n(.*?)```", description, re.S):
        for line in block.splitlines():
            if len(canonical(line).replace("...", "")) > 3:
                yield line.strip()


def stands(line, tested, joined):
    wanted = canonical(line)
    if wanted in joined:
        return True
    if "..." not in wanted:
        # FileCheck's wildcards may hide a part of the line.
        return any("..." in have and re.fullmatch(".*".join(map(re.escape, have.split("..."))), wanted) for have in tested)
    pattern = re.compile(".*".join(map(re.escape, wanted.split("..."))))
    return any(pattern.search(have) for have in tested)


def name_of(kind, record):
    if kind == "Op":
        return f"{record['opDialect']['def'].removesuffix('_Dialect').lower()}.{record['opName']}"
    return record.get("argument") or record["!name"]


def described(repository, found):
    tested = {canonical(line) for name in repository.select(".mlir", ".test", under=("test",)) for line in repository.lines(name)}
    joined = "\n".join(tested)
    without, untested, count = [], [], 0
    for kind, record, file in found:
        if kind not in ("Op", "PassBase"):
            continue
        count += 1
        lines = list(examples(record["description"] or ""))
        if not record["summary"] or not lines:
            without.append(f"{file}: {name_of(kind, record)}")
        untested += [f"{file}: {name_of(kind, record)}: {line}" for line in lines if not stands(line, tested, joined)]
    yield share("operations and passes with summary, description and example", count - len(without), count, 100, without)
    yield none_of("lines of examples that no test runs", untested)


def formats(found):
    ops = [record for kind, record, _ in found if kind == "Op"]
    short = [name_of("Op", record) for record in ops if not record["assemblyFormat"]]
    yield share("operations with an assembly format", len(ops) - len(short), len(ops), 100, short)


def labels(repository, found):
    """Each (C1) of a description: a comment C1 in its verifier, a test op_c1_..."""
    tests = "\n".join(repository.text(name) for name in repository.select(".mlir", under=("test",)))
    unchecked, untested = [], []
    for kind, record, file in found:
        owner = record["!name"].split("_", 1)[1] if kind == "Op" else record.get("cppClassName", "")
        folder = os.path.dirname(file)
        sources = "\n".join(repository.text(name) for name in repository.files if name.startswith(folder) and name.endswith(".cpp"))
        bodies = "\n".join(re.findall(rf"\b{owner}::verify\w*\(.*?^}}", sources, re.S | re.M))
        short_name = record.get("opName") or record.get("mnemonic") or ""
        for label in re.findall(r"\((C\d+)\)", record["description"] or ""):
            if not re.search(rf"//.*\b{label}\b", bodies):
                unchecked.append(f"{file}: {name_of(kind, record)} {label}")
            if not re.search(rf"@{short_name}_{label.lower()}_", tests):
                untested.append(f"{file}: {name_of(kind, record)} {label}: no test @{short_name}_{label.lower()}_...")
    yield none_of("constraints without a comment in the verifier", unchecked)
    yield none_of("constraints without a test", untested)


def goals(repository):
    found = list(definitions(repository))
    yield from described(repository, found)
    yield from formats(found)
    yield from labels(repository, found)
