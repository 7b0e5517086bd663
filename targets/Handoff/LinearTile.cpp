//===- LinearTile.cpp - pieces of a cache that lie regularly --------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Handoff/LinearTile.h"

#include <algorithm>
#include <numeric>

#include "mlir/IR/AffineExpr.h"

using namespace mlir;
using namespace tandem;

namespace {

/// base + strides.token * (token in the tile) + strides.dim * (dim in it); the
/// base is over the numbers of the tiles.
struct Linear {
  AffineExpr base;
  TileStrides strides;

  bool isConstant() const { return strides.token == 0 && strides.dim == 0; }
};

class TileAnalysis {
public:
  explicit TileAnalysis(TileShape shape) : shape(shape) {}

  std::optional<Linear> visit(AffineExpr expr) const {
    if (auto binary = dyn_cast<AffineBinaryOpExpr>(expr)) {
      return visitBinary(binary);
    }
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (dim && dim.getPosition() == 2) {
      return Linear{expr * shape.tokens, {shape.tokens > 1, 0}};
    }
    if (dim && dim.getPosition() == 3) {
      return Linear{expr * shape.dims, {0, shape.dims > 1}};
    }
    return Linear{expr, {}};
  }

private:
  std::optional<Linear> visitBinary(AffineBinaryOpExpr expr) const {
    auto lhs = visit(expr.getLHS()), rhs = visit(expr.getRHS());
    if (!lhs || !rhs) {
      return std::nullopt;
    }
    AffineExprKind kind = expr.getKind();
    if (kind == AffineExprKind::Add) {
      return Linear{lhs->base + rhs->base,
                    {lhs->strides.token + rhs->strides.token,
                     lhs->strides.dim + rhs->strides.dim}};
    }
    if (lhs->isConstant() && rhs->isConstant()) {
      return Linear{getAffineBinaryOpExpr(kind, lhs->base, rhs->base), {}};
    }
    auto constant = dyn_cast<AffineConstantExpr>(expr.getRHS());
    if (!constant || constant.getValue() <= 0) {
      return std::nullopt;
    }
    int64_t value = constant.getValue();
    if (kind == AffineExprKind::Mul) {
      return Linear{lhs->base * value,
                    {lhs->strides.token * value, lhs->strides.dim * value}};
    }
    return divide(kind, *lhs, value);
  }

  /// The base is a multiple of `unit`, so where the rest stays below it neither
  /// quotient nor remainder is carried into.
  std::optional<Linear> divide(AffineExprKind kind, const Linear &lhs,
                               int64_t divisor) const {
    int64_t unit = std::gcd(lhs.base.getLargestKnownDivisor(), divisor);
    int64_t rest = lhs.strides.token * (shape.tokens - 1) +
                   lhs.strides.dim * (shape.dims - 1);
    if (rest >= unit || kind == AffineExprKind::CeilDiv) {
      return std::nullopt;
    }
    if (kind == AffineExprKind::FloorDiv) {
      return Linear{lhs.base.floorDiv(divisor), {}};
    }
    return Linear{lhs.base % divisor, lhs.strides};
  }

  TileShape shape;
};

} // namespace

std::optional<TileStrides> tandem::stridesOnTile(AffineExpr offset,
                                                 TileShape shape) {
  auto linear = TileAnalysis(shape).visit(offset);
  if (!linear) {
    return std::nullopt;
  }
  linear->strides.start = linear->base.getLargestKnownDivisor();
  return linear->strides;
}

TileShape tandem::commonTile(ArrayRef<AffineExpr> offsets, int64_t width) {
  TileShape best;
  auto consider = [&](TileShape shape) {
    if (shape.tokens * shape.dims > best.tokens * best.dims &&
        llvm::all_of(offsets, [&](AffineExpr offset) {
          return stridesOnTile(offset, shape).has_value();
        })) {
      best = shape;
    }
  };
  for (int64_t tokens = 64; tokens > 0; tokens /= 2) {
    consider({tokens, width});
    for (int64_t dims = 64; dims > 0; dims /= 2) {
      if (dims < width) {
        consider({tokens, dims});
      }
    }
  }
  return best;
}
