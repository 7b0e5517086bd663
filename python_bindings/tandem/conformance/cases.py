"""The cases: each model-level operation in the types and shapes that a chip may claim.

A row of a table here becomes cases by itself; groups() lists programs of cases
that share a cache.
"""
import re

import numpy as np

from tandem.conformance.program import IDS

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
for right in ("rows", "vector"):
    binary("Add", 259, right)  # more than a block of threads


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
# Primitives that work inside of each token
#===----------------------------------------------------------------------===#


def inner(shape, element="f32"):
    return f"tensor<{'x'.join(['?', *map(str, shape)])}x{element}>"


def rows_of(p, shape, **operand):
    """Rows of an inner shape: a value of one inner dimension, reshaped."""
    width = int(np.prod(shape))
    value = p.rows(width, **operand)
    if len(shape) == 1:
        return value
    sizes = integers(p, [-1, *shape])
    return p.op(f'onnx.node "Reshape"({value}, {sizes}) {{}} : ({row(width)}, tensor<{len(shape) + 1}xi64>) -> {inner(shape)}')


def flat(p, value, shape, element="f32"):
    """The value as the columns of a case: a row of f32."""
    width = int(np.prod(shape))
    if element != "f32":
        value = p.op(f'onnx.node "Cast"({value}) {{to = 1 : i64}} : ({inner(shape, element)}) -> {inner(shape)}')
    if tuple(shape) == (width,):
        return value, width
    sizes = integers(p, [-1, width])
    return p.op(f'onnx.node "Reshape"({value}, {sizes}) {{}} : ({inner(shape)}, tensor<2xi64>) -> {row(width)}'), width


def integers(p, values):
    return p.op(f"onnx.constant dense<{list(values)}> : tensor<{len(values)}xi64>")


def primitive(name, shape, result, attributes="", constants=(), element="f32", title="", **operand):
    """`name` of rows of an inner shape and of lists of integers."""

    def make(p):
        lists = [integers(p, values) for values in constants]
        types = [inner(shape), *(f"tensor<{len(values)}xi64>" for values in constants)]
        value = p.op(f'onnx.node "{name}"({", ".join([rows_of(p, shape, **operand), *lists])}) {{{attributes}}} : '
                     f"({', '.join(types)}) -> {inner(result, element)}")
        return flat(p, value, result, element)

    case(f"{name} of {'x'.join(map(str, shape))}{title}")(make)


for name in ("Ceil", "Cos", "Floor", "Round", "Sign", "Sin", "Softplus"):
    primitive(name, (7,), (7,))
primitive("Swish", (7,), (7,), "alpha = 1.5 : f32")
for name, large in (("Sum", 30), ("Mean", 30), ("Max", 30), ("Min", 30), ("L1", 30), ("L2", 30), ("SumSquare", 30), ("Prod", 1),
                    ("LogSumExp", 30)):
    for shape, axes in (((7,), [-1]), ((259,), [-1]), ((3, 16), [-2]), ((2, 3, 5), [1, -1])):
        if name != "Prod" or shape != (259,):  # beyond fp32
            kept = tuple(1 if i + 1 in axes or i - len(shape) in axes else size for i, size in enumerate(shape))
            primitive(f"Reduce{name}", shape, kept, constants=[axes], title=f" over {axes}", large=large)
primitive("ReduceLogSum", (7,), (1,), constants=[[-1]], positive=True)
primitive("ReduceSum", (3, 16), (3,), "keepdims = 0 : i64", [[-1]], title=" over [-1], dropped")
for name in ("Softmax", "LogSoftmax"):
    for shape, axis in (((1,), -1), ((7,), -1), ((259,), -1), ((3, 16), -2)):
        primitive(name, shape, shape, f"axis = {axis} : i64", title=f" along {axis}", large=8.0)

