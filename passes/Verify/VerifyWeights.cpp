//===- VerifyWeights.cpp - weights in forms that are not read ---*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Stage raise takes weights that are constants, and codes in operators of ONNX
// Runtime. A file that spells its weights otherwise does so everywhere, so that
// each spelling is one error, at the first node that gives it away.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/MapVector.h"

#include "tandem/passes/Verify/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_VERIFYWEIGHTSPASS
#include "tandem/passes/Verify/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using onnx::NodeOp;

namespace {

/// What an operator does to a weight, or to a value of tokens, and the nearest
/// form that is read.
struct Spelling {
  StringLiteral opType;
  bool isOfConstant;
  StringLiteral meaning;
  StringLiteral nearest;
};

} // namespace

static constexpr StringLiteral exactValues =
    "values as they are; --activations int8 rounds those that MatMulNBits of "
    "block_size 32 multiplies";

static constexpr Spelling spellings[] = {
    {"Cast", true, "widens a weight",
     "a weight of f32, which --precision bf16 stores in 16 bits"},
    {"DequantizeLinear", true, "makes a weight from codes",
     "MatMulNBits or GatherBlockQuantized of com.microsoft with codes of 4 or "
     "8 bits, or a weight of f32"},
    {"DynamicQuantizeLinear", false, "rounds what tokens compute", exactValues},
    {"QuantizeLinear", false, "rounds what tokens compute", exactValues},
};

/// Whether `node` widens a matrix of the file from a shorter float.
static bool widensMatrix(NodeOp node) {
  auto from = dyn_cast<RankedTensorType>(node.getInput(0).getType());
  auto to = dyn_cast<RankedTensorType>(node.getResult(0).getType());
  return from && to && to.getRank() > 1 && to.getElementType().isF32() &&
         isa<Float16Type, BFloat16Type>(from.getElementType());
}

/// The spelling of which `node` is a part, or null.
static const Spelling *findSpelling(NodeOp node) {
  if (node.getDomain() || node.getInputs().empty()) {
    return nullptr;
  }
  const Spelling *found = llvm::find_if(spellings, [&](const Spelling &row) {
    return row.opType == node.getOpType();
  });
  bool isOfConstant =
      node.getInput(0) && node.getInput(0).getDefiningOp<onnx::ConstantOp>();
  if (found == std::end(spellings) || found->isOfConstant != isOfConstant ||
      (found->opType == "Cast" && !widensMatrix(node))) {
    return nullptr;
  }
  return found;
}

namespace {

class VerifyWeightsPass
    : public tandem::impl::VerifyWeightsPassBase<VerifyWeightsPass> {
  void runOnOperation() override {
    markAllAnalysesPreserved();
    llvm::MapVector<const Spelling *, SmallVector<NodeOp>> found;
    getOperation().walk([&](NodeOp node) {
      if (const Spelling *spelling = findSpelling(node)) {
        found[spelling].push_back(node);
      }
    });
    for (auto &[spelling, nodes] : found) {
      InFlightDiagnostic error = nodes.front().emitOpError();
      error << "'" << spelling->opType << "' " << spelling->meaning;
      if (nodes.size() > 1) {
        error << " (" << nodes.size() - 1 << " others as well)";
      }
      error << "; expected " << spelling->nearest;
    }
    if (!found.empty()) {
      signalPassFailure();
    }
  }
};

} // namespace
