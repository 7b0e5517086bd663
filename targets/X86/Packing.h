//===- Packing.h - physical layouts of weights ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Layouts, every tensor a multiple of 64 bytes; fp32 but for stored panels:
// - panels16: [ceil(N / 16)][K][16]; columns beyond N are zero.
// - stored16: panels of a stored weight, see PanelFormat.h.
// - rows: a table row-major, [entries][width].
// - vector: the elements in order.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_PACKING_H
#define TANDEM_TARGETS_X86_PACKING_H

#include "tandem/targets/Interface/Target.h"

namespace tandem::x86 {

inline constexpr llvm::StringLiteral panelsLayout = "panels16";
inline constexpr llvm::StringLiteral storedLayout = "stored16";
inline constexpr llvm::StringLiteral rowsLayout = "rows";
inline constexpr llvm::StringLiteral vectorLayout = "vector";

/// The layout of each weight of `part`. A table that is also a matrix is read
/// from the matrix's panels.
PackingPlan planPacking(deploy::PartOp part);

/// What `packWeight` writes, as loops.
std::optional<std::vector<PackedField>>
describePacked(deploy::SlotAttr slot, const PackedWeight &packed);

/// Writes one tensor in its layout, a panel (or some rows) at a time.
void packWeight(deploy::SlotAttr slot, const PackedWeight &packed,
                llvm::ArrayRef<llvm::ArrayRef<char>> payloads,
                llvm::function_ref<void(llvm::ArrayRef<char>)> write);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_PACKING_H
