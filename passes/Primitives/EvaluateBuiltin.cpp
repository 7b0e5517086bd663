//===- EvaluateBuiltin.cpp - constants, nodes, calls and loops ---*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The operations that hold a program together.
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/passes/Primitives/EvaluateNode.h"
#include "tandem/passes/Primitives/Frame.h"
#include "tandem/passes/Primitives/RotaryTable.h"
#include "tandem/passes/Primitives/StoredWeights.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

//===----------------------------------------------------------------------===//
// Constants and weights
//===----------------------------------------------------------------------===//

/// A weight in its file: borrowed, or unpacked where elements have 4 bits.
static Expected<Tensor> readWeight(onnx::WeightAttr weight,
                                   ArrayRef<char> bytes) {
  Type elementType = weight.getType().getElementType();
  ArrayRef<int64_t> shape = weight.getType().getShape();
  int64_t expected = bytesInFile(elementType, countElements(shape));
  if (static_cast<int64_t>(bytes.size()) != expected) {
    return createStringError("weight in '" + weight.getFile() + "' has " +
                             Twine(bytes.size()) + " bytes, expected " +
                             Twine(expected));
  }
  if (elementType.getIntOrFloatBitWidth() == 4) {
    return unpackNibbles(elementType, shape, bytes);
  }
  return Tensor::borrow(elementType, shape, bytes);
}

Expected<Tensor> Frame::readConstant(TypedAttr value) const {
  auto type = dyn_cast<ShapedType>(value.getType());
  if (!type || !Tensor::holds(type.getElementType())) {
    std::string text;
    llvm::raw_string_ostream(text) << value.getType();
    return createStringError("type " + text + " is not supported");
  }
  if (auto weight = dyn_cast<onnx::WeightAttr>(value)) {
    return ::readWeight(weight, readWeight(weight));
  }
  if (auto encoded = dyn_cast<transformer::EncodedAttr>(value)) {
    SmallVector<Tensor> payloads;
    for (TypedAttr payload : encoded.getPayloadList()) {
      Expected<Tensor> tensor = readConstant(payload);
      if (!tensor) {
        return tensor.takeError();
      }
      payloads.push_back(std::move(*tensor));
    }
    return decodeWeight(encoded.getType(), payloads);
  }
  if (auto rotary = dyn_cast<deploy::RotaryAttr>(value)) {
    return makeRotaryTable(
        rotary.getFrequencies(), rotary.getScale().getValueAsDouble(),
        type.getShape()[0],
        rotary.getFunction() == "sin" ? RotaryFunction::sine
                                      : RotaryFunction::cosine);
  }
  return Tensor::fromAttribute(cast<ElementsAttr>(value));
}

static Error evaluateConstant(Operation *op, Frame &frame) {
  Expected<Tensor> tensor =
      frame.readConstant(cast<onnx::ConstantOp>(op).getValue());
  if (!tensor) {
    return tensor.takeError();
  }
  frame.set(op->getResult(0), std::move(*tensor));
  return Error::success();
}

static Error evaluateIndexConstant(Operation *op, Frame &frame) {
  auto value = op->getAttrOfType<IntegerAttr>("value");
  if (!value) {
    return createStringError("is not an integer");
  }
  frame.set(op->getResult(0), value.getValue().getSExtValue());
  return Error::success();
}

static Error evaluateWeight(Operation *op, Frame &frame) {
  auto weight = cast<deploy::WeightOp>(op);
  auto part = op->getParentOfType<deploy::PartOp>();
  if (!part) {
    return createStringError("is outside of a part, which holds the table");
  }
  int64_t index = weight.getBase();
  if (weight.getLayer()) {
    index += std::get<int64_t>(frame.get(weight.getLayer())) *
             weight.getStride().value_or(0);
  }
  if (index < 0 || index >= static_cast<int64_t>(part.getWeights().size())) {
    return createStringError("takes entry " + Twine(index) + " of a table of " +
                             Twine(part.getWeights().size()));
  }
  Expected<Tensor> tensor = frame.readConstant(part.getSlot(index).getSource());
  if (!tensor) {
    return tensor.takeError();
  }
  frame.set(op->getResult(0), std::move(*tensor));
  return Error::success();
}

