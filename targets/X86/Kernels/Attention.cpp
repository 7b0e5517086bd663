//===- Attention.cpp - attention over the packed cache ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One pass over the keys of a tile of queries with a running maximum and sum
// (online softmax): scores and outputs are products of the same register tiles
// as linear layers, with panels of keys and of values as the right operand.
//
// The keys of a row of one token may be cut into segments, for a model has few
// key heads. Where they are cut follows from the number of keys alone, and they
// are merged in order, so that the result is equal to the bit on any number of
// threads.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Kernels.h"
#include "tandem/targets/X86/Kernels/Math.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cfloat>

using namespace mlir;
using namespace tandem::x86;

/// Lane numbers first, first + 1, ... as 32-bit integers.
static Expr laneNumbers(Emitter &e, int64_t first) {
  SmallVector<int32_t> numbers;
  for (int64_t i = 0; i < e.variant.lanes; ++i) {
    numbers.push_back(static_cast<int32_t>(first + i));
  }
  return {e, arith::ConstantOp::create(
                 e, DenseIntElementsAttr::get(e.integerVectorType(), numbers))};
}

// (scores, low, high, running, softcap): one row of a block of scores becomes
// weights. Keys outside [low, high) get none. running[0] is the largest score
// so far, running[1] the sum of weights; running[2] becomes the factor by which
// what was summed up before shrinks.
LLVM::LLVMFuncOp Kernels::softmaxRow() {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64(), f32 = types.f32();
  return define(
      "softmax_row", {ptr, i64, i64, ptr, f32},
      [&](Emitter &e, ValueRange arguments) {
        Pointer scores(e, arguments[0]), running(e, arguments[3]);
        Expr low = e.broadcast(e.truncate32({e, arguments[1]}));
        Expr high = e.broadcast(e.truncate32({e, arguments[2]}));
        Expr softcap(e, arguments[4]);
        int64_t vectors = blockKeys / variant.lanes;
        e.ifThen(softcap > 0.0, [&] {
          e.loop(e.integer(0), e.integer(blockKeys), variant.lanes,
                 [&](Expr i) {
                   Expr cap = e.broadcast(softcap);
                   Expr score = (scores + i).load(e.vectorType());
                   (scores + i).store(cap * hyperbolicTangent(score / cap));
                 });
        });
        Exprs masked;
        Expr minusInfinity =
            e.constant(e.vectorType(), -std::numeric_limits<float>::infinity());
        for (int64_t v = 0; v < vectors; ++v) {
          Expr lanes = laneNumbers(e, v * variant.lanes);
          Expr score = (scores + v * variant.lanes).load(e.vectorType());
          masked.push_back(
              e.select((lanes >= low) & (lanes < high), score, minusInfinity));
        }
        Exprs tree = masked;
        while (tree.size() > 1) {
          for (size_t i = 0; i < tree.size() / 2; ++i) {
            tree[i] = e.maximum(tree[2 * i], tree[2 * i + 1]);
          }
          tree.truncate(tree.size() / 2);
        }
        Expr before = running.loadFloat();
        Expr after = e.maximum(e.largestLane(tree[0]), before);
        Expr sum = e.constant(e.vectorType(), 0);
        for (int64_t v = 0; v < vectors; ++v) {
          Expr weight = exponential(masked[v] - e.broadcast(after));
          (scores + v * variant.lanes).store(weight);
          sum = sum + weight;
        }
        Expr shrink = exponential(before - after);
        running.store(after);
        (running + 1)
            .store(e.fma((running + 1).loadFloat(), shrink, e.sumLanes(sum)));
        (running + 2).store(shrink);
      });
}

// (q, packed, stride, D, group, firstPair, pairs, scale): packs the queries of
// a tile, scaled, as the left operand of the scores.
LLVM::LLVMFuncOp Kernels::packQueries() {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64(), f32 = types.f32();
  return define("pack_queries", {ptr, ptr, i64, i64, i64, i64, i64, f32},
                [&](Emitter &e, ValueRange arguments) {
                  Pointer q(e, arguments[0]), packed(e, arguments[1]);
                  Expr stride(e, arguments[2]), width(e, arguments[3]),
                      group(e, arguments[4]), firstPair(e, arguments[5]),
                      pairs(e, arguments[6]), scale(e, arguments[7]);
                  Expr tileRows = e.integer(variant.tileRows);
                  e.loop(e.integer(0), pairs, 1, [&](Expr i) {
                    Expr pair = firstPair + i, tile = i / tileRows * tileRows;
                    Expr height = e.minimum(pairs - tile, tileRows);
                    Pointer from =
                        (q + pair / group * stride) + pair % group * width;
                    Pointer to = (packed + tile * width) + (i - tile);
                    e.loop(e.integer(0), width, 1, [&](Expr k) {
                      (to + k * height).store((from + k).loadFloat() * scale);
                    });
                  });
                });
}

