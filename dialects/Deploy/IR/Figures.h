//===- Figures.h - the figures that describe a chip -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One table of keys, with what they measure and what they mean. The attribute's
// verifier, the reader of fleet files and the help of `tandem targets` use it.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_DEPLOY_IR_FIGURES_H
#define TANDEM_DIALECTS_DEPLOY_IR_FIGURES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace tandem::deploy {

/// What a figure measures, in its base unit.
enum class Dimension {
  ratio,               ///< none, above 0, at most 1
  tokens,              ///< tokens
  bytes,               ///< B
  bytesPerSecond,      ///< B/s
  operationsPerSecond, ///< FLOP/s
  seconds,             ///< s
  watts,               ///< W
  usdPerHour,          ///< USD/h
};

/// One key of a chip's figures.
struct FigureKey {
  llvm::StringLiteral name;
  Dimension dimension;
  llvm::StringLiteral sentence;
};

/// Keys of a chip's figures, in the order they are shown.
llvm::ArrayRef<FigureKey> getFigureKeys();

/// The key called `name`; `compute_f32` and the like belong to `compute`. Null
/// where there is none.
const FigureKey *lookupFigureKey(llvm::StringRef name);

/// Element types that a rate of products may be stated for, as MLIR prints
/// them, and i4, i8 and the like for quantised products.
llvm::ArrayRef<llvm::StringLiteral> getComputeTypes();

} // namespace tandem::deploy

#endif // TANDEM_DIALECTS_DEPLOY_IR_FIGURES_H
