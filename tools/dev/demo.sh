#!/bin/bash
# Shows Tandem on a real language model: sets up, builds the two programs,
# fetches SmolLM2-135M-Instruct, compiles it into a bundle and asks the bundle a
# question. A second run starts from the compiled bundle.
set -euo pipefail
cd "$(dirname "$0")/../.."
question="What is the capital of France?"
demo=build/demo
model=$demo/smollm2-int4
bundle=$demo/smollm2.tandem

step() { # step TEXT COMMAND...
  printf '\n== %s\n' "$1"
  shift
  echo "\$ $*"
  "$@"
}

tools/dev/setup.sh
step "Build (about 10 minutes on two cores the first time)" \
  ninja -C build --quiet tandem tandem-runtime
export PATH=$PWD/build/bin:$PATH
mkdir -p "$demo"

if [[ ! -f $model/tokenizer.json ]]; then # what is written last
  step "Fetch SmolLM2-135M-Instruct (Apache-2.0, 93 MB) and write it as ONNX, 4-bit weights" \
    build/setup/venv/bin/python tools/dev/make_smollm2.py "$model" --form int4 --reference none
fi
if [[ ! -d $bundle ]]; then
  step "Can it be compiled?" tandem check "$model" --fleet local
  step "Compile" tandem compile "$model" --fleet local -o "$bundle"
fi
step "Ask: $question" tandem chat "$bundle" <<<"$question"
step "Go on with a text" tandem run "$bundle" --prompt "Once upon a time" -n 48
step "What is in the bundle" tandem inspect "$bundle"
step "The plan" cat "$bundle/plan/plan.json"
step "Size of the model and of the bundle" du -sh --apparent-size "$model" "$bundle"
step "Speed" tandem bench "$bundle" --prompt 512 --new 128

cat <<END

Where to look next
  tandem chat $bundle   talk to it
  $bundle/README.md     how to run the bundle anywhere
  docs/architecture.md                 levels, stages and folders
  tandem-opt --help                    every pass, for pass authors
  tandem targets                       chips and what they can do
  tools/dev/test.sh                    all tests
END
