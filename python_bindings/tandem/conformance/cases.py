"""The cases: each model-level operation in the types and shapes that a chip may claim.

A row of a table here becomes cases by itself; groups() lists programs of cases
that share a cache.
"""
import re

import numpy as np

WIDTHS = (1, 7, 16, 64, 80, 259)
CASES = []  # (name, function)


def row(width):
    return f"tensor<?x{width}xf32>"


def case(name):
    def register(function):
        CASES.append((name, function))
        return function

    return register


#===----------------------------------------------------------------------===#
# Norms, activations, products of elements
#===----------------------------------------------------------------------===#


def norm(kind, width, epsilon, has_bias):
    def make(p):
        x, scale = p.rows(width), p.weight(p.normal(width))
        if kind == "rms_norm":
            return p.op(f"transformer.rms_norm {x}, {scale} epsilon {epsilon} : {row(width)}, tensor<{width}xf32>"), width
        bias, types = "", f"{row(width)}, tensor<{width}xf32>"
        if has_bias:
            bias, types = f" bias({p.weight(p.normal(width))})", types + f", tensor<{width}xf32>"
        return p.op(f"transformer.layer_norm {x}, {scale}{bias} epsilon {epsilon} : ({types}) -> {row(width)}"), width

    case(f"{kind} width {width} epsilon {epsilon}{' bias' if has_bias else ''}")(make)


for width in WIDTHS:
    norm("rms_norm", width, "1.0e-6", False)
    norm("layer_norm", width, "1.0e-5", True)
    norm("layer_norm", width, "1.0e-5", False)
norm("rms_norm", 64, "1.0e-12", False)
norm("rms_norm", 64, "1.0", False)

KINDS = ("silu", "gelu_erf", "gelu_tanh", "gelu_quick", "relu", "relu_squared")


def activation(kind, width):
    case(f"activation {kind} width {width}")(
        lambda p: (p.op(f"transformer.activation {kind} {p.rows(width)} : {row(width)}"), width))
    case(f"glu {kind} width {width}")(
        lambda p: (p.op(f"transformer.glu {kind} {p.rows(width)}, {p.rows(width)} : {row(width)}"), width))


for kind in KINDS:
    for width in (1, 7, 64):
        activation(kind, width)

UNARY = {  # operator: how its operand is made
    "Abs": {}, "Neg": {}, "Relu": {}, "Sigmoid": {}, "Tanh": {}, "Erf": {}, "Swish": {}, "Gelu": {},
    "Exp": {"large": 3.0}, "Log": {"positive": True}, "Sqrt": {"positive": True}, "Reciprocal": {"positive": True},
}


def unary(op, width, operand):
    case(f"{op} width {width}")(
        lambda p: (p.op(f'onnx.node "{op}"({p.rows(width, **operand)}) {{}} : ({row(width)}) -> {row(width)}'), width))


for op, operand in UNARY.items():
    for width in (1, 7, 64):
        unary(op, width, operand)
case("Gelu tanh width 64")(
    lambda p: (p.op(f'onnx.node "Gelu"({p.rows(64)}) {{approximate = "tanh"}} : ({row(64)}) -> {row(64)}'), 64))


def binary(op, width, right):
    """`right`: rows, a vector of the row's width, or a scalar on either side."""

    def make(p):
        x = p.rows(width)
        operands = {
            "rows": lambda: (x, p.rows(width, positive=op == "Div"), row(width), row(width)),
            "vector": lambda: (x, p.weight(np.abs(p.normal(width)) + 1), row(width), f"tensor<{width}xf32>"),
            "scalar": lambda: (x, p.op("onnx.constant dense<1.5> : tensor<f32>"), row(width), "tensor<f32>"),
            "scalar left": lambda: (p.op("onnx.constant dense<1.5> : tensor<f32>"), p.rows(width, positive=True),
                                    "tensor<f32>", row(width)),
        }
        a, b, a_type, b_type = operands[right]()
        return p.op(f'onnx.node "{op}"({a}, {b}) {{}} : ({a_type}, {b_type}) -> {row(width)}'), width

    case(f"{op} width {width} with {right}")(make)


for op in ("Add", "Sub", "Mul", "Div", "Max", "Min"):
    for right in ("rows", "vector", "scalar", "scalar left"):
        for width in (1, 7, 64):
            if (right, width) != ("vector", 1):  # that is a scalar
                binary(op, width, right)


def split(widths, chosen):
    def make(p):
        sizes = p.op(f"onnx.constant dense<{list(widths)}> : tensor<{len(widths)}xi64>")
        parts = p.op(f'onnx.node "Split"({p.rows(sum(widths))}, {sizes}) {{axis = -1 : i64}} : ({row(sum(widths))}, '
                     f"tensor<{len(widths)}xi64>) -> ({', '.join(map(row, widths))})", len(widths))
        return parts[chosen], widths[chosen]

    case(f"Split {widths} part {chosen}")(make)


for chosen in range(3):
    split((64, 16, 7), chosen)

