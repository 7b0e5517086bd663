//===- ShapeTransformer.cpp - shapes of fused operators ----- -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Normalisation and attention: what opset 23 and com.microsoft express as one
// node.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/ShapeContext.h"
#include "tandem/passes/Primitives/ShapeFunctions.h"

using namespace mlir;
using namespace tandem::primitives;

static LogicalResult expectRank(ShapeContext &context, unsigned index,
                                int64_t rank) {
  if (context.getRank(index) == rank) {
    return success();
  }
  return context.emitError() << "input " << index << " has rank "
                             << context.getRank(index) << ", expected " << rank;
}

//===----------------------------------------------------------------------===//
// Normalisation
//===----------------------------------------------------------------------===//

LogicalResult shapes::layerNormalization(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  FailureOr<int64_t> axis = context.normalizeAxis(
      context.node.getInt("axis", -1), context.getRank(0));
  if (failed(axis)) {
    return failure();
  }
  Dimensions statistics(context.getShape(0));
  std::fill(statistics.begin() + *axis, statistics.end(), Polynomial(1));
  Type single = Float32Type::get(context.node.getContext());
  context.set(0, context.getElementType(0), context.getShape(0));
  context.set(1, single, statistics);
  context.set(2, single, statistics);
  return success();
}

LogicalResult shapes::rmsNormalization(ShapeContext &context) {
  if (!context.isKnown(0) || !context.has(1)) {
    return success();
  }
  // The result has the type of the scale.
  context.set(0, context.getElementType(1), context.getShape(0));
  return success();
}