namespace {

/// The attention of one tile, step by step.
class TileAttention {
public:
  TileAttention(Emitter &e, int64_t blockKeys, ValueRange a)
      : e(e), blockKeys(blockKeys), q(e, a[0]), y(e, a[1]), cache(e, a[2]),
        qStride(e, a[3]), yStride(e, a[4]), keyWidth(e, a[5]),
        valueWidth(e, a[6]), group(e, a[7]), firstPair(e, a[8]), pairs(e, a[9]),
        start(e, a[10]), total(e, a[11]), causal(e, a[12]), window(e, a[13]),
        scale(e, a[14]), softcap(e, a[15]), partials(e, a[16]),
        arrived(e, a[17]), segment(e, a[18]), segments(e, a[19]),
        valuePanels(e.ceilDivide(valueWidth, panelColumns)),
        outputStride(valuePanels * double(panelColumns)),
        packed(e.stack(pairs * keyWidth)),
        scores(e.stack(pairs * double(blockKeys))),
        partialElements(pairs * (outputStride + 3.0)),
        output(e,
               e.select(segments > 1, {e, partials + segment * partialElements},
                        {e, e.stack(pairs * (outputStride + 3.0))})),
        running(output + pairs * outputStride) {}

  void run(LLVM::LLVMFuncOp packQueries, LLVM::LLVMFuncOp multiplyPacked,
           LLVM::LLVMFuncOp softmaxRow, LLVM::LLVMFuncOp multiplyRows) {
    e.call(packQueries,
           {q, packed, qStride, keyWidth, group, firstPair, pairs, scale});
    clear();
    Expr firstToken = firstPair / group;
    Expr lastToken = (firstPair + pairs - 1.0) / group;
    Expr end = e.select(causal != 0, start + lastToken + 1.0, total);
    Expr blockBytes =
        (keyWidth + outputStride) * double(blockKeys * sizeof(float));
    Expr first = lowestKey(firstToken) / double(blockKeys);
    Expr blocks = e.ceilDivide(end, blockKeys) - first;
    e.loop(first + blocks * segment / segments,
           first + blocks * (segment + 1.0) / segments, 1, [&](Expr block) {
             Expr firstKey = block * double(blockKeys);
             Expr keys = e.minimum(end - firstKey, e.integer(blockKeys));
             Pointer keyBlock = cache.bytes(block * blockBytes);
             Pointer valueBlock = keyBlock + keyWidth * double(blockKeys);
             score(keyBlock, keys, multiplyPacked);
             weigh(firstKey, softmaxRow);
             gather(valueBlock, keys, multiplyRows);
           });
    e.ifElse(
        segments > 1, [&] { e.ifThen(isLast(), [&] { merge(); }); },
        [&] { finish(); });
  }

private:
  /// The first key that the query of `token` sees.
  Expr lowestKey(Expr token) {
    Expr low = e.maximum(start + token - window + 1.0, e.integer(0));
    return e.select(window > 0, low, e.integer(0));
  }

  void clear() {
    e.loop(e.integer(0), pairs * outputStride, e.variant.lanes,
           [&](Expr i) { (output + i).store(e.constant(e.vectorType(), 0)); });
    // A finite least score: a block in which a query sees no key leaves it
    // and the sums as they are.
    e.loop(e.integer(0), pairs, 1, [&](Expr i) {
      (running + i * 3.0).store(e.real(-FLT_MAX));
      (running + i * 3.0 + 1).store(e.real(0));
    });
  }

  /// body(first row, rows) for each register tile of the pairs.
  void forTiles(function_ref<void(Expr, Expr)> body) {
    Expr tileRows = e.integer(e.variant.tileRows);
    e.loop(e.integer(0), pairs, e.variant.tileRows,
           [&](Expr tile) { body(tile, e.minimum(pairs - tile, tileRows)); });
  }

  void score(Pointer keyBlock, Expr keys, LLVM::LLVMFuncOp multiplyPacked) {
    e.loop(e.integer(0), e.ceilDivide(keys, panelColumns), 1, [&](Expr panel) {
      Expr column = panel * double(panelColumns);
      forTiles([&](Expr tile, Expr rows) {
        e.call(multiplyPacked,
               {rows, packed + tile * keyWidth, keyBlock + column * keyWidth,
                (scores + tile * double(blockKeys)) + column, keyWidth,
                e.integer(blockKeys), e.integer(0)});
      });
    });
  }

