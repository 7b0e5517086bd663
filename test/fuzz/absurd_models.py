#!/usr/bin/env python3
"""Builds absurd variants of a small model and runs a command on each.

    absurd_models.py FOLDER [--only REGEX] [--rejected] [--verify COMMAND]
        -- tandem compile {model} --fleet local -o {out}

FOLDER holds model.onnx, an export of a decoder by optimum. Each run is judged as
import_bytes.py does; a case says which exit codes are right. Needs onnx.
"""
import argparse
import os
import re
import shutil
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import import_bytes

LEAST, MOST = -(2**63), 2**63 - 1
CASES = []


def case(*codes, name=None):
    """Registers a function of (model, folder) that damages the model; `codes` are the right exit codes."""

    def register(function):
        CASES.append((name or function.__name__, codes, function))
        return function

    return register


def constant(model, name, value, dtype=np.int64):
    model.graph.initializer.append(numpy_helper.from_array(np.asarray(value, dtype), name))
    return name


def add_to_logits(model, nodes, value):
    """Puts `nodes` first and adds the largest element of `value` to the logits, so that nothing is dead."""
    logits = rename_logits(model, "real_logits")
    for node in reversed(nodes):
        model.graph.node.insert(0, node)
    model.graph.node.append(helper.make_node("ReduceMax", [value], ["largest"], keepdims=0))
    model.graph.node.append(helper.make_node("Add", ["real_logits", "largest"], [logits]))


def rename_logits(model, name):
    logits = model.graph.output[0].name
    for node in model.graph.node:
        node.output[:] = [name if output == logits else output for output in node.output]
    return logits


def node_case(codes, name, op, inputs, **attributes):
    """A node of `op` on constants whose result reaches the logits."""

    def change(model, folder):
        names = [constant(model, f"in{i}", value, dtype) for i, (value, dtype) in enumerate(inputs)]
        add_to_logits(model, [helper.make_node(op, names, ["made"], **attributes),
                              helper.make_node("Cast", ["made"], ["real"], to=TensorProto.FLOAT)], "real")

    case(*codes, name=name)(change)


ONE, REALS = ([1.0], np.float32), (np.ones(4), np.float32)
INTEGERS = lambda *values: (list(values), np.int64)
SCALAR = lambda value: (value, np.int64)
for codes, name, op, inputs, attributes in [
    ((4,), "expand to 1e10 elements", "Expand", [ONE, INTEGERS(100000, 100000)], {}),
    ((4,), "tile by 2^62", "Tile", [REALS, INTEGERS(2**62)], {}),
    ((4,), "range of 2^62", "Range", [SCALAR(0), SCALAR(2**62), SCALAR(1)], {}),
    ((4,), "range with step 0", "Range", [SCALAR(0), SCALAR(9), SCALAR(0)], {}),
    ((4,), "shape of 2^66 elements", "ConstantOfShape", [INTEGERS(2**33, 2**33)], {}),
    ((4,), "shape of the least integer", "ConstantOfShape", [INTEGERS(LEAST)], {}),
    ((4,), "division by zero", "Div", [SCALAR(1), SCALAR(0)], {}),
    ((0, 4), "least integer / -1", "Div", [SCALAR(LEAST), SCALAR(-1)], {}),
    ((0, 4), "least integer mod -1", "Mod", [SCALAR(LEAST), SCALAR(-1)], {}),
    ((0, 4), "slice with extreme bounds", "Slice", [REALS, INTEGERS(LEAST), INTEGERS(MOST), INTEGERS(0), INTEGERS(LEAST)], {}),
    ((4,), "slice with step 0", "Slice", [REALS, INTEGERS(0), INTEGERS(4), INTEGERS(0), INTEGERS(0)], {}),
    ((4,), "concat along the least axis", "Concat", [REALS, REALS], {"axis": LEAST}),
    ((4,), "softmax along axis 2^62", "Softmax", [REALS], {"axis": 2**62}),
    ((4,), "unsqueeze at the least axis", "Unsqueeze", [REALS, INTEGERS(LEAST)], {}),
    ((4,), "transpose that repeats an axis", "Transpose", [(np.ones((4, 4)), np.float32)], {"perm": [0, 0]}),
    ((4,), "gather out of range", "Gather", [REALS, INTEGERS(2**62, LEAST)], {}),
    ((3, 4), "cast to type 999", "Cast", [REALS], {"to": 999}),
]:
    node_case(codes, name, op, inputs, **attributes)


