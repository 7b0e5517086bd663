//===- EmitPart.h - shared objects of a part --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_EMIT_EMITPART_H
#define TANDEM_TARGETS_X86_EMIT_EMITPART_H

#include "tandem/targets/Interface/Target.h"

namespace tandem::x86 {

/// Lowers `part` and writes module-<variant>.so for each variant.
mlir::FailureOr<EmittedPart> emitPart(deploy::PartOp part, ArtifactSink &sink,
                                      const EmitOptions &options);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_EMIT_EMITPART_H
