"""Compares every primitive with ONNX Runtime on small random inputs.

usage: compare-with-onnxruntime.py PRIMITIVES_CHECK FOLDER

Writes a one-node model and ONNX Runtime's results for each case into FOLDER
(the layout of ONNX's backend tests), then has PRIMITIVES_CHECK evaluate them.
Every row of the table of primitives must have a case.
"""
import os
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(7)
MICROSOFT = "com.microsoft"
OPSET = 24
IR_VERSION = 11


def f(*shape):
    """Normally distributed fp32."""
    return random.standard_normal(shape).astype(np.float32)


def positive(*shape):
    return random.uniform(0.1, 3, shape).astype(np.float32)


def i(*values):
    return np.array(values, np.int64)


def scalar(value, dtype=np.int64):
    return np.array(value, dtype)


def integers(low, high, *shape, dtype=np.int64):
    return random.integers(low, high, shape).astype(dtype)


def booleans(*shape):
    return random.integers(0, 2, shape).astype(bool)


def half(array):
    return array.astype(np.float16)


CASES = []


def case(op, inputs, domain="", outputs=1, opset=OPSET, tag="", **attributes):
    """Adds a case; `outputs` is a number, or names with "" for unused ones."""
    names = [f"y{k}" for k in range(outputs)] if isinstance(outputs, int) else outputs
    slots = [f"x{k}" if x is not None else "" for k, x in enumerate(inputs)]
    node = helper.make_node(op, slots, names, domain=domain, **attributes)
    name = "_".join(filter(None, [domain.split(".")[-1], op, tag]))
    feeds = {slot: x for slot, x in zip(slots, inputs) if slot}
    CASES.append((name, (domain + "." if domain else "") + op, node, feeds, opset))


def unary_cases():
    x = f(2, 3, 4)
    for op in ("Abs Ceil Cos Erf Exp Floor Identity Neg Relu Round Sigmoid Sign Sin"
               " Softplus Tanh Gelu").split():
        case(op, [x * 3])
    for op in "Log Reciprocal Sqrt".split():
        case(op, [positive(3, 5)])
    case("Round", [np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5], np.float32)], tag="ties")
    case("Gelu", [x * 3], approximate="tanh", tag="tanh")
    case("Swish", [x * 3], alpha=1.3)
    case("Not", [booleans(3, 4)])
    special = np.array([np.nan, np.inf, -np.inf, 0, 1], np.float32)
    case("IsNaN", [special])
    case("IsInf", [special])
    case("IsInf", [special], detect_negative=0, tag="positive")
    case("Neg", [integers(-9, 9, 5)], tag="i64")
    case("Abs", [integers(-9, 9, 5, dtype=np.int32)], tag="i32")
    case("Sqrt", [half(positive(7))], tag="f16")
    case("Exp", [half(f(7))], tag="f16")


