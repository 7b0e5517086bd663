#!/usr/bin/env python3
"""Writes a decoder with random weights at a real model's size, for memory and speed tests.

    make_model.py smollm2|160m|0.5b|8b OUT [--inline] [--int4 [BLOCK]] [--zero-points] [--no-data]

The graph is spelled as onnxruntime-genai's builder spells it (GroupQueryAttention,
SkipSimplifiedLayerNormalization); weights are N(0, 0.02^2) from a fixed seed. --inline
keeps them in model.onnx instead of model.onnx.data. --int4 has matrices as codes of 4
bits in blocks of BLOCK (MatMulNBits, default 32), --zero-points gives each a zero point,
and --no-data leaves all weights out, for `tandem compile --no-weights`; codes are never
made here, so --int4 needs --no-data. smollm2 has the shapes of SmolLM2-135M, 8b those of
Llama 3 8B. Needs numpy and onnx.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

SIZES = {  # hidden, layers, query heads, key heads, inner width, vocabulary, tied head
    "tiny": (64, 2, 4, 2, 160, 256, True),
    "smollm2": (576, 30, 9, 3, 1536, 49152, True),
    "160m": (768, 12, 12, 12, 3072, 32000, False),
    "0.5b": (896, 24, 14, 2, 4864, 151936, True),
    "8b": (4096, 32, 32, 8, 14336, 128256, False),
}
CONTEXT = 4096


class Builder:
    """Collects nodes and initialisers; weights are made one at a time when written."""

    def __init__(self, block, has_zero_points):
        self.nodes, self.shapes, self.block, self.has_zero_points = [], {}, block, has_zero_points

    def weight(self, name, *shape, type=TensorProto.FLOAT):
        self.shapes[name] = (type, shape)
        return name

    def linear(self, value, name, depth, width):
        if not self.block:
            return self.node("MatMul", [value, self.weight(name + ".weight", depth, width)], [name])
        blocks = depth // self.block
        weights = [self.weight(name + ".codes", width, blocks, self.block // 2, type=TensorProto.UINT8),
                   self.weight(name + ".scales", width, blocks)]
        if self.has_zero_points:
            weights.append(self.weight(name + ".zero_points", width, (blocks + 1) // 2, type=TensorProto.UINT8))
        return self.node("MatMulNBits", [value, *weights], [name], domain="com.microsoft", K=depth, N=width, bits=4,
                         block_size=self.block)

    def node(self, op, inputs, outputs, domain="", **attributes):
        self.nodes.append(helper.make_node(op, inputs, outputs, name=outputs[0], domain=domain, **attributes))
        return outputs[0]

    def constant(self, name, value):
        tensor = helper.make_tensor(name, TensorProto.INT64, np.shape(value), np.atleast_1d(value))
        return self.node("Constant", [], [name], value=tensor)


def build(size, block, has_zero_points):
    hidden, layers, heads, kv_heads, inner, vocabulary, tied = SIZES[size]
    dim = hidden // heads
    b = Builder(block, has_zero_points)
    one, zero = b.constant("one", [1]), b.constant("axis_one", 1)
    total = b.node("ReduceSum", ["attention_mask", one], ["mask_sum"], keepdims=0)
    last = b.node("Cast", [b.node("Sub", [total, one], ["mask_last"])], ["seqlens_k"], to=TensorProto.INT32)
    length = b.node("Gather", [b.node("Shape", ["attention_mask"], ["mask_shape"]), zero], ["mask_length"], axis=0)
    length = b.node("Cast", [length], ["total_seq_len"], to=TensorProto.INT32)
    table = b.weight("model.embed_tokens.weight", vocabulary, hidden) if not tied or block else b.node(
        "Transpose", [b.weight("lm_head.weight", hidden, vocabulary)], ["tied_table"], perm=[1, 0])
    skip = b.node("Gather", [table, "input_ids"], ["embedding"])
    x = b.node("SimplifiedLayerNormalization", [skip, b.weight("layers.0.input_norm", hidden)], ["normed"],
               axis=-1, epsilon=1e-6, stash_type=1)
    b.weight("cos_cache", CONTEXT, dim // 2), b.weight("sin_cache", CONTEXT, dim // 2)

    def add_norm(skip, value, name):
        b.node("SkipSimplifiedLayerNormalization", [skip, value, b.weight(name + ".weight", hidden)],
               [name, "", "", name + ".sum"], domain="com.microsoft", epsilon=1e-6)
        return name, name + ".sum"

    for i in range(layers):
        p = f"layers.{i}."
        qkv = b.linear(x, p + "qkv", hidden, (heads + 2 * kv_heads) * dim)
        b.node("GroupQueryAttention",
               [qkv, "", "", f"past_key_values.{i}.key", f"past_key_values.{i}.value", last, length,
                "cos_cache", "sin_cache"],
               [p + "attention", f"present.{i}.key", f"present.{i}.value"], domain="com.microsoft",
               num_heads=heads, kv_num_heads=kv_heads, scale=dim ** -0.5, do_rotary=1, local_window_size=-1)
        x, skip = add_norm(skip, b.linear(p + "attention", p + "o", hidden, hidden), p + "post_norm")
        gate, up = b.linear(x, p + "gate", hidden, inner), b.linear(x, p + "up", hidden, inner)
        gate = b.node("Mul", [gate, b.node("Sigmoid", [gate], [p + "sigmoid"])], [p + "silu"])
        down = b.linear(b.node("Mul", [gate, up], [p + "glu"]), p + "down", inner, hidden)
        x, skip = add_norm(skip, down, f"layers.{i + 1}.norm")
    b.linear(x, "lm_head", hidden, vocabulary)
    b.nodes[-1].output[0] = "logits"
    return b


def values(name, shape, generator):
    if name in ("cos_cache", "sin_cache"):
        angle = np.outer(np.arange(shape[0]), 1e6 ** (-np.arange(shape[1]) / shape[1])).astype(np.float32)
        return (np.cos if name == "cos_cache" else np.sin)(angle).astype(np.float32)
    if len(shape) == 1:
        return np.ones(shape, np.float32)
    return generator.standard_normal(shape, np.float32) * np.float32(0.02)


def write(b, size, out, inline, has_data):
    hidden, layers, heads, kv_heads, _, vocabulary, _ = SIZES[size]
    generator, initializers = np.random.default_rng(1), []
    offset = 0
    with open(out / "model.onnx.data", "wb") as data:
        for name, (type, shape) in b.shapes.items():
            tensor = TensorProto(name=name, data_type=type, dims=shape)
            size_bytes = int(np.prod(shape)) * (4 if type == TensorProto.FLOAT else 1)
            array = values(name, shape, generator) if has_data else None
            if inline:
                tensor.raw_data = array.tobytes()
            else:
                tensor.data_location = TensorProto.EXTERNAL
                for key, value in (("location", "model.onnx.data"), ("offset", offset), ("length", size_bytes)):
                    tensor.external_data.add(key=key, value=str(value))
                if has_data:
                    data.write(array.tobytes())
                offset += size_bytes
            initializers.append(tensor)
    if inline or not has_data:
        (out / "model.onnx.data").unlink()
    ids = TensorProto.INT64
    info = helper.make_tensor_value_info
    cache = [f"past_key_values.{i}.{kind}" for i in range(layers) for kind in ("key", "value")]
    shape = lambda length: ["batch_size", kv_heads, length, hidden // heads]
    inputs = [info("input_ids", ids, ["batch_size", "sequence_length"]),
              info("attention_mask", ids, ["batch_size", "total_sequence_length"])]
    inputs += [info(name, TensorProto.FLOAT, shape("past_sequence_length")) for name in cache]
    outputs = [info("logits", TensorProto.FLOAT, ["batch_size", "sequence_length", vocabulary])]
    outputs += [info(name.replace("past_key_values", "present"), TensorProto.FLOAT, shape("total_sequence_length"))
                for name in cache]
    graph = helper.make_graph(b.nodes, "main_graph", inputs, outputs, initializers)
    model = helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)], producer_name="onnxruntime-genai")
    (out / "model.onnx").write_bytes(model.SerializeToString())
    (out / "config.json").write_text(json.dumps({"max_position_embeddings": CONTEXT}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("out", type=Path)
    parser.add_argument("--inline", action="store_true")
    parser.add_argument("--int4", nargs="?", type=int, const=32, metavar="BLOCK")
    parser.add_argument("--zero-points", action="store_true")
    parser.add_argument("--no-data", action="store_true")
    arguments = parser.parse_args()
    if (arguments.int4 and not arguments.no_data) or (arguments.inline and arguments.no_data):
        parser.error("--int4 needs --no-data, and --inline excludes it")
    if arguments.zero_points and not arguments.int4:
        parser.error("--zero-points are those of --int4")
    arguments.out.mkdir(parents=True, exist_ok=True)
    write(build(arguments.size, arguments.int4, arguments.zero_points), arguments.size, arguments.out, arguments.inline, not arguments.no_data)


if __name__ == "__main__":
    main()
