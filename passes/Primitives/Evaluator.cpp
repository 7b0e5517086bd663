//===- Evaluator.cpp - programs run on tensors -------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Walks the operations of a block in order; each looks up its evaluator by
// name.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluator.h"
#include "tandem/passes/Primitives/Frame.h"
#include "tandem/passes/Primitives/Primitives.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

static OperationEvaluator findEvaluator(StringRef name) {
  static const llvm::StringMap<OperationEvaluator> table = [] {
    llvm::StringMap<OperationEvaluator> map;
    for (auto rows : {getBuiltinEvaluators(), getModelEvaluators(),
                      getDeploymentEvaluators()}) {
      for (const OperationRow &row : rows) {
        map[row.name] = row.evaluate;
      }
    }
    return map;
  }();
  return table.lookup(name);
}

/// The location as the user knows it: the ONNX node's name where there is one.
static std::string describe(Location location) {
  if (auto name = dyn_cast<NameLoc>(location)) {
    return "'" + name.getName().str() + "'";
  }
  std::string text;
  llvm::raw_string_ostream(text) << location;
  return text;
}

/// The error with the operation and its location in front. Errors of nested
/// operations keep theirs.
static Error locate(Error error, Operation &op) {
  std::string message = llvm::toString(std::move(error));
  auto node = dyn_cast<onnx::NodeOp>(op);
  std::string name =
      node ? node.getQualifiedName() : op.getName().getStringRef().str();
  return createStringError(describe(op.getLoc()) + ": '" + name + "' " +
                           message);
}

//===----------------------------------------------------------------------===//
// Frame
//===----------------------------------------------------------------------===//

const Datum &Frame::get(Value value) const {
  static const Datum none;
  auto found = values.find(value);
  return found == values.end() ? none : found->second;
}

Tensor Frame::getTensor(Value value) const {
  const auto *tensor = value ? std::get_if<Tensor>(&get(value)) : nullptr;
  return tensor ? *tensor : Tensor();
}

Error Frame::setResult(Operation *op, ArrayRef<int64_t> shape,
                       const std::vector<double> &values) {
  Type elementType = cast<ShapedType>(op->getResultTypes()[0]).getElementType();
  set(op->getResult(0), Tensor::narrow<double>(elementType, shape, values));
  return Error::success();
}

Error Frame::evaluate(Operation &op) {
  OperationEvaluator evaluator = findEvaluator(op.getName().getStringRef());
  if (!evaluator) {
    return createStringError("has no evaluator");
  }
  if (Error error = evaluator(&op, *this)) {
    return error;
  }
  if (options.onResults) {
    SmallVector<Datum> results;
    for (Value result : op.getResults()) {
      results.push_back(get(result));
    }
    options.onResults(&op, results);
  }
  return Error::success();
}

/// The values of `block` by the operation of it that uses them last.
static llvm::DenseMap<Operation *, SmallVector<Value>>
findLastUses(Block &block) {
  llvm::DenseMap<Value, Operation *> last;
  llvm::DenseMap<Operation *, SmallVector<Value>> dead;
  for (Operation &op : block) {
    // Uses in nested regions count for the operation that holds them.
    op.walk([&](Operation *inner) {
      for (Value operand : inner->getOperands()) {
        if (operand.getParentBlock() == &block) {
          last[operand] = &op;
        }
      }
    });
    for (Value result : op.getResults()) {
      last[result] = &op;
    }
  }
  for (auto [value, op] : last) {
    dead[op].push_back(value);
  }
  return dead;
}

Expected<SmallVector<Datum>> Frame::run(Block &block,
                                        ArrayRef<Datum> arguments) {
  if (arguments.size() != block.getNumArguments()) {
    return createStringError("has " + Twine(arguments.size()) +
                             " arguments, expected " +
                             Twine(block.getNumArguments()));
  }
  for (auto [argument, datum] : llvm::zip(block.getArguments(), arguments)) {
    set(argument, datum);
  }
  auto lastUses = findLastUses(block);
  for (Operation &op : block.without_terminator()) {
    if (Error error = evaluate(op)) {
      return locate(std::move(error), op);
    }
    for (Value dead : lastUses.lookup(&op)) {
      values.erase(dead);
    }
  }
  SmallVector<Datum> results;
  for (Value operand : block.getTerminator()->getOperands()) {
    results.push_back(get(operand));
  }
  return results;
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

Expected<SmallVector<Datum>>
tandem::primitives::evaluate(func::FuncOp function, ArrayRef<Datum> arguments,
                             WeightReader readWeight,
                             const EvaluatorOptions &options) {
  if (!llvm::hasSingleElement(function.getBody())) {
    return createStringError("function '" + function.getName() +
                             "' is not one block");
  }
  return Frame(readWeight, options).run(function.getBody().front(), arguments);
}

Expected<SmallVector<Tensor>> tandem::primitives::evaluateTensors(
    func::FuncOp function, ArrayRef<Tensor> arguments, WeightReader readWeight,
    const EvaluatorOptions &options) {
  SmallVector<Datum> data(arguments.begin(), arguments.end());
  auto results = evaluate(function, data, readWeight, options);
  if (!results) {
    return results.takeError();
  }
  SmallVector<Tensor> tensors;
  for (Datum &datum : *results) {
    auto *tensor = std::get_if<Tensor>(&datum);
    tensors.push_back(tensor ? *tensor : Tensor());
  }
  return tensors;
}
