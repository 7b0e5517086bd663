//===- ChooseActivations.cpp - where inputs are rounded to 8 bits ---------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Remarks.h"

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/passes/Split/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_CHOOSEACTIVATIONSPASS
#include "tandem/passes/Split/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using transformer::activationBlock;
using transformer::LinearOp;

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
    SmallVector<Operation *> left;
    bool isTaken = false;
    getOperation().walk([&](LinearOp linear) {
      transformer::BlocksAttr blocks =
          transformer::getBlocks(linear.getWeight().getType());
      bool isAsked =
          blocks && (activations == "int8" ||
                     (activations == "file" && linear.getAccuracyLevel() == 4));
      bool isRounded = isAsked && blocks.getBlock() == activationBlock;
      linear.setInt8Activations(isRounded);
      isTaken |= isRounded;
      if (isAsked) {
        report(linear, blocks.getBlock());
      }
      if (isAsked && !isRounded) {
        left.push_back(linear);
      }
    });
    if (activations == "int8") {
      warn(isTaken, left);
    }
  }

private:
  /// Says what became of a layer that could have been rounded.
  void report(LinearOp linear, int64_t block) {
    auto options =
        remark::RemarkOpts::name("choose-activations").category("split");
    if (linear.getInt8Activations()) {
      remark::passed(linear.getLoc(), options) << "input rounded to 8 bits";
    } else {
      remark::missed(linear.getLoc(), options)
          << remark::reason("input stays exact: the weight has blocks of {0} "
                            "values, expected {1}",
                            block, activationBlock);
    }
  }

  /// Warns where a user asked for int8 and some layers do not follow; what the
  /// author of a file accepts is no request.
  void warn(bool isTaken, ArrayRef<Operation *> left) {
    if (!isTaken) {
      getOperation().emitWarning(
          "no linear layer has a weight in blocks of 32 values, so all inputs "
          "stay exact; int8 activations are for models with MatMulNBits of "
          "block_size 32");
    } else if (!left.empty()) {
      InFlightDiagnostic warning = emitWarning(left.front()->getLoc());
      warning << "input stays exact";
      if (left.size() > 1) {
        warning << " (" << left.size() - 1 << " other layers as well)";
      }
      warning << ": the weight is not in blocks of 32 values; int8 activations "
                 "are for MatMulNBits of block_size 32";
    }
  }
};

} // namespace
