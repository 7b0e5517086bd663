"""Usage: make-half-model.py MODEL.onnx OUT.onnx: the model in fp16."""
import sys

import numpy
import onnx
from onnx import TensorProto, numpy_helper

model = onnx.load(sys.argv[1])


def halve(tensor):
    if tensor.data_type == TensorProto.FLOAT:
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(numpy.float16), name))


del model.graph.value_info[:]
for value in [*model.graph.input, *model.graph.output]:
    if value.type.tensor_type.elem_type == TensorProto.FLOAT:
        value.type.tensor_type.elem_type = TensorProto.FLOAT16
for tensor in model.graph.initializer:
    halve(tensor)
for node in model.graph.node:
    for attribute in node.attribute:
        if attribute.HasField("t"):
            halve(attribute.t)
        elif node.op_type == "Cast" and attribute.name == "to" and attribute.i == TensorProto.FLOAT:
            attribute.i = TensorProto.FLOAT16
onnx.save(model, sys.argv[2])
