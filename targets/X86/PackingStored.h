//===- PackingStored.h - panels of stored weights ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_PACKINGSTORED_H
#define TANDEM_TARGETS_X86_PACKINGSTORED_H

#include "tandem/dialects/Transformer/IR/TransformerOps.h"

namespace tandem::x86 {

/// Writes the panels of a stored weight, one at a time, as `PanelFormat` says.
/// `payloads` are the mapped bytes of the value's payloads; `isNk`: the rows of
/// the panels are those of the matrix, not its columns.
void packStored(transformer::EncodedAttr value, bool isNk,
                llvm::ArrayRef<llvm::ArrayRef<char>> payloads,
                llvm::function_ref<void(llvm::ArrayRef<char>)> write);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_PACKINGSTORED_H
