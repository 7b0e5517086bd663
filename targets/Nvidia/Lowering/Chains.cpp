//===- Chains.cpp - operations that one kernel does -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/Chains.h"

#include "tandem/targets/Nvidia/Lowering/Support.h"

#include "tandem/dialects/Deploy/IR/DeployOps.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;
using namespace tandem::transformer;

/// A chain is straight-line code of one kernel, which is named by it.
static constexpr size_t mostSteps = 8;

/// The only operation that uses `value`, in the same block, or null.
static Operation *onlyUser(Value value) {
  if (!value.hasOneUse()) {
    return nullptr;
  }
  Operation *user = *value.user_begin();
  return user->getBlock() == value.getParentBlock() ? user : nullptr;
}

/// Adds a step of two arguments.
static void addBinary(Chain &chain, StringRef function, Value operand,
                      bool isSwapped) {
  Step step;
  step.function = function.str();
  step.isSwapped = isSwapped;
  if (auto scalar = scalarOf(operand)) {
    step.operand = OperandKind::scalar;
    step.scalar = *scalar;
  } else {
    step.operand = operand.getDefiningOp<deploy::WeightOp>()
                       ? OperandKind::vector
                       : OperandKind::rows;
    chain.operands.push_back(operand);
  }
  chain.steps.push_back(step);
}

static void addUnary(Chain &chain, StringRef function) {
  Step step;
  step.function = function.str();
  chain.steps.push_back(step);
}

static void addNode(Chain &chain, onnx::NodeOp node) {
  if (node.getOpType() == "Clip") {
    StringRef functions[] = {"Max", "Min"};
    for (auto [bound, function] :
         llvm::zip(node.getInputs().drop_front(), functions)) {
      if (scalarOf(bound)) {
        addBinary(chain, function, bound, /*isSwapped=*/false);
      }
    }
    return;
  }
  std::string function = functionOf(node);
  if (node.getInputs().size() == 1) {
    return addUnary(chain, function);
  }
  bool isLeft = node.getInputs()[0] == chain.result;
  addBinary(chain, function, node.getInputs()[isLeft ? 1 : 0], !isLeft);
}

/// Adds what `op`, which is element-wise, does to the chain's result so far.
static void addOperation(Chain &chain, Operation *op) {
  if (auto activation = dyn_cast<ActivationOp>(op)) {
    addUnary(chain, stringifyActivationKind(activation.getKind()));
  } else if (auto glu = dyn_cast<GluOp>(op)) {
    addUnary(chain, stringifyActivationKind(glu.getKind()));
    addBinary(chain, "Mul", glu.getInput(), /*isSwapped=*/false);
  } else {
    addNode(chain, cast<onnx::NodeOp>(op));
  }
  chain.covered.push_back(op);
  chain.result = op->getResult(0);
}

/// The value that a chain of `op` alone begins with.
static Value startOf(Operation *op) {
  if (auto glu = dyn_cast<GluOp>(op)) {
    return glu.getGate();
  }
  for (Value operand : op->getOperands()) {
    if (!scalarOf(operand) && !operand.getDefiningOp<deploy::WeightOp>()) {
      return operand;
    }
  }
  llvm_unreachable("Support.h accepts no operation without rows");
}

/// Whether the chain can go on with `op`: a glu begins with its gate.
static bool canFollow(const Chain &chain, Operation *op) {
  auto glu = dyn_cast<GluOp>(op);
  return isElementWise(op) && (!glu || glu.getGate() == chain.result);
}

/// Lets the chain go on as far as nothing else reads what is between.
static void extend(Chain &chain, llvm::DenseSet<Operation *> &taken) {
  while (chain.steps.size() < mostSteps) {
    Operation *user = onlyUser(chain.result);
    if (!user || !canFollow(chain, user) || !taken.insert(user).second) {
      return;
    }
    addOperation(chain, user);
  }
}

/// The glu of `linear` and of a layer that makes its gate of the same input,
/// where nothing else reads either.
static GluOp gluOf(LinearOp linear) {
  auto glu = dyn_cast_or_null<GluOp>(onlyUser(linear.getOutput()));
  if (!glu || glu.getInput() != linear.getOutput() || linear.getBias()) {
    return nullptr;
  }
  auto gate = glu.getGate().getDefiningOp<LinearOp>();
  bool isAlike = gate && onlyUser(gate.getOutput()) == glu &&
                 gate.getInput() == linear.getInput() && !gate.getBias() &&
                 gate.getLayout() == linear.getLayout() &&
                 gate.getWeight().getType() == linear.getWeight().getType();
  return isAlike ? glu : nullptr;
}

static Chain startLinear(LinearOp linear) {
  Chain chain;
  chain.linear = linear;
  chain.result = linear.getOutput();
  chain.covered = {linear};
  if (linear.getBias()) {
    addBinary(chain, "Add", linear.getBias(), /*isSwapped=*/false);
  }
  if (GluOp glu = gluOf(linear)) {
    chain.gate = glu.getGate().getDefiningOp<LinearOp>();
    chain.glu = stringifyActivationKind(glu.getKind()).str();
    chain.covered.append({chain.gate, glu});
    chain.result = glu.getOutput();
  }
  return chain;
}

std::vector<Chain> tandem::nvidia::findChains(Block &block) {
  std::vector<Chain> chains;
  llvm::DenseSet<Operation *> taken;
  for (auto linear : block.getOps<LinearOp>()) {
    if (GluOp glu = gluOf(linear)) {
      taken.insert(linear);
      taken.insert(glu);
      taken.insert(glu.getGate().getDefiningOp());
    }
  }
  for (auto linear : block.getOps<LinearOp>()) {
    if (taken.insert(linear).second || gluOf(linear)) {
      chains.push_back(startLinear(linear));
      extend(chains.back(), taken);
    }
  }
  for (Operation &op : block) {
    if (isElementWise(&op) && taken.insert(&op).second) {
      Chain &chain = chains.emplace_back();
      chain.start = chain.result = startOf(&op);
      addOperation(chain, &op);
      extend(chain, taken);
    }
  }
  return chains;
}
