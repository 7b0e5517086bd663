#!/bin/bash
# The checks that need no compiled code: format, generated pages, house style.
# Closes with "N passed, N failed, N skipped"; -v lists what falls short.
set -uo pipefail
cd "$(dirname "$0")/../.."
passed=0 failed=0

check() { # check TEXT COMMAND...: one goal
  local text=$1 output
  shift
  if output=$("$@" 2>&1); then
    echo "pass  $text"
    ((++passed))
  else
    echo "FAIL  $text"
    echo "$output" | head -20 | sed 's/^/      /'
    ((++failed))
  fi
}

check "files formatted by clang-format-22" tools/dev/format.sh --check
check "generated pages are up to date" tools/dev/docs.sh --check
goals=$(python3 -B tools/dev/goals "$@")
echo "$goals" | head -n -1
read -r more _ less _ < <(echo "$goals" | tail -1)
echo "$((passed + more)) passed, $((failed + less)) failed, 0 skipped"
((failed + less == 0))
