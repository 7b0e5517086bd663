//===- AttentionScores.cpp - what is done to scores -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The order of operators is that of `transformer.attention`; a factor outside
// of a mask or a soft cap would apply to those as well and is not accepted.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/AttentionScores.h"

#include "tandem/passes/Raise/NodeMatching.h"

#include <cmath>

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;

/// Scores pass through at most this many operators.
static constexpr unsigned maxDepth = 16;

/// c * tanh(x / c): x and c.
static std::optional<std::pair<Value, double>> matchSoftcap(NodeOp mul) {
  for (unsigned side : {0, 1}) {
    auto cap = constantScalar(mul.getInput(1 - side));
    NodeOp tanh = definedBy(mul.getInput(side), "Tanh");
    if (!cap || !tanh) {
      continue;
    }
    Value inner = tanh.getInput(0);
    if (NodeOp div = definedBy(inner, "Div")) {
      return constantScalar(div.getInput(1)) == cap
                 ? std::optional(std::pair(div.getInput(0), *cap))
                 : std::nullopt;
    }
    NodeOp inverse = definedBy(inner, "Mul");
    for (unsigned other : {0, 1}) {
      auto factor =
          inverse ? constantScalar(inverse.getInput(1 - other)) : std::nullopt;
      if (factor && std::abs(*factor * *cap - 1) < 1e-6) {
        return std::pair(inverse.getInput(other), *cap);
      }
    }
  }
  return std::nullopt;
}

static bool peel(Value value, Scores &scores, unsigned depth);

/// Peels a factor, which must not have masks or a cap below.
static bool peelFactor(Value inner, double factor, Scores &scores,
                       unsigned depth) {
  bool isPlain =
      peel(inner, scores, depth) && scores.masks.empty() && scores.softcap == 0;
  scores.scale *= factor;
  return isPlain;
}

static bool peelProduct(NodeOp node, Scores &scores, unsigned depth) {
  if (node.getOpType() == "Div") {
    auto divisor = constantScalar(node.getInput(1));
    return divisor && peelFactor(node.getInput(0), 1 / *divisor, scores, depth);
  }
  if (auto softcap = matchSoftcap(node)) {
    bool isPlain = peelFactor(softcap->first, 1, scores, depth);
    scores.softcap = softcap->second;
    return isPlain;
  }
  for (unsigned side : {0, 1}) {
    if (auto factor = constantScalar(node.getInput(1 - side))) {
      return peelFactor(node.getInput(side), *factor, scores, depth);
    }
  }
  return false;
}

/// Peels the addition of a mask, on either side.
static bool peelSum(NodeOp node, Scores &scores, unsigned depth) {
  for (unsigned side : {0, 1}) {
    Scores below = scores;
    if (peel(node.getInput(side), below, depth)) {
      scores = below;
      scores.masks.push_back(node.getInput(1 - side));
      return true;
    }
  }
  return false;
}

/// Peels keep ? score : about -infinity.
static bool peelChoice(NodeOp node, Scores &scores, unsigned depth) {
  auto left = constantScalar(node.getInput(2));
  if (!left || *left > -1e4 || !peel(node.getInput(1), scores, depth)) {
    return false;
  }
  scores.masks.push_back(node.getInput(0));
  return true;
}

/// Peels `value` down to the product of queries and keys, filling `scores`.
static bool peel(Value value, Scores &scores, unsigned depth) {
  auto node = value ? value.getDefiningOp<NodeOp>() : NodeOp();
  if (!node || node.getDomain() || depth > maxDepth) {
    return false;
  }
  StringRef opType = node.getOpType();
  if (opType == "MatMul") {
    scores.product = node;
    return true;
  }
  if (opType == "Cast") {
    return isFloatTensor(node.getInput(0)) &&
           peel(node.getInput(0), scores, depth + 1);
  }
  if (opType == "Add") {
    return peelSum(node, scores, depth + 1);
  }
  if (opType == "Where") {
    return peelChoice(node, scores, depth + 1);
  }
  return (opType == "Mul" || opType == "Div") &&
         peelProduct(node, scores, depth + 1);
}

std::optional<Scores> raise::readScores(Value value) {
  Scores scores;
  return peel(value, scores, 0) ? std::optional(scores) : std::nullopt;
}