primitive("Transpose", (3, 16), (16, 3), "perm = array<i64: 0, 2, 1>")
primitive("Transpose", (2, 3, 5), (5, 2, 3), "perm = array<i64: 0, 3, 1, 2>")
primitive("Slice", (259,), (32,), constants=[[10], [200], [-1], [6]], title=" by steps")
primitive("Slice", (3, 16), (2, 16), constants=[[-1], [0], [1], [-1]], title=" backwards")
primitive("Gather", (16,), (5,), "axis = -1 : i64", [[3, 4, 5, -1, 0]])
primitive("Gather", (3, 16), (2, 16), "axis = -2 : i64", [[2, 0]])
primitive("Expand", (3, 1), (3, 16), constants=[[1, 3, 16]])
primitive("Tile", (3, 5), (6, 5), constants=[[1, 2, 1]])
primitive("Unsqueeze", (7,), (1, 7), constants=[[-2]])
primitive("Squeeze", (1, 7), (7,), constants=[[-2]])


def concat(shapes, axis, result):
    def make(p):
        parts = ", ".join(rows_of(p, shape) for shape in shapes)
        return flat(p, p.op(f'onnx.node "Concat"({parts}) {{axis = {axis} : i64}} : ({", ".join(map(inner, shapes))}) -> '
                            f"{inner(result)}"), result)

    case(f"Concat of {len(shapes)} along {axis} to {'x'.join(map(str, result))}")(make)


concat([(7,), (16,), (1,)], -1, (24,))
concat([(3, 5), (2, 5)], -2, (5, 5))


def broadcast(op, left, right, is_weight=False):
    """Operands of different inner shapes, or a weight that all tokens share."""
    result = np.broadcast_shapes(left, right)

    def make(p):
        x = rows_of(p, left, large=3.0, positive=op == "Pow")
        if is_weight:
            y, type_ = p.weight(p.normal(*right)), f"tensor<{'x'.join(map(str, right))}xf32>"
        else:
            y, type_ = rows_of(p, right, large=1.0 if op == "Pow" else 30.0, positive=op != "Pow"), inner(right)
        return flat(p, p.op(f'onnx.node "{op}"({x}, {y}) {{}} : ({inner(left)}, {type_}) -> {inner(result)}'), result)

    case(f"{op} of {'x'.join(map(str, left))} with {'a weight ' if is_weight else ''}{'x'.join(map(str, right))}")(make)


broadcast("Mul", (7,), (1,))
broadcast("Div", (1,), (64,))
broadcast("Sub", (3, 16), (3, 1))
broadcast("Mul", (3, 1), (1, 16))
broadcast("Add", (3, 16), (16,), is_weight=True)
broadcast("Mul", (3, 16), (3, 1), is_weight=True)
broadcast("Pow", (7,), (7,))


def power(exponent, element):
    def make(p):
        y = p.op(f"onnx.constant dense<{exponent}> : tensor<{element}>")
        x = p.rows(7, large=3.0, positive=exponent == "0.5")
        return p.op(f'onnx.node "Pow"({x}, {y}) {{}} : ({row(7)}, tensor<{element}>) -> {row(7)}'), 7

    case(f"Pow to {exponent} {element}")(make)


for exponent, element in (("2.0", "f32"), ("3", "i64"), ("4.0", "f32"), ("0.5", "f32"), ("0.0", "f32"), ("-1.0", "f32")):
    power(exponent, element)


def clip(low, high):
    def make(p):
        bounds = [p.op(f"onnx.constant dense<{bound}> : tensor<f32>") if bound is not None else p.op("onnx.none")
                  for bound in (low, high)]
        types = ", ".join("none" if bound is None else "tensor<f32>" for bound in (low, high))
        return p.op(f'onnx.node "Clip"({p.rows(64)}, {", ".join(bounds)}) {{}} : ({row(64)}, {types}) -> {row(64)}'), 64

    case(f"Clip from {low} to {high}")(make)


clip(-0.5, 1.5)
clip(None, 1.0)
clip(0.0, None)


