//===- RaiseActivations.cpp - recognise activations -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Products are compared as sets of factors, so that no order of multiplication
// needs a pattern of its own.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/NodeMatching.h"
#include "tandem/passes/Raise/Passes.h"

#include <cmath>

namespace tandem {
#define GEN_PASS_DEF_RAISEACTIVATIONSPASS
#include "tandem/passes/Raise/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;
using transformer::ActivationKind;
using transformer::ActivationOp;
using transformer::GluOp;

static constexpr StringLiteral category = "raise-activations";

/// Exporters write constants to as few as five digits (1.4142, 0.70711).
static bool isAbout(double value, double expected) {
  return std::abs(value - expected) <= 2e-5 * std::abs(expected);
}

namespace {
/// A constant times values of one type.
struct Product {
  double constant = 1;
  SmallVector<Value> factors;

  /// Removes `factor` and says whether it was there.
  bool take(Value factor) {
    auto *found = llvm::find(factors, factor);
    if (found == factors.end()) {
      return false;
    }
    factors.erase(found);
    return true;
  }
  /// Whether this is about `expected` times `factor`, `count` times.
  bool isPowerOf(Value factor, unsigned count, double expected) const {
    return factors.size() == count && isAbout(constant, expected) &&
           llvm::all_of(factors, [&](Value f) { return f == factor; });
  }
};
} // namespace

/// Multiplies `product` by `value`, looking into products that have no other
/// user (`isRoot`: or any user) and are not broadcast.
static void multiply(Product &product, Value value, bool isRoot, Type type) {
  if (auto constant = constantScalar(value)) {
    product.constant *= *constant;
    return;
  }
  NodeOp mul = definedBy(value, "Mul");
  NodeOp div = definedBy(value, "Div");
  NodeOp pow = definedBy(value, "Pow");
  bool open = value.getType() == type && (isRoot || value.hasOneUse());
  if (open && mul) {
    multiply(product, mul.getInput(0), /*isRoot=*/false, type);
    multiply(product, mul.getInput(1), /*isRoot=*/false, type);
    return;
  }
  auto divisor = div ? constantScalar(div.getInput(1)) : std::nullopt;
  if (open && divisor) {
    multiply(product, div.getInput(0), /*isRoot=*/false, type);
    product.constant /= *divisor;
    return;
  }
  auto exponent = pow ? constantScalar(pow.getInput(1)) : std::nullopt;
  if (open && exponent && (*exponent == 2 || *exponent == 3)) {
    product.factors.append(static_cast<size_t>(*exponent), pow.getInput(0));
    return;
  }
  product.factors.push_back(value);
}

static Product productOf(Value value) {
  Product product;
  multiply(product, value, /*isRoot=*/true, value.getType());
  return product;
}

/// The other side of `value` = 1 + side, or null.
static Value matchOnePlus(Value value) {
  NodeOp add = definedBy(value, "Add");
  for (unsigned side : {0, 1}) {
    if (add && constantScalar(add.getInput(side)) == 1.0) {
      return add.getInput(1 - side);
    }
  }
  return {};
}

/// Whether `value` is sqrt(2/pi) (x + 0.044715 x^3), in either of two orders.
static bool isTanhArgument(Value value, Value x) {
  constexpr double cubic = 0.044715;
  Product product = productOf(value);
  if (!isAbout(product.constant, std::sqrt(2 / M_PI))) {
    return false;
  }
  if (product.take(x)) { // x (1 + 0.044715 x x)
    Value square = product.factors.size() == 1
                       ? matchOnePlus(product.factors[0])
                       : Value();
    return square && productOf(square).isPowerOf(x, 2, cubic);
  }
  NodeOp add = product.factors.size() == 1
                   ? definedBy(product.factors[0], "Add")
                   : NodeOp();
  for (unsigned side : {0, 1}) {
    if (add && add.getInput(side) == x &&
        productOf(add.getInput(1 - side)).isPowerOf(x, 3, cubic)) {
      return true;
    }
  }
  return false;
}

/// The kind of activation of `x` whose other factor is `factor` and whose
/// constant factor is `constant`.
static std::optional<ActivationKind> kindOf(Value factor, Value x,
                                            double constant) {
  if (NodeOp sigmoid = definedBy(factor, "Sigmoid")) {
    Product argument = productOf(sigmoid.getInput(0));
    if (sigmoid.getInput(0) == x && constant == 1) {
      return ActivationKind::silu;
    }
    if (argument.isPowerOf(x, 1, 1.702) && constant == 1) {
      return ActivationKind::gelu_quick;
    }
  }
  Value inner = matchOnePlus(factor);
  if (!inner || !isAbout(constant, 0.5)) {
    return std::nullopt;
  }
  NodeOp erf = definedBy(inner, "Erf"), tanh = definedBy(inner, "Tanh");
  if (erf && productOf(erf.getInput(0)).isPowerOf(x, 1, std::sqrt(0.5))) {
    return ActivationKind::gelu_erf;
  }
  if (tanh && isTanhArgument(tanh.getInput(0), x)) {
    return ActivationKind::gelu_tanh;
  }
  return std::nullopt;
}

namespace {
struct Activation {
  ActivationKind kind;
  Value input;
};
} // namespace

/// Removes the factors of an activation from `product`.
static std::optional<Activation> takeActivation(Product &product) {
  for (Value factor : product.factors) {
    if (auto known = factor.getDefiningOp<ActivationOp>()) {
      if (known->hasOneUse() && product.constant == 1) {
        product.take(factor);
        return Activation{known.getKind(), known.getInput()};
      }
    }
    for (Value x : product.factors) {
      auto kind =
          x != factor ? kindOf(factor, x, product.constant) : std::nullopt;
      if (kind) {
        product.take(factor);
        product.take(x);
        product.constant = 1;
        return Activation{*kind, x};
      }
    }
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static void replace(NodeOp node, Value value, IRRewriter &rewriter) {
  rewriter.replaceAllUsesWith(node->getResult(0), value);
  rewriter.eraseOp(node);
}

/// relu(x)^2, as a product or a power.
static bool raiseSquaredRelu(NodeOp node, const Product &product,
                             IRRewriter &rewriter) {
  auto relu = product.factors.empty()
                  ? ActivationOp()
                  : product.factors[0].getDefiningOp<ActivationOp>();
  if (!relu || relu.getKind() != ActivationKind::relu ||
      !product.isPowerOf(product.factors[0], 2, 1)) {
    return false;
  }
  reportRaised(node.getLoc(), category, "squared relu");
  replace(node,
          ActivationOp::create(rewriter, node.getLoc(),
                               ActivationKind::relu_squared, relu.getInput()),
          rewriter);
  return true;
}

static void raiseProduct(NodeOp node, IRRewriter &rewriter) {
  Value result = node->getResult(0);
  Product product = productOf(result);
  if (raiseSquaredRelu(node, product, rewriter)) {
    return;
  }
  auto activation = takeActivation(product);
  if (!activation || activation->input.getType() != result.getType() ||
      product.constant != 1 || product.factors.size() > 1) {
    return;
  }
  if (product.factors.empty()) {
    reportRaised(node.getLoc(), category,
                 stringifyActivationKind(activation->kind));
    replace(node,
            ActivationOp::create(rewriter, node.getLoc(), activation->kind,
                                 activation->input),
            rewriter);
    return;
  }
  Value other = product.factors[0];
  if (other.getType() != result.getType()) {
    return;
  }
  reportRaised(node.getLoc(), category,
               "gated " + stringifyActivationKind(activation->kind));
  replace(node,
          GluOp::create(rewriter, node.getLoc(), activation->kind,
                        activation->input, other),
          rewriter);
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

/// The activation that a single operator computes.
static std::optional<ActivationKind> kindOf(NodeOp node) {
  if (isOperator(node, "Relu")) {
    return ActivationKind::relu;
  }
  if (isOperator(node, "Swish") && node.getFloat("alpha", 1) == 1) {
    return ActivationKind::silu;
  }
  if (isOperator(node, "Gelu")) {
    return node.getString("approximate", "none") == "tanh"
               ? ActivationKind::gelu_tanh
               : ActivationKind::gelu_erf;
  }
  if (isContribOperator(node, "FastGelu")) {
    return ActivationKind::gelu_tanh;
  }
  if (isContribOperator(node, "Gelu") || isContribOperator(node, "BiasGelu")) {
    return ActivationKind::gelu_erf;
  }
  if (isContribOperator(node, "QuickGelu")) {
    double alpha = node.getFloat("alpha", 1.702);
    if (alpha == 1) {
      return ActivationKind::silu;
    }
    if (isAbout(alpha, 1.702)) {
      return ActivationKind::gelu_quick;
    }
    reportMissed(node.getLoc(), category,
                 "QuickGelu with alpha " + std::to_string(alpha) +
                     " is neither silu nor gelu_quick");
  }
  return std::nullopt;
}

static void raiseNode(NodeOp node, IRRewriter &rewriter) {
  if (node->getNumResults() != 1 || !isFloatTensor(node->getResult(0))) {
    return;
  }
  if (isOperator(node, "Mul") || isOperator(node, "Div") ||
      isOperator(node, "Pow")) {
    raiseProduct(node, rewriter);
    return;
  }
  auto kind = kindOf(node);
  if (!kind) {
    return;
  }
  Value input = node.getInput(0);
  // FastGelu and BiasGelu add a vector first.
  if (Value bias = node.getInput(1)) {
    input = NodeOp::create(rewriter, node.getLoc(), "Add", input.getType(),
                           ValueRange{input, bias})
                ->getResult(0);
  }
  if (input.getType() != node->getResult(0).getType()) {
    return;
  }
  reportRaised(node.getLoc(), category, stringifyActivationKind(*kind));
  replace(node, ActivationOp::create(rewriter, node.getLoc(), *kind, input),
          rewriter);
}

namespace {
class RaiseActivationsPass
    : public tandem::impl::RaiseActivationsPassBase<RaiseActivationsPass> {
  void runOnOperation() override { raiseNodes(getOperation(), raiseNode); }
};
} // namespace
