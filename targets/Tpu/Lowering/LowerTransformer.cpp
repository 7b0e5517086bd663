//===- LowerTransformer.cpp - transformer operations in StableHLO *- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/Lowering/Scope.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tandem::stablehlo;
using namespace tandem::tpu;
using namespace tandem::transformer;

/// Repeats a value of each token along the token's elements.
static Value alongRow(StableHloBuilder &b, Value perToken, Value like) {
  return b.broadcast(perToken, shapeOf(like), {0});
}

static Value meanOfRow(StableHloBuilder &b, Value x) {
  Value sum = b.reduce<AddOp>(x, 1, 0.0);
  return b.binary<DivideOp>(sum, double(shapeOf(x)[1]));
}

/// x / sqrt(mean(x^2) + epsilon)
static Value divideByRms(StableHloBuilder &b, Value x, const APFloat &epsilon) {
  Value mean = meanOfRow(b, b.binary<MultiplyOp>(x, x));
  Value padded = b.binary<AddOp>(mean, epsilon.convertToDouble());
  return b.binary<MultiplyOp>(x, alongRow(b, b.unary<RsqrtOp>(padded), x));
}

static Value lower(RmsNormOp op, Scope &scope) {
  Value x = divideByRms(scope.b, scope.get(op.getInput()), op.getEpsilon());
  return scope.b.binary<MultiplyOp>(x, scope.get(op.getScale()));
}

static Value lower(LayerNormOp op, Scope &scope) {
  StableHloBuilder &b = scope.b;
  Value x = scope.get(op.getInput());
  x = b.binary<SubtractOp>(x, alongRow(b, meanOfRow(b, x), x));
  x = divideByRms(b, x, op.getEpsilon());
  x = b.binary<MultiplyOp>(x, scope.get(op.getScale()));
  return op.getBias() ? b.binary<AddOp>(x, scope.get(op.getBias())) : x;
}

static Value lower(LinearOp op, Scope &scope) {
  int64_t summed = op.getLayout() == MatrixLayout::nk ? 1 : 0;
  Value y = scope.b.product(scope.get(op.getInput()),
                            decodeWeight(op.getWeight(), scope),
                            {{}, {}, {1}, {summed}});
  return op.getBias() ? scope.b.binary<AddOp>(y, scope.get(op.getBias())) : y;
}

static Value lower(EmbeddingOp op, Scope &scope) {
  return gatherRows(op.getTable(), scope.get(op.getIds()),
                    op.getLayout() == MatrixLayout::nk, scope);
}

static Value lower(ActivationOp op, Scope &scope) {
  return activate(scope.b, stringifyActivationKind(op.getKind()),
                  scope.get(op.getInput()));
}

static Value lower(GluOp op, Scope &scope) {
  Value gate = activate(scope.b, stringifyActivationKind(op.getKind()),
                        scope.get(op.getGate()));
  return scope.b.binary<MultiplyOp>(gate, scope.get(op.getInput()));
}

static Value lower(PositionsOp, Scope &scope) {
  return scope.b.binary<AddOp>(scope.b.iota({scope.program.tokens}, 0),
                               scope.start);
}

static Value lower(SelectTokensOp op, Scope &scope) {
  StableHloBuilder &b = scope.b;
  Value x = scope.get(op.getInput());
  if (scope.program.keepsAllTokens || shapeOf(x)[0] == 1) {
    return x;
  }
  Value last = b.binary<SubtractOp>(scope.count, 1.0);
  return b.dynamicSlice(x, {last, b.integer(0)}, {1, shapeOf(x)[1]});
}

static Value lower(RotaryOp op, Scope &scope) {
  StableHloBuilder &b = scope.b;
  Value x = scope.get(op.getInput()), positions = scope.get(op.getPositions());
  int64_t tokens = shapeOf(x)[0], heads = op.getHeads();
  int64_t width = shapeOf(x)[1] / heads;
  int64_t pairs = shapeOf(scope.get(op.getCos()))[1];
  x = b.reshape(x, {tokens, heads, width});
  Value rotated = b.slice(x, 2, 0, 2 * pairs);
  Value first, second;
  if (op.getInterleaved()) {
    first = b.slice(rotated, 2, 0, 2 * pairs, /*stride=*/2);
    second = b.slice(rotated, 2, 1, 2 * pairs, /*stride=*/2);
  } else {
    first = b.slice(rotated, 2, 0, pairs);
    second = b.slice(rotated, 2, pairs, 2 * pairs);
  }
  auto angles = [&](Value table) {
    return b.broadcast(b.gather(scope.get(table), positions, 0),
                       {tokens, heads, pairs}, {0, 2});
  };
  Value cos = angles(op.getCos()), sin = angles(op.getSin());
  auto times = [&](Value y, Value z) { return b.binary<MultiplyOp>(y, z); };
  Value turned[] = {b.binary<SubtractOp>(times(first, cos), times(second, sin)),
                    b.binary<AddOp>(times(first, sin), times(second, cos))};
  if (op.getInterleaved()) {
    for (Value &half : turned) {
      half = b.reshape(half, {tokens, heads, pairs, 1});
    }
    rotated = b.reshape(b.concatenate(turned, 3), {tokens, heads, 2 * pairs});
  } else {
    rotated = b.concatenate(turned, 2);
  }
  if (2 * pairs < width) {
    rotated = b.concatenate({rotated, b.slice(x, 2, 2 * pairs, width)}, 2);
  }
  return b.reshape(rotated, {tokens, heads * width});
}

void tandem::tpu::lowerTransformer(Operation *op, Scope &scope) {
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](AppendOp op) { lowerAppend(op, scope); })
      .Case([&](CachedAttentionOp op) { lowerAttention(op, scope); })
      .Case<ActivationOp, EmbeddingOp, GluOp, LayerNormOp, LinearOp,
            PositionsOp, RmsNormOp, RotaryOp, SelectTokensOp>(
          [&](auto op) { scope.set(op.getOutput(), lower(op, scope)); })
      .Default([](Operation *) {
        llvm_unreachable("Support.h accepts an operation without a lowering");
      });
}