def variadic(op, count):
    def make(p):
        inputs = ", ".join(p.rows(7) for _ in range(count))
        return p.op(f'onnx.node "{op}"({inputs}) {{}} : ({", ".join([row(7)] * count)}) -> {row(7)}'), 7

    case(f"{op} of {count} values")(make)


for op in ("Max", "Min", "Sum", "Mean"):
    for count in (1, 3):
        variadic(op, count)


def condition(p, op, width, rounded=False):
    """Truth values: a comparison of two rows, equal ones among them."""
    x, y = p.rows(width), p.rows(width)
    if rounded:
        x, y = (p.op(f'onnx.node "Round"({value}) {{}} : ({row(width)}) -> {row(width)}') for value in (x, y))
    return p.op(f'onnx.node "{op}"({x}, {y}) {{}} : ({row(width)}, {row(width)}) -> {inner((width,), "i1")}')


def comparison(op):
    case(f"{op} of whole values")(lambda p: flat(p, condition(p, op, 7, rounded=True), (7,), "i1"))


for op in ("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"):
    comparison(op)


def logic(op, inputs):
    def make(p):
        values = ", ".join(condition(p, "Less", 7) for _ in range(inputs))
        truth = inner((7,), "i1")
        value = p.op(f'onnx.node "{op}"({values}) {{}} : ({", ".join([truth] * inputs)}) -> {truth}')
        return flat(p, value, (7,), "i1")

    case(f"{op} of conditions")(make)


for op, inputs in (("And", 2), ("Or", 2), ("Xor", 2), ("Not", 1)):
    logic(op, inputs)


def where(left, right):
    """`left`, `right`: "rows", "token" (one value for each), or a number."""

    def make(p):
        def source(kind):
            if kind == "rows":
                return p.rows(7), row(7)
            if kind == "token":
                return p.rows(1), row(1)
            return p.op(f"onnx.constant dense<{kind}> : tensor<f32>"), "tensor<f32>"

        (x, x_type), (y, y_type) = source(left), source(right)
        truth = inner((7,), "i1")
        return p.op(f'onnx.node "Where"({condition(p, "Less", 7)}, {x}, {y}) {{}} : ({truth}, {x_type}, {y_type}) -> {row(7)}'), 7

    case(f"Where {left} else {right}")(make)


where("rows", "rows")
where("rows", "-3.5")
where("0.25", "token")

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


def stored_in_bf16(p, matrix):
    return p.stored([matrix], matrix.shape, "stored<bf16>")


