//===- StoredBlock.h - elements of a block in registers ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads a block of a stored panel; see PanelFormat.h for where its elements
// lie.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_KERNELS_STOREDBLOCK_H
#define TANDEM_TARGETS_X86_KERNELS_STOREDBLOCK_H

#include "tandem/targets/X86/Kernels/Emitter.h"
#include "tandem/targets/X86/PanelFormat.h"

namespace tandem::x86 {

/// The block at an address, while a kernel is written.
class StoredBlock {
public:
  StoredBlock(Emitter &e, const PanelFormat &format, Pointer start)
      : e(e), format(format), start(start) {}

  /// The words of columns [v * lanes, (v + 1) * lanes) of a line.
  Expr words(int64_t line, int64_t v) const;
  /// Field `field` of words as floats: the element times 1 / factor(field). Is
  /// cheap: two instructions.
  Expr scaledField(Expr words, int64_t field) const;
  /// What a factor beside `scaledField` must hold: a power of two.
  static double factor(const PanelFormat &format, int64_t field);
  /// Field `field` of words as floats.
  Expr field(Expr words, int64_t field) const;
  /// The scales of columns [v * lanes, ...), and their zero points.
  Expr scales(int64_t v) const;
  Expr zeroPoints(int64_t v) const;
  /// The numbers of one column.
  Expr scaleOf(Expr column) const;
  Expr zeroPointOf(Expr column) const;

private:
  Expr number(BlockNumber type, Pointer place, mlir::Type result) const;

  Emitter &e;
  const PanelFormat &format;
  Pointer start;
};

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_KERNELS_STOREDBLOCK_H
