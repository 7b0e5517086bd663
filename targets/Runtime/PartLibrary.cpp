//===- PartLibrary.cpp - a loaded part ------------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/PartLibrary.h"

#include <algorithm>
#include <set>

#include "tandem/targets/Runtime/CpuFeatures.h"
#include "tandem/targets/Runtime/Failure.h"

namespace tandem::runtime {

static std::string join(const std::vector<std::string> &words) {
  std::string text;
  for (const std::string &word : words) {
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

PartDescription readPart(const BundleFolder &bundle, const PartRecord &record) {
  std::string name = record.directory + "/part.json";
  PartDescription part = parsePart(bundle.read(name, maximumPartBytes), name);
  uint64_t vocabulary = bundle.manifest().model.vocabulary;
  bool isLastStage = std::none_of(
      bundle.manifest().parts.begin(), bundle.manifest().parts.end(),
      [&](const PartRecord &other) { return other.stage > record.stage; });
  if (isLastStage && part.vocabulary != vocabulary) {
    throw Failure(ExitCode::InputRejected, "'" + name + "' has vocabulary " +
                                               std::to_string(part.vocabulary) +
                                               ", manifest.json says " +
                                               std::to_string(vocabulary));
  }
  return part;
}

static const Variant &chooseNamed(const std::vector<Variant> &variants,
                                  const std::string &wanted) {
  std::vector<std::string> names;
  for (const Variant &variant : variants) {
    names.push_back(variant.name);
    if (variant.name != wanted) {
      continue;
    }
    std::vector<std::string> missing = missingCpuFeatures(variant.features);
    if (!missing.empty()) {
      throw Failure(ExitCode::Environment, "TANDEM_CPU=" + wanted +
                                               ": this CPU lacks " +
                                               join(missing));
    }
    return variant;
  }
  throw Failure(ExitCode::Environment,
                "TANDEM_CPU=" + wanted +
                    " is no variant of this bundle; it has " + join(names));
}

/// Fails where this runtime does not execute a part's code.
static void checkKind(const PartDescription &part) {
  if (part.text) {
    throw Failure(ExitCode::Environment,
                  "this bundle holds programs in " + part.text->format +
                      " text, which this runtime does not execute; run '" +
                      part.text->command + " run BUNDLE' instead");
  }
}

const Variant &chooseVariant(const std::vector<Variant> &variants,
                             const std::string &wanted) {
  if (!wanted.empty()) {
    return chooseNamed(variants, wanted);
  }
  for (size_t i = variants.size(); i-- > 0;) {
    if (missingCpuFeatures(variants[i].features).empty()) {
      return variants[i];
    }
  }
  const Variant &least = variants.front();
  throw Failure(ExitCode::Environment,
                "no variant of this bundle runs on this CPU; '" + least.name +
                    "' needs " + join(missingCpuFeatures(least.features)) +
                    " beside what is there");
}

PartLibrary::PartLibrary(const BundleFolder &bundle, const PartRecord &record,
                         const PartDescription &description,
                         const std::string &wanted, const MadeWeights &made)
    : part(description) {
  checkKind(part);
  mapWeights(bundle, made);
  if (part.launches) {
    device.emplace(bundle, record, *part.launches, weights.data(), wanted);
    variant = device->variantName();
    return;
  }
  const Variant &chosen =
      chooseVariant(part.variants, isEmulation(wanted) ? "" : wanted);
  variant = chosen.name;
  loadCode(bundle, record, chosen);
}

void PartLibrary::loadCode(const BundleFolder &bundle, const PartRecord &record,
                           const Variant &chosen) {
  std::string name = record.directory + "/" + chosen.file;
  library.emplace(bundle, name, "tandem_part_query");
  auto query = reinterpret_cast<TandemPartQuery>(library->query());
  code = query ? query(TANDEM_PART_ABI_VERSION) : nullptr;
  if (!code || code->size < sizeof(TandemPart) ||
      code->abiVersion != TANDEM_PART_ABI_VERSION ||
      code->entryCount != part.entries.size()) {
    throw Failure(ExitCode::InputRejected,
                  "'" + name + "' does not answer as part.json says");
  }
}

/// Size of a file of weights, there or described; 0: neither.
static uint64_t sizeOf(const Manifest &manifest, const std::string &file) {
  if (const FileRecord *found = manifest.findFile(file)) {
    return found->bytes;
  }
  const WeightFile *seeded = manifest.findSeeded(file);
  return seeded ? seeded->bytes : 0;
}

/// Memory of a file of weights that is described.
static Mapping makeRoom(uint64_t bytes, const MadeWeights &made) {
  if (!made.seed) {
    throw Failure(
        ExitCode::Usage,
        "this bundle describes its weights but does not have them "
        "(compile --no-weights); --random-weights SEED makes some, or "
        "compile without --no-weights");
  }
  Mapping memory = Mapping::lazy(bytes, "weights made of a seed");
  memory.preferLargePages();
  return memory;
}

void PartLibrary::mapWeights(const BundleFolder &bundle,
                             const MadeWeights &made) {
  std::set<std::pair<std::string, uint64_t>> filled; // entries share tensors
  for (const WeightRecord &weight : part.weights) {
    uint64_t bytes = sizeOf(bundle.manifest(), weight.file);
    if (weight.offset > bytes || weight.bytes > bytes - weight.offset) {
      throw Failure(ExitCode::InputRejected,
                    "weight '" + weight.source + "' (" +
                        std::to_string(weight.bytes) + " bytes from byte " +
                        std::to_string(weight.offset) +
                        ") does not lie in file '" + weight.file + "'");
    }
    auto [place, isNew] = weightFiles.try_emplace(weight.file);
    bool isSeeded = bundle.manifest().findSeeded(weight.file);
    if (isNew) {
      place->second = isSeeded ? makeRoom(bytes, made)
                               : Mapping::file(bundle.locate(weight.file));
    }
    if (isSeeded && filled.emplace(weight.file, weight.offset).second) {
      for (const SeededField &field :
           weight.seeded.value_or(std::vector<SeededField>())) {
        fillSeeded(field, *made.seed, place->second.data() + weight.offset,
                   made.threads);
      }
    }
    weights.push_back(place->second.data() + weight.offset);
  }
}

/// Of weights that a task touches: a multiple of a page.
static constexpr uint64_t pieceBytes = 4 << 20;

void PartLibrary::touchWeights(const TandemThreads *threads) const {
  for (const auto &[name, file] : weightFiles) {
    auto touch = [](void *context, uint64_t i) {
      const auto &mapping = *static_cast<const Mapping *>(context);
      uint64_t offset = i * pieceBytes;
      mapping.touch(offset, std::min(pieceBytes, mapping.size() - offset));
    };
    threads->parallelFor(threads->pool, touch, const_cast<Mapping *>(&file),
                         (file.size() + pieceBytes - 1) / pieceBytes);
  }
}

/// Layouts of docs/bundle.md: rows are gathered, and so are vectors by
/// position.
static bool isTable(const WeightRecord &weight) {
  return weight.layout == "rows" ||
         (weight.layout == "vector" && weight.shape.size() > 1);
}

std::vector<std::span<const char>> PartLibrary::wholeWeights() const {
  std::set<const void *> seen; // the table of a tied embedding has it twice
  std::vector<std::span<const char>> ranges;
  for (size_t i = 0; i < weights.size() && !device; ++i) {
    const WeightRecord &weight = part.weights[i];
    if (!isTable(weight) && seen.insert(weights[i]).second) {
      ranges.emplace_back(static_cast<const char *>(weights[i]), weight.bytes);
    }
  }
  return ranges;
}

bool PartLibrary::hasEntry(const std::string &name) const {
  return std::find(part.entries.begin(), part.entries.end(), name) !=
         part.entries.end();
}

void PartLibrary::slotWritten(const char *slot, const CacheRange &range) const {
  if (device) {
    device->slotWritten(slot, range);
  }
}

void PartLibrary::slotFreed(const char *slot) const {
  if (device) {
    device->slotFreed(slot);
  }
}

void PartLibrary::run(const std::string &name, const TandemStep &step) const {
  if (device) {
    return device->run(name, step);
  }
  auto found = std::find(part.entries.begin(), part.entries.end(), name);
  TandemEntry entry = code->entries[found - part.entries.begin()];
  if (int32_t status = entry(&step); status != TANDEM_STEP_OK) {
    throw Failure(ExitCode::RuntimeFailure,
                  "the part refused a step with code " +
                      std::to_string(status));
  }
}

} // namespace tandem::runtime
