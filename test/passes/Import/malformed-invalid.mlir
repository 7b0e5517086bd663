// RUN: rm -rf %t && split-file %s %t
// RUN: printf '\072\005\012' > %t/cut.onnx && tandem-opt %t/cut.mlir --tandem-import-onnx=model=%t/cut.onnx --verify-diagnostics
// RUN: printf '\013\001' > %t/group.onnx && tandem-opt %t/group.mlir --tandem-import-onnx=model=%t/group.onnx --verify-diagnostics
// RUN: printf '\000' > %t/zero.onnx && tandem-opt %t/zero.mlir --tandem-import-onnx=model=%t/zero.onnx --verify-diagnostics
// RUN: printf '\377\377' > %t/number.onnx && tandem-opt %t/number.mlir --tandem-import-onnx=model=%t/number.onnx --verify-diagnostics
// RUN: printf '\377\377\377\377\377\377\377\377\377\177' > %t/long.onnx && tandem-opt %t/long.mlir --tandem-import-onnx=model=%t/long.onnx --verify-diagnostics
// RUN: printf '\070\001' > %t/type.onnx && tandem-opt %t/type.mlir --tandem-import-onnx=model=%t/type.onnx --verify-diagnostics
// RUN: printf 'hello' > %t/text.onnx && tandem-opt %t/text.mlir --tandem-import-onnx=model=%t/text.onnx --verify-diagnostics
// RUN: printf '' > %t/empty.onnx && tandem-opt %t/empty.mlir --tandem-import-onnx=model=%t/empty.onnx --verify-diagnostics
// Tests that damaged files are rejected with the byte where the damage shows.

//--- cut.mlir
// expected-error@unknown {{byte 0: field 7 needs 5 bytes, its message has 1 left; the file is cut off or damaged}}

//--- group.mlir
// expected-error@unknown {{byte 0: wire type 3 is not used by ONNX; this is not an ONNX model, or it is damaged}}

//--- zero.mlir
// expected-error@unknown {{byte 0: field number 0 is not in 1..536870911; this is not an ONNX model, or it is damaged}}

//--- number.mlir
// expected-error@unknown {{byte 0: a number is cut off by the end of its message}}

//--- long.mlir
// expected-error@unknown {{byte 0: a number has more than 64 bits}}

//--- type.mlir
// expected-error@unknown {{byte 0: field 7 of ModelProto has wire type 0, which does not fit its declaration}}

//--- text.mlir
// expected-error@unknown {{byte 2: wire type 4 is not used by ONNX; this is not an ONNX model, or it is damaged}}

//--- empty.mlir
// expected-error@unknown {{IR version is 0, expected 3 to 13; export with another version of onnx}}
