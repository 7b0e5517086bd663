//===- Packing.h - weights as kernels take them -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Matrices and tables are rows along K, as WeightFormat.h says: as in the file
// where that has [N][K], a transposed copy where it has [K][N]; bf16 ones
// filled up with zeros to whole tiles of tensor cores. Codes that tensor cores
// take lie in groups (Kernels/Products/Codes.h). Vectors are fp32,
// or integers as they are; truth values are 1 and 0.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_PACKING_H
#define TANDEM_TARGETS_NVIDIA_PACKING_H

#include "tandem/targets/Interface/Target.h"

namespace tandem::nvidia {

/// Layouts of the entries: a weight that is no matrix is "vector", a matrix
/// "rows_f32", "rows_bf16", "rows_f16" or "groups_u4x32"
/// (Kernels/Products/WeightFormat.h).
PackingPlan planPacking(deploy::PartOp part);

/// Whether the file has a matrix or table as rows along K.
bool isNk(deploy::WeightRole role);

/// What `packWeight` writes, as loops.
std::optional<std::vector<PackedField>>
describePacked(deploy::SlotAttr slot, const PackedWeight &packed);

/// Writes one packed weight, some rows at a time.
void packWeight(deploy::SlotAttr slot,
                llvm::ArrayRef<llvm::ArrayRef<char>> payloads,
                llvm::function_ref<void(llvm::ArrayRef<char>)> write);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_PACKING_H
