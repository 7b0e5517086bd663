//===- Capacity.cpp - how many tokens a cache slot holds --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "Capacity.h"

#include "tandem/dialects/Transformer/IR/TransformerOps.h"

using namespace mlir;

namespace tandem {

static constexpr int64_t defaultTokens = 4096;

std::optional<ContextLength> findTableBound(ModuleOp module) {
  std::optional<ContextLength> bound;
  auto consider = [&](Value table, int64_t axis, const char *what) {
    int64_t rows = cast<ShapedType>(table.getType()).getDimSize(axis);
    if (!ShapedType::isDynamic(rows) && (!bound || rows < bound->tokens)) {
      bound = ContextLength{rows, what};
    }
  };
  module.walk([&](Operation *op) {
    if (auto rotary = dyn_cast<transformer::RotaryOp>(op)) {
      consider(rotary.getCos(), 0, "the graph's rotary tables");
    }
    auto embedding = dyn_cast<transformer::EmbeddingOp>(op);
    if (embedding &&
        embedding.getIds().getDefiningOp<transformer::PositionsOp>()) {
      consider(embedding.getTable(),
               embedding.getLayout() == transformer::MatrixLayout::nk ? 0 : 1,
               "the graph's position embeddings");
    }
  });
  return bound;
}

llvm::Expected<ContextLength>
chooseCapacity(std::optional<int64_t> requested,
               std::optional<ContextLength> configured,
               std::optional<ContextLength> tables) {
  if (requested && *requested < 1) {
    return llvm::createStringError(
        "--max-context is %lld, expected at least 1 token",
        (long long)*requested);
  }
  if (requested && *requested > maximumContextTokens) {
    return llvm::createStringError(
        "--max-context is %lld, more than a cache can hold; use %lld or less",
        (long long)*requested, (long long)maximumContextTokens);
  }
  if (requested && tables && *requested > tables->tokens) {
    return llvm::createStringError(
        "--max-context is %lld, but %s hold %lld positions; use --max-context "
        "%lld or less",
        (long long)*requested, tables->cause.c_str(), (long long)tables->tokens,
        (long long)tables->tokens);
  }
  ContextLength chosen = {defaultTokens, "default"};
  if (requested) {
    chosen = {*requested, "--max-context"};
  } else if (configured) {
    chosen = *configured;
  } else if (tables) {
    chosen = *tables;
  }
  if (tables && chosen.tokens > tables->tokens) {
    chosen = *tables;
  }
  return chosen;
}

} // namespace tandem
