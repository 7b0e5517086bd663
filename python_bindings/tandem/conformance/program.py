"""Builds a program at the level after split: many cases, a block of columns each."""
import json

import numpy as np
import onnx
from onnx import TensorProto, helper

IDS = 48  # ids that the tables know
LARGE_IDS = range(40, IDS)  # their rows are large


class Program:
    """One @step over one cache, whose logits are the results of cases side by side.

    A case is a function of the program that returns (value, width). Its columns
    come into place by a product with a matrix of zeros and ones, which is exact.
    Where it is `in_bf16`, tables of rows and that matrix are stored so: a target may
    keep a cache of bf16 then, which rounds none of the rows that are appended, and
    round what it multiplies.
    """

    def __init__(self, layers=1, heads=1, key_dim=8, value_dim=8, context=64, in_bf16=False, seed=1):
        self.layers, self.widths = layers, (heads * key_dim, heads * value_dim)
        self.type = (f"!transformer.kv_cache<layers = {layers}, heads = {heads}, key_dim = {key_dim}, "
                     f"value_dim = {value_dim}, element = f32>")
        self.context, self.in_bf16 = context, in_bf16
        self.lines, self.data, self.count = [], bytearray(), 0
        self.cache, self.layer, self.case = "%cache", 0, ""
        self.random = np.random.default_rng(seed)
        self.positions = self.op("transformer.positions %rows : tensor<?xi32>")

    def op(self, text, results=1):
        """Adds an operation; the name of its result, or of all of them."""
        self.count += 1
        name = f"%v{self.count}"
        place = f' loc("{self.case}")' if self.case else ""
        self.lines.append(f"{name}{f':{results}' if results > 1 else ''} = {text}{place}")
        return name if results == 1 else [f"{name}#{i}" for i in range(results)]

    def payload(self, array):
        """An attribute for elements that are in the file of weights: bytes or fp32."""
        array = np.ascontiguousarray(array, np.uint8 if array.dtype == np.uint8 else np.float32)
        offset = len(self.data)
        self.data += array.tobytes() + bytes(-array.nbytes % 64)
        shape = "x".join(map(str, array.shape))
        element = "ui8" if array.dtype == np.uint8 else "f32"
        return f'#onnx.weight<"w.bin", {offset}, {array.nbytes}> : tensor<{shape}x{element}>'

    def weight(self, array):
        """A constant whose elements are in the file of weights."""
        return self.op(f"onnx.constant {self.payload(array)}")

    def stored(self, payloads, shape, encoding):
        """A stored matrix and its type, by the elements of its payloads."""
        type_ = f"tensor<{shape[0]}x{shape[1]}xf32, #transformer.{encoding}>"
        listed = ", ".join(map(self.payload, payloads))
        return self.op(f"onnx.constant #transformer.encoded<[{listed}]> : {type_}"), type_

    def matrix(self, array):
        """A matrix and its type, stored as those of the program are."""
        shape = "x".join(map(str, array.shape))
        return self.stored([array], array.shape, "stored<bf16>") if self.in_bf16 else (self.weight(array), f"tensor<{shape}xf32>")

    def blocks(self, n, k, bits, block, scales="f32", zeros=""):
        """A matrix [n, k] of random codes in blocks, its elements about 1 / sqrt(k). `zeros`: "", "packed" or a type."""
        count = -(-k // block)
        codes = self.random.integers(0, 256, (n, count, block * bits // 8), np.uint8)
        size = self.random.uniform(0.5, 2, (n, count)) / (2**(bits - 1) * k**0.5)
        payloads = [codes, size.astype(np.float16 if scales == "f16" else np.float32)]
        if zeros == "packed":
            payloads.append(self.random.integers(0, 256, (n, -(-count * bits // 8)), np.uint8))
        elif zeros:
            payloads.append(self.random.uniform(0, 2**bits - 1, (n, count)))
        code = f"ui{bits}"
        points = f", zero_points = {code if zeros == 'packed' else zeros}" if zeros else ""
        return self.stored(payloads, (n, k), f"blocks<{code}, block = {block}, scales = {scales}{points}>")

    def normal(self, *shape, scale=1.0):
        return self.random.standard_normal(shape, np.float32) * np.float32(scale)

    def rows(self, width, scale=1.0, large=30.0, positive=False):
        """A row of `width` values for each token, looked up by its id."""
        table = self.normal(IDS, width, scale=scale)
        table[LARGE_IDS] *= large
        if positive:
            table = np.abs(table) + np.float32(0.01)
        table, type_ = self.matrix(table)
        return self.op(f"transformer.embedding %tokens, {table} layout nk : (tensor<?xi32>, {type_}) -> tensor<?x{width}xf32>")

    def append(self, keys, values):
        """Appends to the next layer, whose number is returned."""
        key_width, value_width = self.widths
        layer = self.op(f"arith.constant {self.layer} : index")
        self.cache = self.op(f"transformer.append {self.cache} at {layer}, {keys}, {values}, %rows : {self.type}, "
                             f"tensor<?x{key_width}xf32>, tensor<?x{value_width}xf32>")
        self.layer += 1
        return layer

    def build(self, cases):
        """Runs the cases, (name, function) each; the columns of each by name."""
        made = []
        for self.case, function in cases:
            made.append((self.case, *function(self)))
        self.case = ""
        while self.layer < self.layers:  # every layer is written, read or not
            self.append(*map(self.rows, self.widths))
        columns, total = {}, 0
        for name, _, width in made:
            columns[name] = (total, total + width)
            total += width
        self.width = max(total, IDS)  # ids are below the vocabulary
        result = None
        for name, value, width in made:
            place = np.zeros((width, self.width), np.float32)
            place[np.arange(width), columns[name][0] + np.arange(width)] = 1
            value = self.op(f"transformer.select_tokens {value}, %rows : tensor<?x{width}xf32>")
            place, type_ = self.matrix(place)
            term = self.op(f"transformer.linear {value}, {place} layout kn : (tensor<?x{width}xf32>, {type_}) -> "
                           f"tensor<?x{self.width}xf32>")
            row = f"tensor<?x{self.width}xf32>"
            result = self.op(f'onnx.node "Add"({result}, {term}) {{}} : ({row}, {row}) -> {row}') if result else term
        self.result = result
        return columns

    def text(self):
        row = f"tensor<?x{self.width}xf32>"
        body = "\n    ".join(self.lines)
        return (f"module {{\n  func.func @step(%tokens: tensor<?xi32>, %rows: !transformer.rows, %cache: {self.type}) "
                f'-> ({row}, {self.type}) attributes {{deploy.phases = ["prefill", "decode"]}} {{\n    {body}\n'
                f"    return {self.result}, {self.cache} : {row}, {self.type}\n  }}\n}}\n")

    def write(self, folder):
        """Writes the program where --start-from looks, and its weights beside a model that is never used."""
        stages = folder / "stages"
        stages.mkdir(parents=True, exist_ok=True)
        (stages / "03-split.mlir").write_text(self.text())
        (folder / "w.bin").write_bytes(self.data)
        value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1])
        graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "none", [value("x")], [value("y")])
        model = helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", 21)])
        (folder / "model.onnx").write_bytes(model.SerializeToString())
        (folder / "config.json").write_text(json.dumps({"max_position_embeddings": self.context}))
