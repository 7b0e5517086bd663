//===- ElementTypes.cpp - element types by their ONNX numbers ----*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Signed integers are signless in MLIR, unsigned ones are ui8, ui16, ...
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/ElementTypes.h"

#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;

Type tandem::primitives::getElementType(MLIRContext *context,
                                        int64_t dataType) {
  auto integer = [&](unsigned width, bool isUnsigned = false) -> Type {
    return IntegerType::get(context, width,
                            isUnsigned ? IntegerType::Unsigned
                                       : IntegerType::Signless);
  };
  switch (dataType) {
  case 1:
    return Float32Type::get(context);
  case 2:
    return integer(8, /*isUnsigned=*/true);
  case 3:
    return integer(8);
  case 4:
    return integer(16, /*isUnsigned=*/true);
  case 5:
    return integer(16);
  case 6:
    return integer(32);
  case 7:
    return integer(64);
  case 9:
    return integer(1);
  case 10:
    return Float16Type::get(context);
  case 11:
    return Float64Type::get(context);
  case 12:
    return integer(32, /*isUnsigned=*/true);
  case 13:
    return integer(64, /*isUnsigned=*/true);
  case 16:
    return BFloat16Type::get(context);
  case 21:
    return integer(4, /*isUnsigned=*/true);
  case 22:
    return integer(4);
  default:
    return {};
  }
}
