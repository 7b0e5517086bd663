"""Spells the weights of an ONNX model with MatMul another way: respell.py MODEL_FOLDER OUT FORM

codes    int8 with DequantizeLinear, an embedding's as well
rounded  the same, and the inputs of MatMul through QuantizeLinear
cast     f16 with a Cast to f32
half     f16 throughout
"""
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

folder, out, form = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
model = onnx.load(folder / "model.onnx")
graph = model.graph
arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}


def replace(name, arrays):
    """The initialiser `name` by others."""
    graph.initializer.remove(next(tensor for tensor in graph.initializer if tensor.name == name))
    graph.initializer.extend(numpy_helper.from_array(array, other) for other, array in arrays.items())


def respell(name):
    """Makes the matrix `name` in front of the graph."""
    matrix = arrays[name]
    if form == "cast":
        replace(name, {name + ".half": matrix.astype(np.float16)})
        return helper.make_node("Cast", [name + ".half"], [name], name=name + "/Cast", to=TensorProto.FLOAT)
    scales = (np.abs(matrix).max(axis=0) / 127).astype(np.float32)
    replace(name, {name + ".codes": np.round(matrix / scales).astype(np.int8), name + ".scales": scales})
    return helper.make_node("DequantizeLinear", [name + ".codes", name + ".scales"], [name], name=name + "/Dequantize", axis=1)


def round_input(node):
    quantize = helper.make_node("QuantizeLinear", [node.input[0], "step", "middle"], [node.name + ".bytes"], name=node.name + "/Quantize")
    back = helper.make_node("DequantizeLinear", [node.name + ".bytes", "step", "middle"], [node.name + ".input"])
    node.input[0] = node.name + ".input"
    return [quantize, back]


def halve(types):
    for value in types:
        if value.type.tensor_type.elem_type == TensorProto.FLOAT:
            value.type.tensor_type.elem_type = TensorProto.FLOAT16


if form == "half":
    for name, array in arrays.items():
        if array.dtype == np.float32:
            replace(name, {name: array.astype(np.float16)})
    halve([*graph.input, *graph.output, *graph.value_info])
else:
    matrices = [node.input[operand] for node in graph.node for operand in (0, 1)
                if (node.op_type, operand) in (("MatMul", 1), ("Gather", 0)) and node.input[operand] in arrays
                and arrays[node.input[operand]].ndim == 2]
    new = [respell(name) for name in dict.fromkeys(matrices)]
    if form == "rounded":
        graph.initializer.extend([numpy_helper.from_array(np.float32(0.05), "step"), numpy_helper.from_array(np.uint8(128), "middle")])
    for node in graph.node:
        new += round_input(node) if form == "rounded" and node.op_type == "MatMul" and node.input[1] in matrices else []
        new.append(node)
    del graph.node[:]
    graph.node.extend(new)
out.mkdir(parents=True)
onnx.save(model, out / "model.onnx")
(out / "config.json").write_text((folder / "config.json").read_text())