def pairs(p, k):
    """Rows of neighbours that are large and nearly equal, with all bits that fp32 has."""
    table, type_ = stored_in_bf16(p, np.repeat(p.normal(IDS, k // 2, scale=300.0), 2, axis=1) + p.normal(IDS, k))
    x = p.op(f"transformer.embedding %tokens, {table} layout nk : (tensor<?xi32>, {type_}) -> {row(k)}")
    third = p.op(f"onnx.constant dense<{1 / 3:.9e}> : tensor<f32>")
    return p.op(f'onnx.node "Mul"({x}, {third}) {{}} : ({row(k)}, tensor<f32>) -> {row(k)}')


def differences(p, n, k):
    """A matrix [n, k] that multiplies the differences of neighbours."""
    half = p.normal(n, k // 2, scale=k**-0.5)
    return np.stack([half, -half], axis=2).reshape(n, k)


def multiply(p, x, matrix, bias=None):
    (n, k), (weight, type_) = matrix.shape, stored_in_bf16(p, matrix)
    added, added_type = ("", "") if bias is None else (f" bias({p.weight(bias)})", f", tensor<{n}xf32>")
    return p.op(f"transformer.linear {x}, {weight}{added} layout nk : ({row(k)}, {type_}{added_type}) -> {row(n)}")


def glu(p, gate, up, width):
    return p.op(f"transformer.glu silu {gate}, {up} : {row(width)}")


def add(p, x, y, width):
    return p.op(f'onnx.node "Add"({x}, {y}) {{}} : ({row(width)}, {row(width)}) -> {row(width)}')


def cancelling(k, n, then):
    """A product that shows the last bits of its inputs, since all others cancel."""

    def make(p):
        y = multiply(p, pairs(p, k), differences(p, n, k), p.normal(n) if "bias" in then else None)
        return add(p, y, p.rows(n), n) if "residual" in then else y, n

    case(f"cancelling linear {k} to {n}{then and f', {then}'}")(make)


def cancelling_gate(k, n):
    def make(p):
        x = pairs(p, k)
        return glu(p, multiply(p, x, differences(p, n, k)), multiply(p, x, differences(p, n, k)), n), n

    case(f"cancelling gate {k} to {n}")(make)


def gated_layer(k, hidden):
    """A gate whose results are pairs, and a product that multiplies their differences."""

    def make(p):
        x = p.rows(k, large=1.0)
        gate = np.repeat(p.normal(hidden // 2, k, scale=k**-0.5), 2, axis=0)
        y = glu(p, multiply(p, x, gate), multiply(p, x, of_pairs(p, hidden, k)), hidden)
        return add(p, x, multiply(p, y, differences(p, k, hidden)), k), k

    case(f"cancelling gated layer {k} by {hidden}")(make)


def of_pairs(p, n, k):
    """A matrix [n, k] whose results are pairs."""
    return np.repeat(p.normal(n // 2, k, scale=100 * k**-0.5), 2, axis=0) + p.normal(n, k, scale=k**-0.5)


def activated_layer(k, hidden):
    def make(p):
        x = p.rows(k, large=1.0)
        y = multiply(p, x, of_pairs(p, hidden, k), p.normal(hidden))
        y = p.op(f"transformer.activation gelu_tanh {y} : {row(hidden)}")
        return add(p, x, multiply(p, y, differences(p, k, hidden), p.normal(k)), k), k

    case(f"cancelling activated layer {k} by {hidden}")(make)


def normed(kind, width):
    def make(p):
        x, scale = pairs(p, width), p.weight(np.full(width, 100, np.float32))
        if kind == "rms_norm":
            y = p.op(f"transformer.rms_norm {x}, {scale} epsilon 1.0e-6 : {row(width)}, tensor<{width}xf32>")
        else:
            vector = f"tensor<{width}xf32>"
            y = p.op(f"transformer.layer_norm {x}, {scale} bias({p.weight(p.normal(width))}) epsilon 1.0e-5 : "
                     f"({row(width)}, {vector}, {vector}) -> {row(width)}")
        return multiply(p, y, differences(p, 64, width)), 64

    case(f"cancelling {kind} of {width}")(make)


for k, n in ((64, 64), (160, 64), (640, 48), (64, 259)):
    for then in ("", "residual", "bias", "bias and residual"):
        cancelling(k, n, then)
    cancelling_gate(k, n)
for k, hidden in ((64, 160), (64, 640)):
    gated_layer(k, hidden)
    activated_layer(k, hidden)
for width in (64, 160):
    normed("rms_norm", width)
    normed("layer_norm", width)


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


def attention(heads, key_dim, value_dim, groups, window, softcap, scale, size, in_bf16=False):
    def make(p):
        query_heads = heads * groups
        q = p.rows(query_heads * key_dim, scale=size, large=2.0)
        k = p.rows(heads * key_dim, scale=size, large=2.0)
        # fp32 knows scores of hundreds to 1e-4, so the values they weigh are of the
        # size of 1: the bound is not one of luck. So are those that bf16 weighs.
        layer = p.append(k, p.rows(heads * value_dim, large=1.0 if size > 1 or in_bf16 else 30.0))
        keep = f"<causal = true{f', window = {window}' if window else ''}>"
        cap = f" softcap {softcap}" if softcap else ""
        width = query_heads * value_dim
        return p.op(f"transformer.cached_attention {q}, {p.cache} at {layer}, %rows heads {query_heads} "
                    f"scale {scale * key_dim**-0.5:.9e} keep {keep}{cap} : {row(query_heads * key_dim)}, {p.type} -> "
                    f"{row(width)}"), width

    return (f"attention {heads * groups} of {heads} heads {key_dim}/{value_dim}, window {window}, softcap {softcap}, "
            f"scale {scale}, scores x {size**2:g}{', in bf16' if in_bf16 else ''}"), make


BF16_CACHES = ((1, 8, 8), (2, 16, 16), (2, 16, 7), (1, 64, 64), (2, 80, 80))


def codes(p, heads, dim, size):
    """Rows of keys or queries of which each is orthogonal to all others but equals or their negatives."""
    code = np.ones((1, 1), np.float32)
    while len(code) < dim:
        code = np.block([[code, code], [code, -code]])
    ids = p.random.integers(0, 2 * dim, (IDS, heads))
    table = size * np.where(ids[..., None] < dim, 1, -1) * code[ids % dim]
    table, type_ = p.matrix(table.reshape(IDS, heads * dim))
    return p.op(f"transformer.embedding %tokens, {table} layout nk : (tensor<?xi32>, {type_}) -> {row(heads * dim)}")


def attention_to_codes(heads, dim, groups, in_bf16):
    """Scores that spread by hundreds and are exact: all others than the largest weigh nothing."""

    def make(p):
        q, k = codes(p, heads * groups, dim, 4.0), codes(p, heads, dim, 4.0)
        layer, width = p.append(k, p.rows(heads * dim, large=1.0)), heads * groups * dim
        return p.op(f"transformer.cached_attention {q}, {p.cache} at {layer}, %rows heads {heads * groups} scale 1.0 "
                    f"keep <causal = true> : {row(width)}, {p.type} -> {row(width)}"), width

    return f"attention {heads * groups} of {heads} heads {dim}/{dim}, to codes{', in bf16' if in_bf16 else ''}", make


def program(matching, cache, layers, cases, in_bf16, context=64):
    """The program of cases that share a cache, if any is asked for."""
    cases = matching(cases)
    if cases:
        yield dict(zip(("heads", "key_dim", "value_dim"), cache), layers=layers, in_bf16=in_bf16, context=context), cases


def groups(pattern="", size=10):
    """Lists of (arguments of Program, cases): one program each, of cases whose name matches.

    A program's products that put columns into place grow with the square of its
    cases, and emulated kernels spend their time in them: hence few cases.
    """
    matching = lambda cases: [(name, make) for name, make in cases if re.search(pattern, name)]
    cases = matching(CASES)
    for first in range(0, len(cases), size):
        yield {}, cases[first:first + size]
    cases = matching([(f"{name}, in bf16", make) for name, make in CASES if name.startswith("cancelling")])
    for first in range(0, len(cases), size):
        yield {"in_bf16": True}, cases[first:first + size]
    for in_bf16, caches in ((False, CACHES), (True, BF16_CACHES)):
        for cache in caches:
            cases = [attention(*cache, *variant, in_bf16) for variant in VARIANTS if not in_bf16 or variant[-1] == 1]
            yield from program(matching, cache, len(cases), cases, in_bf16)
        for heads, dim, context in ((2, 16, 64), (1, 64, 64), (1, 16, 640)):
            cases = [attention_to_codes(heads, dim, query_heads, in_bf16) for query_heads in (1, 4)]
            layers = len(cases)
            if context > 64:  # products of several tiles of rows, too
                cases += [(f"{name}{', in bf16' if in_bf16 else ''}", make) for name, make in CASES
                          if re.fullmatch("cancelling (linear 64 to 64|activated layer 64 by 160)", name)]
                cases = [(f"{name}, {context} tokens", make) for name, make in cases]
            yield from program(matching, (heads, dim, dim), layers, cases, in_bf16, context)
