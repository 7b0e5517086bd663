//===- DecomposedAttention.cpp - attention as arithmetic --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Around a Softmax: scores above it, the product with the values below. Scores
// are peeled operator by operator (scale, soft cap, masks); what queries, keys
// and values are is asked of ElementAccess, so no layout has a pattern.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/AttentionParts.h"
#include "tandem/passes/Raise/AttentionScores.h"
#include "tandem/passes/Raise/MaskPredicate.h"
#include "tandem/passes/Raise/NodeMatching.h"
#include "tandem/passes/Raise/TokenMajor.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;
using transformer::AttentionOp;

namespace {
/// Keys or values: rows of new tokens behind a past.
struct Cached {
  Value past, rows;
  NodeOp present; ///< Concat of past and new, null without a past
  double factor = 1;
};

class Recogniser {
public:
  Recogniser(NodeOp softmax, ElementAccess &access, IRRewriter &rewriter)
      : softmax(softmax), access(access), elements(access.elements),
        rewriter(rewriter) {}

  void run();

private:
  std::string match();
  NodeOp findOutput();
  bool matchGroups(const Scores &scores, NodeOp output, int64_t groups);
  std::optional<Cached> matchCached(Value value, bool isKey, int64_t width);
  std::string readMasks(const Scores &scores);
  void replace(NodeOp output);

  NodeOp softmax;
  ElementAccess &access;
  Elements &elements;
  IRRewriter &rewriter;

  AttentionParts parts;
  Cached key, value;
  Polynomial batch, kvHead, headInGroup;
};
} // namespace

//===----------------------------------------------------------------------===//
// Below the softmax
//===----------------------------------------------------------------------===//

/// The guard `Where(IsNaN(p), 0, p)` among the users of `p`, or null.
static Value findGuard(Value p) {
  for (Operation *user : p.getUsers()) {
    auto where = dyn_cast<NodeOp>(user);
    if (!isOperator(where, "Where") || where.getInput(2) != p ||
        constantScalar(where.getInput(1)) != 0.0) {
      continue;
    }
    NodeOp isNan = definedBy(where.getInput(0), "IsNaN");
    if (isNan && isNan.getInput(0) == p) {
      return where->getResult(0);
    }
  }
  return {};
}

/// The MatMul of the probabilities and the values, or null.
NodeOp Recogniser::findOutput() {
  Value p = softmax->getResult(0);
  while (true) {
    if (Value guarded = findGuard(p)) {
      p = guarded;
    }
    if (!p.hasOneUse()) {
      return {};
    }
    auto user = dyn_cast<NodeOp>(*p.getUsers().begin());
    if (isOperator(user, "MatMul") && user.getInput(0) == p) {
      return user;
    }
    if (!isOperator(user, "Cast") || !isFloatTensor(user->getResult(0))) {
      return {};
    }
    p = user->getResult(0);
  }
}

//===----------------------------------------------------------------------===//
// Queries, keys and values
//===----------------------------------------------------------------------===//

/// The load and the constant factor of `element`; a null load if it is more.
static std::pair<Element, double> splitFactor(Element element) {
  if (element->kind == ElementNode::Kind::load) {
    return {element, 1};
  }
  if (element->kind == ElementNode::Kind::real && element->terms.size() == 1 &&
      element->terms[0].factors.size() == 1 &&
      element->terms[0].factors[0]->kind == ElementNode::Kind::load) {
    return {element->terms[0].factors[0], element->terms[0].coefficient};
  }
  return {nullptr, 1};
}

/// The Concat of a function's argument and new tokens along the token axis.
static NodeOp matchPresent(Value value) {
  NodeOp concat = definedBy(value, "Concat");
  RankedTensorType type = tensorType(value);
  bool isPresent = concat && type && type.getRank() == 4 &&
                   concat.getInputs().size() == 2 &&
                   positiveAxis(concat.getInt("axis", 0), 4) == 2 &&
                   isa<BlockArgument>(concat.getInputs()[0]);
  return isPresent ? concat : NodeOp();
}

/// What the right operand of a product reads: element [b, h, d, t] of the keys,
/// [b, h, t, d] of the values.
std::optional<Cached> Recogniser::matchCached(Value operand, bool isKey,
                                              int64_t width) {
  auto shape = access.getShape(operand);
  if (!shape || shape->size() != 4) {
    return std::nullopt;
  }
  Polynomial token = elements.makeIndex((*shape)[isKey ? 3 : 2]);
  Polynomial element = elements.makeIndex(width);
  Polynomial head = kvHead * (parts.heads / parts.kvHeads) + headInGroup;
  Indices indices{batch, head, token, element};
  if (isKey) {
    std::swap(indices[2], indices[3]);
  }
  auto isPresent = [](Value candidate) {
    return static_cast<bool>(matchPresent(candidate));
  };
  auto [load, factor] = splitFactor(access.get(operand, indices, isPresent));
  Cached cached;
  cached.factor = factor;
  HeadIndices at{batch, token, kvHead, element, parts.kvHeads, width};
  if (load && matchPresent(load->tensor)) {
    if (load->indices != Indices{batch, kvHead, token, element}) {
      return std::nullopt;
    }
    cached.present = matchPresent(load->tensor);
    cached.past = cached.present.getInputs()[0];
    Value fresh = cached.present.getInputs()[1];
    auto freshShape = access.getShape(fresh);
    if (!freshShape || freshShape->size() != 4) {
      return std::nullopt;
    }
    at.token = elements.makeIndex((*freshShape)[2]);
    load = access.get(fresh, {batch, kvHead, at.token, element});
  }
  cached.rows =
      TokenMajor(access, rewriter, softmax.getLoc()).fromLoad(load, at);
  return cached.rows ? std::optional(cached) : std::nullopt;
}

