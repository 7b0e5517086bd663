//===- Products.cpp - products inside of each token -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Split/Products.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tandem;

bool tandem::isProduct(onnx::NodeOp op) {
  return op.isPrimitive("MatMul") || op.isPrimitive("Einsum");
}

static int64_t rankOf(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type ? type.getRank() : -1;
}

/// Its last two axes are those of the matrices, the others broadcast.
static std::string whyNotMatMul(onnx::NodeOp op,
                                llvm::function_ref<bool(Value)> isTokenMajor) {
  int64_t rank = rankOf(op.getOutputs()[0]);
  for (Value input : op.getInputs()) {
    bool fits = isTokenMajor(input) ? rank >= 4 && rankOf(input) == rank
                                    : rankOf(input) <= rank - 2;
    if (!fits) {
      return llvm::formatv("'MatMul' of '{0}' and '{1}' sums over tokens or "
                           "repeats them; expected matrices behind batch and "
                           "sequence",
                           op.getInputs()[0].getType(),
                           op.getInputs()[1].getType());
    }
  }
  return {};
}

/// The letters of the operands and, last, of the result; empty where they are
/// not said in full.
static SmallVector<std::string> termsOf(onnx::NodeOp op) {
  std::string equation = op.getString("equation", "").str();
  llvm::erase(equation, ' ');
  auto [operands, result] = StringRef(equation).split("->");
  if (result.empty() || StringRef(equation).contains('.')) {
    return {};
  }
  SmallVector<StringRef> parts;
  operands.split(parts, ',');
  parts.push_back(result);
  if (parts.size() != op.getInputs().size() + 1) {
    return {};
  }
  return llvm::map_to_vector(parts, [](StringRef part) { return part.str(); });
}

static std::string whyNotEinsum(onnx::NodeOp op,
                                llvm::function_ref<bool(Value)> isTokenMajor) {
  SmallVector<std::string> terms = termsOf(op);
  auto leads = [&](StringRef term) {
    StringRef tokens = StringRef(terms.back()).take_front(2);
    return term.starts_with(tokens) && tokens.size() == 2 &&
           term.count(tokens[0]) == 1 && term.count(tokens[1]) == 1;
  };
  bool isInside = !terms.empty() && leads(terms.back());
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    if (!isInside) {
      break;
    }
    StringRef term = terms[i], tokens = StringRef(terms.back()).take_front(2);
    isInside = isTokenMajor(input)
                   ? leads(term)
                   : term.find_first_of(tokens) == StringRef::npos;
  }
  return isInside ? std::string()
                  : llvm::formatv("'Einsum' of '{0}' sums over tokens or says "
                                  "too little; expected batch and sequence "
                                  "first in the result and in each operand of "
                                  "tokens",
                                  op.getString("equation", ""))
                        .str();
}

std::string
tandem::whyNotTokenProduct(onnx::NodeOp op,
                           llvm::function_ref<bool(Value)> isTokenMajor) {
  return op.getOpType() == "MatMul" ? whyNotMatMul(op, isTokenMajor)
                                    : whyNotEinsum(op, isTokenMajor);
}

void tandem::flattenProduct(onnx::NodeOp op) {
  if (op.getOpType() == "MatMul") {
    return; // its axes are counted from the end
  }
  SmallVector<std::string> terms = termsOf(op);
  char sequence = terms.back()[1];
  for (std::string &term : terms) {
    llvm::erase(term, sequence);
  }
  std::string equation = llvm::join(ArrayRef(terms).drop_back(), ",");
  NamedAttrList attributes(op.getNodeAttributes());
  attributes.set("equation", StringAttr::get(op.getContext(),
                                             equation + "->" + terms.back()));
  op.setNodeAttributesAttr(attributes.getDictionary(op.getContext()));
}
