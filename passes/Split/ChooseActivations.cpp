//===- ChooseActivations.cpp - where inputs are rounded to 8 bits ---------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/passes/Split/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_CHOOSEACTIVATIONSPASS
#include "tandem/passes/Split/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using transformer::LinearOp;

/// Whether the layer's weight lies in blocks that match those of its input.
static bool takesBytes(LinearOp linear) {
  transformer::BlocksAttr blocks =
      transformer::getBlocks(linear.getWeight().getType());
  return blocks && blocks.getBlock() == transformer::activationBlock;
}

namespace {

class ChooseActivations final
    : public tandem::impl::ChooseActivationsPassBase<ChooseActivations> {
public:
  using ChooseActivationsPassBase::ChooseActivationsPassBase;

  void runOnOperation() override {
    if (activations != "exact" && activations != "int8" &&
        activations != "file") {
      getOperation().emitError() << "option 'activations' is '" << activations
                                 << "', expected exact, int8 or file";
      return signalPassFailure();
    }
    bool isTaken = false;
    getOperation().walk([&](LinearOp linear) {
      bool isAsked = activations == "int8" ||
                     (activations == "file" && linear.getAccuracyLevel() == 4);
      linear.setInt8Activations(isAsked && takesBytes(linear));
      isTaken |= linear.getInt8Activations();
    });
    if (activations == "int8" && !isTaken) {
      getOperation().emitWarning(
          "no linear layer has a weight in blocks of 32 values, so all inputs "
          "stay exact; int8 activations are for models with MatMulNBits of "
          "block_size 32");
    }
  }
};

} // namespace