def binary_cases():
    a, b = f(2, 3, 4), f(3, 1)
    for op in "Add Sub Mul Div Equal Greater GreaterOrEqual Less LessOrEqual".split():
        case(op, [a, b])
        case(op, [integers(-5, 5, 3, 1), integers(1, 6, 4)], tag="i64")
    for op in "Add Sub Mul Div".split():
        case(op, [half(a), half(b)], tag="f16")
    for op in "And Or Xor".split():
        case(op, [booleans(3, 4), booleans(4)])
    for op in "Max Min Sum Mean".split():
        case(op, [f(2, 3), f(3), f(1, 1)])
    case("Max", [integers(-5, 5, 4), integers(-5, 5, 4)], tag="i64")
    case("Mod", [integers(-9, 9, 20), integers(1, 5, 20)])
    case("Mod", [integers(-9, 9, 20), -integers(1, 5, 20)], tag="negative")
    case("Mod", [f(20) * 5, f(20)], fmod=1, tag="fmod")
    case("Pow", [positive(3, 4), f(4)])
    case("Pow", [f(3, 4), i(2)], tag="square")
    case("Pow", [integers(-4, 5, 6), integers(0, 4, 6)], tag="i64")
    case("Where", [booleans(3, 1), f(3, 4), f(4)])
    case("Where", [booleans(3, 1), integers(0, 9, 3, 4), integers(0, 9, 1)], tag="i64")
    case("Clip", [f(3, 4) * 3, scalar(-1, np.float32), scalar(1.5, np.float32)])
    case("Clip", [f(3, 4) * 3, None, scalar(0.5, np.float32)], tag="above")
    case("Dropout", [f(3, 4)])
    for to in (TensorProto.INT64, TensorProto.FLOAT16, TensorProto.BOOL, TensorProto.DOUBLE,
               TensorProto.INT32):
        case("Cast", [f(3, 4) * 5], to=to, tag=str(to))
    case("Cast", [integers(-9, 9, 5)], to=TensorProto.FLOAT, tag="i64")
    case("Cast", [booleans(5)], to=TensorProto.INT64, tag="bool")
    case("CastLike", [f(4) * 9, i(1)])


def shape_cases():
    x = f(2, 3, 4)
    case("Shape", [x])
    case("Shape", [x], start=-2, end=3, tag="range")
    case("Size", [x])
    case("Reshape", [x, i(0, -1)])
    case("Reshape", [x, i(4, 3, 2)], tag="full")
    case("Reshape", [f(0, 3), i(3, 0)], allowzero=1, tag="zero")
    case("Flatten", [x], axis=2)
    case("Squeeze", [f(1, 3, 1), i(0, -1)])
    case("Squeeze", [f(1, 3, 1)], tag="all")
    case("Unsqueeze", [x, i(-1, 0)])
    value = numpy_helper.from_array(np.array([7], np.int64))
    case("ConstantOfShape", [i(2, 3)], value=value)
    case("ConstantOfShape", [i(2, 3)], tag="default")
    case("Range", [scalar(2), scalar(11), scalar(3)])
    case("Range", [scalar(9), scalar(-3), scalar(-4)], tag="down")
    case("Range", [scalar(0.5, np.float32), scalar(3, np.float32), scalar(0.25, np.float32)],
         tag="f32")


def movement_cases():
    x = f(2, 3, 4)
    case("Transpose", [x], perm=[2, 0, 1])
    case("Transpose", [x], tag="reverse")
    case("Expand", [f(3, 1), i(2, 1, 4)])
    case("Tile", [x, i(1, 2, 3)])
    case("Concat", [f(2, 1, 4), x, f(2, 2, 4)], axis=-2)
    case("Slice", [x, i(0, -3), i(2, -1), i(1, 2), i(1, 1)])
    case("Slice", [x, i(3), i(-100), i(2), i(-2)], tag="backwards")
    case("Slice", [x, i(1), i(2**62)], tag="default")
    case("Split", [f(7, 2), i(2, 4, 1)], outputs=3, axis=0)
    case("Split", [f(2, 7)], outputs=3, num_outputs=3, axis=1, tag="even")
    for mode in ("constant", "edge", "reflect", "wrap"):
        case("Pad", [f(3, 4), i(1, 2, 0, 1)], mode=mode, tag=mode)
    case("Pad", [f(3, 4), i(1, -1), scalar(9, np.float32), i(1)], tag="axes")
    case("Trilu", [f(2, 4, 5)])
    case("Trilu", [f(4, 5), scalar(-1)], upper=0, tag="lower")
    case("Gather", [x, integers(-3, 3, 2, 2)], axis=1)
    case("GatherElements", [x, integers(-4, 4, 2, 3, 2)], axis=2)
    case("GatherND", [x, i(0, 1, 1, 2).reshape(2, 2)])
    case("GatherND", [x, i(1, 0).reshape(2, 1)], batch_dims=1, tag="batch")
    case("NonZero", [booleans(3, 4)])
    case("OneHot", [integers(-4, 5, 2, 3), scalar(4), np.array([0.5, 2], np.float32)], axis=1)
    case("ScatterElements", [x, integers(-3, 3, 2, 3, 4) * 0 + 1, f(2, 3, 4)], axis=1)
    case("ScatterElements", [x, integers(0, 3, 2, 2, 4), f(2, 2, 4)], axis=1, reduction="add",
         tag="add")
    case("ScatterND", [x, i(1, 0, 0, 2).reshape(2, 2), f(2, 4)])
    case("ScatterND", [x, i(0, 0).reshape(2, 1), f(2, 3, 4)], reduction="add", tag="add")
    case("TensorScatter", [f(2, 2, 6, 4), f(2, 2, 3, 4), i(1, 3)])
    case("TensorScatter", [f(2, 6, 4), f(2, 3, 4), i(5, 4)], axis=1, mode="circular",
         tag="circular")


