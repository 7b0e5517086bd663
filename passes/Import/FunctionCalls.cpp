//===- FunctionCalls.cpp - which function calls which -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One depth-first walk; each function is counted once.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/FunctionCalls.h"

#include "tandem/passes/Import/GraphImport.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"

#include "onnx-ml.pb.h"

using namespace llvm;
using namespace tandem::import;
using ::onnx::FunctionProto;
using ::onnx::NodeProto;

/// Functions may call each other this deep.
static constexpr unsigned kMaxCallDepth = 256;

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

namespace {

/// A function and the nodes it expands to, once they are counted.
struct Entry {
  const FunctionProto *function;
  enum { New, Open, Done } state = New;
  uint64_t nodes = 0;
};

class CallCounter {
public:
  explicit CallCounter(uint64_t maxNodes) : maxNodes(maxNodes) {}

  Error add(const FunctionProto &function);
  Error countFunctions();
  /// Adds the nodes that `nodes` expand to to `total`.
  template <typename Nodes> Error count(const Nodes &nodes, uint64_t &total);

private:
  Error countCall(Entry &entry, uint64_t &total);
  Error countNode(const NodeProto &node, uint64_t &total);

  StringMap<Entry> entries;
  uint64_t maxNodes;
  unsigned depth = 0;
};

} // namespace

std::string tandem::import::getFunctionKey(StringRef domain, StringRef name,
                                           StringRef overload) {
  std::string key = (getDomainName(normalizeDomain(domain)) + "." + name).str();
  return overload.empty() ? key : key + ":" + overload.str();
}

static std::string getKey(const FunctionProto &function) {
  return getFunctionKey(function.domain(), function.name(),
                        function.overload());
}

Error CallCounter::add(const FunctionProto &function) {
  if (function.name().empty()) {
    return makeError("a model-local function has no name");
  }
  if (!entries.try_emplace(getKey(function), Entry{&function}).second) {
    return makeError("function '" + getKey(function) + "' is defined twice");
  }
  return Error::success();
}

Error CallCounter::countCall(Entry &entry, uint64_t &total) {
  std::string key = getKey(*entry.function);
  if (entry.state == Entry::Open) {
    return makeError("function '" + key + "' calls itself");
  }
  if (entry.state == Entry::New) {
    if (++depth > kMaxCallDepth) {
      return makeError("function '" + key + "' is called through " +
                       Twine(kMaxCallDepth) + " others, the limit of import");
    }
    entry.state = Entry::Open;
    if (Error error = count(entry.function->node(), entry.nodes)) {
      return error;
    }
    entry.state = Entry::Done;
    --depth;
  }
  total = SaturatingAdd(total, entry.nodes);
  return Error::success();
}

Error CallCounter::countNode(const NodeProto &node, uint64_t &total) {
  total = SaturatingAdd(total, uint64_t(1));
  auto it = entries.find(
      getFunctionKey(node.domain(), node.op_type(), node.overload()));
  if (it != entries.end()) {
    if (Error error = countCall(it->second, total)) {
      return error;
    }
  }
  for (const auto &attribute : node.attribute()) {
    if (Error error = count(attribute.g().node(), total)) {
      return error;
    }
  }
  return Error::success();
}

template <typename Nodes>
Error CallCounter::count(const Nodes &nodes, uint64_t &total) {
  for (const NodeProto &node : nodes) {
    if (Error error = countNode(node, total)) {
      return error;
    }
  }
  if (total > maxNodes) {
    return makeError("the model has more than " + Twine(maxNodes) +
                     " nodes with its functions inlined, the limit of import");
  }
  return Error::success();
}

Error CallCounter::countFunctions() {
  uint64_t unused = 0;
  for (auto &entry : entries) {
    if (Error error = countCall(entry.second, unused)) {
      return error;
    }
  }
  return Error::success();
}

Error tandem::import::checkFunctionCalls(const ::onnx::ModelProto &model,
                                         uint64_t maxNodes) {
  CallCounter counter(maxNodes);
  for (const FunctionProto &function : model.functions()) {
    if (Error error = counter.add(function)) {
      return error;
    }
  }
  if (Error error = counter.countFunctions()) {
    return error;
  }
  uint64_t total = 0;
  return counter.count(model.graph().node(), total);
}
