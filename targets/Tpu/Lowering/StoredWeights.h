//===- StoredWeights.h - stored weights as arguments ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A stored weight is as many arguments of a program as it has payloads: codes
// and packed zero points as bytes, scales and zero points in their file's type,
// rounded matrices in the type that they are rounded to.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_TPU_LOWERING_STOREDWEIGHTS_H
#define TANDEM_TARGETS_TPU_LOWERING_STOREDWEIGHTS_H

#include "tandem/dialects/Deploy/IR/DeployOps.h"

namespace tandem::tpu {

/// Types of the arguments that the source of a slot is: one where it is plain.
llvm::SmallVector<mlir::RankedTensorType> argumentTypes(mlir::TypedAttr source);

} // namespace tandem::tpu

#endif // TANDEM_TARGETS_TPU_LOWERING_STOREDWEIGHTS_H
