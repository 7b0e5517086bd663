"""broken-nodes.py MODEL DATA WORK FLEET [--only N] [COMPILE ARGS]: breaks one node at a time, and looks for it.

Multiplies the constant operand of a node, compiles the broken model, and expects
`tandem verify --against` the sound one to name the node, or the one that its
operation is recognised at. The models are those of optimum.
"""
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

LAYER = "/model/layers.{}/"
CASES = [  # broken node, factor, node to be named (None: the same)
    ("/model/embed_tokens/Gather", 1.05, None),
    (LAYER.format(0) + "input_layernorm/Mul_1", 1.05, None),
    (LAYER.format(0) + "self_attn/q_proj/MatMul", 1.05, None),
    (LAYER.format(1) + "self_attn/v_proj/MatMul", 1.05, None),
    (LAYER.format(1) + "self_attn/Mul_8", 1.5, LAYER.format(1) + "self_attn/MatMul_1"),
    (LAYER.format(0) + "self_attn/o_proj/MatMul", 1.05, None),
    (LAYER.format(0) + "post_attention_layernorm/Add", 1e5, LAYER.format(0) + "post_attention_layernorm/Mul_1"),
    (LAYER.format(1) + "mlp/up_proj/MatMul", 1.05, None),
    (LAYER.format(1) + "mlp/down_proj/MatMul", 1.05, None),
    ("/lm_head/MatMul", 1.05, None),
]


def find_constant(graph, name):
    for tensor in graph.initializer:
        if tensor.name == name:
            return numpy_helper.to_array(tensor)
    for node in graph.node:
        if name in node.output and node.op_type == "Constant":
            return numpy_helper.to_array(node.attribute[0].t)
    return None


def break_node(model, name, factor):
    node = next(node for node in model.graph.node if node.name == name)
    for i, operand in enumerate(node.input):
        value = find_constant(model.graph, operand)
        if value is not None and value.dtype == np.float32:
            node.input[i] = operand + ".broken"
            model.graph.initializer.append(numpy_helper.from_array(value * np.float32(factor), node.input[i]))
            return
    sys.exit(f"{name} has no constant operand")


def main():
    source, data, work, fleet, *options = sys.argv[1:]
    cases = CASES
    if options[:1] == ["--only"]:
        cases, options = CASES[int(options[1]):int(options[1]) + 1], options[2:]
    right = 0
    for number, (name, factor, wanted) in enumerate(cases):
        folder = Path(work) / f"broken-{number}"
        folder.mkdir(parents=True)
        model = onnx.load(f"{source}/model.onnx")
        break_node(model, name, factor)
        onnx.save(model, folder / "model.onnx")
        (folder / "config.json").write_bytes((Path(source) / "config.json").read_bytes())
        bundle = folder / "m.tandem"
        subprocess.run(["tandem", "compile", folder, "--fleet", fleet, "-o", bundle, *options], check=True,
                       capture_output=True)
        done = subprocess.run(["tandem", "verify", bundle, "--against", source, "--data", data, "--source", folder],
                              capture_output=True, text=True)
        expected = f"first node that differs: '{wanted or name}' ("
        if done.returncode == 6 and expected in done.stdout:
            right += 1
        else:
            print(f"{name}: exit {done.returncode}, expected {expected}\n{done.stdout}{done.stderr}")
    print(f"{right} of {len(cases)} broken nodes found")


if __name__ == "__main__":
    main()
