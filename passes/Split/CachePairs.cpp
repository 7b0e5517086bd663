//===- CachePairs.cpp - pasts and presents of a graph -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/passes/Split/CachePairs.h"

#include "llvm/ADT/StringMap.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"

using namespace mlir;
using tandem::onnx::OnnxDialect;
using namespace tandem;
using tandem::transformer::AttentionOp;

namespace {

/// One input of the graph that holds keys or values, and what must follow it.
struct Past {
  std::string name;
  Value present;
};

/// One output of the graph that holds keys or values.
struct Present {
  std::string name;
  Value value;
};

class CachePairs {
public:
  explicit CachePairs(func::FuncOp graph) : graph(graph) {}
  LogicalResult verify();

private:
  LogicalResult findPasts();
  void findPresents();
  LogicalResult verifyReturned();
  LogicalResult verifyOrder();
  std::vector<const Present *> pair() const;

  func::FuncOp graph;
  std::vector<Past> pasts; ///< in the order of the inputs
  std::vector<Present> presents;
};

} // namespace

/// What a file calls an argument or a result; its number where it has no name.
static std::string nameOr(StringAttr name, unsigned number) {
  return name ? name.str() : "#" + std::to_string(number);
}

bool tandem::isPresent(Value value) {
  auto attention = value.getDefiningOp<AttentionOp>();
  return attention && value != attention.getOutput();
}

/// The keys or values that `value`, a present, holds, in words.
static std::string describe(Value value) {
  auto attention = value.getDefiningOp<AttentionOp>();
  std::string text =
      value == attention.getPresentKey() ? "the keys of" : "the values of";
  auto name = attention->getLoc()->findInstanceOf<NameLoc>();
  return text + " '" + (name ? name.getName().str() : "an attention") + "'";
}

LogicalResult CachePairs::findPasts() {
  LogicalResult result = success();
  llvm::DenseMap<Value, Past> byInput;
  AttentionOp withoutPast;
  for (AttentionOp op : graph.getOps<AttentionOp>()) {
    if (!op.getPastKey()) {
      withoutPast = op;
      continue;
    }
    for (bool isKey : {true, false}) {
      Value past = isKey ? op.getPastKey() : op.getPastValue();
      auto argument = dyn_cast<BlockArgument>(past);
      if (!argument) {
        result = op.emitOpError("has a past that the graph computes; expected "
                                "an input of the graph");
        continue;
      }
      unsigned number = argument.getArgNumber();
      std::string name = nameOr(graph.getArgAttrOfType<StringAttr>(
                                    number, OnnxDialect::getNameAttrName()),
                                number);
      Value present = isKey ? op.getPresentKey() : op.getPresentValue();
      if (!byInput.try_emplace(past, Past{name, present}).second) {
        result = op.emitOpError("reads input '")
                 << name
                 << "' as a past a second time; expected an input for the keys "
                    "and one for the values of each attention";
      }
    }
  }
  if (withoutPast && !byInput.empty()) {
    result = withoutPast.emitOpError(
        "has no past, but other attentions have; expected a past for each");
  }
  for (BlockArgument argument : graph.getArguments()) {
    if (auto found = byInput.find(argument); found != byInput.end()) {
      pasts.push_back(found->second);
    }
  }
  return result;
}

void CachePairs::findPresents() {
  auto terminator = graph.getBody().front().getTerminator();
  for (OpOperand &operand : terminator->getOpOperands()) {
    if (isPresent(operand.get())) {
      unsigned number = operand.getOperandNumber();
      presents.push_back({nameOr(graph.getResultAttrOfType<StringAttr>(
                                     number, OnnxDialect::getNameAttrName()),
                                 number),
                          operand.get()});
    }
  }
}

/// Every present is returned, and once.
LogicalResult CachePairs::verifyReturned() {
  LogicalResult result = success();
  llvm::DenseMap<Value, const Present *> returned;
  for (const Present &present : presents) {
    auto [first, isNew] = returned.try_emplace(present.value, &present);
    if (!isNew) {
      result = graph.emitError("outputs '")
               << first->second->name << "' and '" << present.name
               << "' both return " << describe(present.value)
               << "; expected each present once";
    }
  }
  for (const Past &past : pasts) {
    if (!returned.contains(past.present)) {
      result = graph.emitError("no output returns ")
               << describe(past.present) << ", which continue input '"
               << past.name << "'; expected an output for each past";
    }
  }
  return result;
}

/// What `names` have after the beginning that all have in common.
static std::vector<StringRef> dropCommonPrefix(ArrayRef<StringRef> names) {
  size_t common = names.empty() ? 0 : names.front().size();
  for (StringRef name : names) {
    while (!name.starts_with(names.front().take_front(common))) {
      --common;
    }
  }
  std::vector<StringRef> endings;
  for (StringRef name : names) {
    endings.push_back(name.drop_front(common));
  }
  return endings;
}

/// The output that becomes each past in the next step.
std::vector<const Present *> CachePairs::pair() const {
  auto endings = [](const auto &entries) {
    SmallVector<StringRef> names;
    for (const auto &entry : entries) {
      names.push_back(entry.name);
    }
    return dropCommonPrefix(names);
  };
  llvm::StringMap<const Present *> byEnding;
  for (auto [ending, present] : llvm::zip(endings(presents), presents)) {
    byEnding[ending] = &present;
  }
  std::vector<const Present *> named, ordered;
  for (auto [index, ending] : llvm::enumerate(endings(pasts))) {
    named.push_back(byEnding.lookup(ending));
    ordered.push_back(&presents[index]);
  }
  return llvm::is_contained(named, nullptr) ? ordered : named;
}

LogicalResult CachePairs::verifyOrder() {
  LogicalResult result = success();
  for (auto [past, present] : llvm::zip(pasts, pair())) {
    if (present->value != past.present) {
      result = graph.emitError("output '")
               << present->name << "' returns " << describe(present->value)
               << ", but becomes input '" << past.name
               << "' of the next step, which continues "
               << describe(past.present)
               << "; expected the outputs in the order of the inputs";
    }
  }
  return result;
}

LogicalResult CachePairs::verify() {
  if (failed(findPasts())) {
    return failure();
  }
  findPresents();
  if (failed(verifyReturned())) {
    return failure();
  }
  return verifyOrder();
}

LogicalResult tandem::verifyCachePairs(func::FuncOp graph) {
  return CachePairs(graph).verify();
}
