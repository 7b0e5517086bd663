"""Puts nodes that no transformer has into a model, and compares a run with ONNX Runtime.

    stray-nodes.py add MODEL OUT            copies a model folder, with the nodes behind its first layer
    stray-nodes.py compare MODEL LOGITS IDS ANSWER [BOUND]
                                            prints the largest |a - b| / (1 + |b|) over the rows of a prompt
                                            and of the tokens that `run --json` answered with

They read a hidden state of 64 and add a quarter of what they make to it.
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


def stray_nodes(x, y):
    """Nodes from `x` to `y` and their constants."""
    nodes, constants = [], []

    def constant(value, type_=np.int64):
        constants.append(numpy_helper.from_array(np.array(value, type_), f"stray_constant_{len(constants)}"))
        return constants[-1].name

    def node(op, *inputs, output=None, **attributes):
        name = f"stray_{op}_{len(nodes)}"
        nodes.append(helper.make_node(op, list(inputs), [output or name], name=name, **attributes))
        return output or name

    heads = node("Reshape", x, constant([0, 0, 4, 16]))
    shifted = node("Sub", heads, node("ReduceMax", heads, constant([-1]), keepdims=1))
    weighted = node("Mul", heads, node("Softmax", shifted, axis=-1))
    turned = node("Reshape", node("Transpose", weighted, perm=[0, 1, 3, 2]), constant([0, 0, 64]))
    chosen = node("Where", node("Less", turned, x), x, turned)
    back = node("Gather", chosen, constant(np.arange(63, -1, -1)), axis=2)
    halves = [node("Slice", value, constant([first]), constant([first + 32]), constant([2]))
              for value, first in ((chosen, 0), (back, 32))]
    joined = node("Concat", *halves, axis=2)
    size = node("ReduceLogSumExp", node("Pow", joined, constant(3.0, np.float32)), constant([2]), keepdims=1)
    floor = node("Floor", node("Div", joined, size))
    node("Add", x, node("Mul", node("Add", floor, joined), constant(0.25, np.float32)), output=y)
    return nodes, constants


def add(model, out):
    shutil.copytree(model, out)
    graph_file = out / "model.onnx"
    proto = onnx.load(graph_file)
    graph = proto.graph
    for user in graph.node:
        for i, name in enumerate(user.input):
            if name == STREAM:
                user.input[i] = "stray"
    at = next(i for i, node in enumerate(graph.node) if STREAM in node.output) + 1
    nodes, constants = stray_nodes(STREAM, "stray")
    following = [*graph.node[at:]]
    del graph.node[at:]
    graph.node.extend([*nodes, *following])
    graph.initializer.extend(constants)
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
    add(Path(sys.argv[2]), Path(sys.argv[3]))
else:
    prompt = list(map(int, sys.argv[4].split(",")))
    answer = json.loads(Path(sys.argv[5]).read_text())["tokens"]
    compare(Path(sys.argv[2]), sys.argv[3], np.array([prompt + answer[:-1]], np.int64), *map(float, sys.argv[6:]))
