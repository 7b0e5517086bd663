//===- Packing.cpp - weights as kernels take them -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Packing.h"

#include "tandem/dialects/Transformer/IR/HalfFloats.h"
#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/targets/Nvidia/Kernels/Elements.h"
#include "tandem/targets/Nvidia/Kernels/Products/WeightFormat.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;
using transformer::BFloat16;
using transformer::Half;
using transformer::PackedRows;

bool tandem::nvidia::isNk(deploy::WeightRole role) {
  return role == deploy::WeightRole::matrix_nk ||
         role == deploy::WeightRole::table_nk;
}

/// The format of a matrix or table; nothing for other weights.
static std::optional<WeightFormat> formatOf(deploy::SlotAttr slot) {
  if (slot.getRole() == deploy::WeightRole::vector) {
    return std::nullopt;
  }
  return WeightFormat::of(cast<RankedTensorType>(slot.getType()),
                          isNk(slot.getRole()));
}

PackingPlan tandem::nvidia::planPacking(deploy::PartOp part) {
  PackingPlan plan;
  llvm::DenseMap<std::pair<Attribute, unsigned>, int64_t> firstOf;
  for (auto [index, slot] :
       llvm::enumerate(part.getWeights().getAsRange<deploy::SlotAttr>())) {
    PackedWeight packed;
    packed.layout = "vector";
    packed.bytes =
        slot.getType().getNumElements() * bytesOf(*elementOf(slot.getType()));
    unsigned isTransposed = 0;
    if (auto format = formatOf(slot)) {
      packed.layout =
          (format->isCodes() ? "groups_" : "rows_") + format->name();
      packed.bytes = format->bytes();
      isTransposed = !isNk(slot.getRole());
    }
    auto [first, isNew] =
        firstOf.try_emplace({slot.getSource(), isTransposed}, index);
    // A vector that is also a matrix of fp32 lies as its file has it.
    bool isShared = !isNew && plan[first->second].bytes == packed.bytes &&
                    (plan[first->second].layout == packed.layout ||
                     slot.getType().getElementType().isF32());
    packed.sameAs = isShared ? first->second : -1;
    plan.push_back(packed);
  }
  return plan;
}

namespace {

/// Floats of a payload in any type, at any alignment.
struct Floats {
  Type type;
  ArrayRef<char> bytes;

  Floats(TypedAttr payload, ArrayRef<char> bytes)
      : type(cast<ShapedType>(payload.getType()).getElementType()),
        bytes(bytes) {
    if (isa<deploy::RotaryAttr>(payload)) { // computed, in fp32
      type = Float32Type::get(type.getContext());
    }
  }

  float at(int64_t index) const {
    if (type.isF32()) {
      float value;
      std::memcpy(&value, bytes.data() + 4 * index, 4);
      return value;
    }
    uint16_t half = llvm::support::endian::read16le(bytes.data() + 2 * index);
    return static_cast<float>(type.isBF16() ? double(BFloat16::ofBits(half))
                                            : double(Half::ofBits(half)));
  }
};

} // namespace

template <class Element>
static ArrayRef<char> bytesOf(const std::vector<Element> &elements) {
  return {reinterpret_cast<const char *>(elements.data()),
          elements.size() * sizeof(Element)};
}

/// Truth value `index` of a payload: bytes, or bits of a constant of the
/// program.
static float truthAt(ArrayRef<char> bytes, int64_t count, int64_t index) {
  bool isBits = int64_t(bytes.size()) < count;
  return isBits ? bytes[index / 8] >> index % 8 & 1 : bytes[index] != 0;
}

/// Writes the numbers of a weight that is no matrix as fp32.
static void writeVector(int64_t count, function_ref<float(int64_t)> at,
                        function_ref<void(ArrayRef<char>)> write) {
  constexpr int64_t pieceElements = 1 << 14;
  std::vector<float> piece;
  for (int64_t first = 0; first < count; first += pieceElements) {
    piece.clear();
    for (int64_t i = first; i < std::min(count, first + pieceElements); ++i) {
      piece.push_back(at(i));
    }
    write(bytesOf(piece));
  }
}

/// Writes rows of elements that `convert` makes of fp32.
template <class Element>
static void writeRows(const WeightFormat &format, bool isNk,
                      const Floats &elements, Element (*convert)(float),
                      function_ref<void(ArrayRef<char>)> write) {
  std::vector<Element> row(format.stride());
  for (int64_t n = 0; n < format.rows; ++n) {
    for (int64_t k = 0; k < format.depth; ++k) {
      row[k] = convert(
          elements.at(isNk ? n * format.depth + k : k * format.rows + n));
    }
    write(bytesOf(row));
  }
}

