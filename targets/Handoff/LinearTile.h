//===- LinearTile.h - pieces of a cache that lie regularly ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Finds the tiles of tokens and dims on which a cache layout is a pair of
// strides: within them a conversion needs neither division nor remainder. The
// proof is symbolic: a quotient or remainder is constant or linear on a tile if
// what enters it stays below the divisor.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_HANDOFF_LINEARTILE_H
#define TANDEM_TARGETS_HANDOFF_LINEARTILE_H

#include <cstdint>
#include <optional>

#include "mlir/IR/AffineMap.h"

namespace tandem {

/// Tokens and dims of a tile; tiles begin at multiples of both.
struct TileShape {
  int64_t tokens = 1, dims = 1;
};

/// Elements from one token, or dim, of a tile to the next, and a number that
/// the offset of every tile's first element is a multiple of.
struct TileStrides {
  int64_t token = 0, dim = 0, start = 1;
};

/// The strides of `offset`, a result of a cache map, on every tile of `shape`;
/// nothing where they differ from tile to tile or cannot be proven.
std::optional<TileStrides> stridesOnTile(mlir::AffineExpr offset,
                                         TileShape shape);

/// The largest tile, of at most 64 tokens and `width` dims, on which all
/// offsets have strides. `width` is the number of dims of a token.
TileShape commonTile(llvm::ArrayRef<mlir::AffineExpr> offsets, int64_t width);

} // namespace tandem

#endif // TANDEM_TARGETS_HANDOFF_LINEARTILE_H
