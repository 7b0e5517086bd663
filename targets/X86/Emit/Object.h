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
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"

#include <memory>

namespace tandem::x86 {

/// The one symbol a part exports.
inline constexpr llvm::StringLiteral querySymbol = "tandem_part_query";

/// Registers what `compileObject` needs in a context.
void registerTranslations(mlir::DialectRegistry &registry);

/// A module of LLVM IR with a context of its own, so that several can be
/// compiled at once.
struct TranslatedModule {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
};

/// Lowers `module` (llvm, scf, arith, vector; functions are llvm.func) in place
/// and translates it.
llvm::Expected<TranslatedModule> translate(mlir::ModuleOp module);

/// Optimises a module and writes object code for `variant`, in process.
llvm::Expected<llvm::SmallVector<char, 0>>
compileObject(llvm::Module &module, const Variant &variant);

/// Links an object to a shared one that exports `querySymbol` only and needs
/// nothing, with ld.lld as a child process.
llvm::Expected<llvm::SmallVector<char, 0>>
linkShared(llvm::ArrayRef<char> object);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_EMIT_OBJECT_H
