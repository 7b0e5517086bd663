//===- FusedAttention.cpp - attention as one operator -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Attention (ai.onnx 23 and 24) and GroupQueryAttention (com.microsoft). Exact
// semantics: reference/onnx.md section 2, measured against ONNX Runtime.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/AttentionParts.h"
#include "tandem/passes/Raise/MaskPredicate.h"
#include "tandem/passes/Raise/NodeMatching.h"

#include <cmath>

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;
using transformer::AttentionOp;

static void missed(NodeOp node, const Twine &why) {
  reportMissed(node.getLoc(), attentionCategory, why);
}

/// Replaces `node` (output, present key, present value) by an attention.
static void replaceByAttention(NodeOp node, const AttentionParts &parts,
                               IRRewriter &rewriter) {
  SmallVector<Type> presents;
  if (parts.pastKey) {
    presents = {node->getResult(1).getType(), node->getResult(2).getType()};
  }
  AttentionOp attention = createAttention(parts, node->getResult(0).getType(),
                                          presents, node.getLoc(), rewriter);
  for (auto [old, replacement] :
       llvm::zip(node->getResults(), attention->getResults())) {
    rewriter.replaceAllUsesWith(old, replacement);
  }
  reportRaised(node.getLoc(), attentionCategory, node.getQualifiedName());
  rewriter.eraseOp(node);
}

/// Whether presents are asked for only together with a past, and past key and
/// value come together.
static bool hasSoundCache(NodeOp node, Value pastKey, Value pastValue) {
  if (static_cast<bool>(pastKey) != static_cast<bool>(pastValue)) {
    return false;
  }
  if (!pastKey) {
    return !isResultUsed(node, 1) && !isResultUsed(node, 2);
  }
  return node->getNumResults() >= 3;
}

//===----------------------------------------------------------------------===//
// ai.onnx Attention
//===----------------------------------------------------------------------===//

/// The first reason why an ai.onnx Attention cannot be raised; empty if none.
static std::string whyNotAttention(NodeOp node) {
  RankedTensorType query = tensorType(node.getInput(0));
  if (!query || query.getRank() != 3) {
    return "queries with a dimension of heads are not supported";
  }
  if (node.getInput(6)) {
    return "an external cache (nonpad_kv_seqlen) is not supported";
  }
  if (isResultUsed(node, 3)) {
    return "its scores are used";
  }
  if (node.getInt("left_window_size", -1) != -1 ||
      node.getInt("right_window_size", -1) != -1) {
    return "windows of opset 25 are not supported";
  }
  if (!hasSoundCache(node, node.getInput(4), node.getInput(5))) {
    return "a present without a past is not supported";
  }
  return "";
}

static void raiseAttention(NodeOp node, ElementAccess &access,
                           IRRewriter &rewriter) {
  if (std::string why = whyNotAttention(node); !why.empty()) {
    missed(node, why);
    return;
  }
  AttentionParts parts;
  parts.query = node.getInput(0);
  parts.key = node.getInput(1);
  parts.value = node.getInput(2);
  parts.pastKey = node.getInput(4);
  parts.pastValue = node.getInput(5);
  parts.heads = node.getInt("q_num_heads", 0);
  parts.kvHeads = node.getInt("kv_num_heads", parts.heads);
  int64_t width = widthOf(parts.query);
  if (parts.heads <= 0 || ShapedType::isDynamic(width)) {
    missed(node, "the width of a head is unknown");
    return;
  }
  parts.scale = node.getFloat("scale", 1 / std::sqrt(width / parts.heads));
  parts.softcap = node.getFloat("softcap", 0);
  parts.causal = node.getInt("is_causal", 0) != 0;
  if (Value mask = node.getInput(3)) {
    MaskReading reading = readMask(mask, parts, access);
    if (!reading.why.empty()) {
      missed(node, reading.why);
      return;
    }
    reading.applyTo(parts);
  }
  replaceByAttention(node, parts, rewriter);
}

//===----------------------------------------------------------------------===//
// GroupQueryAttention
//===----------------------------------------------------------------------===//

/// The mask of which `lengths` are the row sums, less one: how exporters
/// compute seqlens_k.
static Value matchMaskOfLengths(Value lengths) {
  while (NodeOp cast = definedBy(lengths, "Cast")) {
    lengths = cast.getInput(0);
  }
  NodeOp sub = definedBy(lengths, "Sub");
  NodeOp add = definedBy(lengths, "Add"); // of -1: the normal form of Sub
  Value sum;
  if (sub && constantScalar(sub.getInput(1)) == 1.0) {
    sum = sub.getInput(0);
  } else if (add && constantScalar(add.getInput(1)) == -1.0) {
    sum = add.getInput(0);
  } else if (add && constantScalar(add.getInput(0)) == -1.0) {
    sum = add.getInput(1);
  }
  while (NodeOp cast = definedBy(sum, "Cast")) {
    sum = cast.getInput(0);
  }
  NodeOp reduce = definedBy(sum, "ReduceSum");
  auto axes = reduce ? constantInts(reduce.getInput(1)) : std::nullopt;
  if (!axes || axes->size() != 1 || positiveAxis(axes->front(), 2) != 1) {
    return {};
  }
  Value mask = reduce.getInput(0);
  while (NodeOp cast = definedBy(mask, "Cast")) {
    mask = cast.getInput(0);
  }
  RankedTensorType type = tensorType(mask);
  return type && type.getRank() == 2 ? mask : Value();
}

