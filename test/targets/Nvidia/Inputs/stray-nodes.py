"""Puts nodes that no transformer has into a model, and compares a run with ONNX Runtime.

    stray-nodes.py add MODEL OUT KIND       copies a model folder, with the nodes behind its first layer
    stray-nodes.py compare MODEL LOGITS IDS ANSWER [BOUND]
                                            prints the largest |a - b| / (1 + |b|) over the rows of a prompt
                                            and of the tokens that `run --json` answered with

They read a hidden state of 64 and add a quarter of what they make to it. A KIND is
floats, integers or products.
"""
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

BOUND = 1e-4  # fp32
STREAM = "/model/layers.0/Add_1_output_0"


class Nodes:
    """Nodes and their constants, written one after the other."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, value, type_=np.int64):
        self.constants.append(numpy_helper.from_array(np.array(value, type_), f"stray_constant_{len(self.constants)}"))
        return self.constants[-1].name

    def real(self, value):
        return self.constant(value, np.float32)

    def node(self, op, *inputs, output=None, results=1, **attributes):
        name = f"stray_{op}_{len(self.nodes)}"
        outputs = [output or name, *(f"{name}_{i}" for i in range(1, results))]
        self.nodes.append(helper.make_node(op, list(inputs), outputs, name=name, **attributes))
        return outputs if results > 1 else outputs[0]

    def sum(self, x, parts, y):
        """`x` and a quarter of each part, which are rows of 64."""
        for i, part in enumerate(parts):
            quarter = self.node("Mul", part, self.real(0.25))
            x = self.node("Add", x, quarter, output=y if i + 1 == len(parts) else None)


def floats(graph, x, y):
    constant, node = graph.constant, graph.node
    heads = node("Reshape", x, constant([0, 0, 4, 16]))
    shifted = node("Sub", heads, node("ReduceMax", heads, constant([-1]), keepdims=1))
    weighted = node("Mul", heads, node("Softmax", shifted, axis=-1))
    turned = node("Reshape", node("Transpose", weighted, perm=[0, 1, 3, 2]), constant([0, 0, 64]))
    chosen = node("Where", node("Less", turned, x), x, turned)
    back = node("Gather", chosen, constant(np.arange(63, -1, -1)), axis=2)
    halves = [node("Slice", value, constant([first]), constant([first + 32]), constant([2]))
              for value, first in ((chosen, 0), (back, 32))]
    joined = node("Concat", *halves, axis=2)
    size = node("ReduceLogSumExp", node("Pow", joined, graph.real(3.0)), constant([2]), keepdims=1)
    floor = node("Floor", node("Div", joined, size))
    graph.sum(x, [node("Add", floor, joined)], y)


def integers(graph, x, y):
    """Indices of elements, and arithmetic with integers that no fp32 holds."""
    constant, node = graph.constant, graph.node
    flat = constant([0, 0, 64])
    heads = node("Reshape", x, constant([0, 0, 4, 16]))
    values, indices = node("TopK", heads, constant([4]), results=2)
    lowest, below = node("TopK", heads, constant([2]), results=2, largest=0, axis=3)
    best = node("ArgMax", heads, axis=-1, keepdims=0)
    worst = node("ArgMin", heads, axis=2, keepdims=1, select_last_index=1)
    # Found again by their indices, and added there.
    found = node("Mul", node("GatherElements", heads, indices, axis=3), values)
    added = node("ScatterElements", heads, indices, found, axis=3, reduction="add")
    replaced = node("ScatterElements", added, below, node("Mul", lowest, graph.real(0.5)), axis=-1)
    hot = node("OneHot", best, constant(16), graph.real([-0.25, 1.5]))
    same = node("Equal", node("Unsqueeze", best, constant([3])), constant(np.arange(16)))
    hot = node("Add", hot, node("Cast", same, to=onnx.TensorProto.FLOAT))
    # (i * (2^40 + 1) - 2^41) mod 1000003, and with the other sign
    large = node("Sub", node("Mul", indices, constant(2**40 + 1)), constant(2**41))
    rests = [node("Mod", large, constant(divisor), fmod=fmod) for divisor, fmod in ((1000003, 0), (-999983, 0), (-9973, 1))]
    quotient = node("Div", large, constant(2**33 + 7))
    exact = node("Equal", node("Add", node("Mul", quotient, constant(2**33 + 7)), node("Mod", large, constant(2**33 + 7), fmod=1)), large)
    signs = node("Sign", node("Max", node("Neg", rests[0]), node("Abs", rests[1]), node("Clip", rests[2], constant(-50), constant(60))))
    isHigh = node("Or", node("Cast", quotient, to=onnx.TensorProto.BOOL), node("GreaterOrEqual", large, constant(0)))
    picked = node("Where", isHigh, rests[0], rests[1])
    joined = node("Concat", picked, quotient, signs, node("Where", exact, indices, constant(-(2**50))), axis=3)
    narrow = node("Cast", node("Mod", joined, constant(1009)), to=onnx.TensorProto.INT32)
    doubled = node("Mul", narrow, constant(2, np.int32))
    scaled = node("Div", node("Cast", doubled, to=onnx.TensorProto.FLOAT), graph.real(2018.0))
    # Sums of integers, and those of the ids themselves.
    total = node("ReduceSum", joined, constant([2, 3]), keepdims=1)
    most = node("ReduceMax", node("ReduceMin", joined, constant([3]), keepdims=1), constant([2]), keepdims=1)
    mean = node("ReduceMean", node("CumSum", indices, constant(3)), constant([3]), keepdims=1)
    sums = node("Mod", node("Add", node("Add", total, most), mean), constant(11))
    ids = node("Unsqueeze", node("Mod", node("Mul", "input_ids", constant(2**33 + 1)), constant(17)), constant([2]))
    wide = node("Cast", node("Add", worst, sums), to=onnx.TensorProto.FLOAT)
    of_ids = node("Div", node("Cast", ids, to=onnx.TensorProto.FLOAT), graph.real(17.0))
    table = graph.real(np.sin(np.arange(17 * 64)).reshape(17, 64))
    looked_up = node("Gather", table, node("Mod", "input_ids", constant(17)))
    parts = [node("Reshape", part, flat) for part in (replaced, hot, scaled, node("Div", wide, graph.real(20.0)))]
    graph.sum(x, [*parts, node("Mul", x, of_ids), looked_up], y)


def products(graph, x, y):
    """Products of activations, norms of heads, scans, pads and triangles."""
    constant, node = graph.constant, graph.node
    flat = constant([0, 0, 64])
    heads = node("Reshape", x, constant([0, 0, 4, 16]))
    scales = [graph.real(1 + np.sin(np.arange(16) + start)) for start in range(3)]
    mean = node("ReduceMean", node("Pow", heads, graph.real(2.0)), constant([-1]), keepdims=1)
    root = node("Sqrt", node("Add", mean, graph.real(1e-6)))
    heads = node("Mul", node("Mul", heads, node("Reciprocal", root)), scales[0])
    heads = node("Add", heads, node("LayerNormalization", heads, *scales[1:], axis=-1))
    scores = node("MatMul", heads, node("Transpose", heads, perm=[0, 1, 3, 2]))
    lower = node("Trilu", node("Tanh", scores), constant(-1), upper=0)
    upper = node("Trilu", node("Tanh", scores), constant(1))
    mixed = node("MatMul", node("Sub", lower, upper), heads)
    pairs = node("Einsum", heads, node("Sigmoid", heads), equation="b s h d, b s g d -> b s g h")
    turned = node("Einsum", node("Tanh", pairs), heads, equation="bsgh,bshd->bsgd")
    weighed = node("Einsum", heads, graph.real(np.cos(np.arange(4 * 16)).reshape(4, 16)), equation="bshd,gd->bsgh")
    sums = [node("CumSum", heads, constant(3), **order) for order in ({}, {"exclusive": 1}, {"reverse": 1, "exclusive": 1})]
    scanned = node("Add", node("Sub", sums[0], sums[1]), node("Tanh", sums[2]))
    padded = node("Pad", heads, constant([0, 0, 1, 2, 0, 0, 0, -1]), graph.real(0.5))
    around = [node("Pad", padded, constant([1, 2]), "", constant([-1]), mode=mode) for mode in ("reflect", "edge", "wrap")]
    edges = node("Slice", node("Add", node("Mul", around[0], around[1]), around[2]), constant([1, 3]), constant([5, 19]), constant([2, 3]))
    rest = node("Mod", node("Mul", heads, graph.real(7.0)), node("Add", node("Abs", heads), graph.real(0.5)), fmod=1)
    infinite = node("IsInf", node("Div", graph.real(1.0), node("Relu", heads)), detect_negative=0)
    kept = node("Where", infinite, rest, heads)
    kept = node("Where", graph.constant(np.arange(16) % 3 > 0, bool), kept, node("Neg", heads))
    projected = node("MatMul", heads, graph.real(np.cos(np.arange(16 * 16)).reshape(16, 16)))
    projected = node("Add", projected, graph.real(np.sin(np.arange(16))))
    tiled = node("Tile", node("Tanh", weighed), constant([1, 1, 1, 4]))
    parts = [node("Reshape", part, flat) for part in (node("Tanh", mixed), node("Tanh", turned), scanned, node("Tanh", edges), kept, tiled, node("Tanh", projected))]
    graph.sum(x, parts, y)


KINDS = {"floats": floats, "integers": integers, "products": products}


def add(model, out, kind):
    shutil.copytree(model, out)
    graph_file = out / "model.onnx"
    proto = onnx.load(graph_file)
    graph = proto.graph
    for user in graph.node:
        for i, name in enumerate(user.input):
            if name == STREAM:
                user.input[i] = "stray"
    at = next(i for i, node in enumerate(graph.node) if STREAM in node.output) + 1
    stray = Nodes()
    KINDS[kind](stray, STREAM, "stray")
    following = [*graph.node[at:]]
    del graph.node[at:]
    graph.node.extend([*stray.nodes, *following])
    graph.initializer.extend(stray.constants)
    for domain in proto.opset_import:
        if not domain.domain:
            domain.version = max(domain.version, 18)
    onnx.save(proto, graph_file)


def compare(model, logits, ids, bound=BOUND):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(model / "model.onnx"))
    known = {"input_ids": ids, "attention_mask": np.ones_like(ids), "position_ids": np.arange(ids.size)[None]}
    config = json.loads((model / "config.json").read_text())
    head = config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]
    feeds = {}
    for given in session.get_inputs():
        past = [1, *given.shape[1:2], 0, head]
        feeds[given.name] = known[given.name] if given.name in known else np.zeros(past, np.float32)
    want = session.run(["logits"], feeds)[0][0]
    got = np.load(logits)
    assert got.shape == want.shape
    difference = np.max(np.abs(got - want) / (1 + np.abs(want)))
    print(f"{len(got)} rows of logits {'within' if difference <= bound else 'beyond'} {bound}: {difference:.1e}")


if sys.argv[1] == "add":
    add(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
else:
    prompt = list(map(int, sys.argv[4].split(",")))
    answer = json.loads(Path(sys.argv[5]).read_text())["tokens"]
    compare(Path(sys.argv[2]), sys.argv[3], np.array([prompt + answer[:-1]], np.int64), *map(float, sys.argv[6:]))
