//===- LowerProgram.h - one program of a part -------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_TPU_LOWERING_LOWERPROGRAM_H
#define TANDEM_TARGETS_TPU_LOWERING_LOWERPROGRAM_H

#include "tandem/targets/Tpu/Lowering/Programs.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace tandem::tpu {

/// The module of one program of a part that Support.h accepts. Its function
/// `main` takes
///   tokens tensor<TOKENSxi32>, padding behind the real ones,
///   counts tensor<1xi32>, real tokens of the row, 1 to TOKENS,
///   starts tensor<1xi32>, tokens in the row's slot, at most CAPACITY - TOKENS,
///   keys and values tensor<LAYERSxHEADSxCAPACITYxDIMxf32>,
///   and the part's weights in the order of its table,
/// and returns logits tensor<1 or TOKENSxVOCABULARYxf32> and the new keys and
/// values, which take the place of the old ones.
mlir::OwningOpRef<mlir::ModuleOp> lowerProgram(deploy::PartOp part,
                                               const Program &program);

/// Positions of the cache in the arguments and results of `main`.
inline constexpr unsigned keysArgument = 3, keysResult = 1;
/// Arguments of `main` before the weights.
inline constexpr unsigned stateArguments = 5;

} // namespace tandem::tpu

#endif // TANDEM_TARGETS_TPU_LOWERING_LOWERPROGRAM_H