/// The first reason why a GroupQueryAttention cannot be raised; empty if none.
static std::string whyNotGroupQuery(NodeOp node) {
  static constexpr std::pair<unsigned, StringLiteral> unsupported[] = {
      {11, "a head sink"},
      {12, "a scaled key cache"},
      {13, "a scaled value cache"},
      {14, "a query norm"},
      {15, "a key norm"}};
  for (auto [index, name] : unsupported) {
    if (node.getInput(index)) {
      return (name + " (input " + Twine(index) + ") is not supported").str();
    }
  }
  if (node.getInt("smooth_softmax", 0) > 0) {
    return "smooth_softmax is not supported";
  }
  if (node.getInt("sliding_window_cache", 0) != 0) {
    return "sliding_window_cache is not supported";
  }
  if (node.getInt("causal", 1) != 1) {
    return "attention to later keys (causal = 0) is not supported";
  }
  if (isResultUsed(node, 3)) {
    return "its scores are used";
  }
  Value pastKey = node.getInput(3), pastValue = node.getInput(4);
  if (!pastKey || !hasSoundCache(node, pastKey, pastValue)) {
    return "there is no past";
  }
  bool hasKey = static_cast<bool>(node.getInput(1));
  if (hasKey != static_cast<bool>(node.getInput(2))) {
    return "key and value do not come together";
  }
  RankedTensorType query = tensorType(node.getInput(0));
  if (!query || query.getRank() != 3 || query.isDynamicDim(2)) {
    return "the query's width is unknown";
  }
  int64_t heads = node.getInt("num_heads", 0);
  int64_t parts = hasKey ? heads : heads + 2 * node.getInt("kv_num_heads", 0);
  if (parts <= 0 || query.getDimSize(2) % parts != 0) {
    return "the query's width is not that of its heads";
  }
  return "";
}

/// The positions of the new tokens: the operator's input, or past and index.
static Value positionsOf(NodeOp node, const AttentionParts &parts,
                         IRRewriter &rewriter) {
  if (Value positions = node.getInput(9)) {
    return positions;
  }
  ArrayRef<int64_t> shape = tensorType(parts.query).getShape();
  auto type = RankedTensorType::get(shape.take_front(2), rewriter.getI64Type());
  return transformer::PastPositionsOp::create(rewriter, node.getLoc(), type,
                                              parts.pastKey, parts.query);
}

/// Applies the operator's rotation to the new queries and keys.
static void rotate(NodeOp node, AttentionParts &parts, IRRewriter &rewriter) {
  Value positions = positionsOf(node, parts, rewriter);
  bool interleaved = node.getInt("rotary_interleaved", 0) != 0;
  auto apply = [&](Value input, int64_t heads) -> Value {
    return transformer::RotaryOp::create(
        rewriter, node.getLoc(), input.getType(), input, positions,
        node.getInput(7), node.getInput(8), heads, interleaved);
  };
  parts.query = apply(parts.query, parts.heads);
  parts.key = apply(parts.key, parts.kvHeads);
}

static void raiseGroupQuery(NodeOp node, IRRewriter &rewriter) {
  if (std::string why = whyNotGroupQuery(node); !why.empty()) {
    missed(node, why);
    return;
  }
  AttentionParts parts;
  parts.padding = matchMaskOfLengths(node.getInput(5));
  if (!parts.padding) {
    missed(node, "the lengths are not the sums of a mask");
    return;
  }
  bool rotates = node.getInt("do_rotary", 0) != 0;
  if (rotates && (!node.getInput(7) || !node.getInput(8))) {
    missed(node, "do_rotary without tables");
    return;
  }
  parts.query = node.getInput(0);
  parts.key = node.getInput(1);
  parts.value = node.getInput(2);
  parts.pastKey = node.getInput(3);
  parts.pastValue = node.getInput(4);
  parts.bias = node.getInput(10);
  parts.heads = node.getInt("num_heads", 0);
  parts.kvHeads = node.getInt("kv_num_heads", 0);
  int64_t width = widthOf(parts.query) /
                  (parts.key ? parts.heads : parts.heads + 2 * parts.kvHeads);
  if (!parts.key) {
    SmallVector<Value> cut = splitLastDimension(
        parts.query,
        {parts.heads * width, parts.kvHeads * width, parts.kvHeads * width},
        node.getLoc(), rewriter);
    parts.query = cut[0];
    parts.key = cut[1];
    parts.value = cut[2];
  }
  double scale = node.getFloat("scale", 0); // 0 stands for the default
  parts.scale = scale != 0 ? scale : 1 / std::sqrt(width);
  parts.softcap = node.getFloat("softcap", 0);
  parts.causal = true;
  parts.window = std::max<int64_t>(node.getInt("local_window_size", -1), 0);
  if (rotates) {
    rotate(node, parts, rewriter);
  }
  onnx::assume(node, "GroupQueryAttention: a mask row is ones, then zeros");
  replaceByAttention(node, parts, rewriter);
}

void raise::raiseFusedAttention(NodeOp node, ElementAccess &access,
                                IRRewriter &rewriter) {
  if (isOperator(node, "Attention")) {
    raiseAttention(node, access, rewriter);
  } else if (isContribOperator(node, "GroupQueryAttention")) {
    raiseGroupQuery(node, rewriter);
  }
}
