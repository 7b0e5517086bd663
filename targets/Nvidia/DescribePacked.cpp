//===- DescribePacked.cpp - where packed numbers lie ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Packing.cpp as loops; a test compares the bytes.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Packing.h"

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/targets/Nvidia/Kernels/Products/WeightFormat.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;

/// Places in rows of `perRow`, `bits` apart, of a payload that has as many; a
/// row begins `stride` places behind the one before.
static PackedField inRows(StringRef type, uint64_t rows, uint64_t perRow,
                          uint64_t bits, uint64_t stride) {
  PackedField field;
  field.places.type = type.str();
  field.places.rows = rows;
  field.places.columns = field.places.rowElements = perRow;
  field.places.loops = {{rows, stride * bits, 1, 0}, {perRow, bits, 0, 1}};
  return field;
}

/// Codes in groups of 64 bytes, in the order in which threads take them.
static std::vector<runtime::SeededLoop> groupLoops(const WeightFormat &format) {
  uint64_t rows = format.rows, rowBits = 8 * format.rowBytes();
  uint64_t codes = format.groupCodes(), groups = format.stride() / codes;
  std::vector<runtime::SeededLoop> loops = {{rows, rowBits, 1, 0},
                                            {groups, 8 * 64, 0, codes}};
  uint64_t bits = format.bits, each = format.runCodes() / 4;
  loops.push_back({codes / 32, 8 * bits, 0, 32}); // stretches
  loops.push_back({4, 128, 0, each});             // threads
  if (bits == 4) {
    loops.push_back({8 / each, 2 * each, 0, 16}); // runs
    loops.push_back({each / 2, 4, 0, 2});
    loops.push_back({2, 16, 0, 1});
  } else {
    loops.push_back({8 / each, 8 * each, 0, 16});
    loops.push_back({each, 8, 0, 1});
  }
  return loops;
}

static std::vector<PackedField> describeBlocks(const WeightFormat &format) {
  uint64_t rows = format.rows;
  uint64_t fileBlocks = llvm::divideCeil(format.depth, format.block);
  uint64_t fileCodes = fileBlocks * format.block;
  std::vector<PackedField> fields = {inRows(
      format.bits == 4 ? "u4" : "u8", rows, fileCodes, format.bits, fileCodes)};
  fields[0].places.columns = format.depth;
  fields[0].places.loops = groupLoops(format);
  // A scale and, where there are some, a zero point of each block.
  for (unsigned number = 0; number < format.numbers(); ++number) {
    PackedField &field = fields.emplace_back(
        inRows(format.hasHalfNumbers ? "f16" : "f32", rows, fileBlocks,
               8 * format.blockNumbersBytes(), format.blocks()));
    field.payload = 1 + number;
    field.places.offset =
        8 * (format.numbersOffset() + number * format.numberBytes());
  }
  return fields;
}

std::optional<std::vector<PackedField>>
tandem::nvidia::describePacked(deploy::SlotAttr slot,
                               const PackedWeight & /*packed*/) {
  if (isa<IntegerType>(slot.getType().getElementType())) {
    return std::nullopt; // numbers of a program, which no seed gives
  }
  if (slot.getRole() == deploy::WeightRole::vector) {
    uint64_t elements = slot.getType().getNumElements();
    return std::vector{inRows("f32", 1, elements, 32, elements)};
  }
  bool hasRows = isNk(slot.getRole());
  WeightFormat format =
      *WeightFormat::of(cast<RankedTensorType>(slot.getType()), hasRows);
  if (format.kind == WeightFormat::Kind::blocks) {
    return describeBlocks(format);
  }
  bool isWide = format.kind == WeightFormat::Kind::f32;
  PackedField field = inRows(format.name(), format.rows, format.depth,
                             isWide ? 32 : 16, format.stride());
  if (!hasRows) { // the file has columns
    std::swap(field.places.rows, field.places.columns);
    field.places.rowElements = format.rows;
    for (runtime::SeededLoop &loop : field.places.loops) {
      std::swap(loop.row, loop.column);
    }
  }
  return std::vector{field};
}
