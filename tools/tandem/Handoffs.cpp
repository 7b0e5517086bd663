//===- Handoffs.cpp - conversions between the parts of a bundle -----------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Handoffs.h"

#include "PartSink.h"

using namespace mlir;

namespace tandem {
namespace {

constexpr StringLiteral folder = "handoff";

bool runs(const CompiledPart &part, StringRef phase) {
  return llvm::is_contained(part.record.phases, phase);
}

bool handsOver(const CompiledPart &from, const CompiledPart &to) {
  return from.record.id != to.record.id &&
         from.record.stage == to.record.stage && runs(from, "prefill") &&
         !runs(from, "decode") && runs(to, "decode") && !runs(to, "prefill");
}

bool isEqual(const CacheLayout &a, const CacheLayout &b) {
  return a.keys == b.keys && a.values == b.values &&
         a.elementType == b.elementType;
}

const Target *converterOf(const CompiledPart &from, const CompiledPart &to) {
  for (const Target *target : {to.target, from.target}) {
    if (target->canConvertCaches()) {
      return target;
    }
  }
  for (const auto &target : getTargets()) {
    if (target->canConvertCaches()) {
      return target.get();
    }
  }
  return nullptr;
}

/// The cache of all layers of a contract.
CacheShape shapeOf(const runtime::CacheContract &contract) {
  if (contract.layers.empty()) {
    return {};
  }
  const runtime::CacheLayer &layer = contract.layers.front();
  return {static_cast<int64_t>(contract.layers.size()),
          static_cast<int64_t>(layer.heads), static_cast<int64_t>(layer.keyDim),
          static_cast<int64_t>(layer.valueDim)};
}

llvm::Expected<runtime::HandoffRecord>
addHandoff(const CompiledPart &from, const CompiledPart &to,
           const Target &target, const runtime::CacheContract &contract,
           Location location, bundle::BundleWriter &writer) {
  PartSink sink(writer, folder.str());
  auto emitted = target.emitConversion(
      {shapeOf(contract), from.cache, to.cache, contract.digest},
      from.record.id + "-" + to.record.id, location, sink);
  if (llvm::Error error = sink.takeError()) {
    return std::move(error);
  }
  if (failed(emitted)) {
    return bundle::makeError(runtime::ExitCode::Infeasible,
                             "no conversion of the cache from part '" +
                                 from.record.id + "' to part '" + to.record.id +
                                 "'");
  }
  runtime::HandoffRecord record{from.record.id, to.record.id, {}};
  for (const ArtifactVariant &variant : *emitted) {
    record.variants.push_back(
        {variant.name, (folder + "/" + variant.file).str(), variant.features});
  }
  return record;
}

} // namespace

llvm::Expected<std::vector<runtime::HandoffRecord>>
addHandoffs(llvm::ArrayRef<CompiledPart> parts,
            const runtime::CacheContract &contract, Location location,
            bundle::BundleWriter &writer) {
  std::vector<runtime::HandoffRecord> records;
  for (const CompiledPart &from : parts) {
    for (const CompiledPart &to : parts) {
      if (!handsOver(from, to)) {
        continue;
      }
      if (from.isText && to.isText && isEqual(from.cache, to.cache)) {
        continue;
      }
      const Target *target = converterOf(from, to);
      if (!target) {
        return bundle::makeError(
            runtime::ExitCode::Infeasible,
            "no target of this build writes code for the host, by which the "
            "cache passes from part '" +
                from.record.id + "' to part '" + to.record.id + "'");
      }
      auto record = addHandoff(from, to, *target, contract, location, writer);
      if (!record) {
        return record.takeError();
      }
      records.push_back(std::move(*record));
    }
  }
  return records;
}

} // namespace tandem
