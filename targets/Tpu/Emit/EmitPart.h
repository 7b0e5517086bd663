//===- EmitPart.h - text of a part's programs -------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_TPU_EMIT_EMITPART_H
#define TANDEM_TARGETS_TPU_EMIT_EMITPART_H

#include "tandem/targets/Interface/Target.h"

namespace tandem::tpu {

/// Writes <program>.mlir for each program of the part: StableHLO in the generic
/// form, which StableHLO's own parser reads.
mlir::FailureOr<EmittedPart> emitPart(deploy::PartOp part, ArtifactSink &sink,
                                      const EmitOptions &options);

} // namespace tandem::tpu

#endif // TANDEM_TARGETS_TPU_EMIT_EMITPART_H
