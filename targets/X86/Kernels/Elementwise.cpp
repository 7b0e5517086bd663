//===- Elementwise.cpp - element-wise work and copies of rows ---*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Kernels.h"
#include "tandem/targets/X86/Kernels/Math.h"

using namespace mlir;
using namespace tandem::x86;

static StringRef nameOf(Activation kind) {
  switch (kind) {
  case Activation::silu:
    return "silu";
  case Activation::geluErf:
    return "gelu_erf";
  case Activation::geluTanh:
    return "gelu_tanh";
  case Activation::geluQuick:
    return "gelu_quick";
  case Activation::relu:
    return "relu";
  case Activation::reluSquared:
    return "relu_squared";
  }
  llvm_unreachable("unknown activation");
}

LLVM::LLVMFuncOp Kernels::activation(Activation kind) {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define(("activation_" + nameOf(kind)).str(), {ptr, ptr, i64},
                [&](Emitter &e, ValueRange arguments) {
                  Pointer x(e, arguments[0]), y(e, arguments[1]);
                  e.elementLoop({e, arguments[2]}, [&](Expr i, Type type) {
                    (y + i).store(activate(kind, (x + i).load(type)));
                  });
                });
}

LLVM::LLVMFuncOp Kernels::elementwise(StringRef name,
                                      function_ref<Expr(Expr, Expr)> f) {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define(name, {ptr, ptr, ptr, i64},
                [&](Emitter &e, ValueRange arguments) {
                  Pointer x(e, arguments[0]), y(e, arguments[1]),
                      result(e, arguments[2]);
                  e.elementLoop({e, arguments[3]}, [&](Expr i, Type type) {
                    (result + i).store(
                        f((x + i).load(type), (y + i).load(type)));
                  });
                });
}

LLVM::LLVMFuncOp Kernels::glu(Activation kind) {
  return elementwise(("glu_" + nameOf(kind)).str(), [&](Expr gate, Expr x) {
    return activate(kind, gate) * x;
  });
}
LLVM::LLVMFuncOp Kernels::add() {
  return elementwise("add", [](Expr x, Expr y) { return x + y; });
}
LLVM::LLVMFuncOp Kernels::multiply() {
  return elementwise("multiply", [](Expr x, Expr y) { return x * y; });
}

LLVM::LLVMFuncOp Kernels::rowwise(StringRef name,
                                  function_ref<Expr(Expr, Expr)> f) {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define(
      name, {ptr, ptr, ptr, i64, i64, i64},
      [&](Emitter &e, ValueRange arguments) {
        Pointer x(e, arguments[0]), vector(e, arguments[1]),
            result(e, arguments[2]);
        Expr width(e, arguments[3]);
        e.loop({e, arguments[4]}, {e, arguments[5]}, 1, [&](Expr token) {
          Pointer from = x + token * width, to = result + token * width;
          e.elementLoop(width, [&](Expr i, Type type) {
            (to + i).store(
                f((from + i).load(type), (vector + i).load(type)));
          });
        });
      });
}

LLVM::LLVMFuncOp Kernels::addVector() {
  return rowwise("add_vector", [](Expr x, Expr y) { return x + y; });
}
LLVM::LLVMFuncOp Kernels::multiplyVector() {
  return rowwise("multiply_vector", [](Expr x, Expr y) { return x * y; });
}

LLVM::LLVMFuncOp Kernels::copyRows() {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define(
      "copy_rows", {ptr, ptr, i64, i64, i64, i64, i64},
      [&](Emitter &e, ValueRange arguments) {
        Pointer x(e, arguments[0]), y(e, arguments[1]);
        Expr width(e, arguments[2]), xStride(e, arguments[3]),
            yStride(e, arguments[4]);
        e.loop({e, arguments[5]}, {e, arguments[6]}, 1, [&](Expr token) {
          Pointer from = x + token * xStride, to = y + token * yStride;
          e.elementLoop(width, [&](Expr i, Type type) {
            (to + i).store((from + i).load(type));
          });
        });
      });
}
