//===- Handoffs.h - conversions between the parts of a bundle ---*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_HANDOFFS_H
#define TANDEM_TOOLS_TANDEM_HANDOFFS_H

#include "CompiledPart.h"

namespace tandem {

/// Generates a conversion for each pair of parts of which one runs prefill and
/// another decode of the same stage. The consumer's target writes it if it can,
/// else the producer's, else another of this build: caches pass through the
/// memory of the host, whose code it is. Parts in text with equal layouts need
/// none: what runs them copies caches itself. Each carries the digest of the
/// contract, which must be complete.
llvm::Expected<std::vector<runtime::HandoffRecord>>
addHandoffs(llvm::ArrayRef<CompiledPart> parts,
            const runtime::CacheContract &contract, mlir::Location location,
            bundle::BundleWriter &writer);

} // namespace tandem

#endif // TANDEM_TOOLS_TANDEM_HANDOFFS_H
