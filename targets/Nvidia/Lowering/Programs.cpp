//===- Programs.cpp - the programs of a part -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/Programs.h"

#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/dialects/Transformer/IR/WeightStorage.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;

static constexpr int64_t mostRows = 8, mostTokens = 2048, bucketRatio = 8;
/// More logits than this are taken in pieces.
static constexpr int64_t mostLogitsBytes = int64_t(64) << 20;

std::string Program::getName() const {
  return phase + "-" + std::to_string(tokens);
}

StepLayout::StepLayout(const Program &program, int64_t blocksPerRow) {
  int64_t elements[stepFields] = {1,
                                  1,
                                  program.tokens,
                                  program.tokens,
                                  program.tokens,
                                  program.selected,
                                  program.rows,
                                  program.rows * blocksPerRow};
  for (auto [place, count] : llvm::zip(places, elements)) {
    place = {bytes, count};
    bytes = llvm::alignTo(bytes + place.bytes(), 16);
  }
}

/// Tokens of a step that give a row of what the phase returns.
static int64_t mostSelected(func::FuncOp phase, int64_t tokens) {
  auto type = cast<RankedTensorType>(phase.getResultTypes()[0]);
  int64_t rowBytes = type.getShape().back() * int64_t(sizeof(float));
  bool selects = !phase.getBody().getOps<transformer::SelectTokensOp>().empty();
  return selects
             ? std::min(tokens, std::max(mostRows, mostLogitsBytes / rowBytes))
             : tokens;
}

std::vector<Program> tandem::nvidia::listPrograms(deploy::PartOp part,
                                                  int64_t capacityTokens) {
  std::vector<Program> programs;
  for (auto phase : part.getPhases().getAsRange<StringAttr>()) {
    auto function = part.lookupSymbol<func::FuncOp>(phase);
    int64_t most = phase == "decode" ? mostRows : mostTokens;
    for (int64_t tokens = 1, last = 0;
         tokens != last && tokens <= std::min(most, capacityTokens);
         last = tokens, tokens = std::min(tokens * bucketRatio, most)) {
      programs.push_back({phase.str(), tokens, std::min(tokens, mostRows),
                          mostSelected(function, tokens)});
    }
  }
  return programs;
}

/// The type of a matrix's elements as they are stored; null for codes.
static FloatType matrixElement(ShapedType type) {
  if (auto stored = transformer::getStored(type)) {
    return cast<FloatType>(stored.getElement());
  }
  return transformer::getBlocks(type) ? FloatType()
                                      : cast<FloatType>(type.getElementType());
}

/// The fleet's word, or the matrices' where all are of one type of 16 bits:
/// more digits than theirs cost twice the bytes and the tensor cores.
static FloatType cacheElementOf(deploy::PartOp part, const Machine &machine) {
  Builder builder(part.getContext());
  FloatType wide = builder.getF32Type();
  if (!machine.cacheElement.empty()) {
    return machine.cacheElement == "f16"    ? builder.getF16Type()
           : machine.cacheElement == "bf16" ? builder.getBF16Type()
                                            : wide;
  }
  FloatType common;
  for (auto slot : part.getWeights().getAsRange<deploy::SlotAttr>()) {
    if (slot.getRole() != deploy::WeightRole::vector) {
      FloatType own = matrixElement(slot.getType());
      if (!own || (common && own != common)) {
        return wide;
      }
      common = own;
    }
  }
  return common ? common : wide;
}

CacheBlocks tandem::nvidia::describeBlocks(deploy::PartOp part,
                                           const Machine &machine,
                                           int64_t capacityTokens) {
  CacheBlocks blocks;
  auto phase = cast<StringAttr>(part.getPhases()[0]);
  auto function = part.lookupSymbol<func::FuncOp>(phase);
  for (Type type : function.getArgumentTypes()) {
    if (auto cache = dyn_cast<transformer::KvCacheType>(type)) {
      blocks.layers = cache.getLayers();
      blocks.heads = cache.getHeads();
      blocks.keyDim = cache.getKeyDim();
      blocks.valueDim = cache.getValueDim();
    }
  }
  blocks.element = cacheElementOf(part, machine);
  blocks.tokens = machine.cacheBlockTokens;
  blocks.blocksPerRow = llvm::divideCeil(capacityTokens, blocks.tokens);
  return blocks;
}