#===----------------------------------------------------------------------===#
# Products with weights, tables
#===----------------------------------------------------------------------===#


def linear(k, n, layout, has_bias):
    def make(p):
        x, weight = p.rows(k), p.normal(*((n, k) if layout == "nk" else (k, n)), scale=k**-0.5)
        shape = "x".join(map(str, weight.shape))
        text, types = f"transformer.linear {x}, {p.weight(weight)}", f"{row(k)}, tensor<{shape}xf32>"
        if has_bias:
            text, types = f"{text} bias({p.weight(p.normal(n))})", types + f", tensor<{n}xf32>"
        return p.op(f"{text} layout {layout} : ({types}) -> {row(n)}"), n

    case(f"linear {k} to {n} {layout}{' bias' if has_bias else ''}")(make)


for k, n in ((1, 1), (1, 64), (7, 16), (16, 7), (64, 64), (64, 259), (259, 64), (80, 128), (128, 1), (640, 48)):
    for layout in ("nk", "kn"):
        for has_bias in (False, True):
            linear(k, n, layout, has_bias)


def embedding(width, layout, source, entries=64):
    def make(p):
        table = p.normal(*((entries, width) if layout == "nk" else (width, entries)))
        shape = "x".join(map(str, table.shape))
        ids = "%tokens" if source == "ids" else p.positions
        return p.op(f"transformer.embedding {ids}, {p.weight(table)} layout {layout} : "
                    f"(tensor<?xi32>, tensor<{shape}xf32>) -> {row(width)}"), width

    case(f"embedding width {width} {layout} of {source}{f', {entries} entries' if entries != 64 else ''}")(make)


for width in (1, 7, 64, 259):
    for layout in ("nk", "kn"):
        for source in ("ids", "positions"):
            embedding(width, layout, source)


FORMATS = (  # bits, block, type of scales, zero points
    (4, 32, "f32", ""), (4, 32, "f16", ""), (4, 32, "f32", "f32"), (4, 16, "f32", "packed"), (4, 128, "f16", "packed"),
    (8, 32, "f32", ""), (8, 32, "f32", "f32"), (8, 64, "f16", "packed"),
)


def quantised(k, n, bits, block, scales, zeros, has_bias):
    """Rows below and above a block, panels that are not full, zero points of every kind."""
    name = f"{k} to {n}, {bits} bits, block {block}, scales {scales}{f', zero points {zeros}' if zeros else ''}"

    def multiply(p):
        x, (weight, type_) = p.rows(k), p.blocks(n, k, bits, block, scales, zeros)
        bias, bias_type = "", ""
        if has_bias:
            bias, bias_type = f" bias({p.weight(p.normal(n))})", f", tensor<{n}xf32>"
        return p.op(f"transformer.linear {x}, {weight}{bias} layout nk : ({row(k)}, {type_}{bias_type}) -> {row(n)}"), n

    def look_up(p):
        table, type_ = p.blocks(64, k, bits, block, scales, zeros)
        return p.op(f"transformer.embedding %tokens, {table} layout nk : (tensor<?xi32>, {type_}) -> {row(k)}"), k

    case(f"quantised linear {name}{' bias' if has_bias else ''}")(multiply)
    if n == 64:
        case(f"quantised embedding {name}")(look_up)


for format_ in FORMATS:
    for k, n, has_bias in ((32, 7, False), (64, 64, True), (80, 128, False), (259, 64, False), (640, 48, True)):
        quantised(k, n, *format_, has_bias)


def rounded(k, n, layout):
    def make(p):
        shape = (n, k) if layout == "nk" else (k, n)
        x, (weight, type_) = p.rows(k), p.stored([p.normal(*shape, scale=k**-0.5)], shape, "stored<bf16>")
        return p.op(f"transformer.linear {x}, {weight} layout {layout} : ({row(k)}, {type_}) -> {row(n)}"), n

    case(f"rounded linear {k} to {n} {layout}")(make)


for k, n in ((1, 1), (7, 16), (64, 64), (259, 64), (640, 48)):
    for layout in ("nk", "kn"):
        rounded(k, n, layout)


def rounded_table(width, layout):
    def make(p):
        shape = (64, width) if layout == "nk" else (width, 64)
        table, type_ = p.stored([p.normal(*shape)], shape, "stored<bf16>")
        return p.op(f"transformer.embedding %tokens, {table} layout {layout} : (tensor<?xi32>, {type_}) -> {row(width)}"), width

    case(f"rounded embedding width {width} {layout}")(make)


for width in (7, 64):
    for layout in ("nk", "kn"):
        rounded_table(width, layout)


