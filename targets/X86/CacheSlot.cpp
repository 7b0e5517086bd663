//===- CacheSlot.cpp - the layout of this target's cache slots ------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/CacheSlot.h"

#include "tandem/targets/X86/Variant.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

/// Elements of the keys and values of a block.
static int64_t blockElements(const CacheShape &shape, int64_t blockTokens) {
  return blockTokens *
         (shape.keyDim + llvm::alignTo(shape.valueDim, panelColumns));
}

CacheLayout tandem::x86::describeSlot(const CacheShape &shape,
                                      int64_t blockTokens,
                                      MLIRContext *context) {
  CacheAxes axes(context);
  AffineExpr blocks = axes.capacity.ceilDiv(blockTokens);
  AffineExpr block = (axes.layer * shape.heads + axes.head) * blocks +
                     axes.token.floorDiv(blockTokens);
  AffineExpr start = block * blockElements(shape, blockTokens);
  AffineExpr inBlock = axes.token % blockTokens;
  AffineExpr key = (inBlock.floorDiv(panelColumns) * shape.keyDim + axes.dim) *
                       panelColumns +
                   axes.token % panelColumns;
  AffineExpr value =
      (axes.dim.floorDiv(panelColumns) * blockTokens + inBlock) * panelColumns +
      axes.dim % panelColumns;
  return {axes.map(start + key),
          axes.map(start + blockTokens * shape.keyDim + value),
          Float32Type::get(context)};
}

int64_t tandem::x86::slotBytes(const CacheShape &shape, int64_t blockTokens,
                               int64_t capacityTokens) {
  return shape.layers * shape.heads *
         llvm::divideCeil(capacityTokens, blockTokens) *
         blockElements(shape, blockTokens) * int64_t(sizeof(float));
}
