//===- ModelFacts.cpp - what the manifest says of a model -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "ModelFacts.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace tandem {

/// The step function and the type of its cache.
static std::pair<func::FuncOp, transformer::KvCacheType>
findStep(ModuleOp module) {
  auto step = module.lookupSymbol<func::FuncOp>("step");
  return {step, cast<transformer::KvCacheType>(step.getArgumentTypes()[2])};
}

int64_t countTokenIds(func::FuncOp step) {
  int64_t bound = std::numeric_limits<int32_t>::max();
  for (Operation *user : step.getArgument(0).getUsers()) {
    if (auto embedding = dyn_cast<transformer::EmbeddingOp>(user)) {
      bool isNk = embedding.getLayout() == transformer::MatrixLayout::nk;
      auto table = cast<ShapedType>(embedding.getTable().getType());
      if (int64_t rows = table.getDimSize(isNk ? 0 : 1);
          !ShapedType::isDynamic(rows)) {
        bound = std::min(bound, rows);
      }
    }
  }
  return bound;
}

runtime::ModelFacts describeModel(ModuleOp module) {
  auto [step, cache] = findStep(module);
  runtime::ModelFacts facts;
  if (auto producer = module->getAttrOfType<StringAttr>(
          onnx::OnnxDialect::getProducerAttrName())) {
    facts.producer = producer.str();
  }
  if (auto opsets = module->getAttrOfType<DictionaryAttr>(
          onnx::OnnxDialect::getOpsetsAttrName())) {
    if (auto version = opsets.getAs<IntegerAttr>("ai.onnx")) {
      facts.opset = version.getInt();
    }
  }
  facts.vocabulary =
      cast<ShapedType>(step.getResultTypes()[0]).getShape().back();
  if (uint64_t ids = countTokenIds(step); ids != facts.vocabulary) {
    facts.tokenIds = ids;
  }
  facts.layers = cache.getLayers();
  facts.keyValueHeads = cache.getHeads();
  facts.headDim = cache.getKeyDim();
  step.walk([&](Operation *op) {
    if (auto attention = dyn_cast<transformer::CachedAttentionOp>(op)) {
      facts.queryHeads = attention.getHeads();
    }
    if (auto embedding = dyn_cast<transformer::EmbeddingOp>(op)) {
      facts.hidden =
          cast<ShapedType>(embedding.getOutput().getType()).getShape().back();
    }
  });
  return facts;
}

/// Whether the keys that `append` stores were rotated.
static bool storesRotatedKeys(transformer::AppendOp append) {
  return append.getKey().getDefiningOp<transformer::RotaryOp>() != nullptr;
}

runtime::CacheContract describeCache(ModuleOp module, uint64_t capacity) {
  auto [step, cache] = findStep(module);
  runtime::CacheContract contract;
  contract.capacity = capacity;
  contract.blockTokens = capacity;
  std::string element;
  llvm::raw_string_ostream(element) << cache.getElementType();
  SmallVector<transformer::AppendOp> appends(
      step.getOps<transformer::AppendOp>());
  SmallVector<transformer::CachedAttentionOp> attentions(
      step.getOps<transformer::CachedAttentionOp>());
  for (auto [append, attention] : llvm::zip(appends, attentions)) {
    runtime::CacheLayer layer;
    layer.heads = cache.getHeads();
    layer.keyDim = cache.getKeyDim();
    layer.valueDim = cache.getValueDim();
    layer.type = element;
    layer.window = attention.getKeep().getWindow();
    layer.rotary = storesRotatedKeys(append) ? "applied" : "none";
    contract.layers.push_back(layer);
  }
  if (auto assumptions = module->getAttrOfType<ArrayAttr>(
          onnx::OnnxDialect::getAssumptionsAttrName())) {
    for (Attribute assumption : assumptions) {
      contract.assumptions.push_back(cast<StringAttr>(assumption).str());
    }
  }
  return contract;
}

} // namespace tandem