def rotary(heads, dim, rotated, interleaved, as_weights=False):
    def make(p):
        width, columns = heads * dim, rotated // 2
        frequencies = 10000.0 ** (-np.arange(columns) / columns)
        if as_weights:
            angles = np.outer(np.arange(256), frequencies)
            cos, sin = p.weight(np.cos(angles)), p.weight(np.sin(angles))
            table = f"tensor<256x{columns}xf32>"
        else:
            text = ", ".join(f"{np.float32(f):.9e}" for f in frequencies)
            cos, sin = p.op(f"transformer.rotary_table dense<[{text}]> : tensor<{columns}xf32> scale 1.0 -> "
                            f"tensor<?x{columns}xf32>, tensor<?x{columns}xf32>", 2)
            table = f"tensor<?x{columns}xf32>"
        return p.op(f"transformer.rotary {p.rows(width)}, {p.positions}, {cos}, {sin} heads {heads}"
                    f"{' interleaved' if interleaved else ''} : ({row(width)}, tensor<?xi32>, {table}, {table}) -> "
                    f"{row(width)}"), width

    case(f"rotary {heads} heads of {dim}, {rotated} rotated{' interleaved' if interleaved else ''}"
         f"{', tables in the file' if as_weights else ''}")(make)


for heads, dim, rotated in ((1, 8, 8), (4, 8, 4), (8, 16, 16), (2, 64, 64), (1, 80, 32), (3, 80, 80), (1, 128, 128)):
    for interleaved in (False, True):
        rotary(heads, dim, rotated, interleaved)
rotary(4, 16, 16, False, as_weights=True)

#===----------------------------------------------------------------------===#
# What the models of test/models have beyond that (test/conformance/models.test)
#===----------------------------------------------------------------------===#

embedding(64, "nk", "ids", entries=256)
activation("gelu_tanh", 256)
activation("silu", 160)
split((64, 64, 64), 2)
split((64, 32, 32), 1)
for k, n, has_bias in ((64, 32, False), (64, 128, False), (64, 160, False), (64, 192, True), (64, 256, False), (64, 256, True),
                       (160, 64, False), (256, 64, True)):
    linear(k, n, "kn", has_bias)
linear(64, 256, "nk", False)
for heads in (2, 4):
    rotary(heads, 16, 16, False)
rotary(2, 16, 16, False, as_weights=True)

#===----------------------------------------------------------------------===#
# Attention: the cases of one cache are its layers
#===----------------------------------------------------------------------===#

CACHES = ((1, 8, 8), (2, 16, 16), (4, 16, 16), (2, 16, 7), (8, 16, 16), (1, 64, 64), (2, 80, 80), (1, 128, 128))
VARIANTS = (  # query heads per key head, window, softcap, scale of scores, of rows
    (1, 0, 0.0, 1.0, 1.0), (2, 0, 0.0, 1.0, 1.0), (4, 0, 0.0, 1.0, 1.0), (1, 1, 0.0, 1.0, 1.0), (2, 3, 0.0, 1.0, 1.0),
    (1, 16, 0.0, 1.0, 1.0), (1, 0, 5.0, 1.0, 1.0), (2, 7, 30.0, 1.0, 1.0),
    (1, 0, 0.0, 1.0, 3.0),  # scores that spread by hundreds
    (2, 4, 0.0, 1.0, 3.0), (1, 0, 50.0, 1.0, 3.0), (1, 0, 0.0, -0.5, 1.0),
)


def attention(heads, key_dim, value_dim, groups, window, softcap, scale, size):
    def make(p):
        query_heads = heads * groups
        q = p.rows(query_heads * key_dim, scale=size, large=2.0)
        k = p.rows(heads * key_dim, scale=size, large=2.0)
        # fp32 knows scores of hundreds to 1e-4, so the values they weigh are of the
        # size of 1: the bound is not one of luck.
        layer = p.append(k, p.rows(heads * value_dim, large=1.0 if size > 1 else 30.0))
        keep = f"<causal = true{f', window = {window}' if window else ''}>"
        cap = f" softcap {softcap}" if softcap else ""
        width = query_heads * value_dim
        return p.op(f"transformer.cached_attention {q}, {p.cache} at {layer}, %rows heads {query_heads} "
                    f"scale {scale * key_dim**-0.5:.9e} keep {keep}{cap} : {row(query_heads * key_dim)}, {p.type} -> "
                    f"{row(width)}"), width

    return (f"attention {heads * groups} of {heads} heads {key_dim}/{value_dim}, window {window}, softcap {softcap}, "
            f"scale {scale}, scores x {size**2:g}"), make


def groups(pattern="", size=10):
    """Lists of (arguments of Program, cases): one program each, of cases whose name matches.

    A program's products that put columns into place grow with the square of its
    cases, and emulated kernels spend their time in them: hence few cases.
    """
    matching = lambda cases: [(name, make) for name, make in cases if re.search(pattern, name)]
    cases = matching(CASES)
    for first in range(0, len(cases), size):
        yield {}, cases[first:first + size]
    for heads, key_dim, value_dim in CACHES:
        cases = [attention(heads, key_dim, value_dim, *variant) for variant in VARIANTS]
        shape = {"layers": len(cases), "heads": heads, "key_dim": key_dim, "value_dim": value_dim}
        cases = matching(cases)
        if cases:
            yield shape, cases
