//===- HandoffLibrary.cpp - a conversion in memory ------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Handoff/HandoffLibrary.h"

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/PartLibrary.h"

namespace tandem::runtime {

const HandoffRecord &findHandoff(const Manifest &manifest,
                                 const std::string &producer,
                                 const std::string &consumer) {
  std::string known;
  for (const HandoffRecord &record : manifest.handoffs) {
    if (record.producer == producer && record.consumer == consumer) {
      return record;
    }
    known += (known.empty() ? "'" : ", '") + record.producer + "' to '" +
             record.consumer + "'";
  }
  throw Failure(ExitCode::InputRejected,
                "the bundle cannot hand a cache from part '" + producer +
                    "' to part '" + consumer + "'; it can from " +
                    (known.empty() ? "no part to another" : known));
}

HandoffLibrary::HandoffLibrary(const BundleFolder &bundle,
                               const HandoffRecord &record)
    : library(bundle, chooseVariant(record.variants, "").file,
              TANDEM_HANDOFF_QUERY),
      capacity(bundle.manifest().capacity.tokens) {
  code = reinterpret_cast<TandemHandoffQuery>(library.query())(
      TANDEM_HANDOFF_ABI_VERSION);
  const CacheContract &contract = bundle.manifest().contract;
  if (!code || code->size < sizeof(TandemHandoff) ||
      code->abiVersion != TANDEM_HANDOFF_ABI_VERSION ||
      code->layers != contract.layers.size()) {
    throw Failure(ExitCode::InputRejected,
                  "the conversion from '" + record.producer + "' to '" +
                      record.consumer + "' does not answer as the contract " +
                      "says; compile the model again");
  }
  if (contract.digest != code->contract) {
    throw Failure(ExitCode::InputRejected,
                  "the conversion from '" + record.producer + "' to '" +
                      record.consumer + "' was made for contract digest '" +
                      code->contract + "', manifest.json says '" +
                      contract.digest + "'; compile the model again");
  }
  for (const CacheLayout &layout : contract.layouts) {
    if (layout.part == record.producer) {
      slotBytes = layout.slotBytes;
    }
  }
}

TandemHandoffRange HandoffLibrary::describe(const CacheRange &range) const {
  TandemHandoffRange result = {};
  result.size = sizeof(result);
  result.firstLayer = range.firstLayer;
  result.layerCount = range.layerCount;
  result.firstToken = range.firstToken;
  result.tokenCount = range.tokenCount;
  result.sourceCapacity = capacity;
  result.destinationCapacity = capacity;
  return result;
}

void HandoffLibrary::convert(const CacheRange &range, const char *source,
                             char *destination,
                             const TandemThreads *threads) const {
  if (range.tokenCount == 0 || range.layerCount == 0) {
    return;
  }
  TandemHandoffRange request = describe(range);
  request.source = source;
  request.destination = destination;
  request.threads = threads;
  if (int32_t result = code->convert(&request); result != TANDEM_STEP_OK) {
    throw Failure(ExitCode::RuntimeFailure,
                  "the conversion refused a range with code " +
                      std::to_string(result));
  }
}

uint64_t HandoffLibrary::checksum(const CacheRange &range,
                                  const char *source) const {
  TandemHandoffRange request = describe(range);
  request.source = source;
  return code->checksum(&request);
}

} // namespace tandem::runtime
