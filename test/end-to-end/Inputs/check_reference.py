"""Usage: check_reference.py MODEL_FOLDER BUNDLE BOUND

Compares a bundle with what tools/dev/language_reference.py --long wrote beside
the model. The reference's own tokens are fed, so that one near tie does not end
the comparison; at every step the bundle must choose the same token up to a near
tie: a margin of the reference below what BOUND, of |a-b|/(1+|b|), allows two
logits to move. Twice:

  whole      each prompt in one step, its tokens one at a time
  in pieces  prompts in chunks of 7, all of them as rows of one step

each with one and with two threads, bit-equal. Then the mean negative
log-likelihood of perplexity.json, within 1e-4.
"""
import hashlib
import json
import sys
from pathlib import Path

import numpy

import tandem

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools/dev"))
from language_reference import mean_nll

PIECE = 7
NLL_BOUND = 1e-4


class Comparison:
    """Rows of logits, compared and digested in the order of steps."""

    def __init__(self, cases, at, kept, bound):
        self.cases, self.at, self.kept, self.bound = cases, at, kept, bound
        self.digest, self.worst, self.near_ties = hashlib.sha256(), 0.0, 0

    def take(self, number, step, row):
        """The logits of a case that choose token `step`."""
        case = self.cases[number]
        self.digest.update(row)
        chosen, expected = int(row.argmax()), case["generated"][step]
        if chosen != expected:
            allowed = 2 * self.bound * (1 + abs(float(row[chosen])))
            assert case["margins"][step] < allowed, (
                f"case {number} step {step}: token {chosen}, expected {expected}, margin {case['margins'][step]} of {allowed}")
            self.near_ties += 1
        if step in self.at:
            wanted = self.kept[number, self.at.index(step)]
            difference = numpy.abs(row - wanted) / (1 + numpy.abs(wanted))
            assert (difference <= self.bound).all(), f"case {number} step {step}: {difference.max()}, bound {self.bound}"
            self.worst = max(self.worst, float(difference.max()))


def whole(bundle, comparison):
    for number, case in enumerate(comparison.cases):
        with bundle.sequence() as sequence:
            for step, ids in enumerate([case["prompt"], *([token] for token in case["generated"][:-1])]):
                sequence.step(ids)
                comparison.take(number, step, bundle.logits[0])


def in_pieces(bundle, comparison):
    cases = comparison.cases
    sequences = [bundle.sequence() for _ in cases]
    for start in range(0, max(len(case["prompt"]) for case in cases), PIECE):
        pieces = [(i, case["prompt"][start:start + PIECE]) for i, case in enumerate(cases)]
        pieces = [(i, piece) for i, piece in pieces if piece]
        bundle.step([(sequences[i], piece) for i, piece in pieces])
        for (i, _), row in zip(pieces, bundle.logits):
            if len(sequences[i]) == len(cases[i]["prompt"]):
                comparison.take(i, 0, row)
    for step in range(1, len(cases[0]["generated"])):
        bundle.step([(sequence, [case["generated"][step - 1]]) for sequence, case in zip(sequences, cases)])
        for i, row in enumerate(bundle.logits):
            comparison.take(i, step, row)


def main():
    folder, path, bound = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    recorded, kept = json.loads((folder / "long.json").read_text()), numpy.load(folder / "long-logits.npy")
    digests = {}
    for threads in (1, 2):
        with tandem.Bundle(path, threads=threads) as bundle:
            for run in (whole, in_pieces):
                comparison = Comparison(recorded["cases"], recorded["logits_at"], kept, bound)
                run(bundle, comparison)
                digests.setdefault(run.__name__, set()).add(comparison.digest.digest())
                print(f"{run.__name__}, {threads} threads: {sum(len(case['generated']) for case in comparison.cases)} tokens equal, "
                      f"{comparison.near_ties} near ties; {kept.shape[0] * kept.shape[1]} rows of logits within {comparison.worst:.1e}",
                      flush=True)
    assert all(len(different) == 1 for different in digests.values()), "logits depend on the number of threads"
    print("bit-equal on 1 and 2 threads")
    recorded = json.loads((folder / "perplexity.json").read_text())
    with tandem.load(path) as model:
        model.step(recorded["ids"], logits="all")
        nll = mean_nll(model.logits, recorded["ids"])
    assert abs(nll - recorded["mean_nll"]) <= NLL_BOUND, (nll, recorded["mean_nll"])
    print(f"mean negative log-likelihood {nll:.6f}, ONNX Runtime's {recorded['mean_nll']:.6f}")


main()
