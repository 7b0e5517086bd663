//===- ConvertHead.cpp - the keys or values of one head -------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Conversion/CopyTile.h"
#include "tandem/targets/X86/Conversion/LowerConversion.h"

#include "tandem/targets/Runtime/HandoffAbi.h"

#include <cstddef>

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

/// Arithmetic of an affine expression; nothing in a cache map is negative.
static Expr expand(Emitter &e, AffineExpr expr, ArrayRef<Expr> dims,
                   Expr capacity) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    return e.integer(constant.getValue());
  }
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    return dims[dim.getPosition()];
  }
  if (isa<AffineSymbolExpr>(expr)) {
    return capacity;
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Expr a = expand(e, binary.getLHS(), dims, capacity);
  Expr b = expand(e, binary.getRHS(), dims, capacity);
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return a + b;
  case AffineExprKind::Mul:
    return a * b;
  case AffineExprKind::Mod:
    return a % b;
  case AffineExprKind::FloorDiv:
    return a / b;
  default:
    return (a + b - 1.0) / b;
  }
}

Expr tandem::x86::offsetOf(Emitter &e, AffineExpr offset, Expr layer, Expr head,
                           Expr token, Expr dim, Expr capacity) {
  return expand(e, offset, {layer, head, token, dim}, capacity);
}

namespace {

/// The tiles of one half of a head.
class HeadConversion {
public:
  HeadConversion(Emitter &e, const CacheHalf &half,
                 const CacheConversion &conversion, Pointer range, Expr layer,
                 Expr head)
      : e(e), half(half), conversion(conversion), layer(layer), head(head),
        source(range.bytes(offsetof(TandemHandoffRange, source)).loadPointer()),
        destination(range.bytes(offsetof(TandemHandoffRange, destination))
                        .loadPointer()),
        sourceCapacity(range.bytes(offsetof(TandemHandoffRange, sourceCapacity))
                           .loadInteger()),
        destinationCapacity(
            range.bytes(offsetof(TandemHandoffRange, destinationCapacity))
                .loadInteger()),
        shape(tileOf(half)) {}

  void run(Expr first, Expr last) {
    Expr start = first - first % shape.tokens;
    e.loop(start, last, shape.tokens, [&](Expr token) {
      Expr low = e.maximum(first - token, e.integer(0));
      Expr high = e.minimum(last - token, e.integer(shape.tokens));
      Expr isWhole = (low == 0) & (high == shape.tokens);
      int64_t whole = half.width / shape.dims * shape.dims;
      e.ifElse(
          isWhole, [&] { forDims(token, whole, low, high, /*isWhole=*/true); },
          [&] { forDims(token, whole, low, high, /*isWhole=*/false); });
    });
  }

private:
  static TileShape tileOf(const CacheHalf &half) {
    SmallVector<AffineExpr> offsets(half.destinations);
    offsets.push_back(half.source);
    return commonTile(offsets, half.width);
  }

  void forDims(Expr token, int64_t whole, Expr low, Expr high, bool isWhole) {
    e.loop(e.integer(0), e.integer(whole), shape.dims,
           [&](Expr dim) { copy(token, dim, low, high, shape.dims, isWhole); });
    if (whole < half.width) {
      copy(token, e.integer(whole), low, high, half.width - whole, isWhole);
    }
  }

  void copy(Expr token, Expr dim, Expr low, Expr high, int64_t dims,
            bool isWhole) {
    auto side = [&](Pointer slot, FloatType type, AffineExpr offset,
                    Expr capacity) {
      Elements elements(slot, type);
      return TileSide{
          elements.at(offsetOf(e, offset, layer, head, token, dim, capacity)),
          *stridesOnTile(offset, shape)};
    };
    TileSide from = side(source, conversion.source.elementType, half.source,
                         sourceCapacity);
    for (AffineExpr place : half.destinations) {
      TileSide to = side(destination, conversion.destination.elementType, place,
                         destinationCapacity);
      if (isWhole) {
        copyTile(e, from, to, {shape.tokens, dims});
      } else {
        copyTokens(e, from, to, low, high, dims);
      }
    }
  }

  Emitter &e;
  const CacheHalf &half;
  const CacheConversion &conversion;
  Expr layer, head;
  Pointer source, destination;
  Expr sourceCapacity, destinationCapacity;
  TileShape shape;
};

} // namespace

LLVM::LLVMFuncOp
tandem::x86::defineConvertHead(Kernels &kernels, StringRef name,
                               const CacheHalf &half,
                               const CacheConversion &conversion) {
  Emitter types(kernels.module.getLoc(), kernels.variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return kernels.define(name, {ptr, i64, i64, i64, i64},
                        [&](Emitter &e, ValueRange arguments) {
                          HeadConversion(e, half, conversion, {e, arguments[0]},
                                         {e, arguments[1]}, {e, arguments[2]})
                              .run({e, arguments[3]}, {e, arguments[4]});
                        });
}
