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
  if (type.getRank() != 2 || !type.getElementType().isF32()) {
    return std::nullopt;
  }
  WeightFormat format;
  format.rows = type.getDimSize(isNk ? 0 : 1);
  format.depth = type.getDimSize(isNk ? 1 : 0);
  if (transformer::BlocksAttr blocks = transformer::getBlocks(type)) {
    format.kind = Kind::blocks;
    format.bits = blocks.getBits();
    format.block = blocks.getBlock();
    // Four codes are loaded at once.
    return isNk && format.block % 4 == 0 ? std::optional(format) : std::nullopt;
  }
  if (transformer::StoredAttr stored = transformer::getStored(type)) {
    format.kind = Kind::bf16;
    return stored.getElement().isBF16() ? std::optional(format) : std::nullopt;
  }
  return format;
}

std::string WeightFormat::name() const {
  switch (kind) {
  case Kind::f32:
    return "f32";
  case Kind::bf16:
    return "bf16";
  case Kind::blocks:
    return "u" + std::to_string(bits) + "x" + std::to_string(block);
  }
  llvm_unreachable("unknown kind");
}

int64_t WeightFormat::stride() const {
  return kind == Kind::bf16 ? wholeTiles(depth) : depth;
}

int64_t WeightFormat::elementBytes() const {
  switch (kind) {
  case Kind::f32:
    return rows * depth * 4;
  case Kind::bf16:
    return rows * stride() * 2;
  case Kind::blocks:
    return rows * blocks() * block * bits / 8;
  }
  llvm_unreachable("unknown kind");
}

int64_t WeightFormat::bytes() const {
  return kind == Kind::blocks ? numbersOffset() + rows * blocks() * 8
                              : elementBytes();
}

/// One integer that holds the codes of `lanes` elements.
static Expr loadCodes(const WeightFormat &format, Pointer codes, Expr row,
                      Expr column, int64_t lanes) {
  Code &code = *codes.code;
  int64_t rowBytes = format.blocks() * format.block * format.bits / 8;
  // 4 codes of 4 bits are 2 bytes; a single one is half of a byte.
  int64_t bits = std::max<int64_t>(8, lanes * format.bits);
  Expr offset = row * double(rowBytes) + column * double(format.bits) / 8.0;
  return code.extend(codes.bytes(offset).load(code.getIntegerType(bits)),
                     code.i32());
}

static Expr loadBlocks(const WeightFormat &format, ArrayRef<Pointer> buffers,
                       Expr row, Expr column) {
  Code &code = *row.code;
  int64_t lanes = format.lanes();
  Expr codes = loadCodes(format, buffers[0], row, column, lanes);
  if (lanes == 1 && format.bits == 4) {
    codes = code.select(column % 2 == 0, codes, codes >> 4);
  }
  Expr block = row * double(format.blocks()) + column / double(format.block);
  Expr numbers = (buffers[1] + block * 2.0).loadFloats(2);
  Expr scale = code.lane(numbers, 0), zero = code.lane(numbers, 1);
  Exprs elements;
  for (int64_t i = 0; i < lanes; ++i) {
    Expr value =
        (codes >> (i * format.bits)) & ((int64_t(1) << format.bits) - 1);
    elements.push_back((code.toFloat(value) - zero) * scale);
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
    Expr wide = code.extend(code.lane(bits, i), code.i32());
    elements.push_back(code.bitcast(wide * double(1 << 16), code.f32()));
  }
  return code.gather(elements);
}
