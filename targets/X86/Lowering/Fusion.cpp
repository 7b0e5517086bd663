//===- Fusion.cpp - what joins a linear layer -------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Lowering/Fusion.h"

#include "tandem/targets/X86/Kernels/Math.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;
using namespace tandem::transformer;

/// An epilogue is one function of straight-line code for each sequence of
/// steps: layers have a handful, and a longer chain goes on in steps of its
/// own.
static constexpr size_t maxFusedSteps = 8;

/// The only operation that uses `value`, in the same block, or null.
static Operation *onlyUser(Value value) {
  if (!value.hasOneUse()) {
    return nullptr;
  }
  Operation *user = *value.user_begin();
  return user->getBlock() == value.getParentBlock() ? user : nullptr;
}

/// A step that `user` is on `value`, whose rows it keeps.
static std::optional<FusedStep> stepOf(Operation *user, Value value) {
  if (auto activation = dyn_cast<ActivationOp>(user)) {
    return FusedStep{stringifyActivationKind(activation.getKind()).str(), {}};
  }
  auto node = dyn_cast<onnx::NodeOp>(user);
  if (!node || node.getOutputs().size() != 1 ||
      node.getOutputs()[0].getType() != value.getType()) {
    return std::nullopt;
  }
  std::string name = functionOf(node);
  if (name.empty()) {
    return std::nullopt;
  }
  if (node.getInputs().size() == 1) {
    return FusedStep{name, {}};
  }
  bool isLeft = node.getInputs()[0] == value;
  if (!isLeft && name != "Add" && name != "Mul") {
    return std::nullopt;
  }
  return FusedStep{name, node.getInputs()[isLeft ? 1 : 0]};
}

/// Extends `work` by the element-wise operations after it.
static void extend(LinearWork &work, llvm::DenseSet<Operation *> &taken) {
  while (work.steps.size() < maxFusedSteps) {
    Operation *user = onlyUser(work.result);
    auto step = user ? stepOf(user, work.result) : std::nullopt;
    if (!step || !taken.insert(user).second) {
      return;
    }
    work.steps.push_back(*step);
    work.fused.push_back(user);
    work.result = user->getResult(0);
  }
}

/// The gate of `linear` where both only meet in a glu of the same input.
static GluOp gluOf(LinearOp linear) {
  auto glu = dyn_cast_or_null<GluOp>(onlyUser(linear.getOutput()));
  if (!glu || glu.getInput() != linear.getOutput()) {
    return nullptr;
  }
  auto gate = glu.getGate().getDefiningOp<LinearOp>();
  if (!gate || onlyUser(gate.getOutput()) != glu ||
      gate.getInput() != linear.getInput() ||
      gate.getInt8Activations() != linear.getInt8Activations()) {
    return nullptr;
  }
  return glu;
}

/// One work for each part of a layer that is split at whole panels.
static bool addParts(LinearOp linear, std::vector<LinearWork> &works) {
  auto split = dyn_cast_or_null<onnx::NodeOp>(onlyUser(linear.getOutput()));
  if (!split || split.getOpType() != "Split") {
    return false;
  }
  SmallVector<int64_t> widths = *splitWidths(split);
  int64_t first = 0;
  for (int64_t width : ArrayRef(widths).drop_back()) {
    if ((first += width) % panelColumns != 0) {
      return false;
    }
  }
  first = 0;
  for (auto [output, width] : llvm::zip(split.getOutputs(), widths)) {
    LinearWork work;
    work.linear = linear;
    work.firstColumn = first;
    work.columns = width;
    work.result = output;
    work.fused = {linear, split};
    works.push_back(work);
    first += width;
  }
  return true;
}

std::vector<LinearWork> tandem::x86::fuseLinears(Block &block) {
  std::vector<LinearWork> works;
  llvm::DenseSet<Operation *> gates, taken;
  for (auto linear : block.getOps<LinearOp>()) {
    if (GluOp glu = gluOf(linear)) {
      gates.insert(glu.getGate().getDefiningOp());
    }
  }
  for (auto linear : block.getOps<LinearOp>()) {
    if (gates.contains(linear) || addParts(linear, works)) {
      continue;
    }
    LinearWork work;
    work.linear = linear;
    work.columns = linear.getN();
    work.result = linear.getOutput();
    work.fused = {linear};
    if (GluOp glu = gluOf(linear)) {
      work.gate = glu.getGate().getDefiningOp<LinearOp>();
      work.glu = "glu_" + stringifyActivationKind(glu.getKind()).str();
      work.fused.append({work.gate, glu});
      work.result = glu.getOutput();
    }
    extend(work, taken);
    works.push_back(work);
  }
  return works;
}
