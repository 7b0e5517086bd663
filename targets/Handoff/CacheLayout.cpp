//===- CacheLayout.cpp - where a cache's elements lie ---------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Handoff/CacheLayout.h"

#include "mlir/IR/AffineExpr.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace tandem;

CacheShape CacheShape::of(transformer::KvCacheType cache) {
  return {cache.getLayers(), cache.getHeads(), cache.getKeyDim(),
          cache.getValueDim()};
}

CacheAxes::CacheAxes(MLIRContext *context)
    : layer(getAffineDimExpr(0, context)), head(getAffineDimExpr(1, context)),
      token(getAffineDimExpr(2, context)), dim(getAffineDimExpr(3, context)),
      capacity(getAffineSymbolExpr(0, context)) {}

AffineMap CacheAxes::map(ArrayRef<AffineExpr> offsets) const {
  return AffineMap::get(/*dimCount=*/4, /*symbolCount=*/1, offsets,
                        layer.getContext());
}

CacheLayout tandem::rowMajorCache(const CacheShape &shape,
                                  FloatType elementType) {
  CacheAxes axes(elementType.getContext());
  auto offset = [&](int64_t width) {
    AffineExpr row = (axes.layer * shape.heads + axes.head) * axes.capacity;
    return (row + axes.token) * width + axes.dim;
  };
  AffineExpr allKeys =
      axes.capacity * (shape.layers * shape.heads * shape.keyDim);
  return {axes.map(offset(shape.keyDim)),
          axes.map(allKeys + offset(shape.valueDim)), elementType};
}

std::string tandem::cacheMapText(AffineMap map) {
  std::string text;
  llvm::raw_string_ostream(text) << map;
  for (auto [from, to] : {std::pair("d0", "layer"), std::pair("d1", "head"),
                          std::pair("d2", "token"), std::pair("d3", "dim"),
                          std::pair("s0", "capacity")}) {
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;) {
      text.replace(at, 2, to);
      at += StringRef(to).size();
    }
  }
  return text;
}
