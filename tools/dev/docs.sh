#!/bin/bash
# Writes docs/reference from the TableGen files (--check: fails where a committed
# page differs instead). Needs a configured build/ for the include roots.
set -euo pipefail
cd "$(dirname "$0")/../.."
pages=docs/reference
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
mkdir -p "$out/dialects" "$out/passes"

generate() { # generate PAGE.md FILE.td OPTION...
  local page=$1 file=$2
  shift 2
  mlir-tblgen-22 "$@" -I /usr/lib/llvm-22/include \
    -I build/include/dialects -I build/include/passes -I build/include/targets "$file" >"$out/$page"
}

# A dialect's CMakeLists.txt names its top .td file and its name in the IR.
for list in {dialects,targets}/*/IR/CMakeLists.txt; do
  [[ -f $list ]] || continue
  file=$(sed -n 's/^tandem_tablegen([A-Za-z0-9]* \([A-Za-z0-9]*\.td\).*/\1/p' "$list" | head -1)
  dialect=$(sed -n 's/.*-gen-dialect-decls -dialect=\([a-z0-9_]*\).*/\1/p' "$list" | head -1)
  [[ -n $dialect ]] || continue
  folder=${list%/CMakeLists.txt}
  generate "dialects/$(basename "${folder%/IR}").md" "$folder/$file" -gen-dialect-doc "-dialect=$dialect"
done
while IFS= read -r file; do # passes/<Page>/Passes.td, targets/<Page>/.../Passes.td
  page=${file#*/}
  generate "passes/${page%%/*}.md" "$file" -gen-pass-doc
done < <(git ls-files --cached --others --exclude-standard 'passes/**/Passes.td' 'targets/**/Passes.td')

if [[ ${1:-} == --check ]]; then
  diff -rq "$pages" "$out" | sed "s#$out#the .td files#; s#\$#; run tools/dev/docs.sh#"
  exit
fi
rm -rf "$pages"
cp -r "$out" "$pages"
