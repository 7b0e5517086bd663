#!/bin/bash
# Packs a folder that measures Tandem on a machine with a GPU and needs a driver,
# a C library and coreutils there, nothing else: no compiler, no Python, no
# network. `sh OUT/go.sh` runs it and writes OUT/report.txt.
#
#   gpu-kit.sh OUT [--fleet FLEET] [--small]
#
# --small measures a tiny model in place of the shapes of SmolLM2 and 8B (for
# tests). Needs a build of tandem, tandem-runtime, TandemRunPtx,
# TandemEmulatePtx, tandem-gpu-kit and write-roof-kernels.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${TANDEM_BUILD_DIR:-$source/build}
python=${TANDEM_PYTHON:-$build/setup/venv/bin/python}
tandem=$build/bin/tandem
out='' fleet=h100 small=

while (($#)); do
  case $1 in
  --fleet) fleet=$2 && shift ;;
  --small) small=1 ;;
  -*) echo "error: unknown option '$1'; see the head of $0" >&2 && exit 2 ;;
  *) out=$1 ;;
  esac
  shift
done
[[ -n $out ]] || { echo "usage: gpu-kit.sh OUT [--fleet FLEET] [--small]" >&2 && exit 2; }
[[ ! -e $out ]] || { echo "error: '$out' exists; choose another name or remove it" >&2 && exit 2; }
mkdir -p "$out"/{bin,lib,bundles,logits,parts}
out=$(cd "$out" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cp "$build/bin/tandem-runtime" "$build/bin/tandem-gpu-kit" "$out/bin/"
cp "$build/lib/libtandem-runtime.so.0" "$build/lib/tandem-run-ptx.so" "$out/lib/"
strip "$out"/bin/* "$out"/lib/*

compile() { # compile NAME MODEL OPTION...
  local name=$1 model=$2
  shift 2
  echo "compiling $name"
  "$tandem" compile "$model" --fleet "$fleet" -o "$out/bundles/$name.tandem" "$@" 2>"$scratch/log" ||
    { cat "$scratch/log" >&2 && exit 1; }
}

# Numerics: small models, and logits of the emulator beside their golden vectors:
# a prompt that fills more than one block of the cache, and steps behind it. The
# bounds are those of docs/architecture.md.
prompt=$(for i in $(seq 72); do printf '%s' $((i * 37 % 251)),; done)
prompt=${prompt%,}
numerics() { # numerics NAME BOUND MODEL OPTION...
  local name=$1 bound=$2 model=$3
  shift 3
  compile "$name" "$model" --max-context 96 "$@"
  echo "emulating $name"
  "$tandem" run "$out/bundles/$name.tandem" --emulate --tokens "$prompt" -n 6 --ignore-eos --logits all \
    --save-logits "$out/logits/$name.npy" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2 && exit 1; }
  echo "$name $bound $prompt" >>"$out/numerics"
}
models=$source/test/models
numerics fp32 1e-4 "$models/optimum-llama"
numerics bf16 5e-2 "$models/optimum-llama" --precision bf16
numerics int4 1e-3 "$models/genai-qwen2-int4-tied" --activations exact

# Shapes of SmolLM2 and 8B without weights: kernels one by one, and tokens a second.
if [[ -z $small ]]; then
  "$python" "$source/tools/dev/make_model.py" smollm2 "$scratch/smollm2" --no-data
  compile smollm2-bf16 "$scratch/smollm2" --no-weights --precision bf16 --max-context 2048
  "$python" "$source/tools/dev/make_model.py" 8b "$scratch/8b" --no-data
  "$python" "$source/tools/dev/make_model.py" 8b "$scratch/8b-int4" --no-data --int4
  compile 8b-bf16 "$scratch/8b" --no-weights --precision bf16 --max-context 4096
  # Matrices of codes leave the cache in fp32; this chip keeps it in bf16.
  printf '%s\n' 'name: kit' 'chips:' '  - name: gpu' "    chip: $fleet" '    machine: {cache_element: bf16}' >"$scratch/kit.yaml"
  fleet=$scratch/kit.yaml compile 8b-int4 "$scratch/8b-int4" --no-weights --precision bf16 --max-context 4096
  # Inputs of products as bf16, as cuBLASLt has them.
  printf '%s\n' 'name: kit' 'chips:' '  - name: gpu' "    chip: $fleet" '    machine: {input_terms: 1}' >"$scratch/one-term.yaml"
  fleet=$scratch/one-term.yaml compile 8b-bf16-one-term "$scratch/8b" --no-weights --precision bf16 --max-context 4096
  printf '%s\n' smollm2-bf16 8b-bf16 8b-bf16-one-term 8b-int4 >"$out/seeded"
else
  compile 8b-bf16 "$models/genai-llama-fp32" --no-weights --precision bf16 --max-context 256
  echo 8b-bf16 >"$out/seeded"
fi

architecture=$(sed -n 's/^ *"device": "\(sm_[0-9a-z]*\)".*/\1/p' "$out"/bundles/fp32.tandem/parts/*/part.json | head -1)
"$build/bin/write-roof-kernels" "$architecture" "$out/roofs.ptx"
echo "$architecture" >"$out/architecture"
cp "$source/tools/dev/gpu-kit-go.sh" "$out/go.sh"
rmdir "$out/parts"
(cd "$out" && find . -type f ! -name SHA256SUMS ! -name report.txt | sort | xargs -d '\n' sha256sum >SHA256SUMS)
bytes=$(du -sb "$out" | cut -f1)
echo "wrote $out, $((bytes >> 20)) MiB; on the machine with the GPU: sh go.sh"
((bytes < 50 << 20)) || { echo "error: the kit has more than 50 MiB" >&2 && exit 1; }
