//===- CompiledPart.h - a part's files in the bundle -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_COMPILEDPART_H
#define TANDEM_TOOLS_TANDEM_COMPILEDPART_H

#include "Frontend.h"
#include "tandem/targets/Bundle/BundleWriter.h"
#include "tandem/targets/Interface/Target.h"

namespace tandem {

/// What the manifest needs to know of a part that was added.
struct CompiledPart {
  runtime::PartRecord record;
  runtime::CacheLayout layout;
  CacheLayout cache; ///< what `layout` shows
  const Target *target = nullptr;
  bool isText = false; ///< programs that another compiler reads
};

/// Compiles `part`, packs its weights and adds both to the bundle; without
/// `hasWeights` those in files of the model are described instead.
llvm::Expected<CompiledPart>
addCompiledPart(deploy::PartOp part, const Target &target, WeightFiles &weights,
                bool hasWeights, const EmitOptions &options,
                uint64_t vocabulary, bundle::BundleWriter &writer);

} // namespace tandem

#endif // TANDEM_TOOLS_TANDEM_COMPILEDPART_H
