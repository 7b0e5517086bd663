"""damage.py GOOD BAD: copies the bundle GOOD to BAD with one damage after the other
and expects every verb to refuse it."""
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys

good, bad = sys.argv[1:]
names = sorted(os.path.relpath(os.path.join(folder, file), good)
               for folder, _, files in os.walk(good) for file in files)


def exits(*arguments):
    return subprocess.run(["tandem-runtime", *arguments], capture_output=True).returncode


def verbs():
    return exits("verify", bad), exits("run", bad, "--tokens", "1", "-n", "1")


def fresh():
    shutil.rmtree(bad, ignore_errors=True)
    shutil.copytree(good, bad, symlinks=True)


def edit(name, change):
    path = os.path.join(bad, name)
    with open(path, "rb") as file:
        data = bytearray(file.read())
    with open(path, "wb") as file:
        file.write(change(data))


def flip(at):
    def change(data):
        data[at(len(data))] ^= 0x04
        return data
    return change


def link(name, target):
    os.remove(os.path.join(bad, name))
    os.symlink(target, os.path.join(bad, name))


def damages():
    for name in names:
        yield f"first byte of {name}", lambda: edit(name, flip(lambda n: 0))
        yield f"middle of {name}", lambda: edit(name, flip(lambda n: n // 2))
        yield f"last byte of {name}", lambda: edit(name, flip(lambda n: n - 1))
        yield f"{name} cut", lambda: edit(name, lambda data: data[:-1])
        yield f"{name} empty", lambda: edit(name, lambda data: b"")
        yield f"{name} longer", lambda: edit(name, lambda data: data + b" ")
        yield f"{name} missing", lambda: os.remove(os.path.join(bad, name))
    weights = next(name for name in names if name.startswith("weights/"))
    outside = os.path.abspath(os.path.join(good, weights))
    yield "link out of the bundle", lambda: link(weights, outside)
    yield "link to nowhere", lambda: link(weights, "nowhere")
    yield "pipe", lambda: (os.remove(os.path.join(bad, weights)), os.mkfifo(os.path.join(bad, weights)))
    yield "one more file", lambda: open(os.path.join(bad, "parts", "x"), "w").close()
    yield "one more link", lambda: os.symlink("manifest.json", os.path.join(bad, "x"))
    yield "link to a folder", lambda: os.symlink("parts", os.path.join(bad, "x"))


def reseal(text):
    """Writes a manifest together with the line of SHA256SUMS that it needs."""
    with open(os.path.join(bad, "manifest.json"), "wb") as file:
        file.write(text)
    line = hashlib.sha256(text).hexdigest() + "  manifest.json\n"
    with open(os.path.join(good, "SHA256SUMS")) as file:
        sums = "".join(line if row.endswith("  manifest.json\n") else row for row in file)
    with open(os.path.join(bad, "SHA256SUMS"), "w") as file:
        file.write(sums)


def hostile(text):
    def changed(change):
        manifest = json.loads(text)
        change(manifest)
        return json.dumps(manifest).encode()
    yield b""
    yield b"[" * 1000000
    yield b"{}"
    yield b"\xff\xfe"
    yield text + b"{}"
    yield text.replace(b'"bytes": 4096', b'"bytes": 1e400', 1)
    yield text.replace(b'"bytes": 4096', b'"bytes": -1', 1)
    yield text.replace(b'"bytes": 4096', b'"bytes": 18446744073709551616', 1)
    yield text.replace(b'"name": "fake"', b'"name": "fake", "name": "fake"', 1)
    yield changed(lambda m: m.update(schema="tandem-bundle/2.0"))
    yield changed(lambda m: m.update(unknown=1))
    yield changed(lambda m: m.pop("contract"))
    yield changed(lambda m: m["capacity"].update(tokens=0))
    yield changed(lambda m: m["capacity"].update(tokens=2**40))
    yield changed(lambda m: m["model"].update(vocabulary=2**31))
    yield changed(lambda m: m.update(parts=[]))
    yield changed(lambda m: m["parts"][0].update(mesh=[1]))
    yield changed(lambda m: m["parts"][0].update(directory="../elsewhere"))
    for path in ("../x", "/etc/passwd", "a/../b", "a\\b", "", "zz\n"):
        yield changed(lambda m: m["files"][-1].update(path=path))


count = 0
for what, damage in damages():
    fresh()
    damage()
    count += 1
    if verbs() != (6, 6):
        print(f"{what}: verify and run exit {verbs()}")
        sys.exit(1)
print(f"{count} damages, all refused with exit 6")

fresh()
with open(os.path.join(good, "manifest.json"), "rb") as file:
    text = file.read()
count = 0
for manifest in hostile(text):
    reseal(manifest)
    count += 1
    if verbs() != (3, 3):
        print(f"exit {verbs()}: {manifest[:2000]}")
        sys.exit(1)
print(f"{count} hostile manifests, all refused with exit 3")

random.seed(1)
for i in range(300):
    data = bytearray(text)
    for _ in range(random.randint(1, 3)):
        data[random.randrange(len(data))] = random.randrange(256)
    reseal(bytes(data))
    if exits("run", bad, "--tokens", "1", "-n", "1") not in (0, 3, 6, 7):
        print(f"random manifest {i} ends in {verbs()}")
        sys.exit(1)
print("300 random manifests, no signal and no internal error")
