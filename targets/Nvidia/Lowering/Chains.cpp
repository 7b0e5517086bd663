//===- Chains.cpp - operations that one kernel does -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/Chains.h"

#include "tandem/targets/Nvidia/Kernels/Math.h"
#include "tandem/targets/Nvidia/Lowering/Movements.h"
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

/// What a step reads of an operand. What broadcasts in another way than the
/// kinds do is repeated to rows first.
static OperandKind kindOf(Value operand, int64_t width) {
  if (numberOf(operand)) {
    return OperandKind::scalar;
  }
  auto type = cast<RankedTensorType>(operand.getType());
  if (operand.getDefiningOp<deploy::WeightOp>()) {
    return type.getNumElements() == width ? OperandKind::vector
                                          : OperandKind::rows;
  }
  return widthOf(operand) == 1 && width != 1 ? OperandKind::token
                                             : OperandKind::rows;
}

static void addStep(Chain &chain, const Step &step) {
  chain.steps.push_back(step);
  chain.element = elementAfter({step}, chain.element);
}

/// Adds a step of two arguments.
static void addBinary(Chain &chain, StringRef function, Value operand,
                      bool isSwapped) {
  int64_t width = widthOf(chain.result);
  Step step;
  step.function = function.str();
  step.isSwapped = isSwapped;
  step.operand = kindOf(operand, width);
  if (step.hasBuffer()) {
    step.element = elementIn(operand);
    chain.operands.push_back(operand);
  } else {
    step.scalar = *numberOf(operand);
  }
  addStep(chain, step);
}

static void addScalar(Chain &chain, StringRef function, double scalar) {
  Step step;
  step.function = function.str();
  step.operand = OperandKind::scalar;
  step.scalar.real = scalar;
  addStep(chain, step);
}

static void addUnary(Chain &chain, StringRef function) {
  Step step;
  step.function = function.str();
  addStep(chain, step);
}

/// Makes the running value another element.
static void addCast(Chain &chain, Element element) {
  if (chain.element != element) {
    addUnary(chain, castTo(element));
  }
}

/// Adds what a node does to `value`, which is the first one there.
static void addNode(Chain &chain, onnx::NodeOp node, Value value) {
  if (node.getOpType() == "Clip") {
    StringRef functions[] = {"Max", "Min"};
    for (auto [bound, function] :
         llvm::zip(node.getInputs().drop_front(), functions)) {
      if (numberOf(bound)) {
        addBinary(chain, function, bound, /*isSwapped=*/false);
      }
    }
    return;
  }
  if (node.getOpType() == "Swish") {
    return addScalar(chain, "swish", node.getFloat("alpha", 1));
  }
  std::string function = functionOf(node);
  auto inputs = llvm::to_vector(node.getInputs());
  if (inputs.size() == 1 && lookupUnary(function, chain.element)) {
    return addUnary(chain, function);
  }
  size_t running = llvm::find(inputs, value) - inputs.begin();
  for (auto [i, input] : llvm::enumerate(inputs)) {
    if (i != running) {
      addBinary(chain, function, input, /*isSwapped=*/i < running);
    }
  }
  if (node.getOpType() == "Mean") {
    addScalar(chain, "Div", inputs.size());
  }
}

/// Adds what `op`, which is element-wise, does to the chain's result so far.
static void addOperation(Chain &chain, Operation *op) {
  Value value = std::exchange(chain.result, op->getResult(0));
  if (auto activation = dyn_cast<ActivationOp>(op)) {
    addUnary(chain, stringifyActivationKind(activation.getKind()));
  } else if (auto glu = dyn_cast<GluOp>(op)) {
    addUnary(chain, stringifyActivationKind(glu.getKind()));
    addBinary(chain, "Mul", glu.getInput(), /*isSwapped=*/false);
  } else {
    auto node = cast<onnx::NodeOp>(op);
    addCast(chain, computedElement(node));
    Element made = elementIn(node.getResult(0));
    if (functionOf(node) != "Cast" || chain.element == made) {
      addNode(chain, node, value);
    }
    addCast(chain, made);
  }
  chain.covered.push_back(op);
}

/// The value that a chain of `op` alone begins with.
static Value startOf(Operation *op) {
  if (auto glu = dyn_cast<GluOp>(op)) {
    return glu.getGate();
  }
  // One that is repeated costs a kernel more.
  Value start;
  for (Value operand : op->getOperands()) {
    if (isa_and_nonnull<onnx::ConstantOp, onnx::NoneOp, deploy::WeightOp>(
            operand.getDefiningOp())) {
      continue;
    }
    if (innerShapeOf(operand) == innerShapeOf(op->getResult(0))) {
      return operand;
    }
    start = operand;
  }
  assert(start && "Support.h accepts no operation without rows");
  return start;
}

/// Whether an operation reads and makes floats alone, as a product does.
static bool isOfFloats(Operation *op) {
  auto isFloat = [](Value value) {
    return numberOf(value) || isa<NoneType>(value.getType()) ||
           elementIn(value) == Element::f32;
  };
  return llvm::all_of(op->getOperands(), isFloat) &&
         llvm::all_of(op->getResults(), isFloat);
}

/// Whether the chain can go on with `op`: a glu begins with its gate.
static bool canFollow(const Chain &chain, Operation *op) {
  auto glu = dyn_cast<GluOp>(op);
  return isElementWise(op) && (!chain.linear || isOfFloats(op)) &&
         (!glu || glu.getGate() == chain.result) &&
         innerShapeOf(op->getResult(0)) == innerShapeOf(chain.result);
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

/// Whether a row is one vector that a layer multiplies, not several.
static bool isOfVectors(LinearOp linear) {
  return rankOf(linear.getInput()) == 2;
}

/// The glu of `linear` and of a layer that makes its gate of the same input,
/// where nothing else reads either.
static GluOp gluOf(LinearOp linear) {
  if (!isOfVectors(linear)) {
    return nullptr;
  }
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
    if (isOfVectors(linear) && (taken.insert(linear).second || gluOf(linear))) {
      chains.push_back(startLinear(linear));
      extend(chains.back(), taken);
    }
  }
  for (Operation &op : block) {
    if (isElementWise(&op) && taken.insert(&op).second) {
      Chain &chain = chains.emplace_back();
      chain.start = chain.result = startOf(&op);
      chain.element = elementIn(chain.start);
      addOperation(chain, &op);
      extend(chain, taken);
    }
  }
  return chains;
}

std::optional<RotaryAppend>
tandem::nvidia::findRotaryAppend(CachedAttentionOp attention) {
  RotaryAppend found;
  found.query = attention.getQuery().getDefiningOp<RotaryOp>();
  found.append = attention.getCache().getDefiningOp<AppendOp>();
  if (!found.query || !found.append ||
      found.append.getLayer() != attention.getLayer() ||
      onlyUser(found.query.getOutput()) != attention) {
    return std::nullopt;
  }
  // It is done at the attention, so nothing may read the cache before.
  if (llvm::any_of(found.append->getUsers(), [&](Operation *user) {
        return isa<CachedAttentionOp>(user) && user != attention;
      })) {
    return std::nullopt;
  }
  found.key = found.append.getKey().getDefiningOp<RotaryOp>();
  bool isAlike = found.key && onlyUser(found.key.getOutput()) == found.append &&
                 found.append->getBlock() == attention->getBlock() &&
                 found.key.getPositions() == found.query.getPositions() &&
                 found.key.getCos() == found.query.getCos() &&
                 found.key.getSin() == found.query.getSin();
  return isAlike ? std::optional(found) : std::nullopt;
}
