//===- SeededTable.h - a part's weights without their bytes -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Describes weights so that the runtime can make them of a seed: where they lie
// says the target, which numbers they may be is chosen here by what a weight is
// for, so that activations stay of the order of 1.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_BUNDLE_SEEDEDTABLE_H
#define TANDEM_TARGETS_BUNDLE_SEEDEDTABLE_H

#include "tandem/targets/Bundle/WeightPacker.h"

namespace tandem {

/// Whether an entry's numbers are in a file of the model: such entries are
/// seeded; constants and rotary tables are packed as ever.
bool isInFile(deploy::SlotAttr slot);

/// The entries of a part whose numbers are in a file of the model, laid out as
/// one file that is not written.
struct SeededTable {
  std::vector<PackedLocation> locations; ///< of every entry of the part
  /// Of every entry; empty where it is packed.
  std::vector<std::vector<runtime::SeededField>> fields;
  uint64_t bytes = 0; ///< 0: the part has no such entry
};
llvm::Expected<SeededTable> describeTable(deploy::PartOp part,
                                          const Target &target,
                                          const PackingPlan &plan);

/// The fields of an entry; an error (Unsupported) where the target does not
/// describe its layout.
llvm::Expected<std::vector<runtime::SeededField>>
describeSeeded(deploy::SlotAttr slot, const PackedWeight &packed,
               const Target &target);

} // namespace tandem

#endif // TANDEM_TARGETS_BUNDLE_SEEDEDTABLE_H
