//===- Object.h - object code of a lowered module ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_EMIT_OBJECT_H
#define TANDEM_TARGETS_X86_EMIT_OBJECT_H

#include "tandem/targets/Codegen/LlvmModule.h"
#include "tandem/targets/X86/Variant.h"

namespace tandem::x86 {

/// The one symbol a part exports.
inline constexpr llvm::StringLiteral querySymbol = "tandem_part_query";

/// Registers what `compileObject` needs in a context.
void registerTranslations(mlir::DialectRegistry &registry);

using TranslatedModule = codegen::LlvmModule;
using codegen::translate;

/// Optimises a module and writes object code for `variant`, in process.
llvm::Expected<llvm::SmallVector<char, 0>>
compileObject(llvm::Module &module, const Variant &variant);

/// Links an object to a shared one that exports `querySymbol` only and needs
/// nothing, with ld.lld as a child process.
llvm::Expected<llvm::SmallVector<char, 0>>
linkShared(llvm::ArrayRef<char> object);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_EMIT_OBJECT_H