def axis_cases():
    x = f(2, 3, 4)
    for op in "L1 L2 LogSumExp Max Mean Min Prod Sum SumSquare".split():
        case("Reduce" + op, [x, i(-1, 0)])
        case("Reduce" + op, [x], keepdims=0, tag="all")
    case("ReduceLogSum", [positive(2, 3, 4), i(1)])
    case("ReduceSum", [x], noop_with_empty_axes=1, tag="none")
    case("ReduceSum", [integers(-5, 5, 3, 4), i(1)], tag="i64")
    case("ReduceMax", [integers(-5, 5, 3, 4, dtype=np.int32), i(0)], tag="i32")
    case("ReduceMean", [half(x), i(1)], tag="f16")
    for op in "ArgMax ArgMin".split():
        case(op, [integers(0, 3, 4, 6)], axis=1)
        case(op, [integers(0, 3, 4, 6)], axis=0, keepdims=0, select_last_index=1, tag="last")
    for op in "Softmax LogSoftmax".split():
        case(op, [x * 20])
        case(op, [x], axis=1, tag="axis")
    case("Softmax", [half(x)], tag="f16")
    case("CumSum", [x, scalar(1)])
    case("CumSum", [integers(0, 9, 3, 4), scalar(-1)], exclusive=1, reverse=1, tag="reverse")
    case("TopK", [f(3, 7), i(3)], outputs=2)
    case("TopK", [integers(0, 4, 7, 3), i(4)], outputs=2, axis=0, largest=0, tag="ties")


def product_cases():
    case("MatMul", [f(3, 70), f(70, 37)])
    case("MatMul", [f(2, 1, 3, 5), f(4, 5, 2)], tag="stack")
    case("MatMul", [f(5), f(2, 5, 3)], tag="row")
    case("MatMul", [f(2, 3, 5), f(5)], tag="column")
    case("MatMul", [integers(-9, 9, 3, 4), integers(-9, 9, 4, 2)], tag="i64")
    case("MatMul", [half(f(3, 20)), half(f(20, 4))], tag="f16")
    case("Gemm", [f(5, 3), f(7, 5), f(7)], transA=1, transB=1, alpha=0.5, beta=2.0)
    case("Gemm", [f(3, 5), f(5, 7)], tag="plain")
    case("Einsum", [f(2, 3, 4), f(2, 4, 5)], equation="bij,bjk->bik")
    case("Einsum", [f(2, 3), f(4)], equation="ij,k->jki", tag="outer")
    case("Einsum", [f(3, 3)], equation="ii", tag="trace")
    case("Conv", [f(2, 4, 9), f(6, 2, 3), f(6)], group=2, pads=[1, 1], strides=[2])
    case("Conv", [f(1, 3, 6, 7), f(2, 3, 3, 2)], dilations=[2, 1], pads=[1, 0, 2, 1], tag="2d")
    # Below 128: ONNX Runtime's AVX2 kernel saturates sums of two products at 16 bits.
    case("MatMulInteger", [integers(0, 128, 3, 8, dtype=np.uint8),
                           integers(-127, 127, 8, 5, dtype=np.int8),
                           scalar(60, np.uint8), integers(-5, 5, 5, dtype=np.int8)])
    case("FusedMatMul", [f(2, 5, 3), f(2, 4, 5)], domain=MICROSOFT, transA=1, transB=1, alpha=0.3)


