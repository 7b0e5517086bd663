//===- WeightPacker.h - a part's weights as bytes ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Packs the weight table of a part, tensor by tensor, from the mapped model.
// Private memory is bounded by the pieces that the target writes.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_BUNDLE_WEIGHTPACKER_H
#define TANDEM_TARGETS_BUNDLE_WEIGHTPACKER_H

#include <vector>

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/targets/Interface/Target.h"
#include "llvm/Support/Error.h"

namespace tandem {

/// Every tensor starts on a cache line.
inline constexpr uint64_t weightAlignment = 64;

/// Where an entry of the weight table lies in the packed file.
struct PackedLocation {
  uint64_t offset = 0; ///< 64-byte aligned
  uint64_t bytes = 0;
};

/// The mapped bytes of a weight.
using WeightReader = llvm::function_ref<llvm::ArrayRef<char>(onnx::WeightAttr)>;

/// Receives the packed file from its first byte to its last.
using ByteSink = llvm::function_ref<llvm::Error(llvm::ArrayRef<char>)>;

/// Whether an entry is packed.
using SlotFilter = llvm::function_ref<bool(deploy::SlotAttr)>;

/// Packs every weight of `part` that `filter` takes by `plan` and returns where
/// each entry lies, nothing for the others; entries that share a packed tensor
/// have one location.
llvm::Expected<std::vector<PackedLocation>> packWeights(
    deploy::PartOp part, const Target &target, const PackingPlan &plan,
    WeightReader readWeight, ByteSink sink,
    SlotFilter filter = [](deploy::SlotAttr) { return true; });

/// What an entry holds, in words, for part.json: a file and offset, or how it
/// was made.
std::string describeSource(deploy::SlotAttr slot);

/// The same for one payload of an entry.
std::string describePayload(mlir::TypedAttr payload);

/// The table of `rotary`, row-major fp32: the product of position and frequency
/// is rounded to fp32, cosine and sine are taken in double precision.
std::vector<float> makeRotaryTable(deploy::RotaryAttr rotary);

} // namespace tandem

#endif // TANDEM_TARGETS_BUNDLE_WEIGHTPACKER_H
