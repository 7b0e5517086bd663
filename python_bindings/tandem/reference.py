"""A model in ONNX Runtime with every value as an output. Needs numpy, onnx and onnxruntime."""
import dataclasses
import tempfile
from pathlib import Path

from tandem.errors import TandemError


def load_packages():
    try:
        import numpy, onnx.inliner, onnx.numpy_helper, onnxruntime
    except ImportError as error:
        raise TandemError(7, f"{error.name} is not installed, which the comparison with a model needs; "
                             "pip install numpy onnx onnxruntime") from None
    return numpy, onnx, onnxruntime


@dataclasses.dataclass
class Step:
    """One run of the model: its inputs by position, and the ids among them."""

    name: str
    inputs: list
    ids: list
    start: int


def read_data(folder):
    """The steps in DIR: test_data_set_0, a prompt, and test_data_set_1, a decode step behind it."""
    numpy, onnx, _ = load_packages()
    steps, start = [], 0
    for number in (0, 1):
        place = Path(folder) / f"test_data_set_{number}"
        if number and not place.is_dir():
            break
        files = sorted(place.glob("input_*.pb"), key=lambda file: int(file.stem.split("_")[1]))
        if not files:
            raise TandemError(3, f"'{place}' has no input_0.pb; expected the inputs of a prompt, as ONNX tests lay them out")
        inputs = [onnx.numpy_helper.to_array(onnx.load_tensor(str(file))) for file in files]
        ids = next((array for array in inputs if array.dtype in (numpy.int64, numpy.int32) and array.ndim == 2), None)
        if ids is None or len(ids) != 1:
            raise TandemError(3, f"'{place}' has no row of ids, expected an integer input [1, tokens]")
        steps.append(Step(place.name, inputs, ids[0].tolist(), start))
        start += ids.shape[1]
    return steps


@dataclasses.dataclass
class Rows:
    """A value of the model as a row for each token; `position` leads back to its own indices."""

    output: str
    values: object
    position: object


def _operands(node):
    """The names that `node` reads, its subgraphs included."""
    names = list(node.input)
    for attribute in node.attribute:
        for inner in attribute.g.node:
            names += _operands(inner)
        names += [value.name for value in attribute.g.output]
    return names


class Reference:
    def __init__(self, model, data):
        self.numpy, onnx, runtime = load_packages()
        file = Path(model) / "model.onnx" if Path(model).is_dir() else Path(model)
        graph_model = onnx.inliner.inline_local_functions(onnx.load(str(file)))
        graph = graph_model.graph
        self.logits = graph.output[0].name
        self.nodes = {node.name or f"{node.op_type} #{i}": node for i, node in enumerate(graph.node)}
        self.makers = {output: name for name, made in self.nodes.items() for output in made.output if output}
        known = {value.name for value in graph.output}
        names = [name for node in graph.node for name in node.output if name and name not in known]
        graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
        names = [value.name for value in graph.output]
        options = runtime.SessionOptions()
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.log_severity_level = 3
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/model.onnx"
            onnx.save_model(graph_model, path, save_as_external_data=True, size_threshold=1 << 20)
            try:
                session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            except Exception as error:  # its own types, and few of them
                raise TandemError(7, f"ONNX Runtime does not load '{file}': {error}") from None
            inputs = [value.name for value in session.get_inputs()]
            self.values = {step.name: dict(zip(names, session.run(names, dict(zip(inputs, step.inputs))))) for step in data}

    def ancestors(self, node):
        """The names of `node` and of all nodes that it depends on."""
        seen, work = set(), [node]
        while work:
            name = work.pop()
            if name not in seen:
                seen.add(name)
                work += self.operands(name)
        return seen

    def operands(self, node):
        """The names of the nodes whose values `node` reads; of the one that makes the logits for None."""
        values = [self.logits] if node is None else _operands(self.nodes[node])
        return [self.makers[value] for value in values if value in self.makers]

    def has(self, node):
        return node in self.nodes

    def operator(self, node):
        return self.nodes[node].op_type

    def rows(self, step, node, shape):
        """The value of `node` (None: the logits) in the layout [tokens, width] of `shape`, or None."""
        output = self.logits if node is None else self.nodes[node].output[0]
        value = self.values[step.name].get(output)
        tokens, width = shape
        if value is None or value.size != tokens * width:
            return None
        own = self.numpy.arange(value.size).reshape(value.shape)
        order = self._by_token(own, tokens)
        if order is None:
            return None
        order = order.reshape(tokens, width)
        position = lambda token, column: [int(i) for i in self.numpy.unravel_index(order[token, column], value.shape)]
        return Rows(output, value.reshape(-1)[order], position)

    @staticmethod
    def _by_token(value, tokens):
        """`value` with its tokens first: [1, S, ...], [S, W], or heads first [1, H, S, D]."""
        if value.ndim == 4 and value.shape[0] == 1 and value.shape[2] == tokens:
            return value.transpose(0, 2, 1, 3)
        if value.ndim >= 3 and value.shape[0] == 1 and value.shape[1] == tokens:
            return value
        return value if value.ndim == 2 and value.shape[0] == tokens else None