def norm_cases():
    x = f(2, 3, 8)
    case("LayerNormalization", [x, f(8), f(8)], outputs=3, epsilon=1e-3)
    case("LayerNormalization", [x, f(3, 8)], axis=1, tag="axis")
    case("LayerNormalization", [half(x), half(f(8)), half(f(8))], tag="f16")
    case("RMSNormalization", [x, f(8)], epsilon=1e-6)
    case("SimplifiedLayerNormalization", [x, f(8)], outputs=2, epsilon=1e-6, opset=17)
    case("GroupNormalization", [f(2, 6, 5), f(6), f(6)], num_groups=3)
    case("SkipLayerNormalization", [x, f(2, 3, 8), f(8), f(8), f(8)], domain=MICROSOFT,
         outputs=["y0", "", "", "y3"], epsilon=1e-5)
    case("SkipSimplifiedLayerNormalization", [x, f(2, 3, 8), f(8), f(8)], domain=MICROSOFT,
         outputs=["y0", "", "", "y3"], epsilon=1e-6)


def activation_cases():
    x = f(3, 8) * 3
    case("BiasGelu", [x, f(8)], domain=MICROSOFT)
    case("FastGelu", [x], domain=MICROSOFT)
    case("FastGelu", [x, f(8)], domain=MICROSOFT, tag="bias")
    case("Gelu", [x], domain=MICROSOFT)
    case("QuickGelu", [x], domain=MICROSOFT, alpha=1.5)


def attention_cases():
    q, k, v = f(2, 4, 3, 8), f(2, 2, 5, 8), f(2, 2, 5, 6)
    case("Attention", [q, k, v])
    case("Attention", [q, k, v, f(3, 5)], softcap=2.0, scale=0.7, tag="bias")
    case("Attention", [q, k, v, booleans(2, 1, 3, 5) | True], is_causal=1, tag="causal")
    case("Attention", [f(2, 3, 32), f(2, 3, 16), f(2, 3, 12), None, f(2, 2, 4, 8), f(2, 2, 4, 6)],
         outputs=3, q_num_heads=4, kv_num_heads=2, is_causal=1, tag="past")
    case("Attention", [f(2, 4, 1, 8), k, v, None, None, None, i(3, 5)], is_causal=1, tag="lengths")
    cos, sin = positive(10, 4), positive(10, 4)
    case("RotaryEmbedding", [f(2, 3, 3, 8), cos, sin, integers(0, 10, 2, 3)])
    case("RotaryEmbedding", [f(2, 3, 30), cos, sin, integers(0, 10, 2, 3)], num_heads=3,
         rotary_embedding_dim=8, interleaved=1, tag="partial")
    case("RotaryEmbedding", [f(2, 3, 24), positive(2, 3, 4), positive(2, 3, 4)], num_heads=3,
         tag="tables")
    case("RotaryEmbedding", [f(2, 3, 24), integers(0, 10, 2, 3), cos, sin], domain=MICROSOFT)
    case("RotaryEmbedding", [f(2, 2, 3, 8), i(4), cos, sin], domain=MICROSOFT, interleaved=1,
         tag="offset")
    case("MultiHeadAttention", [f(2, 3, 16), f(2, 5, 16), f(2, 5, 16), f(48)], domain=MICROSOFT,
         num_heads=4)
    mask = integers(0, 2, 2, 5, dtype=np.int32) | np.array([1, 0, 0, 0, 0], np.int32)
    case("MultiHeadAttention", [f(2, 3, 16), f(2, 5, 16), f(2, 5, 16), None, mask, f(1, 4, 3, 5)],
         domain=MICROSOFT, num_heads=4, scale=0.3, tag="mask")


