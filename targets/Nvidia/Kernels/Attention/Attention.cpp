//===- Attention.cpp - attention over the cache -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block of threads makes one head of one token. It goes along the keys in
// runs of `threads`: each thread makes the score of one key, then each makes
// some elements of the output over the run's values. The softmax is rescaled
// where a run has a larger score than all before. Keys and values that the
// token does not see are not read. Where several blocks share the keys, each
// leaves its part in memory (AttentionSplits.cpp).
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Attention/CacheAddress.h"
#include "tandem/targets/Nvidia/Kernels/Math.h"

#include "llvm/ADT/StringExtras.h"

#include <limits>

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t threads = 128, warpThreads = 32;
static constexpr double infinity = std::numeric_limits<double>::infinity();

std::string AttentionShape::name() const {
  auto bits = [](double value) {
    return llvm::utohexstr(llvm::bit_cast<uint64_t>(value), /*LowerCase=*/true);
  };
  std::string name = "attention_" + std::to_string(heads) + "_" + cache.name() +
                     "_" + bits(scale);
  name += isCausal ? "_causal" : "";
  name += window ? "_window_" + std::to_string(window) : "";
  name += softcap > 0 ? "_softcap_" + bits(softcap) : "";
  return name +
         (splits > 1 ? "_splits_" + std::to_string(splits) : output.name());
}

void AttentionShape::clearPadding(Pointer results, Expr token, int64_t tokens,
                                  Expr count, int64_t threads) const {
  Code &code = *token.code;
  if (output.padding() > 0) {
    code.ifThen(code.blockX() == 0, [&] {
      nvidia::clearPadding(output, results, token, tokens, count, threads);
    });
  }
}

namespace {

/// One head of one token.
class AttentionCode {
public:
  AttentionCode(const AttentionShape &shape, Code &code,
                ArrayRef<Pointer> arguments, Pointer shared, Expr row)
      : shape(shape), code(code), row(row), head(code.blockX()),
        keyHead(head / double(shape.heads / shape.cache.heads)), query(shared),
        weights(query + shape.cache.keyDim), combined(weights + threads),
        position((arguments[1] + row).loadInteger()),
        sequence((arguments[2] + row).loadInteger()),
        cache(shape.cache, arguments[5], arguments[4], sequence),
        queries(arguments[0]), lengths(arguments[3]), results(arguments[6]) {}

  void run();

private:
  int64_t outputs() const {
    return (shape.cache.valueDim + threads - 1) / threads;
  }
  void loadQuery();
  Expr scoreOf(Expr key);
  Exprs addRun(Expr first, Expr end, const Exprs &carried);
  Exprs addValues(Expr first, Expr count, const Exprs &carried);
  Exprs addValue(Expr key, Expr weight, const Exprs &carried);
  void store(const Exprs &sums);

  const AttentionShape &shape;
  Code &code;
  Expr row, head, keyHead;
  Pointer query, weights, combined; ///< in shared memory
  Expr position, sequence;
  CacheAddress cache;
  Pointer queries, lengths, results;
};

} // namespace

void AttentionCode::loadQuery() {
  int64_t dim = shape.cache.keyDim;
  Pointer from = queries + (row * double(shape.heads) + head) * double(dim);
  code.loop(code.thread(), code.integer(dim), threads,
            [&](Expr i) { (query + i).store((from + i).loadFloat()); });
  code.barrier();
}

Expr AttentionCode::scoreOf(Expr key) {
  int64_t dim = shape.cache.keyDim, lanes = dim % 4 == 0 ? 4 : 1;
  Pointer keys = cache.key(keyHead, key);
  Exprs sums = code.loop(
      code.integer(0), code.integer(dim), lanes,
      {code.constant(code.floats(lanes), 0)}, [&](Expr i, const Exprs &sum) {
        return Exprs{code.fma((query + i).loadFloats(lanes),
                              (keys + i).loadFloats(lanes), sum[0])};
      });
  Expr score = code.sumLanes(sums[0]) * shape.scale;
  return shape.softcap > 0
             ? hyperbolicTangent(score / shape.softcap) * shape.softcap
             : score;
}

/// Adds a value, times its weight, to the sum of weights and this thread's
/// elements of the output.
Exprs AttentionCode::addValue(Expr key, Expr weight, const Exprs &carried) {
  Pointer values = cache.value(keyHead, key);
  Exprs next = {carried[0] + weight};
  for (int64_t i = 0; i < outputs(); ++i) {
    Expr d = code.thread() + double(i * threads);
    Expr sum = carried[1 + i];
    // Threads without a first element do not come here.
    bool isThere = i == 0 || (i + 1) * threads <= shape.cache.valueDim;
    auto add = [&] {
      return Exprs{code.fma(weight, (values + d).loadFloat(), sum)};
    };
    next.push_back(
        isThere ? add()[0]
                : code.choose(d < double(shape.cache.valueDim), {sum}, add)[0]);
  }
  return next;
}

