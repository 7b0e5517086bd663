//===- TiledAttention.cpp - attention on tensor cores -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A warp multiplies 16 rows of queries by tiles of keys, makes weights of the
// scores in its registers, where they already lie as the left factor of the
// product with the values, and rescales what it has where a tile has a larger
// score than all before. Queries and weights are rounded to the cache's
// elements; scores, weights' sums and results are fp32. Queries are scaled so
// that 2 to the power of a score is its weight.
//
// Keys and values are copied ahead of their use, a tile at a time. What lies
// behind the last key becomes zero: it may be anything, and 0 * NaN is NaN.
// A tile of keys lies in one block of the cache.
//
// The tokens of a block of threads may be of several sequences. It goes through
// the keys of each, and rows of other sequences see none of them.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/AttentionTile.h"
#include "tandem/targets/Nvidia/Kernels/CacheAddress.h"
#include "tandem/targets/Nvidia/Kernels/Math.h"
#include "tandem/targets/Nvidia/Kernels/Matrix.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

#include <limits>

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t warpThreads = AttentionTile::warpThreads;
static constexpr int64_t warpRows = AttentionTile::warpRows;
static constexpr double infinity = std::numeric_limits<double>::infinity();
static constexpr double log2OfE = 1.4426950408889634;

/// The larger one of numbers, in one instruction.
static Expr largerNumber(Expr a, Expr b) {
  return {*a.code, arith::MaxNumFOp::create(*a.code, a, b)};
}

namespace {

/// One row of queries: a head of a token.
struct QueryRow {
  Expr token, head;
};

/// The keys of a sequence that a block of threads sees, [first, end), and the
/// sequence's blocks.
struct KeyRange {
  Expr first, end;
  CacheAddress cache;
};

/// What a thread carries from tile to tile. It has elements of rows g and
/// g + 8 of the warp's.
struct Softmax {
  Exprs largest; ///< score of each of the two rows
  Exprs sums;    ///< of this thread's weights, of each of the two rows
  Exprs outputs; ///< 4 for each 8 dimensions

  static Softmax of(const Exprs &carried) {
    ArrayRef<Expr> all(carried);
    return {Exprs(all.take_front(2)), Exprs(all.slice(2, 2)),
            Exprs(all.drop_front(4))};
  }
  Exprs carried() const {
    Exprs all(largest);
    all.append(sums);
    all.append(outputs);
    return all;
  }
};

/// Code of one thread.
class TiledCode {
public:
  TiledCode(const AttentionShape &shape, const AttentionTile &tile, Code &code,
            ArrayRef<Pointer> arguments, Pointer shared, Expr row, Expr count);

  void run();

private:
  // Rows.
  QueryRow rowAt(Expr number);
  Expr loadQuery(const QueryRow &row, int64_t dim);
  void loadQueries();
  Expr visibleEnd(Expr token);

  // Keys.
  KeyRange rangeOf(Expr sequence);
  void takeSlice(KeyRange &range);
  void copyTile(const KeyRange &range, Expr position, Expr stage);
  void copyRows(Pointer from, Pointer to, int64_t dim, int64_t stride,
                Expr count);
  void synchronize();

  // Arithmetic.
  Exprs addSequence(Expr sequence, const Exprs &carried);
  Exprs addTile(Pointer staged, Expr position, Expr sequence,
                const Exprs &carried);
  Exprs scoresOf(Pointer keys);
  Exprs maskScores(const Exprs &scores, Expr position, Expr sequence);
  Exprs weigh(Softmax &state, const Exprs &scores);
  void addValues(Softmax &state, const Exprs &weights, Pointer values);

  // Results.
  void storeRows(Softmax &state);
  void mergeWarps(Softmax &state);
  Pointer partOf(const QueryRow &row);
  void storePair(Pointer to, int64_t dim, Expr a, Expr b);
  void storeOutput(const QueryRow &row, Expr dim, Expr value);

  int64_t outputPairs() const { // of tiles of 8 dimensions
    return AttentionTile::piecesOf(shape.cache.valueDim);
  }

