//===- QuantizedPanels.h - quantised matrices for tests ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_UNIT_TARGETS_X86_QUANTIZEDPANELS_H
#define TANDEM_TEST_UNIT_TARGETS_X86_QUANTIZEDPANELS_H

#include "KernelLibrary.h"

namespace tandem::x86 {

/// A matrix [n][k] of codes; scales and zero points are [n][blocks] and exact
/// in fp16.
struct QuantizedMatrix {
  PanelFormat format;
  int64_t n, k;
  std::vector<uint8_t> codes;
  std::vector<float> scales, zeroPoints;

  int64_t blocks() const { return format.blocks(k); }
  /// The element of column `column` of the product.
  double get(int64_t column, int64_t k) const;
};

/// Formats of blocks of 32 with every kind of code, scale and zero point.
std::vector<PanelFormat> blockFormats();

/// Pseudo-random codes, scales and zero points.
QuantizedMatrix randomMatrix(const PanelFormat &format, int64_t n, int64_t k);

/// `matrix` in the layout of PanelFormat.h; what lies beyond it is 0.
std::vector<char> packBlocks(const QuantizedMatrix &matrix);

} // namespace tandem::x86

#endif // TANDEM_TEST_UNIT_TARGETS_X86_QUANTIZEDPANELS_H
