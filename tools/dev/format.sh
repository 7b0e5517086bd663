#!/bin/bash
# Formats every C and C++ file of the repository (--check: only lists what
# differs, and fails then). Version 22 alone, or files would change back and forth.
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files -z --cached --others --exclude-standard '*.h' '*.cpp' '*.c' |
  if [[ ${1:-} == --check ]]; then
    xargs -0 clang-format-22 --dry-run --Werror
  else
    xargs -0 clang-format-22 -i
  fi
