//===- StoredWeights.h - stored weights as the values they are --*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_STOREDWEIGHTS_H
#define TANDEM_PASSES_PRIMITIVES_STOREDWEIGHTS_H

#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/passes/Primitives/Tensor.h"

#include "llvm/Support/Error.h"

namespace tandem::primitives {

/// The elements of a stored weight of type `type` from its payloads: rounded as
/// they are stored, dequantised, and rounded to the type's elements.
llvm::Expected<Tensor> decodeWeight(mlir::RankedTensorType type,
                                    llvm::ArrayRef<Tensor> payloads);

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_STOREDWEIGHTS_H
