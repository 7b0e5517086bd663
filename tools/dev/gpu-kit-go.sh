#!/bin/sh
# Runs the kit that tools/dev/gpu-kit.sh packed and writes report.txt beside it.
#
#   sh go.sh [--dry-run] [--only numerics|kernels|tokens]
#
# Every step is of use alone and has a limit of its own; a failed one does not end
# the others. --dry-run checks the kit without a GPU, which also happens where
# there is no driver. Exit code: 0 all passed, 1 a step failed, 77 no driver.
cd "$(dirname "$0")" || exit 2
dry='' only=''
while [ $# -gt 0 ]; do
  case $1 in
  --dry-run) dry=1 ;;
  --only) only=${2:-} && shift ;;
  *) echo "error: unknown option '$1'; see the head of go.sh" >&2 && exit 2 ;;
  esac
  shift
done
case $only in '' | numerics | kernels | tokens) ;;
*) echo "error: --only is '$only', expected numerics, kernels or tokens" >&2 && exit 2 ;;
esac
wants() { [ -z "$only" ] || [ "$only" = "$1" ]; }
: "${TANDEM_KIT_CONTEXT:=1024}" # tokens in the cache where kernels are measured
: "${TANDEM_KIT_SLOWNESS:=1}"   # by which limits are longer, on a busy machine
export LD_LIBRARY_PATH="$PWD/lib:${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}/usr/local/cuda/lib64" # cuBLASLt
export XDG_CACHE_HOME="$PWD/cache"
PATH="$PWD/bin:$PATH"
report=report.txt
failed=0
: >$report

say() { echo "$*" | tee -a $report; }

# step SECONDS NAME COMMAND...: the first line tells how it ended.
step() {
  limit=$(($1 * TANDEM_KIT_SLOWNESS)) label=$2
  shift 2
  say "== $label (at most $limit s): $*"
  begin=$(date +%s)
  timeout -k 10 "$limit" "$@" >step.out 2>&1
  code=$?
  cat step.out >>$report
  tail -n 40 step.out
  case $code in
  0) say "-- passed after $(($(date +%s) - begin)) s" ;;
  124 | 137) say "-- FAILED: not done after $limit s" && failed=1 ;;
  *) say "-- FAILED with exit code $code after $(($(date +%s) - begin)) s" && failed=1 ;;
  esac
}

say "tandem kit, $(date -u +%Y-%m-%dT%H:%MZ), $(uname -srm)"
step 120 "digests of the kit" sha256sum --quiet -c SHA256SUMS

# Whether there is a driver and a GPU for these kernels: exit 7 where not.
architecture=$(cat architecture)
first=$(head -n 1 numerics | cut -d ' ' -f 1)
if [ -z "$dry" ]; then
  timeout 120 tandem-runtime run "bundles/$first.tandem" --tokens 1 -n 1 --ignore-eos >step.out 2>&1
  [ $? -ne 7 ] || { say "no driver: $(cat step.out)" && dry=1 missing=1; }
fi

if [ -n "$dry" ]; then
  # Every program starts and every bundle is whole.
  step 10 "the runtime" tandem-runtime --version
  while read -r name bound tokens; do
    step 120 "bundle $name" tandem-runtime verify "bundles/$name.tandem"
    step 10 "logits of $name, bound $bound" tandem-gpu-kit compare "logits/$name.npy" "logits/$name.npy" "$bound"
  done <numerics
  while read -r name; do
    step 120 "bundle $name" tandem-runtime verify "bundles/$name.tandem"
    step 120 "bundle $name, its kernels" tandem-gpu-kit check bundles/"$name".tandem/parts/*
  done <seeded
  [ $failed -eq 0 ] && say "the kit is whole" || say "the kit is NOT whole"
  rm -f step.out
  [ $failed -eq 0 ] || exit 1
  [ -z "${missing:-}" ] || exit 77
  exit 0
fi

if command -v nvidia-smi >/dev/null; then
  step 20 "the card" nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.mem,power.limit,memory.total --format=csv
fi

# (a) numerics: golden vectors of the evaluator, then the emulator's logits.
! wants numerics || while read -r name bound tokens; do
  step 60 "numerics: golden vectors of $name" tandem-runtime verify "bundles/$name.tandem"
  rm -f step.npy
  step 60 "numerics: steps of $name" tandem-runtime run "bundles/$name.tandem" --tokens "$tokens" -n 6 --ignore-eos \
    --logits all --save-logits step.npy --json
  step 10 "numerics: logits of $name" tandem-gpu-kit compare step.npy "logits/$name.npy" "$bound"
done <numerics

# (b) roofs of the card, then every kernel of the plans against them.
! wants kernels || while read -r name; do
  step 180 "kernels of $name behind $TANDEM_KIT_CONTEXT tokens" \
    tandem-gpu-kit measure roofs.ptx "$architecture" all "$TANDEM_KIT_CONTEXT" bundles/"$name".tandem/parts/*
done <seeded

# (c) tokens a second of a model of that shape, with made weights, hand-over to
# the host and choice of the token included.
! wants tokens || while read -r name; do
  step 300 "tokens a second of $name" tandem-runtime bench "bundles/$name.tandem" --random-weights 1 --prompt 128 --new 64
done <seeded

rm -f step.out step.npy
[ $failed -eq 0 ] && say "all passed" || say "some steps FAILED"
exit $failed
