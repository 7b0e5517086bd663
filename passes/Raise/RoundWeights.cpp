//===- RoundWeights.cpp - store matrices in fewer bits ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/passes/Raise/NodeMatching.h"
#include "tandem/passes/Raise/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_ROUNDWEIGHTSPASS
#include "tandem/passes/Raise/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;

/// `type` stored as `element`; null where it is no matrix of f32, or has an
/// encoding of its own.
static RankedTensorType roundedType(Type type, Type element) {
  auto matrix = dyn_cast<RankedTensorType>(type);
  if (!matrix || matrix.getEncoding() || matrix.getRank() != 2 ||
      !matrix.getElementType().isF32()) {
    return {};
  }
  return matrix.cloneWithEncoding(
      transformer::StoredAttr::get(type.getContext(), element));
}

/// Makes the weight of a linear layer or embedding a rounded one.
static void roundWeight(OpOperand &operand, Type element) {
  auto constant = operand.get().getDefiningOp<onnx::ConstantOp>();
  RankedTensorType type =
      constant ? roundedType(constant.getType(), element) : RankedTensorType();
  if (!type) {
    return;
  }
  OpBuilder builder(constant);
  auto value = transformer::EncodedAttr::get(
      type.getContext(), builder.getArrayAttr({constant.getValue()}), type);
  operand.set(
      onnx::ConstantOp::create(builder, constant.getLoc(), type, value));
  raise::reportRaised(operand.getOwner()->getLoc(), "round-weights",
                      element.isF16() ? "weight stored as f16"
                                      : "weight stored as bf16");
}

namespace {
class RoundWeightsPass
    : public tandem::impl::RoundWeightsPassBase<RoundWeightsPass> {
public:
  using RoundWeightsPassBase::RoundWeightsPassBase;

private:
  void runOnOperation() override {
    Builder builder(&getContext());
    Type element = isHalf ? Type(builder.getF16Type()) : builder.getBF16Type();
    getOperation().walk([&](Operation *op) {
      if (isa<transformer::LinearOp, transformer::EmbeddingOp>(op)) {
        roundWeight(op->getOpOperand(1), element);
      }
    });
  }
};
} // namespace
