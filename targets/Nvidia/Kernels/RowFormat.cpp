//===- RowFormat.cpp - how a value's rows lie -------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/RowFormat.h"

#include "tandem/targets/Nvidia/Kernels/Matrix.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tandem::nvidia;

std::string RowFormat::name() const {
  return isF32() ? "" : "_to_bf16x" + std::to_string(terms);
}

/// What is left of `value` when a term of it is stored: of infinity 0, not a
/// number that is none.
static Expr restOf(Expr value, Expr term) {
  Code &code = *value.code;
  Expr isFinite =
      (code.bitcast(value, code.i32()) & 0x7f800000) < code.integer(0x7f800000);
  return code.select(isFinite, value - term, code.real(0));
}

void tandem::nvidia::storePair(const RowFormat &format, Pointer rows, Expr row,
                               Expr column, Expr first, Expr second) {
  Code &code = *first.code;
  if (format.isF32()) {
    (rows + (row * double(format.width) + column))
        .store(code.gather({first, second}));
    return;
  }
  Type element = code.getBF16Type();
  Pointer place =
      rows.bytes(row * double(format.rowBytes()) + column * double(2));
  for (int64_t term = 0; term < format.terms; ++term) {
    Expr pair = packPair(first, second, element);
    place.bytes(code.integer(term * format.termBytes())).store(pair);
    if (term + 1 < format.terms) {
      Exprs terms = unpackPair(pair, element);
      first = restOf(first, terms[0]), second = restOf(second, terms[1]);
    }
  }
}

void tandem::nvidia::storeElement(const RowFormat &format, Pointer rows,
                                  Expr row, Expr column, Expr value) {
  Code &code = *value.code;
  if (format.isF32()) {
    (rows + (row * double(format.width) + column)).store(value);
    return;
  }
  Type element = code.getBF16Type();
  Pointer place =
      rows.bytes(row * double(format.rowBytes()) + column * double(2));
  for (int64_t term = 0; term < format.terms; ++term) {
    Expr rounded(code, arith::TruncFOp::create(code, element, value));
    place.bytes(code.integer(term * format.termBytes())).store(rounded);
    if (term + 1 < format.terms) {
      Expr bits =
          code.extend(code.bitcast(rounded, code.getI16Type()), code.i32());
      value = restOf(value, code.bitcast(bits * double(1 << 16), code.f32()));
    }
  }
}

void tandem::nvidia::clearPadding(const RowFormat &format, Pointer rows,
                                  Expr row, int64_t rowCount, Expr count,
                                  int64_t threads) {
  int64_t padding = format.padding();
  if (padding == 0) {
    return;
  }
  Code &code = *row.code;
  code.loop(code.thread(), code.integer(padding * rowCount), threads,
            [&](Expr i) {
              Expr own = row + i / double(padding);
              code.ifThen(own < count, [&] {
                storeElement(format, rows, own,
                             i % padding + double(format.width), code.real(0));
              });
            });
}