LogicalResult shapes::skipNormalization(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  const Dimensions &input = context.getShape(0);
  Dimensions statistics(input);
  if (!statistics.empty()) {
    statistics.back() = 1;
  }
  Type single = Float32Type::get(context.node.getContext());
  context.set(0, context.getElementType(0), input);
  context.set(1, single, statistics);
  context.set(2, single, statistics);
  context.set(3, context.getElementType(0), input);
  return success();
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

namespace {

/// The sizes of an attention, however its operands are laid out.
struct AttentionSizes {
  Polynomial batch, queryHeads, heads, tokens, newKeys, keySize, valueSize;
};

} // namespace

/// Checks a cache [batch, heads, length, head size] against an attention.
static LogicalResult requireCache(ShapeContext &context, unsigned index,
                                  const AttentionSizes &sizes,
                                  const Polynomial &length,
                                  const Polynomial &headSize) {
  const Dimensions &past = context.getShape(index);
  return success(
      succeeded(
          context.requireEqual(past[0], sizes.batch, "batch dimensions")) &&
      succeeded(context.requireEqual(past[1], sizes.heads, "cache heads")) &&
      succeeded(context.requireEqual(past[2], length,
                                     "lengths of past keys and values")) &&
      succeeded(context.requireEqual(past[3], headSize, "cache head sizes")));
}

/// The length of keys and values: past and new ones where the cache grows, and
/// the cache's where it is a buffer; absent where the cache is not known.
static FailureOr<std::optional<Polynomial>>
getTotalLength(ShapeContext &context, const AttentionSizes &sizes,
               unsigned pastKey, bool appends) {
  unsigned pastValue = pastKey + 1;
  if (!context.has(pastKey)) {
    return std::optional(sizes.newKeys);
  }
  if (!context.isKnown(pastKey) || !context.isKnown(pastValue)) {
    return std::optional<Polynomial>();
  }
  if (failed(expectRank(context, pastKey, 4)) ||
      failed(expectRank(context, pastValue, 4))) {
    return failure();
  }
  Polynomial length = context.getShape(pastKey)[2];
  if (failed(requireCache(context, pastKey, sizes, length, sizes.keySize)) ||
      failed(
          requireCache(context, pastValue, sizes, length, sizes.valueSize))) {
    return failure();
  }
  return std::optional(appends ? length + sizes.newKeys : length);
}

/// Sets what follows the output: keys and values, past ones included.
static LogicalResult setWithPast(ShapeContext &context,
                                 const AttentionSizes &sizes, unsigned pastKey,
                                 bool appends) {
  auto total = getTotalLength(context, sizes, pastKey, appends);
  if (failed(total)) {
    return failure();
  }
  if (!*total) {
    return success();
  }
  Type type = context.getElementType(context.has(pastKey) ? pastKey : 0);
  context.set(1, type, {sizes.batch, sizes.heads, **total, sizes.keySize});
  context.set(2, type, {sizes.batch, sizes.heads, **total, sizes.valueSize});
  context.set(3, context.getElementType(0),
              {sizes.batch, sizes.queryHeads, sizes.tokens, **total});
  return success();
}

/// `whole` shared by `parts`; an error where that does not divide.
static FailureOr<Polynomial> share(ShapeContext &context,
                                   const Polynomial &whole, int64_t parts,
                                   StringRef what) {
  std::optional<Polynomial> each =
      parts > 0 ? whole.divideExactly(Polynomial(parts)) : std::nullopt;
  if (each) {
    return *each;
  }
  context.emitError() << what << " is " << context.space.toString(whole)
                      << ", expected a multiple of " << parts;
  return failure();
}

/// A mask of symbolic length spans all keys. One of a fixed length may be
/// shorter: what lies behind it is masked.
static LogicalResult bindMask(ShapeContext &context,
                              const AttentionSizes &sizes) {
  if (!context.isKnown(3) || context.getRank(3) == 0 ||
      context.getShape(3).back().getConstant()) {
    return success();
  }
  auto total = getTotalLength(context, sizes, /*pastKey=*/4, /*appends=*/true);
  if (failed(total)) {
    return failure();
  }
  return *total ? context.requireEqual(context.getShape(3).back(), **total,
                                       "lengths of mask and keys")
                : success();
}

LogicalResult shapes::attention(ShapeContext &context) {
  if (!context.isKnown(0) || !context.isKnown(1) || !context.isKnown(2)) {
    return success();
  }
  const Dimensions &q = context.getShape(0), &k = context.getShape(1),
                   &v = context.getShape(2);
  if (k.size() != q.size() || v.size() != q.size() ||
      (q.size() != 3 && q.size() != 4)) {
    return context.emitError()
           << "has operands of ranks " << q.size() << ", " << k.size()
           << " and " << v.size() << ", expected all 3 or all 4";
  }
  AttentionSizes sizes;
  if (failed(context.requireEqual(k[q.size() - 2], v[q.size() - 2],
                                  "lengths of keys and values"))) {
    return failure();
  }
  if (q.size() == 4) {
    sizes = {q[0], q[1], k[1], q[2], k[2], k[3], v[3]};
    context.set(0, context.getElementType(0), {q[0], q[1], q[2], v[3]});
  } else {
    int64_t queryHeads = context.node.getInt("q_num_heads", 0);
    int64_t heads = context.node.getInt("kv_num_heads", 0);
    FailureOr<Polynomial> keySize = share(context, k[2], heads, "key width");
    if (failed(keySize)) {
      return failure();
    }
    FailureOr<Polynomial> valueSize =
        share(context, v[2], heads, "value width");
    if (failed(valueSize)) {
      return failure();
    }
    sizes = {q[0], queryHeads, heads, q[1], k[1], *keySize, *valueSize};
    context.set(0, context.getElementType(0),
                {q[0], q[1], *valueSize * Polynomial(queryHeads)});
  }
  if (failed(setWithPast(context, sizes, /*pastKey=*/4, /*appends=*/true))) {
    return failure();
  }
  return bindMask(context, sizes);
}

LogicalResult shapes::groupQueryAttention(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  if (failed(expectRank(context, 0, 3))) {
    return failure();
  }
  const Dimensions &q = context.getShape(0);
  int64_t queryHeads = context.node.getInt("num_heads", 0);
  int64_t heads = context.node.getInt("kv_num_heads", 0);
  bool isPacked = !context.has(1);
  FailureOr<Polynomial> headSize =
      share(context, q[2], isPacked ? queryHeads + 2 * heads : queryHeads,
            "query width");
  if (failed(headSize)) {
    return failure();
  }
  AttentionSizes sizes = {q[0], queryHeads, heads,    q[1],
                          q[1], *headSize,  *headSize};
  context.set(0, context.getElementType(0),
              {q[0], q[1], *headSize * Polynomial(queryHeads)});
  bool isBuffer = context.node.getInt("sliding_window_cache", 0) != 0;
  return setWithPast(context, sizes, /*pastKey=*/3, /*appends=*/!isBuffer);
}

LogicalResult shapes::multiHeadAttention(ShapeContext &context) {
  if (!context.isKnown(0) || context.getRank(0) != 3 || !context.isKnown(1) ||
      !context.isKnown(2)) {
    return success(); // packed forms have other ranks
  }
  const Dimensions &q = context.getShape(0), &k = context.getShape(1),
                   &v = context.getShape(2);
  int64_t heads = context.node.getInt("num_heads", 0);
  FailureOr<Polynomial> keySize = share(context, q[2], heads, "query width");
  if (failed(keySize)) {
    return failure();
  }
  Polynomial valueSize, keys;
  if (k.size() == 4 && v.size() == 4) {
    valueSize = v[3];
    keys = k[2];
  } else if (k.size() == 3 && v.size() == 3) {
    FailureOr<Polynomial> each = share(context, v[2], heads, "value width");
    if (failed(each)) {
      return failure();
    }
    valueSize = *each;
    keys = k[1];
  } else {
    return success();
  }
  AttentionSizes sizes = {q[0], heads, heads, q[1], keys, *keySize, valueSize};
  context.set(0, context.getElementType(0),
              {q[0], q[1], valueSize * Polynomial(heads)});
  return setWithPast(context, sizes, /*pastKey=*/6, /*appends=*/true);
}

LogicalResult shapes::packedAttention(ShapeContext &context) {
  if (!context.isKnown(0) || !context.isKnown(1)) {
    return success();
  }
  if (failed(expectRank(context, 0, 3)) || failed(expectRank(context, 1, 2))) {
    return failure();
  }
  const Dimensions &input = context.getShape(0);
  SmallVector<int64_t> widths = context.node.getInts("qkv_hidden_sizes");
  std::optional<Polynomial> width =
      widths.size() == 3 ? std::optional(Polynomial(widths[2]))
                         : context.getShape(1)[1].divideExactly(Polynomial(3));
  if (width) {
    context.set(0, context.getElementType(0), {input[0], input[1], *width});
  }
  if (!context.isKnown(4) || context.getRank(4) != 5) {
    return success();
  }
  Dimensions present(context.getShape(4)); // (2, B, N, P, D)
  present[3] += input[1];
  context.set(1, context.getElementType(0), present);
  return success();
}
