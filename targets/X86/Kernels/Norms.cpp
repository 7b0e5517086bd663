//===- Norms.cpp - normalisation of rows ------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Kernels.h"

using namespace mlir;
using namespace tandem::x86;

/// The sum over a row of f(element), in one vector of sums and a tail.
static Expr sumOf(Emitter &e, Pointer row, Expr width,
                  function_ref<Expr(Expr)> f) {
  Expr whole = width - width % e.variant.lanes;
  Exprs sums =
      e.loop(e.integer(0), whole, e.variant.lanes,
             {e.constant(e.vectorType(), 0)}, [&](Expr i, const Exprs &sum) {
               return Exprs{sum[0] + f((row + i).load(e.vectorType()))};
             });
  return e.loop(whole, width, 1, {e.sumLanes(sums[0])},
                [&](Expr i, const Exprs &sum) {
                  return Exprs{sum[0] + f((row + i).loadFloat())};
                })[0];
}

static Expr toFloat(Emitter &e, Expr integer) {
  return {e, LLVM::SIToFPOp::create(e, e.f32(), integer)};
}

LLVM::LLVMFuncOp Kernels::rmsNorm() {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64(), f32 = types.f32();
  return define(
      "rms_norm", {ptr, ptr, ptr, i64, f32, i64, i64},
      [&](Emitter &e, ValueRange arguments) {
        Pointer x(e, arguments[0]), scale(e, arguments[1]), y(e, arguments[2]);
        Expr width(e, arguments[3]), epsilon(e, arguments[4]);
        e.loop({e, arguments[5]}, {e, arguments[6]}, 1, [&](Expr token) {
          Pointer from = x + token * width, to = y + token * width;
          Expr squares =
              sumOf(e, from, width, [](Expr value) { return value * value; });
          Expr factor = 1.0 / e.sqrt(squares / toFloat(e, width) + epsilon);
          e.elementLoop(width, [&](Expr i, Type type) {
            Expr value = (from + i).load(type) * e.broadcast(factor, type);
            (to + i).store(value * (scale + i).load(type));
          });
        });
      });
}

LLVM::LLVMFuncOp Kernels::layerNorm() {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64(), f32 = types.f32();
  return define(
      "layer_norm", {ptr, ptr, ptr, ptr, i64, f32, i64, i64},
      [&](Emitter &e, ValueRange arguments) {
        Pointer x(e, arguments[0]), scale(e, arguments[1]),
            bias(e, arguments[2]), y(e, arguments[3]);
        Expr width(e, arguments[4]), epsilon(e, arguments[5]);
        Expr hasBias{
            e, LLVM::ICmpOp::create(e, LLVM::ICmpPredicate::ne, bias,
                                    LLVM::ZeroOp::create(e, e.pointerType()))};
        e.loop({e, arguments[6]}, {e, arguments[7]}, 1, [&](Expr token) {
          Pointer from = x + token * width, to = y + token * width;
          Expr count = toFloat(e, width);
          Expr mean =
              sumOf(e, from, width, [](Expr value) { return value; }) / count;
          Expr squares = sumOf(e, from, width, [&](Expr value) {
            Expr distance = value - e.broadcast(mean, value.type());
            return distance * distance;
          });
          Expr factor = 1.0 / e.sqrt(squares / count + epsilon);
          e.elementLoop(width, [&](Expr i, Type type) {
            Expr value = (from + i).load(type) - e.broadcast(mean, type);
            value = value * e.broadcast(factor, type);
            (to + i).store(value * (scale + i).load(type));
          });
          e.ifThen(hasBias, [&] {
            e.elementLoop(width, [&](Expr i, Type type) {
              (to + i).store((to + i).load(type) + (bias + i).load(type));
            });
          });
        });
      });
}
