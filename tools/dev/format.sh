#!/bin/bash
# Formats every C and C++ file of the repository (--check: only names the files
# that differ, and fails then). Version 22 alone, or files would change to and fro.
set -euo pipefail
cd "$(dirname "$0")/../.."
sources() { git ls-files -z --cached --others --exclude-standard '*.h' '*.cpp' '*.c'; }

if [[ ${1:-} == --check ]]; then
  sources | xargs -0 clang-format-22 --dry-run --Werror 2>&1 | sed -n 's/:.*error:.*/: run tools\/dev\/format.sh/p' | uniq |
    { ! grep .; }
else
  sources | xargs -0 clang-format-22 -i
fi