@case(4)
def concat_bomb(model, folder):
    constant(model, "x0", np.ones(16), np.float32)
    add_to_logits(model, [helper.make_node("Concat", [f"x{i}"] * 4, [f"x{i + 1}"], axis=0) for i in range(25)], "x25")


def live_chain(length, operator):
    """Appends a chain of nodes to the logits; `operator(i)` is the operator of node i."""

    def change(model, folder):
        logits = rename_logits(model, "z0")
        nodes = []
        for i in range(length):
            op = operator(i)
            nodes.append(helper.make_node(op, [f"z{i}"] + ["z0"] * (op in ("Add", "Sub")), [f"z{i + 1}"]))
        nodes[-1].output[0] = logits
        model.graph.node.extend(nodes)

    return change


# Chains whose values stay as large as the logits.
for operators in (("Add", "Relu", "Sub"), ("Neg",), ("Tanh", "Sigmoid")):
    operator, text = lambda i, all=operators: all[i % len(all)], ", ".join(operators)
    case(3, name=f"chain of 100000 nodes ({text})")(live_chain(100000, operator))
    case(4, name=f"chain of 60000 nodes ({text})")(live_chain(60000, operator))
    case(0, name=f"chain of 2000 nodes ({text})")(live_chain(2000, operator))


def add_functions(model, bodies):
    """Model-local functions of one input and one output, and a call of the last of them."""
    for name, nodes in bodies:
        model.functions.append(helper.make_function("local", name, ["x"], ["y"], nodes, [
            helper.make_opsetid("local", 1), helper.make_opsetid("", model.opset_import[0].version)]))
    model.opset_import.append(helper.make_opsetid("local", 1))
    logits = rename_logits(model, "real_logits")
    model.graph.node.append(helper.make_node(bodies[-1][0], ["real_logits"], [logits], domain="local"))


@case(3)
def functions_that_double_40_times(model, folder):
    leaf = [helper.make_node("Relu", ["x"], ["y"])]
    twice = lambda name: [helper.make_node(name, ["x"], ["m"], domain="local"),
                          helper.make_node(name, ["m"], ["y"], domain="local")]
    add_functions(model, [("F0", leaf)] + [(f"F{i + 1}", twice(f"F{i}")) for i in range(40)])


@case(3)
def functions_nested_30000_deep(model, folder):
    bodies = [("F0", [helper.make_node("Relu", ["x"], ["y"])])]
    bodies += [(f"F{i + 1}", [helper.make_node(f"F{i}", ["x"], ["y"], domain="local")]) for i in range(30000)]
    add_functions(model, [bodies[0], *reversed(bodies[1:-1]), bodies[-1]])


@case(0, 4)
def symbolic_power(model, folder):
    nodes = [helper.make_node("Shape", ["input_ids"], ["a"]), helper.make_node("Shape", ["attention_mask"], ["b"]),
             helper.make_node("Add", ["a", "b"], ["p0"])]
    nodes += [helper.make_node("Mul", [f"p{i}"] * 2, [f"p{i + 1}"]) for i in range(40)]
    add_to_logits(model, nodes + [helper.make_node("Cast", ["p40"], ["real"], to=TensorProto.FLOAT)], "real")


@case(4)
def presents_that_swap_values(model, folder):
    keys, values = model.graph.output[1].name, model.graph.output[2].name
    for node in model.graph.node:
        node.output[:] = [{keys: values, values: keys}.get(name, name) for name in node.output]
        node.input[:] = [{keys: values, values: keys}.get(name, name) for name in node.input]


@case(4)
def present_twice(model, folder):
    model.graph.output.append(model.graph.output[1])


@case(4)
def present_missing(model, folder):
    model.graph.output.pop()


@case(4)
def logits_missing(model, folder):
    model.graph.output.pop(0)


@case(3)
def outputs_missing(model, folder):
    del model.graph.output[:]


@case(3)
def dimension_of_minus_7(model, folder):
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = -7


@case(3)
def batch_of_2_to_62(model, folder):
    for value in model.graph.input:
        value.type.tensor_type.shape.dim[0].dim_value = 2**62


@case(4)
def inputs_without_shapes(model, folder):
    for value in model.graph.input:
        value.type.tensor_type.ClearField("shape")


@case(3)
def node_reads_its_own_result(model, folder):
    next(node for node in model.graph.node if node.input).input[0] = model.graph.node[-1].output[0]


@case(3)
def result_made_twice(model, folder):
    model.graph.node[3].output[0] = model.graph.node[2].output[0]