/// A row of codes in groups of 64 bytes (Kernels/Products/Codes.h).
static std::vector<char> groupCodes(const WeightFormat &format,
                                    const PackedRows &codes, int64_t row) {
  std::vector<char> bytes(format.rowBytes());
  int64_t each = format.runCodes() / 4; // codes of a run that a thread has
  for (int64_t k = 0; k < format.depth; ++k) {
    int64_t thread = k / each % 4;
    int64_t place = k % each + (each < 8 ? k / 16 % 2 * 4 : 0);
    int64_t stretch = k % format.groupCodes() / 32;
    int64_t first = k / format.groupCodes() * 64 + thread * 16;
    int64_t bit = format.bits == 4
                      ? stretch * 32 + place % 2 * 16 + place / 2 * 4
                      : stretch * 64 + place * 8;
    bytes[first + bit / 8] |= codes.get(row, k) << bit % 8;
  }
  return bytes;
}

/// Writes codes, and behind them scales with zero points.
static void writeBlocks(const WeightFormat &format, deploy::SlotAttr slot,
                        ArrayRef<ArrayRef<char>> payloads,
                        function_ref<void(ArrayRef<char>)> write) {
  auto encoding = transformer::getBlocks(slot.getType());
  auto sources = onnx::getPayloads(slot.getSource());
  int64_t fileBlocks = llvm::divideCeil(format.depth, format.block);
  PackedRows codes{payloads[0], format.bits,
                   fileBlocks * format.block * format.bits / 8};
  for (int64_t n = 0; n < format.rows; ++n) {
    write(groupCodes(format, codes, n));
  }
  static constexpr char zeros[16] = {};
  write(ArrayRef<char>(zeros, format.numbersOffset() - format.elementBytes()));
  Floats scales(sources[1], payloads[1]);
  std::optional<Floats> zeroPoints;
  PackedRows packed;
  if (encoding.hasPackedZeroPoints()) {
    packed = {payloads[2], format.bits,
              int64_t(llvm::divideCeil(fileBlocks * format.bits, 8))};
  } else if (encoding.getZeroPoints()) {
    zeroPoints.emplace(sources[2], payloads[2]);
  }
  int64_t numbers = format.numbers();
  std::vector<float> row(numbers * format.blocks());
  std::vector<uint16_t> halves(row.size());
  for (int64_t n = 0; n < format.rows; ++n) {
    for (int64_t i = 0; i < fileBlocks; ++i) {
      int64_t index = n * fileBlocks + i;
      row[numbers * i] = scales.at(index);
      if (format.hasZeros) {
        row[numbers * i + 1] =
            zeroPoints ? zeroPoints->at(index) : packed.get(n, i);
      }
    }
    llvm::transform(row, halves.begin(),
                    [](float number) { return Half(number).bits; });
    write(format.hasHalfNumbers ? bytesOf(halves) : bytesOf(row));
  }
}

void tandem::nvidia::packWeight(deploy::SlotAttr slot,
                                ArrayRef<ArrayRef<char>> payloads,
                                function_ref<void(ArrayRef<char>)> write) {
  std::optional<WeightFormat> format = formatOf(slot);
  if (format && format->kind == WeightFormat::Kind::blocks) {
    return writeBlocks(*format, slot, payloads, write);
  }
  bool isInRows = isNk(slot.getRole());
  Floats elements(onnx::getPayloads(slot.getSource()).front(),
                  payloads.front());
  if (!format) {
    int64_t count = slot.getType().getNumElements();
    if (elements.type.isInteger(1)) {
      auto at = [&](int64_t i) { return truthAt(payloads.front(), count, i); };
      return writeVector(count, at, write);
    }
    if (elements.type.isF16() || elements.type.isBF16()) {
      auto at = [&](int64_t i) { return elements.at(i); };
      return writeVector(count, at, write);
    }
    return write(payloads.front());
  }
  if (format->kind == WeightFormat::Kind::bf16) {
    return writeRows<uint16_t>(
        *format, isInRows, elements,
        [](float element) { return BFloat16(element).bits; }, write);
  }
  if (format->kind == WeightFormat::Kind::f16) {
    return writeRows<uint16_t>(
        *format, isInRows, elements,
        [](float element) { return Half(element).bits; }, write);
  }
  if (isInRows) {
    return write(payloads.front());
  }
  writeRows<float>(
      *format, isInRows, elements, [](float element) { return element; },
      write);
}