static Error evaluateNone(Operation *op, Frame &frame) {
  frame.set(op->getResult(0), std::monostate());
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

static Error evaluatePrimitive(Operation *op, Frame &frame) {
  auto node = cast<onnx::NodeOp>(op);
  SmallVector<Tensor> inputs;
  for (Value input : node.getInputs()) {
    inputs.push_back(frame.getTensor(input));
  }
  auto runSubgraph =
      [&](unsigned index,
          ArrayRef<Tensor> arguments) -> Expected<SmallVector<Tensor>> {
    if (index >= node.getSubgraphs().size()) {
      return createStringError("lacks subgraph " + Twine(index));
    }
    SmallVector<Datum> data(arguments.begin(), arguments.end());
    auto results = frame.run(node.getSubgraphs()[index].front(), data);
    if (!results) {
      return results.takeError();
    }
    SmallVector<Tensor> tensors;
    for (Datum &datum : *results) {
      auto *tensor = std::get_if<Tensor>(&datum);
      tensors.push_back(tensor ? *tensor : Tensor());
    }
    return tensors;
  };
  auto results = evaluateNode(node, inputs, frame.options.limits, runSubgraph);
  if (!results) {
    return results.takeError();
  }
  for (auto [value, tensor] : llvm::zip(node.getOutputs(), *results)) {
    if (tensor) {
      frame.set(value, tensor);
    } else if (!value.use_empty()) {
      return createStringError("has no evaluator for a result that is used");
    }
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Calls and loops
//===----------------------------------------------------------------------===//

static Error evaluateCall(Operation *op, Frame &frame) {
  auto call = cast<func::CallOp>(op);
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      op, call.getCalleeAttr());
  if (!callee || callee.isExternal()) {
    return createStringError("calls '" + call.getCallee() +
                             "', which has no body");
  }
  SmallVector<Datum> arguments;
  for (Value operand : op->getOperands()) {
    arguments.push_back(frame.get(operand));
  }
  auto results = evaluate(callee, arguments, frame.readWeight, frame.options);
  if (!results) {
    return results.takeError();
  }
  for (auto [value, datum] : llvm::zip(op->getResults(), *results)) {
    frame.set(value, datum);
  }
  return Error::success();
}

static Error evaluateFor(Operation *op, Frame &frame) {
  auto loop = cast<scf::ForOp>(op);
  auto bound = [&](Value value) { return std::get<int64_t>(frame.get(value)); };
  int64_t end = bound(loop.getUpperBound()), step = bound(loop.getStep());
  if (step <= 0) {
    return createStringError("steps by " + Twine(step));
  }
  SmallVector<Datum> carried;
  for (Value initial : loop.getInitArgs()) {
    carried.push_back(frame.get(initial));
  }
  for (int64_t i = bound(loop.getLowerBound()); i < end; i += step) {
    carried.insert(carried.begin(), Datum(i));
    auto results = frame.run(*loop.getBody(), carried);
    if (!results) {
      return results.takeError();
    }
    carried = std::move(*results);
  }
  for (auto [value, datum] : llvm::zip(op->getResults(), carried)) {
    frame.set(value, datum);
  }
  return Error::success();
}

ArrayRef<OperationRow> tandem::primitives::getBuiltinEvaluators() {
  static constexpr OperationRow rows[] = {
      {"arith.constant", evaluateIndexConstant},
      {"deploy.weight", evaluateWeight},
      {"func.call", evaluateCall},
      {"onnx.constant", evaluateConstant},
      {"onnx.node", evaluatePrimitive},
      {"onnx.none", evaluateNone},
      {"scf.for", evaluateFor},
  };
  return rows;
}
