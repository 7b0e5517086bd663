"""Runs models with ONNX Runtime and records inputs and results.

usage: record-models.py FOLDER MODEL...

Copies each MODEL (a folder) into FOLDER and adds two data sets: a prompt without
a past, and some tokens behind a past of random keys and values, large enough
that scores spread by more than 88.
"""
import glob
import json
import os
import shutil
import sys

import numpy as np
import onnxruntime
from onnx import numpy_helper

PAST, STEP = 5, 3


def read_prompt(folder):
    with open(os.path.join(folder, "greedy.json")) as file:
        return json.load(file)["prompt"]


def head_width(folder):
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    return config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]


def make_inputs(folder, session, tokens, past, random):
    """Inputs by the names that exporters agree on."""
    feeds, count = {}, len(tokens)
    for value in session.get_inputs():
        if value.name == "input_ids":
            feeds[value.name] = np.array([tokens], np.int64)
        elif value.name == "attention_mask":
            feeds[value.name] = np.ones((1, past + count), np.int64)
        elif value.name == "position_ids":
            feeds[value.name] = np.arange(past, past + count, dtype=np.int64)[None]
        else:  # keys and values: [batch, heads, past, width]
            heads, width = value.shape[1], value.shape[3]
            width = width if isinstance(width, int) else head_width(folder)
            feeds[value.name] = (random.standard_normal((1, heads, past, width)) * 8).astype(
                np.float32)
    return feeds


def write(folder, prefix, arrays):
    for number, array in enumerate(arrays):
        with open(os.path.join(folder, f"{prefix}_{number}.pb"), "wb") as file:
            file.write(numpy_helper.from_array(array).SerializeToString())


def record(root, folder):
    target = os.path.join(root, os.path.basename(folder.rstrip("/")))
    os.makedirs(target, exist_ok=True)
    for path in glob.glob(os.path.join(folder, "model.onnx*")):
        shutil.copy(path, target)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(os.path.join(target, "model.onnx"), options)
    random = np.random.default_rng(3)
    prompt = read_prompt(folder)
    for number, (tokens, past) in enumerate(((prompt, 0), (prompt[:STEP], PAST))):
        data = os.path.join(target, f"test_data_set_{number}")
        os.makedirs(data, exist_ok=True)
        feeds = make_inputs(folder, session, tokens, past, random)
        write(data, "input", feeds.values())
        write(data, "output", session.run(None, feeds))


for model in sys.argv[2:]:
    record(sys.argv[1], model)
