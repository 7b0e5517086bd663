//===- CompiledPart.cpp - a part's files in the bundle -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "CompiledPart.h"

#include "PartSink.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/targets/Bundle/SeededTable.h"
#include "tandem/targets/Runtime/PartAbi.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace tandem {
namespace {

std::string textOf(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

using Records = std::vector<runtime::WeightRecord>;

/// Describes an entry, or each of its pieces.
void addRecords(deploy::SlotAttr slot, const PackedWeight &packed,
                PackedLocation location, const std::string &file,
                Records &records) {
  auto add = [&](llvm::ArrayRef<int64_t> shape, std::string type,
                 std::string source, uint64_t bytes) {
    runtime::WeightRecord record;
    record.file = file;
    record.offset = location.offset;
    record.bytes = bytes;
    record.layout = packed.layout;
    record.shape.assign(shape.begin(), shape.end());
    record.type = std::move(type);
    record.source = std::move(source);
    records.push_back(record);
  };
  if (packed.pieces.empty()) {
    return add(slot.getType().getShape(),
               transformer::describeStorage(slot.getType()),
               describeSource(slot), location.bytes);
  }
  auto payloads = onnx::getPayloads(slot.getSource());
  for (auto [piece, payload] : llvm::zip(packed.pieces, payloads)) {
    add(piece.shape, piece.type, describePayload(payload), piece.bytes);
    location.offset += piece.alignedBytes();
  }
}

/// Packs the entries that `filter` takes and adds the file; its path.
llvm::Expected<std::string>
addFile(deploy::PartOp part, const Target &target, const PackingPlan &plan,
        WeightFiles &weights, bundle::BundleWriter &writer, SlotFilter filter,
        std::vector<PackedLocation> &places) {
  llvm::Expected<bundle::BundleFile> file = writer.startWeights();
  if (!file) {
    return file.takeError();
  }
  auto locations = packWeights(
      part, target, plan,
      [&](onnx::WeightAttr weight) { return weights.bytes(weight); },
      [&](llvm::ArrayRef<char> bytes) {
        file->append(bytes);
        return llvm::Error::success();
      },
      filter);
  if (!locations) {
    return locations.takeError();
  }
  places = std::move(*locations);
  return writer.addWeights(std::move(*file));
}

/// Packs the weight table and describes each entry.
llvm::Expected<Records> addWeights(deploy::PartOp part, const Target &target,
                                   WeightFiles &weights,
                                   bundle::BundleWriter &writer) {
  PackingPlan plan = target.planPacking(part);
  std::vector<PackedLocation> places;
  auto path = addFile(
      part, target, plan, weights, writer,
      [](deploy::SlotAttr) { return true; }, places);
  if (!path) {
    return path.takeError();
  }
  Records records;
  for (auto [index, location] : llvm::enumerate(places)) {
    addRecords(part.getSlot(index), plan[index], location, *path, records);
  }
  return records;
}

/// Describes the weight table; packs what is not in a file of the model alone.
llvm::Expected<Records> describeWeights(deploy::PartOp part,
                                        const Target &target,
                                        WeightFiles &weights,
                                        bundle::BundleWriter &writer) {
  PackingPlan plan = target.planPacking(part);
  auto table = describeTable(part, target, plan);
  if (!table) {
    return table.takeError();
  }
  std::string seededPath =
      "weights/" + runtime::Blake3::of(runtime::writeSeeded(table->fields)) +
      ".seeded";
  if (table->bytes) {
    writer.addSeeded(seededPath, table->bytes);
  }
  std::vector<PackedLocation> places;
  llvm::Expected<std::string> path = "";
  if (llvm::any_of(table->fields,
                   [](auto &fields) { return fields.empty(); })) {
    path = addFile(
        part, target, plan, weights, writer,
        [](deploy::SlotAttr slot) { return !isInFile(slot); }, places);
    if (!path) {
      return path.takeError();
    }
  }
  Records records;
  for (auto [index, packed] : llvm::enumerate(plan)) {
    bool isSeeded = !table->fields[index].empty();
    addRecords(part.getSlot(index), packed,
               isSeeded ? table->locations[index] : places[index],
               isSeeded ? seededPath : *path, records);
    if (isSeeded) {
      records.back().seeded = table->fields[index];
    }
  }
  return records;
}

/// Width of what a step of the part returns beside the cache.
uint64_t outputWidth(deploy::PartOp part, uint64_t vocabulary) {
  auto phase = cast<StringAttr>(part.getPhases()[0]);
  auto function = part.lookupSymbol<func::FuncOp>(phase);
  auto type = function
                  ? dyn_cast<RankedTensorType>(function.getResultTypes()[0])
                  : RankedTensorType();
  return type && !type.isDynamicDim(type.getRank() - 1) ? type.getShape().back()
                                                        : vocabulary;
}

runtime::PartDescription
describe(deploy::PartOp part, const EmittedPart &emitted, uint64_t vocabulary) {
  runtime::PartDescription description;
  description.abiVersion = TANDEM_PART_ABI_VERSION;
  for (Attribute phase : part.getPhases()) {
    description.entries.push_back(cast<StringAttr>(phase).str());
  }
  const PartRequirements &needs = emitted.requirements;
  description.maxTokens = needs.maxTokens;
  description.maxRows = needs.maxRows;
  description.vocabulary = outputWidth(part, vocabulary);
  description.arena.fixedBytes = needs.arenaFixedBytes;
  description.arena.bytesPerToken = needs.arenaBytesPerToken;
  description.arena.bytesPerRow = needs.arenaBytesPerRow;
  description.slotBytes = needs.slotBytes;
  for (const ArtifactVariant &variant : emitted.variants) {
    description.variants.push_back(
        {variant.name, variant.file, variant.features});
  }
  description.text = emitted.text;
  description.launches = emitted.launches;
  return description;
}

} // namespace

llvm::Expected<CompiledPart>
addCompiledPart(deploy::PartOp part, const Target &target, WeightFiles &weights,
                bool hasWeights, const EmitOptions &options,
                uint64_t vocabulary, bundle::BundleWriter &writer) {
  CompiledPart result;
  result.record.id = part.getSymName().str();
  result.record.directory = "parts/" + result.record.id;
  for (Attribute phase : part.getPhases()) {
    result.record.phases.push_back(cast<StringAttr>(phase).str());
  }
  result.record.chip = part.getChip().getName().str();
  result.record.mesh.assign(part.getMesh().begin(), part.getMesh().end());
  result.record.stage = part.getStage();
  result.record.checked = "self-checked";

  // Weights first: emit may change the part.
  auto weightRecords = hasWeights
                           ? addWeights(part, target, weights, writer)
                           : describeWeights(part, target, weights, writer);
  if (!weightRecords) {
    return weightRecords.takeError();
  }
  PartSink sink(writer, result.record.directory);
  FailureOr<EmittedPart> emitted = target.emit(part, sink, options);
  if (llvm::Error error = sink.takeError()) {
    return std::move(error);
  }
  if (failed(emitted)) {
    return bundle::makeError(ExitCode::InternalError,
                             "target '" + target.getName() +
                                 "' could not compile part '" +
                                 part.getSymName() + "'");
  }
  const CacheLayout &cache = emitted->requirements.cache;
  result.layout = {result.record.id, cacheMapText(cache.keys),
                   cacheMapText(cache.values), textOf(cache.elementType),
                   static_cast<uint64_t>(emitted->requirements.slotBytes)};
  result.cache = cache;
  result.target = &target;
  result.isText = emitted->text.has_value();
  runtime::PartDescription description = describe(part, *emitted, vocabulary);
  description.weights = std::move(*weightRecords);
  if (llvm::Error error = writer.addPart(result.record.id, description)) {
    return std::move(error);
  }
  return result;
}

} // namespace tandem