/// Matches with `groups` key heads.
bool Recogniser::matchGroups(const Scores &scores, NodeOp output,
                             int64_t groups) {
  parts.kvHeads = groups;
  kvHead = elements.makeIndex(groups);
  headInGroup = elements.makeIndex(parts.heads / groups);
  NodeOp product = scores.product;
  int64_t keyWidth = widthOf(product.getInput(0));
  auto keys = matchCached(product.getInput(1), /*isKey=*/true, keyWidth);
  auto values = keys ? matchCached(output.getInput(1), /*isKey=*/false,
                                   widthOf(output.getInput(1)))
                     : std::nullopt;
  if (!values || values->factor != 1 ||
      static_cast<bool>(keys->past) != static_cast<bool>(values->past)) {
    return false;
  }
  key = *keys;
  value = *values;
  return true;
}

std::string Recogniser::readMasks(const Scores &scores) {
  for (Value mask : scores.masks) {
    MaskReading reading = readMask(mask, parts, access);
    if (reading.why.empty() && reading.applyTo(parts)) {
      continue;
    }
    // Any other additive mask stays a tensor.
    if (!isFloatTensor(mask) || parts.bias) {
      return reading.why.empty() ? "there are two padding masks" : reading.why;
    }
    reportMissed(softmax.getLoc(), attentionCategory,
                 "a mask stays a tensor: " + reading.why);
    parts.bias = mask;
  }
  return "";
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

/// Replaces the output by the attention's rows in the layout of heads, and the
/// presents by the attention's.
void Recogniser::replace(NodeOp output) {
  SmallVector<Type> presents;
  if (key.past) {
    presents = {key.present->getResult(0).getType(),
                value.present->getResult(0).getType()};
  }
  SmallVector<int64_t> shape(tensorType(parts.query).getShape());
  shape[2] = parts.heads * widthOf(output.getInput(1));
  Type element = tensorType(output->getResult(0)).getElementType();
  AttentionOp attention =
      createAttention(parts, RankedTensorType::get(shape, element), presents,
                      output.getLoc(), rewriter);
  access.shapes.visit(attention);
  Value heads = TokenMajor(access, rewriter, output.getLoc())
                    .headsFirst(attention.getOutput(), parts.heads);
  rewriter.replaceAllUsesWith(output->getResult(0), heads);
  for (auto [old, present] :
       llvm::zip(SmallVector<NodeOp>{key.present, value.present},
                 attention.getPresents())) {
    // What reads a present before the attention is dead or reads its shape.
    rewriter.replaceUsesWithIf(old->getResult(0), present, [&](OpOperand &use) {
      Operation *user = use.getOwner();
      return user->getBlock() == attention->getBlock() &&
             attention->isBeforeInBlock(user);
    });
  }
  reportRaised(output.getLoc(), attentionCategory, "softmax attention");
}

/// Matches and replaces; returns why not.
std::string Recogniser::match() {
  NodeOp output = findOutput();
  if (!output) {
    return "the probabilities are not multiplied by values alone";
  }
  auto found = readScores(softmax.getInput(0));
  if (!found) {
    return "the scores are not a masked product";
  }
  Scores &scores = *found;
  auto queries = access.getShape(scores.product.getInput(0));
  auto heads = queries && queries->size() == 4 ? (*queries)[1].getConstant()
                                               : std::nullopt;
  int64_t width = widthOf(scores.product.getInput(0));
  if (!heads || ShapedType::isDynamic(width) ||
      ShapedType::isDynamic(widthOf(output.getInput(1)))) {
    return "the number or the width of the heads is unknown";
  }
  rewriter.setInsertionPoint(output);
  parts.heads = *heads;
  batch = elements.makeIndex((*queries)[0]);
  Polynomial head = elements.makeIndex(*heads);
  Polynomial token = elements.makeIndex((*queries)[2]);
  Polynomial element = elements.makeIndex(width);
  auto [load, factor] = splitFactor(
      access.get(scores.product.getInput(0), {batch, head, token, element}));
  parts.query =
      TokenMajor(access, rewriter, softmax.getLoc())
          .fromLoad(load, {batch, token, head, element, *heads, width});
  if (!parts.query) {
    return "the queries are not heads of rows";
  }
  bool isMatched = false;
  for (int64_t groups = *heads; groups > 0 && !isMatched; --groups) {
    isMatched = *heads % groups == 0 && matchGroups(scores, output, groups);
  }
  if (!isMatched) {
    return "keys and values are not heads of rows behind a past";
  }
  parts.key = key.rows;
  parts.value = value.rows;
  parts.pastKey = key.past;
  parts.pastValue = value.past;
  parts.scale = scores.scale * factor * key.factor;
  parts.softcap = scores.softcap;
  if (std::string why = readMasks(scores); !why.empty()) {
    return why;
  }
  replace(output);
  return "";
}

void Recogniser::run() {
  RankedTensorType type = tensorType(softmax->getResult(0));
  if (!type || type.getRank() != 4 ||
      positiveAxis(softmax.getInt("axis", -1), 4) != 3) {
    return;
  }
  if (std::string why = match(); !why.empty()) {
    reportMissed(softmax.getLoc(), attentionCategory, why);
  }
}

void raise::raiseDecomposedAttention(NodeOp softmax, ElementAccess &access,
                                     IRRewriter &rewriter) {
  Recogniser(softmax, access, rewriter).run();
}
