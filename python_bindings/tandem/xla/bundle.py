"""A bundle's files, checked before they are used. Needs NumPy and no runtime."""
import hashlib
import json
import os
from pathlib import Path

import numpy

from tandem.errors import TandemError

# Element types as part.json names them; bf16 where ml_dtypes is there, which comes with jaxlib.
TYPES = {"f32": numpy.float32, "f16": numpy.float16, "i32": numpy.int32, "i8": numpy.int8, "ui8": numpy.uint8}
try:
    import ml_dtypes
    TYPES["bf16"] = ml_dtypes.bfloat16
except ImportError:
    pass
HASH_BYTES = 1 << 20


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(HASH_BYTES):
            digest.update(piece)
    return digest.hexdigest()


class Bundle:
    """An opened bundle. Every file has the digest that SHA256SUMS gives it."""

    def __init__(self, path):
        self.root = Path(path)
        if not (self.root / "manifest.json").is_file():
            raise TandemError(3, f"'{path}' is no bundle: it has no manifest.json")
        self._check_digests()
        self.manifest = self.json("manifest.json")
        if not self.manifest["schema"].startswith("tandem-bundle/1."):
            raise TandemError(3, f"manifest.json has schema '{self.manifest['schema']}', expected 'tandem-bundle/1.x'")
        self.vocabulary = self.manifest["model"]["vocabulary"]
        self.capacity = self.manifest["capacity"]["tokens"]
        self.parts = [Part(self, record) for record in self.manifest["parts"]]

    def _check_digests(self):
        listed = {}
        for line in (self.root / "SHA256SUMS").read_text().splitlines():
            digest, _, name = line.partition("  ")
            listed[name] = digest
        found = {file.relative_to(self.root).as_posix() for file in self.root.rglob("*") if not file.is_dir()}
        strange = sorted(found - listed.keys() - {"SHA256SUMS"})
        absent = sorted(listed.keys() - found)
        problems = [f"'{name}' is not in SHA256SUMS" for name in strange] + [f"the bundle lacks '{name}'" for name in absent]
        problems += [f"'{name}' does not have the digest in SHA256SUMS" for name in sorted(listed)
                     if name not in absent and sha256(self.root / name) != listed[name]]
        if problems:
            raise TandemError(6, "; ".join(problems))

    def json(self, name):
        try:
            return json.loads((self.root / name).read_text())
        except (OSError, ValueError) as error:
            raise TandemError(3, f"'{name}' cannot be read: {error}") from None

    def part_for(self, phase):
        """The part that runs `phase`."""
        for part in self.parts:
            if phase in part.phases:
                return part
        raise TandemError(3, f"no part of the bundle runs '{phase}'")

    def stop_tokens(self):
        """Ids that end a generation, as the model's own configuration says."""
        for name in ("generation_config.json", "genai_config.json", "config.json"):
            path = f"assets/{name}"
            if not (self.root / path).is_file():
                continue
            config = self.json(path)
            config = config["model"] if isinstance(config.get("model"), dict) else config
            if "eos_token_id" in config:
                ids = config["eos_token_id"]
                return set(ids if isinstance(ids, list) else [] if ids is None else [ids])
        return set()

    def golden(self):
        """Prompt, fed ids, rows of logits and their bound, or None."""
        if not self.manifest.get("golden"):
            return None
        golden = self.json(self.manifest["golden"]["file"])
        rows = [numpy.fromfile(self.root / name, numpy.float32) for name in golden["logits"]]
        return golden["prompt"], golden["decode"], numpy.stack(rows), golden["bound"]


class Part:
    """One part: its manifest record and part.json."""

    def __init__(self, bundle, record):
        self.bundle = bundle
        self.id, self.phases, self.folder = record["id"], record["phases"], record["directory"]
        self.description = bundle.json(f"{self.folder}/part.json")
        self.text = self.description.get("text")

    def cache_bytes(self):
        """Bytes of the cache of one sequence."""
        return sum(int(numpy.prod(tensor["shape"])) * numpy.dtype(TYPES[tensor["type"]]).itemsize for tensor in self.text["cache"])

    def program_code(self, program, form="text"):
        """StableHLO text, or the bytes of its 'vhlo' form."""
        folder = self.bundle.root / self.folder
        if form == "text":
            return (folder / program["file"]).read_text()
        if "portable_file" not in program:
            raise TandemError(3, f"program '{program['name']}' is not there as VHLO; compile with --vhlo")
        return (folder / program["portable_file"]).read_bytes()

    def weights(self):
        """The weight table as arrays mapped from the bundle's files; entries of
        one place are one array."""
        arrays, table = {}, []
        for weight in self.description["weights"]:
            if weight["layout"] != "dense" or weight["type"] not in TYPES:
                raise TandemError(3, f"weight '{weight['source']}' of part '{self.id}' has layout '{weight['layout']}' and "
                                     f"type '{weight['type']}', expected 'dense' and one of {', '.join(TYPES)}")
            place = (weight["file"], weight["offset"], tuple(weight["shape"]))
            if place not in arrays:
                arrays[place] = self._map(weight)
            table.append(arrays[place])
        return table

    def _map(self, weight):
        path, shape = self.bundle.root / weight["file"], tuple(weight["shape"])
        type_ = numpy.dtype(TYPES[weight["type"]])
        needed = int(numpy.prod(shape, dtype=numpy.int64)) * type_.itemsize
        if needed != weight["bytes"] or weight["offset"] + needed > os.path.getsize(path):
            raise TandemError(3, f"weight '{weight['source']}' ({weight['bytes']} bytes from byte {weight['offset']}) does "
                                 f"not lie in file '{weight['file']}' as {list(shape)} of {weight['type']}")
        return numpy.memmap(path, type_, "r", weight["offset"], shape)
