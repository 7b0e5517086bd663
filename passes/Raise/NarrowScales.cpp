//===- NarrowScales.cpp - store scales no wider than needed -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads scales and zero points where they are mapped; nothing else of the
// weights.
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/passes/Primitives/Tensor.h"
#include "tandem/passes/Raise/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_NARROWSCALESPASS
#include "tandem/passes/Raise/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using primitives::Tensor;
using transformer::BlocksAttr;
using transformer::EncodedAttr;
using transformer::Half;

namespace {

class NarrowScalesPass
    : public tandem::impl::NarrowScalesPassBase<NarrowScalesPass> {
public:
  NarrowScalesPass() = default;
  explicit NarrowScalesPass(WeightBytes readWeight)
      : readWeight(std::move(readWeight)) {}

private:
  void runOnOperation() override;
  Tensor read(TypedAttr payload) const;
  Type narrow(Type type, TypedAttr payload) const;

  WeightBytes readWeight;
};

} // namespace

/// The elements of a payload; none where its file is not at hand.
Tensor NarrowScalesPass::read(TypedAttr payload) const {
  if (auto elements = dyn_cast<ElementsAttr>(payload)) {
    return Tensor::fromAttribute(elements);
  }
  auto weight = cast<onnx::WeightAttr>(payload);
  ArrayRef<char> bytes = readWeight ? readWeight(weight) : ArrayRef<char>();
  return bytes.empty() ? Tensor()
                       : Tensor::borrow(weight.getType().getElementType(),
                                        weight.getType().getShape(), bytes);
}

/// f16 where `type` is f32 and every element of `payload` is an f16.
Type NarrowScalesPass::narrow(Type type, TypedAttr payload) const {
  Tensor tensor = type && type.isF32() ? read(payload) : Tensor();
  bool fits = tensor && llvm::all_of(tensor.widen<double>(), [](double value) {
                return double(Half(value)) == value;
              });
  return fits ? Float16Type::get(type.getContext()) : type;
}

void NarrowScalesPass::runOnOperation() {
  getOperation().walk([&](onnx::ConstantOp constant) {
    auto value = dyn_cast<EncodedAttr>(constant.getValue());
    BlocksAttr blocks =
        value ? transformer::getBlocks(value.getType()) : BlocksAttr();
    if (!blocks) {
      return;
    }
    auto narrowed = BlocksAttr::get(
        &getContext(), blocks.getCodes(), blocks.getBlock(),
        narrow(blocks.getScales(), value.getPayload(1)),
        blocks.hasPackedZeroPoints()
            ? blocks.getZeroPoints()
            : narrow(blocks.getZeroPoints(), value.getPayload(2)));
    if (narrowed == blocks) {
      return;
    }
    RankedTensorType type = value.getType().cloneWithEncoding(narrowed);
    constant.setValueAttr(
        EncodedAttr::get(&getContext(), value.getPayloads(), type));
    constant.getResult().setType(type);
  });
}

std::unique_ptr<Pass> tandem::createNarrowScalesPass(WeightBytes readWeight) {
  return std::make_unique<NarrowScalesPass>(std::move(readWeight));
}