@case(3)
def function_that_calls_itself(model, folder):
    model.functions.append(helper.make_function(
        "local", "Again", ["x"], ["y"], [helper.make_node("Again", ["x"], ["y"], domain="local")],
        [helper.make_opsetid("local", 1)]))
    model.opset_import.append(helper.make_opsetid("local", 1))
    logits = rename_logits(model, "real_logits")
    model.graph.node.append(helper.make_node("Again", ["real_logits"], [logits], domain="local"))


@case(0, 3, 4)
def name_of_16_megabytes(model, folder):
    model.graph.node[0].name = "n" * (16 << 20)


@case(4)
def epsilon_nan(model, folder):
    for node in model.graph.node:
        for attribute in node.attribute:
            if node.op_type == "Constant" and attribute.t.data_type == TensorProto.FLOAT:
                value = numpy_helper.to_array(attribute.t)
                if value.size == 1 and 0 < value.ravel()[0] < 1e-3:
                    attribute.t.CopyFrom(numpy_helper.from_array(np.full(value.shape, np.nan, np.float32)))


def external_case(name, codes, location, prepare=None, **keys):
    """A large weight as external data of `location`; `prepare` makes what lies there."""

    def change(model, folder):
        weight = max(model.graph.initializer, key=lambda tensor: len(tensor.raw_data))
        data = weight.raw_data
        weight.ClearField("raw_data")
        weight.data_location = TensorProto.EXTERNAL
        for key, value in {"location": location, **keys}.items():
            weight.external_data.add(key=key, value=str(value))
        path = os.path.join(folder, "w.bin")
        (prepare or (lambda path, data: open(path, "wb").write(data)))(path, data)

    case(*codes, name="external data: " + name)(change)


external_case("as it should be", (0,), "w.bin")
external_case("an absolute path", (3,), "/etc/passwd")
external_case("a path out of the folder", (3,), "a/../../w.bin")
external_case("a link out of the folder", (3,), "w.bin", lambda path, data: os.symlink("/etc/passwd", path))
external_case("a pipe", (3,), "w.bin", lambda path, data: os.mkfifo(path))
external_case("a folder", (3,), "w.bin", lambda path, data: os.mkdir(path))
external_case("nothing there", (3,), "gone.bin")
external_case("a negative offset", (3,), "w.bin", offset=-4)
external_case("an offset behind the end", (3,), "w.bin", offset=2**40)
external_case("a length of 2^63", (3,), "w.bin", length=2**63)
external_case("a length that does not fit the shape", (3,), "w.bin", length=12)


def beside_case(name, codes, file, make):
    """Something strange beside the model under the name of `file`."""

    def change(model, folder):
        path = os.path.join(folder, file)
        if os.path.exists(path):
            os.remove(path)
        make(path)

    case(*codes, name=f"{file}: {name}")(change)


for file in ("config.json", "tokenizer.json"):
    beside_case("a folder", (0, 3), file, os.mkdir)
    beside_case("a pipe", (0, 3), file, os.mkfifo)
    beside_case("a link out of the folder", (0, 3), file, lambda path: os.symlink("/etc/passwd", path))
    beside_case("nesting 100000 deep", (0, 3), file, lambda path: open(path, "w").write("[" * 100000))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--only", default="")
    parser.add_argument("--rejected", action="store_true", help="only cases that must not compile")
    parser.add_argument("--verify", help="command that judges the output of a run that succeeded")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    arguments.seconds, arguments.megabytes = 10, 1024
    count = bad = 0
    for name, codes, change in CASES:
        if not re.search(arguments.only, name) or (arguments.rejected and 0 in codes):
            continue
        with tempfile.TemporaryDirectory() as work:
            folder = os.path.join(work, "model")
            os.mkdir(folder)
            for file in os.listdir(arguments.folder):
                if file.endswith(".json"):
                    shutil.copy(os.path.join(arguments.folder, file), folder)
            model = onnx.load(os.path.join(arguments.folder, "model.onnx"))
            change(model, folder)
            path = os.path.join(folder, "model.onnx")
            with open(path, "wb") as file:
                file.write(model.SerializeToString())
            arguments.codes = codes
            code, problems = import_bytes.check(work, path, arguments)
        count += 1
        bad += bool(problems)
        for problem in problems:
            print(f"{name}: {problem}")
    print(f"{count} cases, {bad} bad")
    sys.exit(1 if bad or not count else 0)


if __name__ == "__main__":
    main()
