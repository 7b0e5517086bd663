//===- Passes.h - verifiers of levels -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Constructors and registration of the verifier passes.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_VERIFY_PASSES_H
#define TANDEM_PASSES_VERIFY_PASSES_H

#include "mlir/Pass/Pass.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"

namespace tandem {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "tandem/passes/Verify/Passes.h.inc"

} // namespace tandem

#endif // TANDEM_PASSES_VERIFY_PASSES_H
