//===- CopyTile.h - copies a tile between two layouts -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The innermost loops of a conversion: on a tile both layouts are strides. What
// is contiguous on both sides moves in whole registers; where rows become
// columns, squares of registers are transposed; the rest goes by elements.
// Where whole lines of the destination are written, they are streamed: an
// ordinary store reads its line first, which is a third of the traffic.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_CONVERSION_COPYTILE_H
#define TANDEM_TARGETS_X86_CONVERSION_COPYTILE_H

#include "tandem/targets/Handoff/LinearTile.h"
#include "tandem/targets/X86/Conversion/Elements.h"

namespace tandem::x86 {

/// A tile on one side: its first element and the strides from there.
struct TileSide {
  Elements elements;
  TileStrides strides;

  Elements at(Expr token, Expr dim) const {
    return elements.at(token * double(strides.token) +
                       dim * double(strides.dim));
  }
};

/// Writes the copy of a whole tile of `shape`; the destination's slot is
/// 64-byte aligned.
void copyTile(Emitter &e, const TileSide &from, const TileSide &to,
              TileShape shape);

/// Writes the copy of its tokens [first, last). If `ahead` is not 0, asks for
/// what lies that many bytes behind each token of the source.
void copyTokens(Emitter &e, const TileSide &from, const TileSide &to,
                Expr first, Expr last, int64_t dims, int64_t ahead = 0);

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_CONVERSION_COPYTILE_H
