//===- WeightPacker.cpp - a part's weights as bytes -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/targets/Bundle/WeightPacker.h"

#include <cmath>

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace tandem {

std::vector<float> makeRotaryTable(deploy::RotaryAttr rotary) {
  std::vector<float> frequencies;
  for (const APFloat &value : rotary.getFrequencies().getValues<APFloat>()) {
    frequencies.push_back(value.convertToFloat());
  }
  bool isCosine = rotary.getFunction() == "cos";
  double scale = rotary.getScale().getValueAsDouble();
  std::vector<float> table;
  int64_t rows = rotary.getType().getDimSize(0);
  table.reserve(rows * frequencies.size());
  for (int64_t position = 0; position < rows; ++position) {
    for (float frequency : frequencies) {
      double angle = static_cast<float>(position) * frequency;
      table.push_back(static_cast<float>(
          (isCosine ? std::cos(angle) : std::sin(angle)) * scale));
    }
  }
  return table;
}

std::string describePayload(TypedAttr payload) {
  return llvm::TypeSwitch<Attribute, std::string>(payload)
      .Case([](onnx::WeightAttr weight) {
        return llvm::formatv("{0}:{1}", weight.getFile(), weight.getOffset())
            .str();
      })
      .Case([](deploy::RotaryAttr rotary) {
        return llvm::formatv("rotary {0}", rotary.getFunction()).str();
      })
      .Default([](Attribute) { return std::string("constant"); });
}

std::string describeSource(deploy::SlotAttr slot) {
  return llvm::join(
      llvm::map_range(onnx::getPayloads(slot.getSource()), describePayload),
      ", ");
}

namespace {

/// Bytes of a payload: borrowed from the mapped file, or made here.
struct PayloadBytes {
  llvm::ArrayRef<char> bytes;
  std::vector<char> owned;
};

PayloadBytes readPayload(TypedAttr payload, WeightReader readWeight) {
  PayloadBytes source;
  if (auto weight = dyn_cast<onnx::WeightAttr>(payload)) {
    source.bytes = readWeight(weight);
    return source;
  }
  if (auto rotary = dyn_cast<deploy::RotaryAttr>(payload)) {
    std::vector<float> table = makeRotaryTable(rotary);
    auto *begin = reinterpret_cast<const char *>(table.data());
    source.owned.assign(begin, begin + table.size() * sizeof(float));
  } else {
    auto dense = cast<DenseElementsAttr>(payload);
    llvm::ArrayRef<char> raw = dense.getRawData();
    int64_t copies = dense.isSplat() ? dense.getNumElements() : 1;
    for (int64_t i = 0; i < copies; ++i) {
      source.owned.insert(source.owned.end(), raw.begin(), raw.end());
    }
  }
  source.bytes = source.owned;
  return source;
}

} // namespace

llvm::Expected<std::vector<PackedLocation>>
packWeights(deploy::PartOp part, const Target &target, const PackingPlan &plan,
            WeightReader readWeight, ByteSink sink, SlotFilter filter) {
  std::vector<PackedLocation> locations;
  uint64_t written = 0;
  llvm::Error error = llvm::Error::success();
  auto write = [&](llvm::ArrayRef<char> bytes) {
    written += bytes.size();
    if (!error) {
      error = sink(bytes);
    }
  };
  static constexpr char zeros[weightAlignment] = {};
  for (auto [index, packed] : llvm::enumerate(plan)) {
    if (packed.sameAs >= 0) {
      locations.push_back(locations[packed.sameAs]);
      continue;
    }
    deploy::SlotAttr slot = part.getSlot(index);
    if (!filter(slot)) {
      locations.emplace_back();
      continue;
    }
    write(llvm::ArrayRef(zeros,
                         llvm::alignTo(written, weightAlignment) - written));
    PackedLocation location = {written, static_cast<uint64_t>(packed.bytes)};
    std::vector<PayloadBytes> sources;
    std::vector<llvm::ArrayRef<char>> payloads;
    for (TypedAttr payload : onnx::getPayloads(slot.getSource())) {
      sources.push_back(readPayload(payload, readWeight));
      payloads.push_back(sources.back().bytes);
    }
    target.pack(slot, packed, payloads, write);
    if (error) {
      return std::move(error);
    }
    if (written - location.offset != location.bytes) {
      return llvm::createStringError(
          "weight %zu: target '%s' packed %llu bytes, its plan says %llu",
          index, target.getName().str().c_str(),
          (unsigned long long)(written - location.offset),
          (unsigned long long)location.bytes);
    }
    locations.push_back(location);
  }
  if (error) {
    return std::move(error);
  }
  return locations;
}

} // namespace tandem
