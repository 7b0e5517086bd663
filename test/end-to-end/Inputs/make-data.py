"""make-data.py MODEL OUT: inputs of a prompt and a decode step behind it, as ONNX tests lay them out."""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

model, out = Path(sys.argv[1]), Path(sys.argv[2])
greedy = json.loads((model / "greedy.json").read_text())
session = onnxruntime.InferenceSession(str(model / "model.onnx"))
past, names = {}, [value.name for value in session.get_inputs()]
for number, ids in enumerate((greedy["prompt"], greedy["generated"][:1])):
    held = next(iter(past.values())).shape[2] if past else 0
    folder = out / f"test_data_set_{number}"
    folder.mkdir(parents=True)
    feeds = {}
    for value in session.get_inputs():
        shape = [size if isinstance(size, int) else 1 for size in value.shape]
        feeds[value.name] = {
            "input_ids": lambda: np.array([ids], np.int64),
            "attention_mask": lambda: np.ones((1, held + len(ids)), np.int64),
            "position_ids": lambda: np.arange(held, held + len(ids), dtype=np.int64)[None],
        }.get(value.name, lambda: past.get(value.name, np.zeros((*shape[:2], 0, shape[3]), np.float32)))()
    for i, name in enumerate(names):
        tensor = onnx.numpy_helper.from_array(feeds[name], name)
        (folder / f"input_{i}.pb").write_bytes(tensor.SerializeToString())
    presents = session.run(None, feeds)[1:]
    past = dict(zip([name for name in names if "past" in name], presents))
