//===- LowerPart.h - a part as a module of target code ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_LOWERING_LOWERPART_H
#define TANDEM_TARGETS_X86_LOWERING_LOWERPART_H

#include "tandem/targets/X86/Lowering/Scope.h"

namespace tandem::x86 {

/// What a lowered part needs of its caller's arena.
struct LoweredPart {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  ArenaNeed arena;
};

/// Lowers `part` for `variant` into a new module of context `context` that
/// exports `querySymbol`. The part is supported.
LoweredPart lowerPart(deploy::PartOp part, const Variant &variant,
                      const Machine &machine);

/// Fails, naming each offence, where a lowered module allocates, calls what it
/// does not define, or exports more than the query.
mlir::LogicalResult verifyLowered(mlir::ModuleOp module);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_LOWERING_LOWERPART_H
