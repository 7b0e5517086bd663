//===- SeededTable.cpp - a part's weights without their bytes ---*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Bundle/SeededTable.h"

#include <cmath>

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/targets/Bundle/BundleError.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace tandem {

using runtime::SeededValues;

bool isInFile(deploy::SlotAttr slot) {
  return llvm::any_of(onnx::getPayloads(slot.getSource()),
                      llvm::IsaPred<onnx::WeightAttr>);
}

/// The power of two nearest to `value`.
static double nearestPower(double value) {
  return std::exp2(std::round(std::log2(value)));
}

/// 128 odd multiples of a power of two around 0, with a variance near
/// 1 / `depth`: a row times an input of the order of 1 is of that order.
static SeededValues matrixValues(double depth) {
  double unit = nearestPower(std::sqrt(3 / depth) / 128);
  return {-127 * unit, 2 * unit, /*bits=*/7};
}

/// 16 numbers from 1 - 1/16 to 1 + 7/128.
static SeededValues vectorValues() { return {0.9375, 0.0078125, /*bits=*/4}; }

/// Payloads of a matrix in blocks: any code is valid; scales are 16 numbers in
/// one octave, which gives elements the variance of matrixValues; zero points
/// are the two codes in the middle.
static SeededValues blockValues(transformer::BlocksAttr blocks,
                                unsigned payload, double depth) {
  double codes = std::exp2(blocks.getBits());
  switch (payload) {
  case 0:
    return {0, 1, static_cast<uint64_t>(blocks.getBits())};
  case 1: {
    double unit = nearestPower(std::sqrt(12 / depth) / codes / std::sqrt(2));
    return {unit, unit / 16, /*bits=*/4};
  }
  default:
    return {codes / 2 - 1, 1, /*bits=*/1};
  }
}

static SeededValues valuesOf(deploy::SlotAttr slot, unsigned payload) {
  if (slot.getRole() == deploy::WeightRole::vector) {
    return vectorValues();
  }
  bool isNk = slot.getRole() == deploy::WeightRole::matrix_nk ||
              slot.getRole() == deploy::WeightRole::table_nk;
  double depth = slot.getType().getDimSize(isNk ? 1 : 0);
  if (auto blocks = transformer::getBlocks(slot.getType())) {
    return blockValues(blocks, payload, depth);
  }
  return matrixValues(depth);
}

llvm::Expected<std::vector<runtime::SeededField>>
describeSeeded(deploy::SlotAttr slot, const PackedWeight &packed,
               const Target &target) {
  auto fields = target.describePacked(slot, packed);
  if (!fields) {
    return bundle::makeError(
        runtime::ExitCode::Unsupported,
        "weight '" + describeSource(slot) + "': target '" + target.getName() +
            "' does not describe its layout '" + packed.layout +
            "', which --no-weights needs; compile with the weights");
  }
  std::vector<runtime::SeededField> seeded;
  for (const PackedField &field : *fields) {
    runtime::SeededField &made = seeded.emplace_back(field.places);
    made.tensor = describeSource(slot) + " #" + std::to_string(field.payload);
    made.values = valuesOf(slot, field.payload);
  }
  return seeded;
}

llvm::Expected<SeededTable> describeTable(deploy::PartOp part,
                                          const Target &target,
                                          const PackingPlan &plan) {
  SeededTable table;
  for (auto [index, packed] : llvm::enumerate(plan)) {
    PackedLocation &location = table.locations.emplace_back();
    std::vector<runtime::SeededField> &fields = table.fields.emplace_back();
    if (packed.sameAs >= 0) {
      location = table.locations[packed.sameAs];
      fields = table.fields[packed.sameAs];
      continue;
    }
    deploy::SlotAttr slot = part.getSlot(index);
    if (!isInFile(slot)) {
      continue;
    }
    auto described = describeSeeded(slot, packed, target);
    if (!described) {
      return described.takeError();
    }
    fields = std::move(*described);
    location = {llvm::alignTo(table.bytes, weightAlignment),
                static_cast<uint64_t>(packed.bytes)};
    table.bytes = location.offset + location.bytes;
  }
  return table;
}

} // namespace tandem
