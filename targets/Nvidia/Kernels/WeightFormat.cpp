//===- WeightFormat.cpp - how a weight matrix lies -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/WeightFormat.h"

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
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
    format.hasZeros = bool(blocks.getZeroPoints());
    // Four codes are loaded at once.
    return isNk && format.block % 4 == 0 ? std::optional(format) : std::nullopt;
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
           (hasZeros ? "_zeros" : "");
  }
  llvm_unreachable("unknown kind");
}

bool WeightFormat::isForTensorCores() const {
  return kind == Kind::bf16 || (kind == Kind::blocks && block % 32 == 0);
}

int64_t WeightFormat::groupCodes() const {
  return isForTensorCores() ? 64 * 8 / bits : block;
}

int64_t WeightFormat::stride() const {
  switch (kind) {
  case Kind::f32:
  case Kind::f16:
    return depth;
  case Kind::bf16:
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
  return kind == Kind::blocks
             ? numbersOffset() + rows * blocks() * numbers() * 4
             : elementBytes();
}

/// The codes of `lanes` elements of a row in groups.
static Exprs loadGroupCodes(const WeightFormat &format, Pointer codes, Expr row,
                            Expr column, int64_t lanes) {
  int64_t codesPerWord = 32 / format.bits, group = format.groupCodes();
  Expr thread = column / 8.0 % 4, word = column % group / 32.0;
  if (format.bits == 8) {
    word = word * 2.0 + column / 4.0 % 2;
  }
  Expr offset = row * double(format.rowBytes()) +
                column / double(group) * 64.0 + thread * 16.0 + word * 4.0;
  Expr all = codes.bytes(offset).loadInteger();
  Exprs elements;
  for (int64_t i = 0; i < lanes; ++i) {
    Expr place = column % codesPerWord + double(i);
    // Pairs of 4 bits are 16 bits apart.
    Expr bit =
        format.bits == 4 ? place % 2 * 16.0 + place / 2.0 * 4.0 : place * 8.0;
    elements.push_back((all >> bit) & ((int64_t(1) << format.bits) - 1));
  }
  return elements;
}

/// One integer that holds the codes of `lanes` elements.
static Expr loadCodes(const WeightFormat &format, Pointer codes, Expr row,
                      Expr column, int64_t lanes) {
  Code &code = *codes.code;
  int64_t rowBytes = format.rowBytes();
  // 4 codes of 4 bits are 2 bytes; a single one is half of a byte.
  int64_t bits = std::max<int64_t>(8, lanes * format.bits);
  Expr offset = row * double(rowBytes) + column * double(format.bits) / 8.0;
  return code.extend(codes.bytes(offset).load(code.getIntegerType(bits)),
                     code.i32());
}

static Exprs loadRowCodes(const WeightFormat &format, Pointer buffer, Expr row,
                          Expr column, int64_t lanes) {
  Code &code = *row.code;
  Expr codes = loadCodes(format, buffer, row, column, lanes);
  if (lanes == 1 && format.bits == 4) {
    codes = code.select(column % 2 == 0, codes, codes >> 4);
  }
  Exprs elements;
  for (int64_t i = 0; i < lanes; ++i) {
    elements.push_back((codes >> (i * format.bits)) &
                       ((int64_t(1) << format.bits) - 1));
  }
  return elements;
}

BlockNumbers tandem::nvidia::loadNumbers(const WeightFormat &format,
                                         Pointer numbers, Expr row,
                                         Expr column) {
  Code &code = *row.code;
  Expr block = row * double(format.blocks()) + column / double(format.block);
  Expr both =
      (numbers + block * double(format.numbers())).loadFloats(format.numbers());
  return {code.lane(both, 0), format.hasZeros
                                  ? code.lane(both, 1) - format.middleCode()
                                  : code.real(0)};
}

static Expr loadBlocks(const WeightFormat &format, ArrayRef<Pointer> buffers,
                       Expr row, Expr column) {
  Code &code = *row.code;
  Exprs codes = (format.isForTensorCores() ? loadGroupCodes : loadRowCodes)(
      format, buffers[0], row, column, format.lanes());
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
  Type halves = code.getIntegerType(16);
  if (format.lanes() > 1) {
    halves = VectorType::get({format.lanes()}, halves);
  }
  Expr bits = buffers[0].bytes(offset * 2.0).load(halves);
  Exprs elements;
  for (int64_t i = 0; i < format.lanes(); ++i) {
    if (format.kind == WeightFormat::Kind::f16) {
      Expr half = code.bitcast(code.lane(bits, i), code.getF16Type());
      elements.emplace_back(code,
                            LLVM::FPExtOp::create(code, code.f32(), half));
      continue;
    }
    Expr wide = code.extend(code.lane(bits, i), code.i32());
    elements.push_back(code.bitcast(wide * double(1 << 16), code.f32()));
  }
  return code.gather(elements);
}
