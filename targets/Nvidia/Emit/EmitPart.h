//===- EmitPart.h - files of a part -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMIT_EMITPART_H
#define TANDEM_TARGETS_NVIDIA_EMIT_EMITPART_H

#include "tandem/targets/Interface/Target.h"

namespace tandem::nvidia {

/// Lowers the part, writes its kernels as PTX and, where ptxas is found, as
/// machine code, and describes its programs.
mlir::FailureOr<EmittedPart> emitPart(deploy::PartOp part, ArtifactSink &sink,
                                      const EmitOptions &options);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_EMIT_EMITPART_H
