"""Greedy generation: prefill by one part, decode by the same or another."""
import dataclasses
import time

import numpy

from tandem.errors import TandemError
from tandem.xla.engine import Engine
from tandem.xla.handoff import ToMachineCode, ToXla


@dataclasses.dataclass
class Generation:
    """What came of a prompt; `logits` has a row for each token asked for."""

    tokens: list
    first_token_seconds: float
    later_token_seconds: float
    logits: object


def check_request(bundle, prompt, max_new_tokens):
    if not prompt or max_new_tokens < 1:
        raise TandemError(2, f"{len(prompt)} tokens of prompt and {max_new_tokens} new ones, expected at least 1 of each")
    wrong = [str(token) for token in prompt if not 0 <= token < bundle.vocabulary]
    if wrong:
        raise TandemError(2, f"tokens {', '.join(wrong)} of the prompt are not 0 to {bundle.vocabulary - 1}")
    needed = len(prompt) + max_new_tokens - 1
    if needed > bundle.capacity:
        cause = bundle.manifest["capacity"]["cause"]
        raise TandemError(2, f"a prompt of {len(prompt)} tokens and n = {max_new_tokens} need {needed} places in the cache, whose "
                             f"capacity is {bundle.capacity} tokens ({cause}); ask for less or compile with a larger --max-context")


def choose(logits):
    """The largest logit, of equal ones the first."""
    if numpy.isnan(logits).any():
        raise TandemError(8, "the program computed logits that are not numbers")
    return int(numpy.argmax(logits))


def start_sequence(bundle, platform, form="text"):
    """A sequence that can run both phases."""
    prefill, decode = bundle.part_for("prefill"), bundle.part_for("decode")
    sequence = Engine(prefill, platform, form).sequence()
    if decode is prefill:
        return sequence
    return ToXla(decode, sequence, platform, form) if decode.text else ToMachineCode(bundle, sequence)


def generate(bundle, prompt, max_new_tokens, platform="cpu", ignore_stops=False, on_token=None, logits="last", form="text"):
    """Generates after `prompt`; `logits` 'all' keeps the prompt's rows too."""
    check_request(bundle, prompt, max_new_tokens)
    stops = set() if ignore_stops else bundle.stop_tokens()
    sequence = start_sequence(bundle, platform, form)
    begin = time.monotonic()
    kept = [sequence.feed("prefill", prompt, logits)]
    tokens, first = [], 0.0
    while True:
        token = choose(kept[-1][-1])
        tokens.append(token)
        if len(tokens) == 1:
            first = time.monotonic() - begin
        if on_token:
            on_token(token)
        if len(tokens) == max_new_tokens or token in stops:
            return Generation(tokens, first, time.monotonic() - begin - first, numpy.concatenate(kept))
        kept.append(sequence.feed("decode", [token]))
