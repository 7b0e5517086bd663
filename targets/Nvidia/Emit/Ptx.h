//===- Ptx.h - PTX of a plan's kernels -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMIT_PTX_H
#define TANDEM_TARGETS_NVIDIA_EMIT_PTX_H

#include "tandem/targets/Nvidia/IR/PlanOps.h"
#include "tandem/targets/Nvidia/Machine.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "llvm/Support/Error.h"

#include <string>

namespace tandem::nvidia {

/// Registers what kernels need to become LLVM IR.
void registerTranslations(mlir::DialectRegistry &registry);

/// The PTX of the kernels, which are taken out of their module. The same
/// kernels give the same text.
llvm::Expected<std::string> compileKernels(mlir::gpu::GPUModuleOp kernels,
                                           const Architecture &architecture);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_EMIT_PTX_H
