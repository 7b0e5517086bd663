//===- Elements.h - cache elements in memory and in registers ---*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loads, stores and converts fp32, fp16 and bf16; no library function is
// called for it.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_CONVERSION_ELEMENTS_H
#define TANDEM_TARGETS_X86_CONVERSION_ELEMENTS_H

#include "tandem/targets/X86/Kernels/Emitter.h"

namespace tandem::x86 {

/// Whether conversions between elements of these types can be written.
bool canConvert(mlir::FloatType from, mlir::FloatType to);

/// One side of a copy: elements of a type from an address on.
class Elements {
public:
  Elements(Pointer base, mlir::FloatType type) : base(base), type(type) {}

  /// Those from element `offset` on.
  Elements at(Expr offset) const;
  Elements at(int64_t offset) const;
  /// The same, whose stores go to memory past the caches and read nothing of
  /// it: for whole lines of `lineBytes`, written one after the other. Needs a
  /// fence before others read them.
  Elements streamed() const;

  /// The next `count` elements (1: a scalar) as their bits, an integer type.
  Expr loadBits(int64_t count) const;
  void storeBits(Expr bits) const;
  /// The same as fp32; a store rounds to the nearest, ties to even.
  Expr loadFloats(int64_t count) const;
  void storeFloats(Expr floats) const;

  int64_t elementBytes() const { return type.getIntOrFloatBitWidth() / 8; }

  Pointer base;
  mlir::FloatType type;
  bool isStreamed = false;
};

/// Bytes of a cache line.
inline constexpr int64_t lineBytes = 64;

/// Copies the next `count` elements, converted where the types differ.
void copyElements(const Elements &from, const Elements &to, int64_t count);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_CONVERSION_ELEMENTS_H
