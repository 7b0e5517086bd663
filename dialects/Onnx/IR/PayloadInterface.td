//===- PayloadInterface.td - constants made of payloads ----*- tablegen -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_ONNX_IR_PAYLOADINTERFACE_TD
#define TANDEM_DIALECTS_ONNX_IR_PAYLOADINTERFACE_TD

include "mlir/IR/OpBase.td"

def Onnx_PayloadInterface : AttrInterface<"PayloadInterface"> {
  let cppNamespace = "::tandem::onnx";
  let description = [{
    The value of a constant that is not the elements of one tensor of the file
    but made of several, such as the codes and scales of a quantised matrix.
  }];
  let methods = [
    InterfaceMethod<"What it is made of: dense elements or `#onnx.weight` each.",
      "::llvm::SmallVector<::mlir::TypedAttr>", "getPayloadList", (ins)>
  ];
}

#endif // TANDEM_DIALECTS_ONNX_IR_PAYLOADINTERFACE_TD
