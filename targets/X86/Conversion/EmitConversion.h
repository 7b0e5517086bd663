//===- EmitConversion.h - shared objects of a conversion --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A conversion runs on the CPU beside the chips, whichever these are.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_CONVERSION_EMITCONVERSION_H
#define TANDEM_TARGETS_X86_CONVERSION_EMITCONVERSION_H

#include "tandem/targets/Interface/Target.h"

namespace tandem::x86 {

/// Writes `<stem>-<variant>.so` for each kind of CPU; an error at `location`
/// names element types without a conversion.
mlir::FailureOr<std::vector<ArtifactVariant>>
emitConversion(const CacheConversion &conversion, llvm::StringRef stem,
               mlir::Location location, ArtifactSink &sink);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_CONVERSION_EMITCONVERSION_H
