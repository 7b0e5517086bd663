#!/bin/bash
# Shows Tandem on a real exported Llama: sets up, builds the two programs,
# compiles the model into a bundle and lets the bundle generate tokens.
set -euo pipefail
cd "$(dirname "$0")/../.."
model=test/models/optimum-llama
bundle=build/demo/llama.tandem

step() { # step TEXT COMMAND...
  printf '\n== %s\n' "$1"
  shift
  echo "\$ $*"
  "$@"
}
tokens_of() { build/setup/venv/bin/python -c 'import json, sys; print(*json.load(open(sys.argv[1]))[sys.argv[2]], sep=",")' "$model/greedy.json" "$1"; }

tools/dev/setup.sh
step "Build (about 15 minutes on two cores the first time)" \
  ninja -C build --quiet tandem tandem-runtime
export PATH=$PWD/build/bin:$PATH
rm -rf build/demo && mkdir -p build/demo

step "Can it be compiled?" tandem check "$model" --fleet local
step "Compile a Llama that optimum exported" tandem compile "$model" --fleet local -o "$bundle"
prompt=$(tokens_of prompt)
step "Generate 24 tokens" tandem run "$bundle" --tokens "$prompt" -n 24 --ignore-eos --json | tee build/demo/run.txt
expected=$(tokens_of generated)
got=$(build/setup/venv/bin/python -c 'import json, sys; print(*json.loads(sys.stdin.read().splitlines()[-1])["tokens"], sep=",")' <build/demo/run.txt)
printf '\nONNX Runtime generated\n%s\n' "$expected"
if [[ $got == "$expected" ]]; then echo "The tokens are equal."; else echo "The tokens differ." && exit 1; fi
step "Verify every file and the golden vectors" tandem verify "$bundle"
step "What is in the bundle" tandem inspect "$bundle"
step "The plan" cat "$bundle/plan/plan.json"

cat <<END

Where to look next
  $bundle/README.md    how to run the bundle anywhere
  docs/architecture.md            levels, stages and folders
  tandem-opt --help               every pass, for pass authors
  tandem targets                  chips and what they can do
  tools/dev/test.sh               all tests
END
