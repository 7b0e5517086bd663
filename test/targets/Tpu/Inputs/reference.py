"""What ONNX Runtime computes of all tokens at once, without a cache."""
import numpy
import onnxruntime


def logits_of(folder, tokens, head_dim):
    """[tokens, vocabulary] for one sequence; `head_dim` is the width of a key."""
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    count = len(tokens)
    known = {"input_ids": [tokens], "attention_mask": [[1] * count], "position_ids": [list(range(count))]}
    feeds = {}
    for value in session.get_inputs():
        if value.name in known:
            feeds[value.name] = numpy.array(known[value.name], numpy.int64)
        else:  # an empty past: batch 1, heads, no token, width
            feeds[value.name] = numpy.zeros((1, value.shape[1], 0, head_dim), numpy.float32)
    return session.run(None, feeds)[0][0]


def difference(got, wanted):
    """max |a-b| / (1+|b|), infinite where shapes differ or a value is no number."""
    if got.shape != wanted.shape:
        return numpy.inf
    return numpy.nan_to_num(numpy.max(numpy.abs(got - wanted) / (1 + numpy.abs(wanted))), nan=numpy.inf)
