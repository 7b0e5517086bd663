//===- Golden.cpp - golden vectors of a model -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "Golden.h"

#include "ModelFacts.h"

#include <cmath>

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/passes/Primitives/Evaluator.h"

using namespace mlir;
using namespace tandem::primitives;

namespace tandem {

/// Ids spread over `bound`, the same for every model of its size.
static std::vector<int32_t> chooseIds(int64_t bound, int count) {
  std::vector<int32_t> ids;
  for (int64_t i = 1; i <= count; ++i) {
    ids.push_back(i * 7919 % bound);
  }
  return ids;
}

using Observer = std::function<void(Operation *, llvm::ArrayRef<Datum>)>;

/// Runs one step of one row and returns the last token's logits.
static llvm::Expected<std::vector<float>>
runStep(func::FuncOp step, llvm::ArrayRef<int32_t> ids, int64_t start,
        const std::shared_ptr<Cache> &cache, WeightFiles &weights,
        int64_t tableRows, Observer observer = {}) {
  auto bytes = llvm::ArrayRef<char>(reinterpret_cast<const char *>(ids.data()),
                                    ids.size() * sizeof(int32_t));
  int64_t count = ids.size();
  Datum tokens =
      Tensor::borrow(IntegerType::get(step.getContext(), 32), {count}, bytes);
  Datum rows = Rows{{{count, start, /*slot=*/0}}, /*keepsAllTokens=*/false};
  EvaluatorOptions options;
  options.tableRows = tableRows;
  options.onResults = std::move(observer);
  auto results = evaluate(
      step, {tokens, rows, Datum(cache)},
      [&](onnx::WeightAttr weight) { return weights.bytes(weight); }, options);
  if (!results) {
    return results.takeError();
  }
  std::vector<double> logits =
      std::get<Tensor>(results->front()).widen<double>();
  return std::vector<float>(logits.begin(), logits.end());
}

static bool isFinite(const Datum &datum) {
  const auto *tensor = std::get_if<Tensor>(&datum);
  return !tensor || !isa<FloatType>(tensor->getElementType()) ||
         llvm::all_of(tensor->widen<double>(),
                      [](double value) { return std::isfinite(value); });
}

/// The operation whose results are not finite though its operands are, found
/// from the logits up: a value that is infinite and vanishes again, as in
/// 1 / (1 + exp(x)), is no fault.
static Operation *findOrigin(Operation *op,
                             const llvm::DenseSet<Operation *> &notFinite) {
  while (true) {
    SmallVector<Value> operands(op->getOperands());
    for (Value operand : op->getOperands()) {
      // What attention reads from the cache was appended just before.
      if (auto append = operand.getDefiningOp<transformer::AppendOp>()) {
        llvm::append_range(operands, append->getOperands());
      }
    }
    auto cause = llvm::find_if(operands, [&](Value operand) {
      return notFinite.contains(operand.getDefiningOp());
    });
    if (cause == operands.end()) {
      return op;
    }
    op = cause->getDefiningOp();
  }
}

/// Says which node makes the logits of `step` NaN or infinite; `rerun` runs the
/// step once more and observes it.
static llvm::Error
describeOrigin(func::FuncOp step, int64_t tokens,
               llvm::function_ref<llvm::Error(Observer)> rerun) {
  llvm::DenseSet<Operation *> notFinite;
  if (llvm::Error error =
          rerun([&](Operation *op, llvm::ArrayRef<Datum> results) {
            if (!llvm::all_of(results, isFinite)) {
              notFinite.insert(op);
            }
          })) {
    return error;
  }
  Value logits = step.getBody().front().getTerminator()->getOperand(0);
  Operation *origin = findOrigin(logits.getDefiningOp(), notFinite);
  auto name = origin->getLoc()->findInstanceOf<NameLoc>();
  return llvm::createStringError(
      "node '" + (name ? name.getName().getValue() : "?") + "' ('" +
      origin->getName().getStringRef() +
      "') is the first that computes NaN or infinity, which reaches the logits "
      "after " +
      llvm::Twine(tokens) + " tokens; no bundle of this model can be verified");
}

/// Logits of the golden tokens of `step`: of the prompt's last token, then of
/// each decoded one.
static llvm::Expected<std::vector<std::vector<float>>>
evaluateTokens(func::FuncOp step, const runtime::GoldenVectors &vectors,
               WeightFiles &weights) {
  auto type = cast<transformer::KvCacheType>(step.getArgumentTypes()[2]);
  std::vector<int32_t> ids = vectors.prompt;
  llvm::append_range(ids, vectors.decode);
  std::vector<std::vector<float>> all;
  std::shared_ptr<Cache> cache =
      Cache::make(type.getLayers(), /*slots=*/1, type.getHeads(),
                  type.getKeyDim(), type.getValueDim());
  for (size_t start = 0; start < ids.size();) {
    size_t count = start == 0 ? vectors.prompt.size() : 1;
    auto run = [&](Observer observer) {
      return runStep(step, llvm::ArrayRef(ids).slice(start, count), start,
                     cache, weights, /*tableRows=*/ids.size(),
                     std::move(observer));
    };
    auto logits = run({});
    if (!logits) {
      return logits.takeError();
    }
    if (!llvm::all_of(*logits,
                      [](float logit) { return std::isfinite(logit); })) {
      return describeOrigin(step, start + count, [&](Observer observer) {
        return run(std::move(observer)).takeError();
      });
    }
    all.push_back(std::move(*logits));
    start += count;
  }
  return all;
}

/// What rounding inputs to 8 bits changes in the logits: the largest |a - b| /
/// (1 + |b|) against `step` computed exactly; 0 where it rounds none.
static llvm::Expected<double>
measureRounding(func::FuncOp step, const Golden &golden, WeightFiles &weights) {
  OwningOpRef<Operation *> copy(step->clone());
  bool rounds = false;
  copy->walk([&](transformer::LinearOp linear) {
    rounds |= linear.getInt8Activations();
    linear.setInt8Activations(false);
  });
  if (!rounds) {
    return 0;
  }
  auto exact =
      evaluateTokens(cast<func::FuncOp>(*copy), golden.vectors, weights);
  if (!exact) {
    return exact.takeError();
  }
  double largest = 0;
  for (auto [rounded, values] : llvm::zip_equal(golden.logits, *exact)) {
    for (auto [a, b] : llvm::zip_equal(rounded, values)) {
      largest = std::max(largest, std::abs(double(a) - b) / (1 + std::abs(b)));
    }
  }
  return largest;
}

double cacheRoundingBound(FloatType element) {
  return element.isBF16() ? 5e-2 : element.isF16() ? 2e-2 : 0;
}

/// Bound on max |a - b| / (1 + |b|): sums of codes times inputs cancel more
/// than sums of fp32 weights do, and values of 16 bits are rounded everywhere.
static double boundOf(func::FuncOp step) {
  double bound = 1e-4;
  step.walk([&](Operation *op) {
    for (Value result : op->getResults()) {
      auto type = dyn_cast<ShapedType>(result.getType());
      if (!type) {
        continue;
      }
      bound = std::max(bound, transformer::getBlocks(type) ? 1e-3 : 0);
      if (auto element = dyn_cast<FloatType>(type.getElementType())) {
        bound = std::max(bound, cacheRoundingBound(element));
      }
    }
  });
  return bound;
}

llvm::Expected<Golden> makeGolden(ModuleOp module, WeightFiles &weights,
                                  int64_t capacityTokens) {
  auto step = module.lookupSymbol<func::FuncOp>("step");
  int64_t promptTokens = std::min<int64_t>(4, capacityTokens);
  int64_t decodeSteps = std::min<int64_t>(2, capacityTokens - promptTokens);
  std::vector<int32_t> ids =
      chooseIds(countTokenIds(step), promptTokens + decodeSteps);

  Golden golden;
  golden.vectors.source = "primitives' evaluator";
  golden.vectors.prompt.assign(ids.begin(), ids.begin() + promptTokens);
  golden.vectors.decode.assign(ids.begin() + promptTokens, ids.end());
  auto logits = evaluateTokens(step, golden.vectors, weights);
  if (!logits) {
    return logits.takeError();
  }
  golden.logits = std::move(*logits);
  // Where two computations differ in the last bit before an input is rounded,
  // it comes out one step apart, and so does all that follows: they differ from
  // each other about as much as each does from the exact values.
  auto rounding = measureRounding(step, golden, weights);
  if (!rounding) {
    return rounding.takeError();
  }
  golden.vectors.bound = std::max(boundOf(step), 2 * *rounding);
  return golden;
}

} // namespace tandem
