//===- WeightFormat.cpp - how a weight matrix lies -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Products/WeightFormat.h"

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/targets/Nvidia/Kernels/Matrix.h"
#include "tandem/targets/Nvidia/Kernels/RowFormat.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;

std::optional<WeightFormat> WeightFormat::of(RankedTensorType type, bool isNk) {
  if (type.getRank() != 2 || !isa<FloatType>(type.getElementType())) {
    return std::nullopt;
  }
  WeightFormat format;
  format.rows = type.getDimSize(isNk ? 0 : 1);
  format.depth = type.getDimSize(isNk ? 1 : 0);
  if (transformer::BlocksAttr blocks = transformer::getBlocks(type)) {
    format.kind = Kind::blocks;
    format.bits = blocks.getBits();
    format.block = blocks.getBlock();
    Type zeros = blocks.getZeroPoints();
    format.hasZeros = bool(zeros);
    // Codes are exact in f16.
    format.hasHalfNumbers = blocks.getScales().isF16() &&
                            (!zeros || zeros.isInteger() || zeros.isF16());
    return isNk ? std::optional(format) : std::nullopt;
  }
  transformer::StoredAttr stored = transformer::getStored(type);
  Type element = stored ? stored.getElement() : type.getElementType();
  format.kind = element.isBF16()  ? Kind::bf16
                : element.isF16() ? Kind::f16
                                  : Kind::f32;
  return element.isBF16() || element.isF16() || element.isF32()
             ? std::optional(format)
             : std::nullopt;
}

std::string WeightFormat::name() const {
  switch (kind) {
  case Kind::f32:
    return "f32";
  case Kind::bf16:
    return "bf16";
  case Kind::f16:
    return "f16";
  case Kind::blocks:
    return "u" + std::to_string(bits) + "x" + std::to_string(block) +
           (hasZeros ? "_zeros" : "") + (hasHalfNumbers ? "_f16" : "");
  }
  llvm_unreachable("unknown kind");
}

bool WeightFormat::isForTensorCores() const { return kind != Kind::f32; }

int64_t WeightFormat::stride() const {
  switch (kind) {
  case Kind::f32:
    return depth;
  case Kind::bf16:
  case Kind::f16:
    return roundUp(depth, tileDepth);
  case Kind::blocks:
    return roundUp(depth, groupCodes());
  }
  llvm_unreachable("unknown kind");
}

int64_t WeightFormat::elementBytes() const {
  switch (kind) {
  case Kind::f32:
    return rows * depth * 4;
  case Kind::bf16:
  case Kind::f16:
    return rows * stride() * 2;
  case Kind::blocks:
    return rows * stride() * bits / 8;
  }
  llvm_unreachable("unknown kind");
}

int64_t WeightFormat::bytes() const {
  return kind == Kind::blocks ? numbersOffset() + rows * rowNumbersBytes()
                              : elementBytes();
}

/// The codes of `lanes` elements of a row.
static Exprs loadCodes(const WeightFormat &format, Pointer codes, Expr row,
                       Expr column, int64_t lanes) {
  int64_t bits = format.bits, group = format.groupCodes();
  // A thread has a fourth of each run of 16 or 32, 8 codes of each 32.
  int64_t each = format.runCodes() / 4;
  Expr thread = column / double(each) % 4;
  Expr place = column % each;
  if (each < 8) {
    place = place + column / 16.0 % 2 * 4.0;
  }
  Expr offset = row * double(format.rowBytes()) +
                column / double(group) * 64.0 + thread * 16.0 +
                column % group / 32.0 * double(bits) +
                place * double(bits) / 32.0 * 4.0;
  Expr all = codes.bytes(offset).loadInteger();
  Exprs elements;
  for (int64_t i = 0; i < lanes; ++i) {
    Expr own = place % (32 / bits) + double(i);
    // Pairs of 4 bits are 16 bits apart.
    Expr bit = bits == 4 ? own % 2 * 16.0 + own / 2.0 * 4.0 : own * 8.0;
    elements.push_back((all >> bit) & ((int64_t(1) << bits) - 1));
  }
  return elements;
}

SmallVector<Exprs> tandem::nvidia::weightTermsOf(const WeightFormat &format,
                                                 ArrayRef<Expr> registers) {
  return format.kind == WeightFormat::Kind::f16
             ? splitHalves(registers)
             : SmallVector<Exprs>{Exprs(registers)};
}

BlockNumbers tandem::nvidia::loadNumbers(const WeightFormat &format,
                                         Pointer place) {
  Code &code = *place.code;
  Type element = format.hasHalfNumbers ? code.getF16Type() : code.f32();
  Expr all =
      place.load(format.hasZeros ? VectorType::get({2}, element) : element);
  auto number = [&](int64_t i) {
    Expr own = code.lane(all, i);
    return format.hasHalfNumbers
               ? Expr(code, LLVM::FPExtOp::create(code, code.f32(), own))
               : own;
  };
  return {number(0),
          format.hasZeros ? number(1) - format.middleCode() : code.real(0)};
}

BlockNumbers tandem::nvidia::loadNumbers(const WeightFormat &format,
                                         Pointer numbers, Expr row,
                                         Expr column) {
  Expr block = row * double(format.blocks()) + column / double(format.block);
  return loadNumbers(format,
                     numbers.bytes(block * double(format.blockNumbersBytes())));
}

static Expr loadBlocks(const WeightFormat &format, ArrayRef<Pointer> buffers,
                       Expr row, Expr column) {
  Code &code = *row.code;
  Exprs codes = loadCodes(format, buffers[0], row, column, format.lanes());
  BlockNumbers numbers = loadNumbers(format, buffers[1], row, column);
  Expr zero = numbers.zero + format.middleCode();
  Exprs elements;
  for (Expr value : codes) {
    elements.push_back((code.toFloat(value) - zero) * numbers.scale);
  }
  return code.gather(elements);
}

Expr tandem::nvidia::loadWeights(const WeightFormat &format,
                                 ArrayRef<Pointer> buffers, Expr row,
                                 Expr column) {
  Code &code = *row.code;
  if (format.kind == WeightFormat::Kind::blocks) {
    return loadBlocks(format, buffers, row, column);
  }
  Expr offset = row * double(format.stride()) + column;
  if (format.kind == WeightFormat::Kind::f32) {
    return (buffers[0] + offset).loadFloats(format.lanes());
  }
  Type element = format.kind == WeightFormat::Kind::bf16
                     ? Type(code.getBF16Type())
                     : code.getF16Type();
  Type halves = format.lanes() > 1
                    ? Type(VectorType::get({format.lanes()}, element))
                    : element;
  Expr stored = buffers[0].bytes(offset * 2.0).load(halves);
  Exprs elements;
  for (int64_t i = 0; i < format.lanes(); ++i) {
    elements.emplace_back(
        code, LLVM::FPExtOp::create(code, code.f32(), code.lane(stored, i)));
  }
  return code.gather(elements);
}