  const AttentionShape &shape;
  const AttentionTile &tile;
  Code &code;
  Pointer queries, positions, sequences, lengths, blocks, layer, results;
  Pointer shared; ///< the stages of this thread's copies
  Pointer allShared;
  Expr warp, laneOfWarp, group, lane; ///< thread 4 group + lane of the warp
  Expr firstToken, lastToken, keyHead, firstHead;
  Exprs rowEnds, rowFirsts, rowSequences; ///< of the thread's two rows
  SmallVector<QueryRow> rows;
  SmallVector<Exprs> fragments; ///< of queries, for each 16 dimensions
};

} // namespace

TiledCode::TiledCode(const AttentionShape &shape, const AttentionTile &tile,
                     Code &code, ArrayRef<Pointer> arguments, Pointer shared,
                     Expr row, Expr count)
    : shape(shape), tile(tile), code(code), queries(arguments[0]),
      positions(arguments[1]), sequences(arguments[2]), lengths(arguments[3]),
      blocks(arguments[4]), layer(arguments[5]), results(arguments[6]),
      shared(shared), allShared(shared),
      warp(code.thread() / double(warpThreads)),
      laneOfWarp(code.thread() % warpThreads), group(laneOfWarp / 4.0),
      lane(laneOfWarp % 4), firstToken(row),
      lastToken(code.minimum(row + double(tile.tokens), count) - 1.0),
      keyHead(code.blockX() / double(tile.chunks)),
      firstHead(code.blockX() % tile.chunks * double(tile.heads)) {
  if (tile.sharesRows) {
    this->shared =
        shared.bytes(warp * double(2 * tile.stageBytes(shape.cache)));
  }
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// Row `number` of the block. One that is not there is made as the last that
/// is, with the same result at the same place.
QueryRow TiledCode::rowAt(Expr number) {
  Expr token = firstToken + number / double(tile.heads);
  Expr head = firstHead + number % tile.heads;
  head = code.minimum(head, code.integer(shape.group() - 1));
  return {code.minimum(token, lastToken),
          keyHead * double(shape.group()) + head};
}

/// The end of the keys that a token sees.
Expr TiledCode::visibleEnd(Expr token) {
  if (shape.isCausal) {
    return (positions + token).loadInteger() + 1.0;
  }
  return (lengths + (sequences + token).loadInteger()).loadInteger();
}

/// Elements `dim` + 2 lane and the next of a row of queries, as one register.
Expr TiledCode::loadQuery(const QueryRow &row, int64_t dim) {
  int64_t width = shape.cache.keyDim;
  Pointer from =
      queries + (row.token * double(shape.heads) + row.head) * double(width);
  Expr first = lane * 2.0 + double(dim);
  double scale =
      shape.scale * (shape.softcap > 0 ? 1 / shape.softcap : log2OfE);
  auto load = [&](Expr i) {
    auto element = [&] { return Exprs{(from + i).loadFloat() * scale}; };
    return dim + 8 <= width
               ? element()[0]
               : code.choose(i < double(width), {code.real(0)}, element)[0];
  };
  return packPair(load(first), load(first + 1.0), shape.cache.element);
}

void TiledCode::loadQueries() {
  Expr first = tile.sharesRows ? group : warp * double(warpRows) + group;
  for (int64_t half : {0, 8}) {
    QueryRow row = rowAt(first + double(half));
    Expr position = (positions + row.token).loadInteger();
    rowEnds.push_back(visibleEnd(row.token));
    rowFirsts.push_back(position - double(shape.window - 1));
    rowSequences.push_back((sequences + row.token).loadInteger());
    rows.push_back(row);
  }
  for (int64_t dim = 0; dim < shape.cache.keyDim; dim += 16) {
    Exprs registers;
    for (int64_t deep : {0, 8}) {
      for (const QueryRow &row : rows) {
        registers.push_back(loadQuery(row, dim + deep));
      }
    }
    fragments.push_back(registers);
  }
}

//===----------------------------------------------------------------------===//
// Keys
//===----------------------------------------------------------------------===//

/// The keys of `sequence` that a row of the block may see.
KeyRange TiledCode::rangeOf(Expr sequence) {
  Expr end = visibleEnd(lastToken);
  if (tile.tokens > 1) {
    // All new tokens of the sequences before the last end in this block.
    Expr last = (sequences + lastToken).loadInteger();
    end =
        code.select(sequence == last, end, (lengths + sequence).loadInteger());
  }
  Expr first = code.integer(0);
  if (shape.window > 0 && shape.isCausal) {
    // The first of at most `tokens` tokens sees the earliest key.
    first = end - double(shape.window - 1 + tile.tokens);
    first = code.maximum(first, code.integer(0));
    first = first - first % tile.keys;
  }
  return {first, end, CacheAddress(shape.cache, layer, blocks, sequence)};
}

/// Leaves what this warp does where several share the keys, in whole tiles. The
/// last ones may have none.
void TiledCode::takeSlice(KeyRange &range) {
  int64_t sharers = tile.sharesRows ? tile.warps : 1;
  int64_t slices = shape.splits * sharers;
  if (slices == 1) {
    return;
  }
  int64_t keys = tile.keys * slices;
  Expr length = (range.end - range.first + double(keys - 1)) / double(keys) *
                double(tile.keys);
  Expr slice = code.blockZ();
  if (tile.sharesRows) {
    slice = slice * double(sharers) + warp;
  }
  range.first = range.first + slice * length;
  range.end = code.minimum(range.first + length, range.end);
}

/// Waits for the threads that share stages with this one.
void TiledCode::synchronize() {
  if (!tile.sharesRows) {
    return code.barrier();
  }
  NVVM::SyncWarpOp::create(code, code.integer(-1));
}

/// Begins to copy the keys or values of a tile, `count` of which are there.
void TiledCode::copyRows(Pointer from, Pointer to, int64_t dim, int64_t stride,
                         Expr count) {
  int64_t pieces = AttentionTile::piecesOf(dim), all = tile.keys * pieces;
  int64_t copiers = tile.sharesRows ? warpThreads : tile.threads();
  Expr copier = tile.sharesRows ? laneOfWarp : code.thread();
  int64_t globalBytes = stride * shape.cache.elementBytes();
  for (int64_t i = 0; i < all; i += copiers) {
    Expr number = copier + double(i);
    auto copy = [&] {
      Expr row = number / double(pieces), piece = number % pieces;
      Expr bytes = code.integer(16);
      if (dim % 16 != 0) { // the last pieces have fewer or none
        Expr left = double(dim * shape.cache.elementBytes()) - piece * 16.0;
        bytes = code.maximum(code.minimum(left, bytes), code.integer(0));
      }
      copyAsync(
          to.bytes(row * double(AttentionTile::rowBytes(dim)) + piece * 16.0),
          from.bytes(row * double(globalBytes) + piece * 16.0),
          code.select(row < count, bytes, code.integer(0)));
    };
    if (i + copiers <= all) {
      copy();
    } else {
      code.ifThen(number < double(all), copy);
    }
  }
}

/// Begins to copy the tile at `position` to a stage, if it has keys.
void TiledCode::copyTile(const KeyRange &range, Expr position, Expr stage) {
  code.ifThen(position < range.end, [&] {
    const CacheBlocks &cache = shape.cache;
    Pointer to = shared.bytes(stage * double(tile.stageBytes(cache)));
    Expr count = range.end - position;
    copyRows(range.cache.key(keyHead, position), to, cache.keyDim,
             cache.keyStride(), count);
    copyRows(range.cache.value(keyHead, position),
             to.bytes(code.integer(tile.keys *
                                   AttentionTile::rowBytes(cache.keyDim))),
             cache.valueDim, cache.valueStride(), count);
  });
  commitCopies(code);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// Scores of two rows and all keys of a tile: 4 for each 8 keys.
Exprs TiledCode::scoresOf(Pointer keys) {
  int64_t rowBytes = AttentionTile::rowBytes(shape.cache.keyDim);
  // Four tiles at once: keys 0 to 7 at dimensions 0 and 8, keys 8 to 15 so.
  Expr row = laneOfWarp % 8 + laneOfWarp / 16.0 * 8.0;
  Expr piece = laneOfWarp / 8.0 % 2;
  Pointer from = keys.bytes(row * double(rowBytes) + piece * 16.0);
  Exprs scores(tile.keys / 2, code.real(0));
  for (auto [step, fragment] : llvm::enumerate(fragments)) {
    for (int64_t key = 0; key < tile.keys; key += 16) {
      Exprs right = loadTiles(
          from.bytes(code.integer(key * rowBytes + int64_t(step) * 32)), 4);
      for (int64_t half : {0, 1}) {
        Expr *place = &scores[key / 2 + half * 4];
        Exprs sums =
            multiplyTiles(shape.cache.element, fragment,
                          ArrayRef(right).slice(half * 2, 2), {place, 4});
        llvm::copy(sums, place);
      }
    }
  }
  if (shape.softcap > 0) {
    for (Expr &score : scores) {
      score = hyperbolicTangent(score) * (shape.softcap * log2OfE);
    }
  }
  return scores;
}

/// Scores of keys that a row does not see become -infinity.
Exprs TiledCode::maskScores(const Exprs &scores, Expr position, Expr sequence) {
  Exprs ends = rowEnds;
  if (tile.tokens > 1) {
    for (int64_t row : {0, 1}) {
      ends[row] = code.select(rowSequences[row] == sequence, ends[row],
                              code.integer(0));
    }
  }
  Expr reachesEnd =
      position + double(tile.keys) > code.minimum(ends[0], ends[1]);
  Expr isEdge = reachesEnd;
  if (shape.window > 0) {
    isEdge = isEdge | (position < code.maximum(rowFirsts[0], rowFirsts[1]));
  }
  return code.choose(isEdge, scores, [&] {
    Exprs masked;
    Expr own = position + lane * 2.0; // of the thread's first key
    for (auto [i, score] : llvm::enumerate(scores)) {
      int64_t row = i % 4 / 2;
      Expr key = code.integer(i / 4 * 8 + i % 2);
      Expr kept =
          code.select(key < ends[row] - own, score, code.real(-infinity));
      if (shape.window > 0) {
        kept =
            code.select(key < rowFirsts[row] - own, code.real(-infinity), kept);
      }
      masked.push_back(kept);
    }
    return masked;
  });
}

/// The weights of scores, after the state is rescaled to the largest.
Exprs TiledCode::weigh(Softmax &state, const Exprs &scores) {
  Exprs weights = scores;
  for (int64_t row : {0, 1}) {
    Expr largest = scores[2 * row];
    for (size_t i = 0; i < scores.size(); i += 4) {
      largest = largerNumber(largerNumber(largest, scores[i + 2 * row]),
                             scores[i + 2 * row + 1]);
    }
    for (int64_t mask : {1, 2}) { // the four threads of a row
      largest = largerNumber(largest, code.shuffle(largest, mask));
    }
    largest = largerNumber(largest, state.largest[row]);
    // -infinity - -infinity is no number.
    Expr shift =
        code.select(largest == code.real(-infinity), code.real(0), largest);
    Expr correction = code.exp2(state.largest[row] - shift);
    state.largest[row] = largest;
    Expr sum = state.sums[row] * correction;
    for (size_t i = 2 * row; i < scores.size(); i += 4) {
      for (int64_t j : {0, 1}) {
        weights[i + j] = code.exp2(scores[i + j] - shift);
        sum = sum + weights[i + j];
      }
    }
    state.sums[row] = sum;
    for (size_t i = 2 * row; i < state.outputs.size(); i += 4) {
      for (int64_t j : {0, 1}) {
        state.outputs[i + j] = state.outputs[i + j] * correction;
      }
    }
  }
  return weights;
}

void TiledCode::addValues(Softmax &state, const Exprs &weights,
                          Pointer values) {
  int64_t rowBytes = AttentionTile::rowBytes(shape.cache.valueDim);
  // Four tiles at once, transposed: values 0 and 8 at dimensions 0 to 7, then
  // at 8 to 15.
  Pointer from = values.bytes(laneOfWarp % 16 * double(rowBytes) +
                              laneOfWarp / 16.0 * 16.0);
  for (int64_t key = 0; key < tile.keys; key += 16) {
    Exprs left;
    for (int64_t i = 0; i < 8; i += 2) {
      left.push_back(packPair(weights[key / 2 + i], weights[key / 2 + i + 1],
                              shape.cache.element));
    }
    for (int64_t piece = 0; piece < outputPairs(); piece += 2) {
      Exprs right =
          loadTiles(from.bytes(code.integer(key * rowBytes + piece * 16)), 4,
                    /*isTransposed=*/true);
      for (int64_t half : {0, 1}) {
        Expr *place = &state.outputs[(piece + half) * 4];
        Exprs sums =
            multiplyTiles(shape.cache.element, left,
                          ArrayRef(right).slice(half * 2, 2), {place, 4});
        llvm::copy(sums, place);
      }
    }
  }
}

Exprs TiledCode::addTile(Pointer staged, Expr position, Expr sequence,
                         const Exprs &carried) {
  Softmax state = Softmax::of(carried);
  Exprs scores = maskScores(scoresOf(staged), position, sequence);
  Exprs weights = weigh(state, scores);
  addValues(state, weights,
            staged.bytes(code.integer(
                tile.keys * AttentionTile::rowBytes(shape.cache.keyDim))));
  return state.carried();
}

/// Goes through this warp's keys of a sequence, one tile ahead of its use.
Exprs TiledCode::addSequence(Expr sequence, const Exprs &carried) {
  KeyRange range = rangeOf(sequence);
  takeSlice(range);
  synchronize(); // the last tile of the sequence before has been read
  copyTile(range, range.first, code.integer(0));
  return code.loop(
      range.first, range.end, tile.keys, carried,
      [&](Expr position, const Exprs &state) {
        Expr stage = (position - range.first) / double(tile.keys) % 2;
        waitForCopies(code, 0);
        synchronize(); // also, the other stage has been read
        copyTile(range, position + double(tile.keys), 1.0 - stage);
        return addTile(
            shared.bytes(stage * double(tile.stageBytes(shape.cache))),
            position, sequence, state);
      });
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// Where this split's part of a row goes.
Pointer TiledCode::partOf(const QueryRow &row) {
  Expr place = row.token * double(shape.heads) + row.head;
  return results + (place * double(shape.splits) + code.blockZ()) *
                       double(shape.partialWidth());
}

void TiledCode::storeOutput(const QueryRow &row, Expr dim, Expr value) {
  storeElement(shape.output, results, row.token,
               row.head * double(shape.cache.valueDim) + dim, value);
}

/// Writes elements `dim` + 2 lane and the next of a row.
void TiledCode::storePair(Pointer to, int64_t dim, Expr a, Expr b) {
  int64_t width = shape.cache.valueDim;
  Expr first = lane * 2.0 + double(dim);
  if (width % 2 == 0) {
    auto store = [&] { (to + first).store(code.gather({a, b})); };
    return dim + 8 <= width ? store()
                            : code.ifThen(first < double(width), store);
  }
  Expr values[] = {a, b};
  for (auto [i, value] : llvm::enumerate(values)) {
    Expr element = first + double(i);
    code.ifThen(element < double(width), [&] { (to + element).store(value); });
  }
}

/// Writes the warp's rows from registers.
void TiledCode::storeRows(Softmax &state) {
  int64_t width = shape.cache.valueDim;
  for (int64_t half : {0, 1}) {
    Expr sum = state.sums[half];
    for (int64_t dim = 0; dim < width; dim += 8) {
      ArrayRef<Expr> pair =
          ArrayRef(state.outputs).slice(dim / 2 + 2 * half, 2);
      if (shape.splits > 1) {
        storePair(partOf(rows[half]), dim, pair[0], pair[1]);
        continue;
      }
      for (int64_t i : {0, 1}) {
        Expr own = lane * 2.0 + double(dim + i);
        auto store = [&] { storeOutput(rows[half], own, pair[i] / sum); };
        dim + 8 <= width ? store() : code.ifThen(own < double(width), store);
      }
    }
    if (shape.splits > 1) {
      code.ifThen(lane == 0, [&] {
        Pointer part = partOf(rows[half]);
        (part + width).store(state.largest[half]);
        (part + (width + 1)).store(sum);
      });
    }
  }
}

/// Merges what the warps have of the same rows, by way of shared memory.
void TiledCode::mergeWarps(Softmax &state) {
  int64_t width = shape.cache.valueDim, part = shape.partialWidth();
  code.barrier(); // all tiles have been read
  for (int64_t half : {0, 1}) {
    Expr row = warp * double(warpRows) + group + double(8 * half);
    Pointer to = allShared + row * double(part);
    for (int64_t dim = 0; dim < width; dim += 8) {
      storePair(to, dim, state.outputs[dim / 2 + 2 * half],
                state.outputs[dim / 2 + 2 * half + 1]);
    }
    code.ifThen(lane == 0, [&] {
      (to + width).store(state.largest[half]);
      (to + (width + 1)).store(state.sums[half]);
    });
  }
  code.barrier();
  Expr end = code.integer(tile.heads * tile.tokens * width);
  code.loop(code.thread(), end, tile.threads(), [&](Expr i) {
    Expr row = i / double(width), dim = i % width;
    QueryRow query = rowAt(row);
    auto at = [&](int64_t warp, Expr element) {
      return (allShared +
              ((row + double(warp * warpRows)) * double(part) + element))
          .loadFloat();
    };
    Expr largest = at(0, code.integer(width));
    for (int64_t warp = 1; warp < tile.warps; ++warp) {
      largest = largerNumber(largest, at(warp, code.integer(width)));
    }
    Expr shift =
        code.select(largest == code.real(-infinity), code.real(0), largest);
    Expr output = code.real(0), sum = code.real(0);
    for (int64_t warp = 0; warp < tile.warps; ++warp) {
      Expr factor = code.exp2(at(warp, code.integer(width)) - shift);
      output = code.fma(factor, at(warp, dim), output);
      sum = code.fma(factor, at(warp, code.integer(width + 1)), sum);
    }
    if (shape.splits == 1) {
      return storeOutput(query, dim, output / sum);
    }
    Pointer to = partOf(query);
    (to + dim).store(output);
    code.ifThen(dim == 0, [&] {
      (to + width).store(largest);
      (to + (width + 1)).store(sum);
    });
  });
}

void TiledCode::run() {
  loadQueries();
  Softmax initial;
  initial.largest.assign(2, code.real(-infinity));
  initial.sums.assign(2, code.real(0));
  initial.outputs.assign(outputPairs() * 4, code.real(0));
  Expr first = (sequences + firstToken).loadInteger();
  Exprs carried =
      tile.tokens == 1
          ? addSequence(first, initial.carried())
          : code.loop(first, (sequences + lastToken).loadInteger() + 1.0, 1,
                      initial.carried(),
                      [&](Expr sequence, const Exprs &state) {
                        return addSequence(sequence, state);
                      });
  Softmax state = Softmax::of(carried);
  for (Expr &sum : state.sums) {
    for (int64_t mask : {1, 2}) {
      sum = sum + code.shuffle(sum, mask);
    }
  }
  tile.sharesRows ? mergeWarps(state) : storeRows(state);
  if (shape.splits == 1) {
    shape.clearPadding(results, firstToken, tile.tokens, lastToken + 1.0,
                       tile.threads());
  }
}

Kernel Kernels::attentionByTiles(const AttentionShape &shape) {
  AttentionTile tile = AttentionTile::of(shape);
  Kernel kernel;
  kernel.threads = tile.threads();
  kernel.blocksPerRow = shape.cache.heads * tile.chunks;
  kernel.rowsPerBlock = tile.tokens;
  kernel.splits = shape.splits;
  kernel.sharedBytes = tile.sharedBytes(shape);
  std::string name = shape.name();
  for (int64_t size : {tile.heads, tile.tokens, tile.warps}) {
    name += "_" + std::to_string(size);
  }
  kernel = define(
      name, /*buffers=*/7, kernel, [](int64_t) { return false; },
      [&](const Body &body) {
        TiledCode(shape, tile, body.code, body.arguments, body.shared, body.row,
                  body.count)
            .run();
      });
  // Without it ptxas spills at 128 registers, so that more blocks fit.
  kernel.function->setAttr(NVVM::NVVMDialect::getMinctasmAttrName(),
                           Builder(module.getContext()).getI32IntegerAttr(1));
  return kernel;
}
