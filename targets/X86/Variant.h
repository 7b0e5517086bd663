//===- Variant.h - instruction sets a part is compiled for ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every bundle holds one object per variant, whatever the compiling machine
// can run; the runtime picks the last one that its CPU has.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_VARIANT_H
#define TANDEM_TARGETS_X86_VARIANT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>

namespace tandem::x86 {

/// Columns of a panel of packed weights, keys or values, the same for every
/// variant, so that all of them read one copy of the weights and one cache.
inline constexpr int64_t panelColumns = 16;

/// An instruction set and the register tile that suits it.
struct Variant {
  llvm::StringRef name; ///< as in `TANDEM_CPU=` and in file names
  llvm::StringRef cpu;  ///< as LLVM names it
  llvm::StringRef tuneCpu;
  /// CPU features the runtime must find before it loads the object.
  llvm::ArrayRef<llvm::StringRef> features;
  int64_t lanes;         ///< fp32 values in a vector register
  int64_t registers;     ///< vector registers
  int64_t tileRows;      ///< rows of the largest register tile
  int64_t blockTileRows; ///< rows of a tile of quantised rows
  /// How far ahead a step of one row asks for blocks of codes; 0: not at all.
  int64_t blockPrefetchBytes;

  /// Vectors in a row of a panel.
  int64_t panelVectors() const { return panelColumns / lanes; }
  bool hasFeature(llvm::StringRef feature) const {
    return llvm::is_contained(features, feature);
  }
  /// Features as LLVM takes them: "+avx2,+fma".
  std::string featureString() const;
};

/// All variants, the most capable last.
llvm::ArrayRef<Variant> variants();

/// The variant called `name`, or null.
const Variant *findVariant(llvm::StringRef name);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_VARIANT_H
