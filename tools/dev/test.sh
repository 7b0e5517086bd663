#!/bin/bash
# Sets up, builds and tests Tandem; --all adds the long tests and writes
# docs/test-report.md. Closes with a table of times and "N passed, N failed,
# N skipped"; ends with 0 only if nothing failed.
set -euo pipefail
cd "$(dirname "$0")/../.."
start=$SECONDS
long=()
[[ " $* " != *" --all "* ]] || long=(--all)
tools/dev/setup.sh "${long[@]}"
exec build/setup/venv/bin/python tools/dev/run_tests.py --setup-seconds $((SECONDS - start)) "$@"
