#!/usr/bin/env python3
"""Writes what ONNX Runtime makes of a language model: language_reference.py FOLDER [--long].

FOLDER has model.onnx, tokenizer.json, chat_template.jinja and generation_config.json. Written beside them:

  greedy.json       a question in the model's chat form and the answer: ids, margins (how far the best logit was ahead of
                    the second at each step), text
  perplexity.json   ids of a fixed text and their mean negative log-likelihood
  long.json         with --long: 20 prompts with 128 tokens each, stop tokens ignored
  long-logits.npy   with --long: fp32 logits at the steps that long.json names, [20, 8, vocabulary]

Needs numpy, onnxruntime, tokenizers and jinja2.
"""
import argparse
import json
from pathlib import Path

import numpy as np

QUESTION = "What is the capital of France?"
QUESTIONS = (
    "Why is the sky blue?", "Write a haiku about rain.", "List three prime numbers above 50.", "Explain gravity to a child.",
    "What is a compiler?", "Translate 'good morning' into Spanish.", "Give me a recipe for pancakes.", "Who wrote Hamlet?",
    "Name the planets of the solar system.", "What is 17 times 3?")
OPENINGS = (
    "Once upon a time", "The quick brown fox", "def fibonacci(n):\n", "In 1969, the first", "To whom it may concern,",
    "The main difference between a virus and a bacterium is", "# Installation\n\n", "Dear diary, today", "SELECT name FROM",
    "It was a dark and stormy night;")
TEXT = (
    "The sea had been calm since morning, and the fishermen were mending their nets on the quay. An old man told the children "
    "how, many years ago, a ship had come in from the north with a cargo of amber and furs. Nobody knew its crew, and nobody "
    "understood their language, but they traded fairly and left at dawn. Since then the town has kept a lamp burning at the end "
    "of the pier, so that the strangers can find their way back whenever they wish to return.")
LONG_TOKENS = 128
KEPT_STEPS = (0, 1, 2, 5, 17, 40, 90, 127)


class Model:
    """A decoder in ONNX Runtime: input_ids, attention_mask, then caches [1, heads, tokens, width]."""

    def __init__(self, path):
        import onnxruntime
        self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        self.caches = self.session.get_inputs()[2:]

    def step(self, ids, past=None):
        """Logits [len(ids), vocabulary] and the caches behind them."""
        past = past or [np.zeros((1, cache.shape[1], 0, cache.shape[3]), np.float32) for cache in self.caches]
        feeds = {"input_ids": np.array([ids], np.int64), "attention_mask": np.ones((1, past[0].shape[2] + len(ids)), np.int64)}
        logits, *present = self.session.run(None, feeds | {cache.name: value for cache, value in zip(self.caches, past)})
        return logits[0], present

    def greedy(self, prompt, count, stops=()):
        """Tokens, margins and rows of logits."""
        tokens, margins, rows = [], [], []
        logits, past = self.step(prompt)
        while True:
            rows.append(logits[-1])
            second, first = np.sort(rows[-1])[-2:]
            tokens.append(int(rows[-1].argmax()))
            margins.append(float(first - second))
            if len(tokens) == count or tokens[-1] in stops:
                return tokens, margins, rows
            logits, past = self.step(tokens[-1:], past)


def mean_nll(logits, ids):
    """Mean negative log-likelihood of ids[1:] by the rows of logits before them."""
    rows = logits[:-1].astype(np.float64)
    rows -= rows.max(1, keepdims=True)
    return float((np.log(np.exp(rows).sum(1)) - rows[np.arange(len(ids) - 1), ids[1:]]).mean())


def write(folder, is_long):
    import jinja2
    import tokenizers
    model, tokenizer = Model(folder / "model.onnx"), tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    config = json.loads((folder / "generation_config.json").read_text())
    stops = config["eos_token_id"] if isinstance(config["eos_token_id"], list) else [config["eos_token_id"]]
    template = jinja2.Environment(trim_blocks=True, lstrip_blocks=True).from_string((folder / "chat_template.jinja").read_text())

    def ask(question):
        text = template.render(messages=[{"role": "user", "content": question}], add_generation_prompt=True)
        return tokenizer.encode(text, add_special_tokens=False).ids

    def case(prompt, count, stops):
        tokens, margins, rows = model.greedy(prompt, count, stops)
        return {"prompt": prompt, "generated": tokens, "margins": margins, "text": tokenizer.decode(tokens)}, rows

    def save(name, value):
        (folder / name).write_text(json.dumps(value))

    greedy, _ = case(ask(QUESTION), 32, stops)
    save("greedy.json", greedy)
    ids = [config["bos_token_id"], *tokenizer.encode(TEXT, add_special_tokens=False).ids]
    nll = mean_nll(model.step(ids)[0], ids)
    save("perplexity.json", {"ids": ids, "mean_nll": nll, "perplexity": float(np.exp(nll))})
    print(f"{QUESTION!r} -> {greedy['text']!r}; perplexity of the fixed text {np.exp(nll):.3f}")
    if is_long:
        prompts = [ask(question) for question in QUESTIONS]
        prompts += [tokenizer.encode(opening, add_special_tokens=False).ids for opening in OPENINGS]
        cases = [case(prompt, LONG_TOKENS, ()) for prompt in prompts]
        save("long.json", {"logits_at": KEPT_STEPS, "cases": [facts for facts, _ in cases]})
        np.save(folder / "long-logits.npy", np.array([[rows[i] for i in KEPT_STEPS] for _, rows in cases], np.float32))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--long", action="store_true")
    arguments = parser.parse_args()
    write(arguments.folder, arguments.long)


if __name__ == "__main__":
    main()
