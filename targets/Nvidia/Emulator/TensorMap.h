//===- TensorMap.h - how a bulk tensor copy reads a tensor ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The emulator's stand-in for the driver's opaque CUtensorMap (tiled mode): as
// large, made from the same figures under the same rules.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_TENSORMAP_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_TENSORMAP_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

namespace tandem::nvidia::ptx {

/// A tensor of 1 to 5 dimensions in global memory and the box of it that one
/// copy moves; the innermost dimension comes first. Elements outside the tensor
/// are read as zero and not written.
struct TensorMap {
  const void *base;                       ///< 16-byte aligned
  uint32_t elementBytes;                  ///< 1, 2, 4 or 8
  llvm::SmallVector<uint64_t, 5> sizes;   ///< elements
  llvm::SmallVector<uint64_t, 4> strides; ///< bytes, of dimensions 1 and up
  llvm::SmallVector<uint32_t, 5> box;     ///< elements, 1 to 256 each
  uint32_t swizzleBytes = 0;              ///< 0, 32, 64 or 128
};

/// What a kernel takes by value.
struct alignas(64) EncodedTensorMap {
  static constexpr uint32_t expectedMark = 0x70616d74;

  uint64_t base;
  uint64_t sizes[5];
  uint64_t strides[5]; ///< bytes; strides[0] is the element's size
  uint32_t mark;
  uint8_t rank;
  uint8_t elementBytes;
  uint16_t swizzleBytes;
  uint16_t box[5];
};
static_assert(sizeof(EncodedTensorMap) == 128, "as large as a CUtensorMap");

/// Fails where the driver's cuTensorMapEncodeTiled would, with the figure.
llvm::Expected<EncodedTensorMap> encode(const TensorMap &map);

/// Where byte `offset` of a box goes: the 16-byte chunks of each row of
/// `swizzleBytes` are permuted by the row's number in a group of 8.
inline uint64_t swizzle(uint64_t address, uint32_t swizzleBytes) {
  uint64_t mask = swizzleBytes ? swizzleBytes / 16 - 1 : 0;
  return address ^ ((address >> 7 & mask) << 4);
}

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_TENSORMAP_H
