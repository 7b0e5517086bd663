#!/bin/sh
# import-sections.sh PROTO_DIR DIR NAME|all [tandem-opt flags]
# Imports DIR/NAME.textproto, or each, into an empty module. Its lines
# "# expected-..." are what --verify-diagnostics looks for.
protos=$1 dir=$2 name=$3
shift 3
status=0
[ "$name" = all ] && name='*'
for text in "$dir"/$name.textproto; do
  model=${text%.textproto}
  sed -n 's|^# expected|// expected|p' "$text" > "$model.mlir"
  protoc --proto_path="$protos" --encode=onnx.ModelProto onnx-ml.proto \
    < "$text" > "$model.onnx" || exit 1
  tandem-opt "$model.mlir" --tandem-import-onnx=model="$model.onnx" "$@" ||
    { echo "failed: $text" >&2; status=1; }
done
exit $status
