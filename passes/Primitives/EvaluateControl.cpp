//===- EvaluateControl.cpp - If and Loop -------------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Subgraphs run through the context; what they use of the enclosing graph is
// theirs to see.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluators.h"
#include "tandem/passes/Primitives/Movement.h"

using namespace mlir;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

/// The position of subgraph `name`, or as many as there are where it is none.
static unsigned findSubgraph(EvaluationContext &context, StringRef name) {
  unsigned index = 0;
  if (ArrayAttr names = context.node.getSubgraphNamesAttr()) {
    for (; index < names.size(); ++index) {
      if (cast<StringAttr>(names[index]).getValue() == name) {
        break;
      }
    }
  }
  return index;
}

Error evaluate::ifNode(EvaluationContext &context) {
  const Tensor &condition = context.getInput(0);
  if (condition.getNumElements() != 1) {
    return createStringError("condition has shape " +
                             printShape(condition.getShape()) +
                             ", expected one element");
  }
  bool isTrue = condition.toScalar() != 0;
  auto results = context.runSubgraph(
      findSubgraph(context, isTrue ? "then_branch" : "else_branch"), {});
  if (!results) {
    return results.takeError();
  }
  for (auto [index, result] : llvm::enumerate(*results)) {
    if (Error error = context.give(index, std::move(result))) {
      return error;
    }
  }
  return Error::success();
}

/// The values that iterations of a loop gave for one result, as one tensor.
static Expected<Tensor> stack(EvaluationContext &context,
                              ArrayRef<Tensor> parts) {
  SmallVector<Tensor> slices;
  for (const Tensor &part : parts) {
    Shape shape(part.getShape());
    shape.insert(shape.begin(), 1);
    slices.push_back(part.withShape(shape));
  }
  return concatenate(context, slices, 0);
}

Error evaluate::loop(EvaluationContext &context) {
  int64_t trips = context.hasInput(0)
                      ? static_cast<int64_t>(context.getInput(0).toScalar())
                      : context.limits.iterations;
  Tensor condition = context.getInput(1);
  if (!condition) {
    condition = Tensor::narrow<int64_t>(context.getBool(), {}, {1});
  }
  SmallVector<Tensor> carried(context.getInputs().drop_front(
      std::min<size_t>(2, context.getInputs().size())));
  size_t carriedCount = carried.size();
  size_t resultCount = context.node->getNumResults();
  if (resultCount < carriedCount) {
    return createStringError("has " + Twine(resultCount) + " results for " +
                             Twine(carriedCount) + " carried values");
  }
  SmallVector<SmallVector<Tensor>> scanned(resultCount - carriedCount);
  unsigned body = findSubgraph(context, "body");
  for (int64_t trip = 0; trip < trips && condition.toScalar() != 0; ++trip) {
    if (trip >= context.limits.iterations) {
      return createStringError("exceeds the limit of " +
                               Twine(context.limits.iterations) +
                               " iterations");
    }
    SmallVector<Tensor> arguments = {
        Tensor::narrow<int64_t>(context.getInteger(64), {}, {trip}), condition};
    llvm::append_range(arguments, carried);
    auto results = context.runSubgraph(body, arguments);
    if (!results) {
      return results.takeError();
    }
    if (results->size() != 1 + resultCount || !(*results)[0]) {
      return createStringError("body gives " + Twine(results->size()) +
                               " values, expected " + Twine(1 + resultCount));
    }
    condition = (*results)[0];
    carried.assign(results->begin() + 1, results->begin() + 1 + carriedCount);
    for (auto [list, value] :
         llvm::zip(scanned, llvm::drop_begin(*results, 1 + carriedCount))) {
      list.push_back(value);
    }
  }
  for (auto [index, value] : llvm::enumerate(carried)) {
    if (Error error = context.give(index, std::move(value))) {
      return error;
    }
  }
  for (auto [index, list] : llvm::enumerate(scanned)) {
    if (list.empty()) {
      return createStringError("without iterations, the shape of result " +
                               Twine(carriedCount + index) + " is not known");
    }
    if (Error error =
            context.give(carriedCount + index, stack(context, list))) {
      return error;
    }
  }
  return Error::success();
}
