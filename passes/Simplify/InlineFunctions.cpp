//===- InlineFunctions.cpp - replace calls by bodies -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Expands model-local functions, callees first, so that every body is expanded
// once and a circle is found before anything is copied.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"

#include "tandem/passes/Simplify/Nodes.h"
#include "tandem/passes/Simplify/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_INLINEFUNCTIONSPASS
#include "tandem/passes/Simplify/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using namespace tandem::simplify;
using tandem::onnx::FunctionOp;
using tandem::onnx::NodeOp;

namespace {

/// Domain, operator and overload: how a node names a function.
std::string getKey(StringRef domain, StringRef opType, StringRef overload) {
  if (domain == "ai.onnx") {
    domain = "";
  }
  return (domain + "\n" + opType + "\n" + overload).str();
}

class InlineFunctionsPass
    : public tandem::impl::InlineFunctionsPassBase<InlineFunctionsPass> {
public:
  void runOnOperation() override;

private:
  FunctionOp findFunction(NodeOp node);
  LogicalResult expand(FunctionOp function);
  LogicalResult expandCalls(Operation *root);
  LogicalResult inlineCall(NodeOp node, FunctionOp function);

  enum class State { expanding, expanded };
  llvm::StringMap<FunctionOp> functions;
  llvm::DenseMap<Operation *, State> states;
};

} // namespace

/// The location of a node copied from a function: `caller/callee`.
static Location joinLocations(Location callee, Location caller) {
  Location call = CallSiteLoc::get(callee, caller);
  auto outer = caller->findInstanceOf<NameLoc>();
  auto inner = callee->findInstanceOf<NameLoc>();
  if (!outer) {
    return call;
  }
  std::string name = outer.getName().str();
  if (inner && !inner.getName().empty()) {
    name += "/" + inner.getName().str();
  }
  return NameLoc::get(StringAttr::get(callee.getContext(), name), call);
}

/// Replaces `#onnx.ref` in the attributes of `node` by the attribute of the
/// call, or by the function's default; an optional one without value goes.
static LogicalResult resolveReferences(NodeOp node, NodeOp call,
                                       FunctionOp function) {
  NamedAttrList attributes;
  for (NamedAttribute attribute : node.getNodeAttributes()) {
    auto reference = dyn_cast<onnx::RefAttr>(attribute.getValue());
    if (!reference) {
      attributes.push_back(attribute);
      continue;
    }
    StringRef name = reference.getName();
    Attribute value = call.getAttribute(name);
    if (!value) {
      value = function.getDefaults().get(name);
    }
    if (value) {
      attributes.push_back({attribute.getName(), value});
    } else if (llvm::is_contained(
                   function.getRequired().getAsValueRange<StringAttr>(),
                   name)) {
      return call.emitOpError()
             << call.getQualifiedName() << " lacks attribute '" << name
             << "', which its model-local function requires";
    }
  }
  node.setNodeAttributesAttr(attributes.getDictionary(node.getContext()));
  return success();
}

FunctionOp InlineFunctionsPass::findFunction(NodeOp node) {
  return functions.lookup(getKey(node.getDomain().value_or(""),
                                 node.getOpType(),
                                 node.getOverload().value_or("")));
}

LogicalResult InlineFunctionsPass::inlineCall(NodeOp node,
                                              FunctionOp function) {
  Block &body = function.getBody().front();
  if (node.getInputs().size() > body.getNumArguments()) {
    return node.emitOpError()
           << node.getQualifiedName() << " has " << node.getInputs().size()
           << " inputs, its model-local function takes "
           << body.getNumArguments();
  }
  ValueRange outputs = body.getTerminator()->getOperands();
  if (node.getNumResults() > outputs.size()) {
    return node.emitOpError()
           << node.getQualifiedName() << " has " << node.getNumResults()
           << " results, its model-local function yields " << outputs.size();
  }
  OpBuilder builder(node);
  IRMapping mapping;
  for (BlockArgument argument : body.getArguments()) {
    unsigned index = argument.getArgNumber();
    mapping.map(argument, index < node.getInputs().size()
                              ? node.getInputs()[index]
                              : createNone(builder, node.getLoc()));
  }
  for (Operation &operation : body.without_terminator()) {
    Operation *copy = builder.clone(operation, mapping);
    WalkResult result = copy->walk([&](Operation *inner) {
      inner->setLoc(joinLocations(inner->getLoc(), node.getLoc()));
      auto copied = dyn_cast<NodeOp>(inner);
      return copied && failed(resolveReferences(copied, node, function))
                 ? WalkResult::interrupt()
                 : WalkResult::advance();
    });
    if (result.wasInterrupted()) {
      return failure();
    }
  }
  for (auto [result, output] : llvm::zip(node.getResults(), outputs)) {
    replaceValue(result, mapping.lookupOrDefault(output));
  }
  node.erase();
  return success();
}

LogicalResult InlineFunctionsPass::expandCalls(Operation *root) {
  SmallVector<NodeOp> calls;
  root->walk([&](NodeOp node) {
    if (findFunction(node)) {
      calls.push_back(node);
    }
  });
  for (NodeOp node : calls) {
    FunctionOp function = findFunction(node);
    if (failed(expand(function))) {
      return failure();
    }
    if (failed(inlineCall(node, function))) {
      return failure();
    }
  }
  return success();
}

LogicalResult InlineFunctionsPass::expand(FunctionOp function) {
  auto [entry, isNew] = states.try_emplace(function, State::expanding);
  if (!isNew) {
    if (entry->second == State::expanded) {
      return success();
    }
    return function.emitOpError()
           << "of " << function.getOpType()
           << " calls itself, directly or through others; ONNX does not allow "
              "recursion";
  }
  if (failed(expandCalls(function))) {
    return failure();
  }
  states[function] = State::expanded;
  return success();
}

void InlineFunctionsPass::runOnOperation() {
  functions.clear();
  states.clear();
  SmallVector<FunctionOp> all(getOperation().getOps<FunctionOp>());
  for (FunctionOp function : all) {
    functions[getKey(function.getDomain(), function.getOpType(),
                     function.getOverload().value_or(""))] = function;
  }
  for (FunctionOp function : all) {
    if (failed(expand(function))) {
      return signalPassFailure();
    }
  }
  for (Operation &operation : getOperation().getBody()->getOperations()) {
    if (!isa<FunctionOp>(operation) && failed(expandCalls(&operation))) {
      return signalPassFailure();
    }
  }
  for (FunctionOp function : all) {
    function.erase();
  }
}
