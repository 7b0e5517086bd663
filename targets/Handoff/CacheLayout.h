//===- CacheLayout.h - where a cache's elements lie -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The physical side of the cache contract: each target describes its slots by
// two affine maps, from which conversions are generated. Relies on MLIR alone.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_HANDOFF_CACHELAYOUT_H
#define TANDEM_TARGETS_HANDOFF_CACHELAYOUT_H

#include <cstdint>
#include <string>

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinTypes.h"

#include "tandem/dialects/Transformer/IR/TransformerOps.h"

namespace tandem {

/// Logical sizes of a cache. Tokens are bounded by a slot's capacity.
struct CacheShape {
  int64_t layers = 0, heads = 0, keyDim = 0, valueDim = 0;

  static CacheShape of(transformer::KvCacheType cache);
};

/// Where the elements of a slot lie.
struct CacheLayout {
  /// (layer, head, token, dim)[capacity] -> (offset in elements from the
  /// slot's start); capacity in tokens. A result for each place of a head:
  /// where chips share the work of a layer, several may keep the same head. All
  /// places hold the same, so one is read and all are written.
  mlir::AffineMap keys, values;
  mlir::FloatType elementType;
};

/// A hand-over from one part's slots to another's.
struct CacheConversion {
  CacheShape shape;
  CacheLayout source, destination;
  std::string contract; ///< digest of the cache contract it belongs to
};

/// What a map is made of.
struct CacheAxes {
  explicit CacheAxes(mlir::MLIRContext *context);

  /// The map to `offsets`, one for each place of a head.
  mlir::AffineMap map(llvm::ArrayRef<mlir::AffineExpr> offsets) const;

  mlir::AffineExpr layer, head, token, dim, capacity;
};

/// Row-major [layer][head][token][dim]: all keys, then all values.
CacheLayout rowMajorCache(const CacheShape &shape, mlir::FloatType elementType);

/// A map as the contract shows it: "(layer, head, token, dim)[capacity] ->
/// (...)".
std::string cacheMapText(mlir::AffineMap map);

} // namespace tandem

#endif // TANDEM_TARGETS_HANDOFF_CACHELAYOUT_H
