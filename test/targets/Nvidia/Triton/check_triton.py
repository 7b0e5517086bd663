#!/usr/bin/env python3
"""Run PTX that Triton made by the emulator, and compare with numpy.

Products of matrices in fp16 and bf16, the second as it lies and transposed, and a
softmax of rows that are no power of two, for cuda:80 (mma.sync, ldmatrix, cp.async)
and cuda:90 (wgmma), in both modes of the emulator. Triton needs no GPU for it. Prints
a line for each and "N passed, N failed". Program in PATH: run-kernel.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import triton
import triton.language as tl
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

M, N, K, TILE, WARPS = 128, 128, 192, 64, 4
WORDS = ("mma.sync", "wgmma.mma", "ldmatrix", "cp.async", "shfl")


@triton.jit
def product(a, b, c, n, k, TRANSPOSED: tl.constexpr, TILE: tl.constexpr):
    rows, columns, depth = (tl.program_id(0) * TILE + tl.arange(0, TILE), tl.program_id(1) * TILE + tl.arange(0, TILE),
                            tl.arange(0, TILE))
    sums = tl.zeros((TILE, TILE), tl.float32)
    for first in range(0, k, TILE):
        left = tl.load(a + rows[:, None] * k + first + depth[None, :])
        if TRANSPOSED:
            right = tl.load(b + columns[None, :] * k + (first + depth)[:, None])
        else:
            right = tl.load(b + (first + depth)[:, None] * n + columns[None, :])
        sums = tl.dot(left, right, sums)
    tl.store(c + rows[:, None] * n + columns[None, :], sums)


@triton.jit
def softmax(x, y, n, TILE: tl.constexpr):
    row, columns = tl.program_id(0), tl.arange(0, TILE)
    values = tl.load(x + row * n + columns, mask=columns < n, other=-float("inf"))
    weights = tl.exp(values - tl.max(values, 0))
    tl.store(y + row * n + columns, weights / tl.sum(weights, 0), mask=columns < n)


def compile_kernel(function, signature, constants, capability):
    names = list(signature)
    divisible = {(i,): [["tt.divisibility", 16]] for i, name in enumerate(names) if name not in constants}
    source = ASTSource(function, signature | dict.fromkeys(constants, "constexpr"),
                       {(names.index(name),): value for name, value in constants.items()}, divisible)
    return triton.compile(source, target=GPUTarget("cuda", capability, 32), options={"num_warps": WARPS, "num_stages": 3})


def launch(kernel, grid, mode, folder, inputs, output, numbers):
    """The output behind a launch."""
    (folder / "k.ptx").write_text(kernel.asm["ptx"])
    arguments = []
    for i, array in enumerate([*inputs, output]):
        (folder / str(i)).write_bytes(array.tobytes())
        arguments.append(f"{'out' if array is output else 'in'}={folder / str(i)}")
    done = subprocess.run(["run-kernel", folder / "k.ptx", *map(str, grid), str(32 * WARPS), str(kernel.metadata.shared), mode,
                           *arguments, *(f"i32={number}" for number in numbers)], capture_output=True, text=True)
    if done.returncode:
        return done.stderr.strip()
    return np.frombuffer((folder / str(len(inputs))).read_bytes(), output.dtype).reshape(output.shape)


def to_type(values, type_):
    """An array of the type's bits, and the numbers that they are."""
    if type_ == "fp16":
        half = values.astype(np.float16)
        return half, half.astype(np.float64)
    bits = values.astype(np.float32).view(np.uint32) >> 16
    return bits.astype(np.uint16), (bits << 16).view(np.float32).astype(np.float64)


def cases(random):
    """(name, kernel, grid, inputs, output's shape, numbers, what it should be, bound)"""
    for capability in (80, 90):
        for type_ in ("fp16", "bf16"):
            for is_transposed in (False, True):
                a, a_values = to_type(random.standard_normal((M, K)) / 4, type_)
                b, b_values = to_type(random.standard_normal((K, N)) / 4, type_)
                signature = {"a": f"*{type_}", "b": f"*{type_}", "c": "*fp32", "n": "i32", "k": "i32", "TRANSPOSED": "", "TILE": ""}
                kernel = compile_kernel(product, signature, {"TRANSPOSED": is_transposed, "TILE": TILE}, capability)
                b = np.ascontiguousarray(b.T) if is_transposed else b
                yield (f"product {type_}{' transposed' if is_transposed else ''} cuda:{capability}", kernel, (M // TILE, N // TILE),
                       [a, b], (M, N), (N, K), a_values @ b_values, 1e-4)
        x = (random.standard_normal((3, 1000)) * 10).astype(np.float32)
        weights = np.exp(x - x.max(1, keepdims=True), dtype=np.float64)
        kernel = compile_kernel(softmax, {"x": "*fp32", "y": "*fp32", "n": "i32", "TILE": ""}, {"TILE": 1024}, capability)
        yield (f"softmax cuda:{capability}", kernel, (3, 1), [x], x.shape, (1000,), weights / weights.sum(1, keepdims=True), 1e-5)


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, kernel, grid, inputs, shape, numbers, wanted, bound in cases(np.random.default_rng(1)):
            found = [f"{word} {count}" for word in WORDS if (count := len(re.findall(re.escape(word), kernel.asm["ptx"])))]
            for mode in ("eager", "late"):
                got = launch(kernel, grid, mode, Path(folder), inputs, np.zeros(shape, np.float32), numbers)
                if isinstance(got, str):
                    text, is_good = got, False
                else:
                    error = float((np.abs(got - wanted) / (1 + np.abs(wanted))).max())
                    text, is_good = f"within {error:.1e}", error <= bound
                passed, failed = passed + is_good, failed + (not is_good)
                print(f"{'pass' if is_good else 'FAIL'}  {name}, {mode}: {text} ({', '.join(found)})", flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
