"""half-floats.py MODEL OUT TYPE: writes a model of f16 or bf16 values, and what it computes in fp32.

OUT/narrow has all floats of MODEL, weights and values, in TYPE; OUT/wide is MODEL
with weights that were rounded to TYPE.
"""
import sys
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

folder, out, name = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
element, number = {"f16": (np.float16, TensorProto.FLOAT16), "bf16": (ml_dtypes.bfloat16, TensorProto.BFLOAT16)}[name]


def narrow(tensor):
    if tensor.data_type == TensorProto.FLOAT:
        bits = numpy_helper.to_array(tensor).astype(element)
        tensor.CopyFrom(onnx.helper.make_tensor(tensor.name, number, bits.shape, bits.tobytes(), raw=True))


def widen(tensor):
    if tensor.data_type == TensorProto.FLOAT:
        rounded = numpy_helper.to_array(tensor).astype(element).astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(rounded, tensor.name))


def convert(change):
    model = onnx.load(folder / "model.onnx")
    graph = model.graph
    for tensor in graph.initializer:
        change(tensor)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.name == "value" and node.op_type == "Constant":
                change(attribute.t)
            if change is narrow and attribute.name == "to" and attribute.i == TensorProto.FLOAT:
                attribute.i = number
    if change is narrow:
        for value in [*graph.input, *graph.output, *graph.value_info]:
            if value.type.tensor_type.elem_type == TensorProto.FLOAT:
                value.type.tensor_type.elem_type = number
    return model


for kind, change in ("narrow", narrow), ("wide", widen):
    (out / kind).mkdir(parents=True)
    onnx.save(convert(change), out / kind / "model.onnx")
    (out / kind / "config.json").write_text((folder / "config.json").read_text())
