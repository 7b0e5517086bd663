// RUN: rm -rf %t %t.other && split-file %s %t && mkdir %t/inner %t.other
// RUN: truncate -s 4096 %t/plain.bin %t.other/w
// RUN: ln %t.other/w %t/hard.bin && ln -s ../plain.bin %t/inner/stays.bin
// RUN: %import %t plain | FileCheck %s --check-prefix=PLAIN
// RUN: %import %t unaligned | FileCheck %s --check-prefix=UNALIGNED
// RUN: %import %t hard | FileCheck %s --check-prefix=HARD
// RUN: %import %t inner | FileCheck %s --check-prefix=INNER
// Tests where external data may lie: in the model's folder, under any name that
// stays there. Hard links and unaligned offsets are legal.

// PLAIN: onnx.constant #onnx.weight<"plain.bin", 0, 2048> : tensor<512xf32>
// UNALIGNED: onnx.constant #onnx.weight<"plain.bin", 13, 2048> : tensor<512xf32>
// HARD: onnx.constant #onnx.weight<"hard.bin", 0, 2048> : tensor<512xf32>
// INNER: onnx.constant #onnx.weight<"inner/stays.bin", 0, 2048> : tensor<512xf32>

// A cache of Hugging Face links the model and its data into one folder, where
// both lie under other names.
// RUN: %import %t hub --verify-diagnostics
// RUN: mkdir -p %t.other/snapshot %t.other/blobs && cp %t/hub.onnx %t.other/blobs/0a
// RUN: truncate -s 2048 %t.other/blobs/0b
// RUN: ln -s ../blobs/0a %t.other/snapshot/model.onnx
// RUN: ln -s ../blobs/0b %t.other/snapshot/model.onnx.data
// RUN: tandem-opt %t/plain.mlir --tandem-import-onnx=model=%t.other/snapshot | FileCheck %s --check-prefix=HUB
// HUB: onnx.constant #onnx.weight<"model.onnx.data", 0, 2048> : tensor<512xf32>

// A folder outside is accepted when it is allowed.
// RUN: ln -s %t.other/w %t/leaves.bin && %import %t leaves -o %t/refused.mlir --verify-diagnostics
// RUN: tandem-opt %t/plain.mlir "--tandem-import-onnx=model=%t/leaves.onnx allow-external-dir=%t.other" | FileCheck %s --check-prefix=ALLOWED
// ALLOWED: onnx.constant #onnx.weight<"leaves.bin", 0, 2048> : tensor<512xf32>

//--- plain.textproto
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 512 data_location: EXTERNAL
    external_data { key: "location" value: "plain.bin" } }
}

//--- unaligned.textproto
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 512 data_location: EXTERNAL
    external_data { key: "location" value: "./plain.bin" } external_data { key: "offset" value: "13" } }
}

//--- hard.textproto
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 512 data_location: EXTERNAL
    external_data { key: "location" value: "hard.bin" } }
}

//--- inner.textproto
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 512 data_location: EXTERNAL
    external_data { key: "location" value: "inner//stays.bin" } }
}

//--- hub.textproto
# expected-error-re@unknown {{initialiser 'w': file '{{.*}}model.onnx.data' cannot be opened: No such file or directory}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 512 data_location: EXTERNAL
    external_data { key: "location" value: "model.onnx.data" } }
}

//--- leaves.textproto
# expected-error-re@unknown {{initialiser 'w': external data 'leaves.bin' really lies at '{{.*}}.other/w', outside the model's folder; pass --allow-external-dir with its folder if you trust the model}}
ir_version: 8 opset_import { version: 18 }
graph {
  output { name: "w" }
  initializer { name: "w" data_type: 1 dims: 512 data_location: EXTERNAL
    external_data { key: "location" value: "leaves.bin" } }
}
