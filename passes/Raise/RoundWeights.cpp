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

/// `type` stored as bf16; null where it is no matrix of f32, or has an encoding
/// of its own.
static RankedTensorType roundedType(Type type) {
  auto matrix = dyn_cast<RankedTensorType>(type);
  if (!matrix || matrix.getEncoding() || matrix.getRank() != 2 ||
      !matrix.getElementType().isF32()) {
    return {};
  }
  MLIRContext *context = type.getContext();
  return matrix.cloneWithEncoding(
      transformer::StoredAttr::get(context, BFloat16Type::get(context)));
}

/// Makes the weight of a linear layer or embedding a rounded one.
static void roundWeight(OpOperand &operand) {
  auto constant = operand.get().getDefiningOp<onnx::ConstantOp>();
  RankedTensorType type =
      constant ? roundedType(constant.getType()) : RankedTensorType();
  if (!type) {
    return;
  }
  OpBuilder builder(constant);
  auto value = transformer::EncodedAttr::get(
      type.getContext(), builder.getArrayAttr({constant.getValue()}), type);
  operand.set(
      onnx::ConstantOp::create(builder, constant.getLoc(), type, value));
  raise::reportRaised(operand.getOwner()->getLoc(), "round-weights",
                      "weight stored as bf16");
}

namespace {
class RoundWeightsPass
    : public tandem::impl::RoundWeightsPassBase<RoundWeightsPass> {
  void runOnOperation() override {
    getOperation().walk([&](Operation *op) {
      if (isa<transformer::LinearOp, transformer::EmbeddingOp>(op)) {
        roundWeight(op->getOpOperand(1));
      }
    });
  }
};
} // namespace