def group_query_cases():
    heads, kv_heads, width = 4, 2, 16
    cos, sin = positive(32, width // 2), positive(32, width // 2)
    shared = dict(domain=MICROSOFT, outputs=3, num_heads=heads, kv_num_heads=kv_heads)

    def inputs(tokens, past, batch=2, packed=False, lengths=None):
        last = [past + tokens - 1] * batch if lengths is None else lengths
        if packed:
            qkv = [f(batch, tokens, (heads + 2 * kv_heads) * width), None, None]
        else:
            qkv = [f(batch, tokens, heads * width), f(batch, tokens, kv_heads * width),
                   f(batch, tokens, kv_heads * width)]
        old = [f(batch, kv_heads, past, width), f(batch, kv_heads, past, width)]
        return qkv + old + [np.array(last, np.int32), scalar(past + tokens, np.int32)]

    case("GroupQueryAttention", inputs(6, 0), **shared)
    case("GroupQueryAttention", inputs(1, 7, packed=True) + [cos, sin], do_rotary=1, tag="packed",
         **shared)
    case("GroupQueryAttention", inputs(3, 5, batch=1) + [cos, sin], do_rotary=1,
         rotary_interleaved=1, softcap=3.0, scale=0.4, tag="interleaved", **shared)
    case("GroupQueryAttention", inputs(9, 0), local_window_size=4, tag="window", **shared)
    case("GroupQueryAttention", inputs(1, 9), local_window_size=4, tag="window_step", **shared)
    case("GroupQueryAttention", inputs(1, 7, lengths=[7, 4]) + [cos, sin], do_rotary=1,
         tag="lengths", **shared)
    case("GroupQueryAttention", inputs(4, 0) + [None] * 4 + [f(heads)], tag="sinks", **shared)
    case("GroupQueryAttention", inputs(4, 0), smooth_softmax=1, tag="smooth", **shared)
    case("GroupQueryAttention", inputs(4, 0) + [None, None, None, f(2, heads, 4, 4)], tag="bias",
         **shared)


def quantised_cases():
    x = f(4, 6) * 3
    case("QuantizeLinear", [x, scalar(0.1, np.float32), scalar(3, np.int8)])
    case("QuantizeLinear", [x, positive(6), integers(0, 9, 6, dtype=np.uint8)], axis=1, tag="axis")
    case("QuantizeLinear", [x, positive(2, 6), integers(0, 9, 2, 6, dtype=np.uint8)], axis=0,
         block_size=2, tag="block")
    q = integers(-127, 127, 4, 6, dtype=np.int8)
    case("DequantizeLinear", [q, scalar(0.1, np.float32), scalar(3, np.int8)])
    case("DequantizeLinear", [q, positive(4), integers(-9, 9, 4, dtype=np.int8)], axis=0,
         tag="axis")
    case("DequantizeLinear", [q, positive(4, 3)], axis=1, block_size=2, tag="block")
    case("DynamicQuantizeLinear", [x], outputs=3)
    for bits, block, zero in ((4, 16, False), (4, 32, True), (8, 16, True)):
        n, k = 5, 64
        blocks, packed = k // block, block * bits // 8
        b = integers(0, 256, n, blocks, packed, dtype=np.uint8)
        tail = [integers(0, 256, n, -(-blocks * bits // 8), dtype=np.uint8)] if zero else []
        case("MatMulNBits", [f(2, 3, k), b, positive(n, blocks)] + tail, domain=MICROSOFT,
             K=k, N=n, bits=bits, block_size=block, tag=f"{bits}_{block}")
    table = integers(0, 256, 7, 16, dtype=np.uint8)
    case("GatherBlockQuantized", [table, integers(0, 7, 2, 3), positive(7, 2)], domain=MICROSOFT,
         bits=4, block_size=16, quantize_axis=1, gather_axis=0)


def control_cases():
    def graph(name, nodes, inputs, outputs):
        info = [helper.make_tensor_value_info(n, t, s) for n, t, s in inputs]
        return helper.make_graph(nodes, name, info, [
            helper.make_tensor_value_info(n, t, s) for n, t, s in outputs])

    shape = (TensorProto.FLOAT, [2])
    branches = {f"{name}_branch": graph(name, [helper.make_node(op, [], ["z"], value=numpy_helper
                .from_array(f(2)))], [], [("z", *shape)])
                for name, op in (("then", "Constant"), ("else", "Constant"))}
    case("If", [scalar(True, bool)], **branches)
    body = graph("body", [
        helper.make_node("Add", ["s", "s"], ["t"]),
        helper.make_node("Identity", ["c"], ["d"]),
        helper.make_node("Identity", ["t"], ["u"]),
    ], [("n", TensorProto.INT64, []), ("c", TensorProto.BOOL, []), ("s", *shape)],
        [("d", TensorProto.BOOL, []), ("t", *shape), ("u", *shape)])
    case("Loop", [scalar(3), scalar(True, bool), f(2)], outputs=2, body=body)


def element_type(array):
    return helper.np_dtype_to_tensor_dtype(array.dtype)


def write_tensors(folder, prefix, arrays):
    for number, array in enumerate(arrays):
        with open(os.path.join(folder, f"{prefix}_{number}.pb"), "wb") as file:
            file.write(numpy_helper.from_array(array).SerializeToString())


def make_model(name, node, opset, feeds, results=None):
    """The model of one node; without `results` its outputs have no types."""
    def describe(names, arrays):
        return [helper.make_tensor_value_info(n, element_type(x), x.shape)
                for n, x in zip(names, arrays)]

    names = [n for n in node.output if n]
    outputs = (describe(names, results) if results is not None
               else [helper.make_empty_tensor_value_info(n) for n in names])
    graph = helper.make_graph([node], name, describe(feeds, feeds.values()), outputs)
    imports = [helper.make_opsetid("", opset), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=IR_VERSION)


def run_reference(model, feeds):
    """ONNX Runtime's results, without its graph optimisations."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model.SerializeToString(), options).run(None, feeds)


def write_case(root, name, node, feeds, opset):
    results = run_reference(make_model(name, node, opset, feeds), feeds)
    model = make_model(name, node, opset, feeds, results)
    folder = os.path.join(root, name)
    data = os.path.join(folder, "test_data_set_0")
    os.makedirs(data, exist_ok=True)
    onnx.save(model, os.path.join(folder, "model.onnx"))
    write_tensors(data, "input", feeds.values())
    write_tensors(data, "output", results)
    return folder


def main():
    check, root = sys.argv[1:]
    for add_cases in (unary_cases, binary_cases, shape_cases, movement_cases, axis_cases,
                      product_cases, norm_cases, activation_cases, attention_cases,
                      group_query_cases, quantised_cases, control_cases):
        add_cases()
    rows = set(subprocess.run([check, "--list"], capture_output=True, text=True,
                              check=True).stdout.split())
    missing = rows - {operator for _, operator, *_ in CASES}
    folders, refused = [], []
    for name, operator, *rest in CASES:
        try:
            folders.append(write_case(root, name, *rest))
        except Exception as error:  # what ONNX Runtime does not run is reported
            refused.append(name)
            print(f"not run by ONNX Runtime: {name}: {str(error).splitlines()[0][:200]}")
    result = subprocess.run([check, *folders])
    print(f"{len(rows)} primitives, {len(missing)} without a case: {' '.join(sorted(missing))}")
    print(f"{len(CASES)} cases, {len(refused)} not run by ONNX Runtime")
    sys.exit(result.returncode or bool(missing))


main()
