//===- Packing.cpp - weights as programs take them --------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/Packing.h"

#include "tandem/dialects/Transformer/IR/HalfFloats.h"
#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/targets/Tpu/Lowering/StoredWeights.h"

#include <cstring>

using namespace mlir;
using namespace tandem;

static int64_t bytesOf(RankedTensorType type) {
  return type.getNumElements() * type.getElementTypeBitWidth() / 8;
}

static PackedPiece pieceOf(RankedTensorType type) {
  PackedPiece piece;
  llvm::raw_string_ostream(piece.type) << type.getElementType();
  piece.shape.assign(type.getShape().begin(), type.getShape().end());
  piece.bytes = bytesOf(type);
  return piece;
}

static PackedWeight planWeight(deploy::SlotAttr slot) {
  PackedWeight packed;
  packed.layout = tpu::denseLayout.str();
  SmallVector<RankedTensorType> types = tpu::argumentTypes(slot.getSource());
  if (!transformer::isEncoded(slot.getType())) {
    packed.bytes = bytesOf(types.front());
    return packed;
  }
  for (RankedTensorType type : types) {
    packed.pieces.push_back(pieceOf(type));
    packed.bytes += packed.pieces.back().alignedBytes();
  }
  return packed;
}

PackingPlan tandem::tpu::planPacking(deploy::PartOp part) {
  PackingPlan plan;
  llvm::DenseMap<Attribute, int64_t> firstOf;
  for (auto [index, slot] :
       llvm::enumerate(part.getWeights().getAsRange<deploy::SlotAttr>())) {
    plan.push_back(planWeight(slot));
    auto [first, isNew] = firstOf.try_emplace(slot.getSource(), index);
    plan.back().sameAs = isNew ? -1 : first->second;
  }
  return plan;
}

/// Writes f32 elements as bf16 or f16.
static void writeRounded(ArrayRef<char> source, bool isHalf,
                         function_ref<void(ArrayRef<char>)> write) {
  constexpr size_t most = 4096;
  std::vector<uint16_t> rounded;
  for (size_t first = 0; first < source.size(); first += 4 * most) {
    size_t count = std::min(most, (source.size() - first) / 4);
    rounded.resize(count);
    for (size_t i = 0; i < count; ++i) {
      float element;
      std::memcpy(&element, source.data() + first + 4 * i, sizeof(element));
      rounded[i] = isHalf ? transformer::Half(element).bits
                          : transformer::BFloat16(element).bits;
    }
    write({reinterpret_cast<const char *>(rounded.data()), 2 * count});
  }
}

void tandem::tpu::packWeight(deploy::SlotAttr slot, const PackedWeight &packed,
                             ArrayRef<ArrayRef<char>> payloads,
                             function_ref<void(ArrayRef<char>)> write) {
  if (packed.pieces.empty()) {
    return write(payloads.front());
  }
  static constexpr char zeros[64] = {};
  auto stored = transformer::getStored(slot.getType());
  for (auto [piece, payload] : llvm::zip(packed.pieces, payloads)) {
    if (stored) {
      writeRounded(payload, stored.getElement().isF16(), write);
    } else {
      write(payload);
    }
    write(ArrayRef<char>(zeros, piece.alignedBytes() - piece.bytes));
  }
}
