//===- Quantize.cpp - rows rounded to 8 bits --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Kernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tandem::x86;

/// Adding it to a small number rounds that to an integer, ties to even, in the
/// low bits of the sum.
static constexpr double roundingBias = 12582912; // 1.5 * 2^23
static constexpr int64_t roundingBits = 0x4b400000;

static Expr reduce(Emitter &e, vector::CombiningKind kind, Expr vector) {
  return {e, vector::ReductionOp::create(e, kind, vector)};
}

/// One block of values at `from`, quantised to `to`.
static void quantizeBlock(Emitter &e, Pointer from, Pointer to) {
  int64_t lanes = e.variant.lanes;
  Type integers = e.integerVectorType();
  Exprs values;
  std::optional<Expr> largest;
  for (int64_t i = 0; i < rowBlock; i += lanes) {
    values.push_back((from + i).load(e.vectorType()));
    // Magnitudes compare as integers do, and what is no number stays largest.
    Expr magnitude =
        e.bitcast(values.back(), integers) & e.constant(integers, 0x7fffffff);
    largest.emplace(largest ? e.maximum(*largest, magnitude) : magnitude);
  }
  Expr limit =
      e.bitcast(reduce(e, vector::CombiningKind::MAXSI, *largest), e.f32());
  // Smaller blocks than 1e-30 become zeros: 127 / limit must stay finite.
  Expr isTiny = limit < 1e-30;
  Expr factor = e.broadcast(e.select(isTiny, e.real(0), 127.0 / limit));
  std::optional<Expr> sum;
  for (auto [index, value] : llvm::enumerate(values)) {
    Expr biased = value * factor + roundingBias;
    Expr code = e.bitcast(biased, integers) - double(roundingBits);
    sum.emplace(sum ? *sum + code : code);
    Value narrow = arith::TruncIOp::create(
        e, VectorType::get({lanes}, e.getI8Type()), code);
    to.bytes(int64_t(index) * lanes).store(narrow);
  }
  Expr total = reduce(e, vector::CombiningKind::ADD, *sum);
  to.bytes(rowScaleOffset).store(limit / 127.0);
  Expr minusTotal = e.constant(total.type(), 0) - total;
  to.bytes(rowSumOffset).store(LLVM::SIToFPOp::create(e, e.f32(), minusTotal));
}

LLVM::LLVMFuncOp Kernels::quantizeRows() {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define(
      "quantize_rows", {ptr, ptr, i64, i64, i64},
      [&](Emitter &e, ValueRange arguments) {
        Pointer x(e, arguments[0]), quantized(e, arguments[1]);
        Expr width(e, arguments[2]);
        Expr whole = width / double(rowBlock), rest = width % rowBlock;
        Expr rowBytes = e.ceilDivide(width, rowBlock) * double(rowBlockBytes);
        Pointer last = e.stack(rowBlock);
        e.loop({e, arguments[3]}, {e, arguments[4]}, 1, [&](Expr row) {
          Pointer from = x + row * width, to = quantized.bytes(row * rowBytes);
          e.loop(e.integer(0), whole, 1, [&](Expr block) {
            quantizeBlock(e, from + block * double(rowBlock),
                          to.bytes(block * double(rowBlockBytes)));
          });
          e.ifThen(rest != 0, [&] {
            for (int64_t i = 0; i < rowBlock; i += variant.lanes) {
              (last + i).store(e.constant(e.vectorType(), 0));
            }
            Pointer tail = from + whole * double(rowBlock);
            e.loop(e.integer(0), rest, 1,
                   [&](Expr i) { (last + i).store((tail + i).loadFloat()); });
            quantizeBlock(e, last, to.bytes(whole * double(rowBlockBytes)));
          });
        });
      });
}