Exprs AttentionCode::addValues(Expr first, Expr count, const Exprs &carried) {
  auto add = [&] {
    return code.loop(
        code.integer(0), count, 1, carried, [&](Expr i, const Exprs &sums) {
          return addValue(first + i, (weights + i).loadFloat(), sums);
        });
  };
  return shape.cache.valueDim >= threads
             ? add()
             : code.choose(code.thread() < double(shape.cache.valueDim),
                           carried, add);
}

/// Adds keys [first, first + threads) below `end`. Carried: the largest score,
/// the sum of weights, and this thread's elements of the output.
Exprs AttentionCode::addRun(Expr first, Expr end, const Exprs &carried) {
  Expr key = first + code.thread();
  Expr isSeen = key < end;
  Expr score = code.choose(isSeen, {code.real(-infinity)},
                           [&] { return Exprs{scoreOf(key)}; })[0];
  // Waits for the weights of the run before to be read.
  Expr largest =
      code.combineBlock(score, threads, combined,
                        [&](Expr a, Expr b) { return code.maximum(a, b); });
  largest = code.maximum(carried[0], largest);
  Expr weight = code.select(isSeen, exponential(score - largest), code.real(0));
  (weights + code.thread()).store(weight);
  code.barrier();
  Expr correction = exponential(carried[0] - largest);
  Exprs sums;
  for (Expr sum : ArrayRef(carried).drop_front()) {
    sums.push_back(sum * correction);
  }
  sums =
      addValues(first, code.minimum(end - first, code.integer(threads)), sums);
  sums.insert(sums.begin(), largest);
  return sums;
}

/// Writes the output, or this split's part of it.
void AttentionCode::store(const Exprs &sums) {
  int64_t dim = shape.cache.valueDim;
  bool isSplit = shape.splits > 1;
  Expr part =
      (row * double(shape.heads) + head) * double(shape.splits) + code.blockZ();
  Pointer parts = results + part * double(shape.partialWidth());
  for (int64_t i = 0; i < outputs(); ++i) {
    Expr d = code.thread() + double(i * threads);
    code.ifThen(d < double(dim), [&] {
      if (isSplit) {
        return (parts + d).store(sums[2 + i]);
      }
      storeElement(shape.output, results, row, head * double(dim) + d,
                   sums[2 + i] / sums[1]);
    });
  }
  if (!isSplit) {
    return shape.clearPadding(results, row, /*tokens=*/1, row + 1.0, threads);
  }
  code.ifThen(code.thread() == 0, [&] {
    (parts + dim).store(sums[0]);
    (parts + (dim + 1)).store(sums[1]);
  });
}

void AttentionCode::run() {
  loadQuery();
  Expr first = code.integer(0);
  if (shape.window > 0) {
    first = code.maximum(position - double(shape.window - 1), first);
  }
  Expr end =
      shape.isCausal ? position + 1.0 : (lengths + sequence).loadInteger();
  if (shape.splits > 1) {
    // Whole runs for each; those at the end may have none.
    int64_t keys = threads * shape.splits;
    Expr runs = (end - first + double(keys - 1)) / double(keys);
    first = first + code.blockZ() * (runs * double(threads));
    end = code.minimum(first + runs * double(threads), end);
  }
  Exprs initial(2 + outputs(), code.real(0));
  initial[0] = code.real(-infinity);
  store(code.loop(first, end, threads, initial,
                  [&](Expr run, const Exprs &carried) {
                    return addRun(run, end, carried);
                  }));
}

Kernel Kernels::attention(const AttentionShape &shape) {
  return shape.usesMatrixUnits() ? attentionByTiles(shape)
                                 : attentionByThreads(shape);
}

Kernel Kernels::attentionByThreads(const AttentionShape &shape) {
  Kernel kernel;
  kernel.threads = threads;
  kernel.blocksPerRow = shape.heads;
  kernel.splits = shape.splits;
  kernel.sharedBytes =
      (shape.cache.keyDim + threads + threads / warpThreads) * sizeof(float);
  return define(
      shape.name(), /*buffers=*/7, kernel, [](int64_t) { return false; },
      [&](const Body &body) {
        AttentionCode(shape, body.code, body.arguments, body.shared, body.row)
            .run();
      });
}
