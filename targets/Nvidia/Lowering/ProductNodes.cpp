//===- ProductNodes.cpp - launches of products inside of a token -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A product is said by labels of axes, as an Einsum is: axes of a label belong
// together, and what the result has not is summed.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/NodeAxes.h"
#include "tandem/targets/Nvidia/Lowering/NodeRules.h"
#include "tandem/targets/Nvidia/Lowering/Support.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;
using llvm::createStringError;
using llvm::Expected;

using Labels = SmallVector<char>;

namespace {
/// Labels of the inner axes of two operands and of the result.
struct Product {
  Labels a, b, result;
};
} // namespace

/// Labels of the last axes of a MatMul: `rank` of them, where all operands have
/// as many.
static Labels matMulLabels(int64_t rank, int64_t own, char row, char column) {
  Labels labels;
  for (int64_t i = rank - own; i < rank - 2; ++i) {
    labels.push_back('a' + i);
  }
  labels.append({row, column});
  return labels;
}

static Expected<Product> productOf(onnx::NodeOp op) {
  if (op.getOpType() == "MatMul") {
    int64_t rank = allOf(op.getOutputs()[0]).sizes.size();
    auto labels = [&](unsigned input, char row, char column) {
      int64_t own = allOf(op.getInputs()[input]).sizes.size();
      return own < 2 || own > rank ? Labels()
                                   : matMulLabels(rank, own, row, column);
    };
    Product product{labels(0, 'X', 'Y'), labels(1, 'Y', 'Z'),
                    matMulLabels(rank, rank, 'X', 'Z')};
    if (product.a.empty() || product.b.empty()) {
      return createStringError(
          "multiplies '" + describe(op.getInputs()[0].getType()) + "' and '" +
          describe(op.getInputs()[1].getType()) +
          "'; expected matrices behind tokens");
    }
    return product;
  }
  StringRef equation = op.getString("equation", "");
  auto [operands, result] = equation.split("->");
  auto [a, b] = operands.split(',');
  if (op.getInputs().size() != 2 || result.empty() || b.empty()) {
    return createStringError("has equation '" + equation + "' of " +
                             Twine(op.getInputs().size()) +
                             " operands; expected two and a result");
  }
  auto labels = [&](StringRef term, bool hasTokens) {
    term = term.trim();
    term = hasTokens ? term.drop_front() : term;
    return Labels(term.begin(), term.end());
  };
  return Product{labels(a, !isShared(op.getInputs()[0])),
                 labels(b, !isShared(op.getInputs()[1])), labels(result, true)};
}

/// Sizes of labels in the order in which they were seen.
using Sizes = llvm::MapVector<char, int64_t>;

/// Notes sizes of a value's axes; axes of one element broadcast. Fails where
/// they do not fit together.
static bool noteSizes(Value value, const Labels &labels, Sizes &sizes) {
  Strided all = allOf(value);
  if (all.sizes.size() != labels.size()) {
    return false;
  }
  for (auto [label, size] : llvm::zip(labels, all.sizes)) {
    int64_t &known = sizes.insert({label, size}).first->second;
    if (known != size && known != 1 && size != 1) {
      return false;
    }
    known = std::max(known, size);
  }
  return true;
}

/// Where a value has the elements along the labels.
static Strided walk(Value value, const Labels &own, const Sizes &sizes,
                    ArrayRef<char> labels) {
  Strided all = allOf(value);
  Strided walked = all.keep([](size_t) { return false; });
  for (char label : labels) {
    int64_t stride = 0;
    for (auto [i, axis] : llvm::enumerate(own)) {
      stride += axis == label && all.sizes[i] > 1 ? all.strides[i] : 0;
    }
    walked.sizes.push_back(sizes.lookup(label));
    walked.strides.push_back(stride);
  }
  return walked;
}

static Expected<Contraction> contractionOf(onnx::NodeOp op) {
  Expected<Product> product = productOf(op);
  if (!product) {
    return product.takeError();
  }
  for (Value value : llvm::concat<Value>(llvm::to_vector(op.getInputs()),
                                         llvm::to_vector(op.getOutputs()))) {
    if (elementIn(value) != Element::f32 ||
        value.getDefiningOp<onnx::ConstantOp>()) {
      return createStringError("multiplies '" + describe(value.getType()) +
                               "'; expected rows or weights of floats");
    }
  }
  Value a = op.getInputs()[0], b = op.getInputs()[1];
  Sizes sizes;
  bool fits =
      noteSizes(a, product->a, sizes) && noteSizes(b, product->b, sizes);
  Sizes made = sizes;
  fits = fits && noteSizes(op.getOutputs()[0], product->result, made);
  for (char label : product->result) {
    fits = fits && sizes.lookup(label) == made.lookup(label);
  }
  if (!fits || made.size() != sizes.size()) {
    return createStringError(
        "has a result whose type does not follow from its inputs");
  }
  Labels summed;
  for (auto [label, size] : sizes) {
    if (!llvm::is_contained(product->result, label)) {
      summed.push_back(label);
    }
  }
  auto side = [&](Value value, const Labels &own) {
    return Contraction::Side{walk(value, own, sizes, product->result),
                             walk(value, own, sizes, summed)};
  };
  return Contraction{side(a, product->a), side(b, product->b)};
}

static std::string whyNotProduct(onnx::NodeOp op) {
  return textOf(contractionOf(op));
}

static void lowerProduct(onnx::NodeOp op, Scope &scope) {
  bool onSelected = scope.isOnSelected(op);
  SmallVector<Value> reads;
  for (Value input : op.getInputs()) {
    reads.push_back(scope.entries.contains(input)
                        ? scope.vector(input)
                        : scope.rows.at(input).buffer);
  }
  Rows y = scope.makeRows(op.getOutputs()[0], onSelected);
  scope.launch(op, scope.kernels().contract(llvm::cantFail(contractionOf(op))),
               onSelected, reads, y.buffer);
}

const NodeRule *tandem::nvidia::findProductRule(StringRef operation) {
  static constexpr NodeRule product = {whyNotProduct, lowerProduct};
  return operation == "MatMul" || operation == "Einsum" ? &product : nullptr;
}
