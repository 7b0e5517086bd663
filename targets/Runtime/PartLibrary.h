//===- PartLibrary.h - a loaded part ----------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Chooses the variant of a part for this CPU, loads it and maps its weights.
// Relies on BundleFolder::checkFiles having passed.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_PARTLIBRARY_H
#define TANDEM_TARGETS_RUNTIME_PARTLIBRARY_H

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tandem/targets/Runtime/BundleFolder.h"
#include "tandem/targets/Runtime/DeviceLibrary.h"
#include "tandem/targets/Runtime/Memory.h"
#include "tandem/targets/Runtime/ModuleLibrary.h"
#include "tandem/targets/Runtime/PartAbi.h"
#include "tandem/targets/Runtime/PartDescription.h"

namespace tandem::runtime {

/// Reads the part.json of a part of the bundle and checks it against the
/// manifest.
PartDescription readPart(const BundleFolder &bundle, const PartRecord &part);

/// The variant called `wanted`, or, if that is empty, the last one that this
/// CPU can run. Fails with what is missing where there is none.
const Variant &chooseVariant(const std::vector<Variant> &variants,
                             const std::string &wanted);

/// Where the weights come from that a bundle describes but does not have.
struct MadeWeights {
  std::optional<uint64_t> seed;
  const TandemThreads *threads = nullptr; ///< that make them
};

/// A part in memory.
class PartLibrary {
public:
  /// `wanted`: the variant to force; empty: the best for this CPU. Emulation
  /// is for launches alone: parts of machine code beside them run as ever.
  PartLibrary(const BundleFolder &bundle, const PartRecord &record,
              const PartDescription &description, const std::string &wanted,
              const MadeWeights &made);

  /// Maps the pages of the weights on all threads, in the order of the file, so
  /// that the first step waits for none.
  void touchWeights(const TandemThreads *threads) const;

  bool hasEntry(const std::string &name) const;

  /// Of parts whose cache is in a chip's memory; see DeviceAbi.h.
  void slotWritten(const char *slot, const CacheRange &range) const;
  void slotFreed(const char *slot) const;
  double deviceSeconds() const { return device ? device->seconds() : 0; }

  /// Runs a step by the entry called `name`, which there is.
  void run(const std::string &name, const TandemStep &step) const;

  /// Weights that a step reads whole in this CPU's memory, each once. Of tables
  /// it reads some rows.
  std::vector<std::span<const char>> wholeWeights() const;

  const void *const *weightTable() const { return weights.data(); }
  const PartDescription &description() const { return part; }
  const std::string &variantName() const { return variant; }

private:
  void loadCode(const BundleFolder &bundle, const PartRecord &record,
                const Variant &chosen);
  void mapWeights(const BundleFolder &bundle, const MadeWeights &made);

  PartDescription part;
  std::string variant;
  std::map<std::string, Mapping> weightFiles;
  std::vector<const void *> weights;
  std::optional<ModuleLibrary> library;
  std::optional<DevicePart> device; ///< of a part of launches
  const TandemPart *code = nullptr;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_PARTLIBRARY_H