  void weigh(Expr firstKey, LLVM::LLVMFuncOp softmaxRow) {
    e.loop(e.integer(0), pairs, 1, [&](Expr i) {
      Expr token = (firstPair + i) / group;
      Expr high = e.select(causal != 0, start + token + 1.0, total);
      Pointer row = running + i * 3.0;
      e.call(softmaxRow,
             {scores + i * double(blockKeys), lowestKey(token) - firstKey,
              high - firstKey, row, softcap});
      Expr shrink = (row + 2).loadFloat();
      e.ifThen(shrink != 1, [&] {
        Pointer sums = output + i * outputStride;
        e.loop(e.integer(0), outputStride, e.variant.lanes, [&](Expr j) {
          (sums + j).store((sums + j).load(e.vectorType()) *
                           e.broadcast(shrink));
        });
      });
    });
  }

  /// Adds the weighted values; keys the slot does not hold are not read.
  void gather(Pointer valueBlock, Expr keys, LLVM::LLVMFuncOp multiplyRows) {
    e.loop(e.integer(0), valuePanels, 1, [&](Expr panel) {
      Expr column = panel * double(panelColumns);
      forTiles([&](Expr tile, Expr rows) {
        e.call(multiplyRows, {rows, scores + tile * double(blockKeys),
                              valueBlock + column * double(blockKeys),
                              (output + tile * outputStride) + column, keys,
                              outputStride, e.integer(1)});
      });
    });
  }

  /// Whether the other segments have left their sums.
  Expr isLast() {
    Expr one{e, arith::ConstantIntOp::create(e, e.getI32Type(), 1)};
    Expr before{e,
                LLVM::AtomicRMWOp::create(e, LLVM::AtomicBinOp::add, arrived,
                                          one, LLVM::AtomicOrdering::acq_rel)};
    Expr isLast = before - e.truncate32(segments - 1.0) == 0;
    e.ifThen(isLast, [&] { arrived.store(e.truncate32(e.integer(0))); });
    return isLast;
  }

  /// Adds up the sums of all segments, each as far as the largest score of all
  /// shrinks it.
  void merge() {
    e.loop(e.integer(0), pairs, 1, [&](Expr i) {
      Pointer numbers = partials + pairs * outputStride + i * 3.0;
      auto forSegments = [&](Expr initial,
                             function_ref<Expr(Expr, Expr)> next) {
        return e.loop(e.integer(0), segments, 1, {initial},
                      [&](Expr s, const Exprs &carried) {
                        return Exprs{next(s * partialElements, carried[0])};
                      })[0];
      };
      auto factor = [&](Expr place, Expr largest) {
        return exponential((numbers + place).loadFloat() - largest);
      };
      Expr largest =
          forSegments(e.real(-FLT_MAX), [&](Expr place, Expr largest) {
            return e.maximum((numbers + place).loadFloat(), largest);
          });
      Expr sum = forSegments(e.real(0), [&](Expr place, Expr sum) {
        return e.fma((numbers + place + 1).loadFloat(), factor(place, largest),
                     sum);
      });
      Pointer to = result(i);
      e.loop(e.integer(0), segments, 1, [&](Expr s) {
        Expr place = s * partialElements;
        Expr share = factor(place, largest) / sum;
        Pointer from = (partials + place) + i * outputStride;
        e.elementLoop(valueWidth, [&](Expr j, Type type) {
          Expr before =
              e.select(s == 0, e.constant(type, 0), (to + j).load(type));
          (to + j).store(
              e.fma((from + j).load(type), e.broadcast(share, type), before));
        });
      });
    });
  }

  /// Where the result of a pair goes.
  Pointer result(Expr i) {
    Expr pair = firstPair + i;
    return (y + pair / group * yStride) + pair % group * valueWidth;
  }

  void finish() {
    e.loop(e.integer(0), pairs, 1, [&](Expr i) {
      Expr factor = 1.0 / (running + i * 3.0 + 1).loadFloat();
      Pointer from = output + i * outputStride, to = result(i);
      e.elementLoop(valueWidth, [&](Expr j, Type type) {
        (to + j).store((from + j).load(type) * e.broadcast(factor, type));
      });
    });
  }

  Emitter &e;
  const int64_t blockKeys;
  Pointer q, y, cache;
  Expr qStride, yStride, keyWidth, valueWidth, group, firstPair, pairs, start,
      total, causal, window, scale, softcap;
  Pointer partials, arrived;
  Expr segment, segments, valuePanels, outputStride;
  Pointer packed, scores;
  Expr partialElements;
  Pointer output, running;
};

} // namespace

LLVM::LLVMFuncOp Kernels::attendTile() {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64(), f32 = types.f32();
  LLVM::LLVMFuncOp pack = packQueries(), left = multiplyPacked(),
                   softmax = softmaxRow(), right = multiplyRows();
  return define(
      "attend_tile", {ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, i64,
                      i64, i64, i64, i64, f32, f32, ptr, ptr, i64, i64},
      [&](Emitter &e, ValueRange arguments) {
        TileAttention(e, blockKeys, arguments).run(pack, left, softmax, right);
      });
}
