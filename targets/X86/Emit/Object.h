//===- Object.h - object code of a lowered module ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_EMIT_OBJECT_H
#define TANDEM_TARGETS_X86_EMIT_OBJECT_H

#include "tandem/targets/X86/Variant.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

namespace tandem::x86 {

/// The one symbol a part exports.
inline constexpr llvm::StringLiteral querySymbol = "tandem_part_query";

/// Registers what `compileObject` needs in a context.
void registerTranslations(mlir::DialectRegistry &registry);

/// Compiles `module` (llvm, scf, arith, vector; functions are llvm.func) for
/// `variant`, in process. The module is consumed: it is lowered in place.
llvm::Expected<llvm::SmallVector<char, 0>>
compileObject(mlir::ModuleOp module, const Variant &variant);

/// Links an object to a shared one that exports `querySymbol` only and needs
/// nothing, with ld.lld as a child process.
llvm::Expected<llvm::SmallVector<char, 0>>
linkShared(llvm::ArrayRef<char> object);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_EMIT_OBJECT_H
