//===- Gaps.cpp - what Tandem cannot compile -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A node is supported where the table of primitives has its operator, the
// version of its domain is known, and it has as many inputs as the row takes.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Verify/Gaps.h"

#include "tandem/passes/Primitives/KnownOpsets.h"
#include "tandem/passes/Primitives/Primitives.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;
using tandem::onnx::NodeOp;

static StringRef getDomainName(NodeOp node) {
  StringRef domain = node.getDomain().value_or("");
  return domain.empty() ? "ai.onnx" : domain;
}

/// The operator of the table whose name resembles `qualifiedName` most, its
/// domain aside; empty where none does.
static std::string findNearest(StringRef qualifiedName) {
  auto withoutDomain = [](StringRef name) {
    return name.contains('.') ? name.rsplit('.').second : name;
  };
  StringRef wanted = withoutDomain(qualifiedName);
  unsigned best = std::max<unsigned>(2, wanted.size() / 3) + 1;
  StringRef nearest;
  for (const Primitive &row : getPrimitives()) {
    unsigned distance = wanted.edit_distance(withoutDomain(row.name),
                                             /*AllowReplacements=*/true, best);
    if (distance < best) {
      best = distance;
      nearest = row.name;
    }
  }
  return nearest.str();
}

/// Why the version of `node` is none that is known; empty where it is.
static std::string checkVersion(NodeOp node) {
  std::optional<OpsetRange> range =
      getKnownOpsets(node.getDomain().value_or(""));
  if (!range || !node.getOpset() || range->contains(*node.getOpset())) {
    return "";
  }
  return "opsets " + std::to_string(range->oldest) + " to " +
         std::to_string(range->newest) + " of " + getDomainName(node).str() +
         " are known";
}

/// How many inputs an operator takes: `2`, `1 to 3`, `1 or more`.
static std::string describeInputs(const Primitive &row) {
  std::string least = std::to_string(row.minInputs);
  if (row.maxInputs == Primitive::anyNumber) {
    return least + " or more";
  }
  return row.minInputs == row.maxInputs
             ? least
             : least + " to " + std::to_string(row.maxInputs);
}

static std::optional<Gap> findGap(NodeOp node) {
  std::string version = checkVersion(node);
  if (!version.empty()) {
    return Gap{node, version, ""};
  }
  std::string name = node.getQualifiedName();
  const Primitive *row = findPrimitive(name);
  if (!row) {
    return Gap{node, "the operator is unknown", findNearest(name)};
  }
  if (node.getOpset() && !node.getDomain()) {
    return Gap{node,
               "this version means something else than the internal "
               "opset 24 and has no conversion",
               name + " of opset " + std::to_string(newestOpset)};
  }
  int count = node.getInputs().size();
  if (!row->takesInputs(count)) {
    return Gap{node,
               "it has " + std::to_string(count) + " inputs, expected " +
                   describeInputs(*row),
               ""};
  }
  return std::nullopt;
}

llvm::SmallVector<Gap> tandem::findGaps(Operation *module) {
  llvm::SmallVector<Gap> gaps;
  module->walk<WalkOrder::PreOrder>([&](NodeOp node) {
    if (std::optional<Gap> gap = findGap(node)) {
      gaps.push_back(*gap);
    }
  });
  return gaps;
}

void tandem::emitGap(const Gap &gap) {
  NodeOp node = gap.node;
  InFlightDiagnostic diagnostic = node.emitOpError()
                                  << node.getOpType() << " of domain "
                                  << getDomainName(node);
  if (node.getOpset()) {
    diagnostic << ", opset " << *node.getOpset() << ",";
  }
  diagnostic << " is not supported: " << gap.reason;
  if (!gap.nearest.empty()) {
    diagnostic << "; the nearest supported form is " << gap.nearest;
  }
}
