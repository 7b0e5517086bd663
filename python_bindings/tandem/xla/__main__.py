"""Run bundles of StableHLO programs with XLA; exit codes as of `tandem`."""
import argparse
import json
import sys

import numpy

from tandem.errors import TandemError
from tandem.xla.ahead import report
from tandem.xla.bundle import Bundle
from tandem.xla.generation import generate, start_sequence


def run(arguments):
    def show(token):
        if not arguments.json:
            print(token, end=" ", flush=True)

    result = generate(Bundle(arguments.bundle), arguments.tokens, arguments.n, arguments.platform,
                      arguments.ignore_eos, show, arguments.logits, arguments.form)
    if arguments.save_logits:
        numpy.save(arguments.save_logits, result.logits)
    later = result.later_token_seconds / max(1, len(result.tokens) - 1)
    times = {"ttft_ms": round(result.first_token_seconds * 1e3, 3), "tpot_ms": round(later * 1e3, 3)}
    print(json.dumps({"tokens": result.tokens, **times}) if arguments.json else "")


def verify(arguments):
    bundle = Bundle(arguments.bundle)
    print("passed  files: names and SHA-256 digests are those of SHA256SUMS")
    golden = bundle.golden()
    if golden is None:
        print("skipped  golden vectors: the bundle has none")
        return
    prompt, decode, wanted, bound = golden
    sequence = start_sequence(bundle, arguments.platform, arguments.form)
    rows = [sequence.feed("prefill", prompt)] + [sequence.feed("decode", [token]) for token in decode]
    got = numpy.concatenate(rows)
    worst = float(numpy.max(numpy.abs(got - wanted) / (1 + numpy.abs(wanted))))
    numbers = f"largest |a-b|/(1+|b|) {worst:.1e}, bound {bound:.0e}"
    if not worst <= bound:
        raise TandemError(6, f"golden vectors: {numbers}")
    print(f"passed  golden vectors: {arguments.form} executed by XLA on {arguments.platform}: {numbers}")


def compile_ahead(arguments):
    parts = [part for part in Bundle(arguments.bundle).parts if part.text]
    if not parts:
        raise TandemError(7, "no part of the bundle holds StableHLO programs")
    for part in parts:
        for line in report(part, part.cache_bytes(), arguments.topology):
            print(json.dumps(line), flush=True)


def parse_ids(text):
    try:
        return [int(word) for word in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}', expected token ids with commas between: 1,15043") from None


def parser():
    top = argparse.ArgumentParser(prog="python -m tandem.xla", description=__doc__)
    verbs = top.add_subparsers(dest="verb", required=True)
    runs = verbs.add_parser("run", help="generate tokens greedily after a prompt of token ids")
    checks = verbs.add_parser("verify", help="check digests and golden vectors")
    compiles = verbs.add_parser("compile", help="compile for a TPU by libtpu, without one, and report memory")
    compiles.add_argument("bundle", metavar="BUNDLE")
    compiles.add_argument("--topology", metavar="NAME", help="as libtpu calls it (default: one chip of the part's generation)")
    compiles.set_defaults(action=compile_ahead)
    for verb, action in ((runs, run), (checks, verify)):
        verb.add_argument("bundle", metavar="BUNDLE")
        verb.add_argument("--platform", choices=("cpu", "tpu"), default="cpu", help="where XLA runs (default: cpu)")
        verb.add_argument("--form", choices=("text", "vhlo"), default="text", help="of the programs (default: text)")
        verb.set_defaults(action=action)
    runs.add_argument("--tokens", type=parse_ids, required=True, metavar="IDS", help="the prompt, ids with commas between")
    runs.add_argument("-n", type=int, default=16, metavar="N", help="tokens to generate at most (default: 16)")
    runs.add_argument("--ignore-eos", action="store_true", help="go on after an end token")
    runs.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    runs.add_argument("--save-logits", metavar="FILE.npy", help="write logits, fp32 [rows, vocabulary]")
    runs.add_argument("--logits", choices=("last", "all"), default="last",
                      help="rows that chose a token, or the prompt's rows as well (default: last)")
    return top


def main():
    arguments = parser().parse_args()
    try:
        arguments.action(arguments)
    except TandemError as error:
        print(f"tandem.xla: error: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        return 130
    return 0


sys.exit(main())
