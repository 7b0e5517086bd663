//===- AttentionTest.cpp - attention on tensor cores ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Against float64, with queries rounded as the kernel rounds them, so that what
// differs is the rounding of weights: scores are large. All memory that a
// kernel may not count on is NaN, blocks of the cache lie backwards, and tokens
// of the program that the step does not have stay as they are.
//
//===----------------------------------------------------------------------===//

#include "KernelModule.h"

#include "mlir/IR/Builders.h"

#include <cmath>

using namespace mlir;
using namespace tandem::nvidia;

namespace {

/// New tokens of a sequence behind those in its cache.
struct Sequence {
  int start, count;

  int length() const { return start + count; }
};
using Sequences = std::vector<Sequence>;

/// What shapes have in common here.
AttentionShape shapeOf(int64_t heads, int64_t keyHeads, int64_t keyDim,
                       int64_t valueDim, Type element) {
  AttentionShape shape;
  shape.cache.layers = 2;
  shape.cache.heads = keyHeads;
  shape.cache.keyDim = keyDim;
  shape.cache.valueDim = valueDim;
  shape.cache.tokens = 64;
  shape.cache.blocksPerRow = 3;
  shape.cache.element = element;
  shape.heads = heads;
  shape.output.width = heads * valueDim;
  shape.scale = 1 / std::sqrt(double(keyDim));
  shape.sharedBytes = 232448;
  return shape;
}

/// A step of some sequences, its memory, and what it must give.
class Step {
public:
  Step(const AttentionShape &shape, const Sequences &sequences,
       double magnitude)
      : shape(shape), sequences(sequences) {
    const CacheBlocks &blocks = shape.cache;
    for (auto [row, sequence] : llvm::enumerate(sequences)) {
      for (int i = 0; i < sequence.count; ++i) {
        positions.push_back(sequence.start + i);
        rows.push_back(row);
      }
      lengths.push_back(sequence.length());
      for (int64_t i = 0; i < blocks.blocksPerRow; ++i) {
        lists.push_back(numberOf(row, i));
      }
      fill(row, sequence.length());
    }
    count = {int32_t(positions.size())};
    queries = randomFloats(count[0] * shape.heads * blocks.keyDim, 7);
    for (float &query : queries) {
      query *= magnitude;
    }
  }

  /// Runs the kernels for a program of `tokens` tokens and compares.
  void check(KernelModule &module, int64_t tokens, double bound) {
    Kernel attention = module.kernels.attention(shape);
    Kernel merge =
        shape.splits > 1 ? module.kernels.mergeSplits(shape) : Kernel();
    for (auto mode : {ptx::Asynchrony::eager, ptx::Asynchrony::late}) {
      int64_t width = shape.output.rowBytes() / 4;
      auto results = poisoned<float>(tokens * width);
      auto parts = poisoned<float>(tokens * shape.heads * shape.splits *
                                   shape.partialWidth());
      ptx::Memory memory;
      addTo(memory, "count", count);
      addTo(memory, "queries", queries);
      addTo(memory, "positions", positions);
      addTo(memory, "rows", rows);
      addTo(memory, "lengths", lengths);
      addTo(memory, "lists", lists);
      addTo(memory, "cache", cache);
      addTo(memory, "results", results);
      addTo(memory, "parts", parts);
      bool isSplit = shape.splits > 1;
      ASSERT_EQ(
          module.launch(attention, tokens,
                        {count.data(), queries.data(), positions.data(),
                         rows.data(), lengths.data(), lists.data(), layer(),
                         isSplit ? parts.data() : results.data()},
                        memory, mode),
          "");
      if (isSplit) {
        ASSERT_EQ(module.launch(merge, tokens,
                                {count.data(), parts.data(), results.data()},
                                memory, mode),
                  "");
      }
      EXPECT_LE(difference(results), bound);
      for (int64_t i = count[0] * width; i < tokens * width; ++i) {
        ASSERT_TRUE(std::isnan(results[i]));
      }
    }
  }

  /// max |a - b| / (1 + |b|) over all tokens.
  double difference(const std::vector<float> &results) const {
    double worst = 0;
    int64_t width = shape.cache.valueDim;
    for (int64_t i = 0; i < count[0] * shape.heads; ++i) {
      std::vector<double> expected = attend(i / shape.heads, i % shape.heads);
      for (int64_t d = 0; d < width; ++d) {
        double result = valueOf(results, i * width + d);
        double error =
            std::abs(result - expected[d]) / (1 + std::abs(expected[d]));
        worst = std::isnan(error) ? INFINITY : std::max(worst, error);
      }
    }
    for (int64_t i = 0; i < count[0] * shape.output.terms; ++i) {
      for (int64_t d = 0; d < shape.output.padding(); ++d) {
        EXPECT_EQ(termAt(results, i, shape.output.width + d), 0);
      }
    }
    return worst;
  }

private:
  /// Element `column` of a term; a row has several, one behind the other.
  double termAt(const std::vector<float> &results, int64_t term,
                int64_t column) const {
    uint32_t bits = 0;
    std::memcpy(reinterpret_cast<char *>(&bits) + 2,
                reinterpret_cast<const char *>(results.data()) +
                    term * shape.output.termBytes() + column * 2,
                2);
    return llvm::bit_cast<float>(bits);
  }
  /// Element `i` of all rows, as if they were fp32.
  double valueOf(const std::vector<float> &results, int64_t i) const {
    const RowFormat &format = shape.output;
    if (format.isF32()) {
      return results[i];
    }
    double sum = 0;
    for (int64_t term = 0; term < format.terms; ++term) {
      sum += termAt(results, i / format.width * format.terms + term,
                    i % format.width);
    }
    return sum;
  }
  int32_t numberOf(size_t row, int64_t block) const {
    int64_t all = sequences.size() * shape.cache.blocksPerRow;
    return all - 1 - (row * shape.cache.blocksPerRow + block);
  }
  /// The last layer, of block 0.
  const void *layer() const {
    return reinterpret_cast<const char *>(cache.data()) +
           shape.cache.layerBytes();
  }
  size_t placeOf(size_t row, int64_t head, int64_t position, bool isKey) const {
    const CacheBlocks &blocks = shape.cache;
    size_t at = size_t(numberOf(row, position / blocks.tokens)) *
                    blocks.blockElements() +
                blocks.layerElements();
    int64_t token = head * blocks.tokens + position % blocks.tokens;
    return isKey ? at + token * blocks.keyStride()
                 : at + blocks.valuesOffset() + token * blocks.valueStride();
  }
  void fill(size_t row, int64_t length) {
    const CacheBlocks &blocks = shape.cache;
    if (cache.empty()) {
      cache = poisoned<uint16_t>(sequences.size() * blocks.blocksPerRow *
                                 blocks.blockElements());
    }
    for (bool isKey : {true, false}) {
      int64_t dim = isKey ? blocks.keyDim : blocks.valueDim;
      std::vector<float> numbers =
          randomFloats(blocks.heads * length * dim, 100 * row + isKey);
      for (int64_t i = 0; i < int64_t(numbers.size()); ++i) {
        int64_t token = i / dim;
        cache[placeOf(row, token / length, token % length, isKey) + i % dim] =
            toBits(numbers[i], blocks.element);
      }
    }
  }
  double element(size_t row, int64_t head, int64_t position, int64_t dim,
                 bool isKey) const {
    uint16_t bits = cache[placeOf(row, head, position, isKey) + dim];
    return llvm::APFloat(
               cast<FloatType>(shape.cache.element).getFloatSemantics(),
               llvm::APInt(16, bits))
        .convertToDouble();
  }
  std::vector<double> attend(int64_t token, int64_t head) const {
    const CacheBlocks &blocks = shape.cache;
    int64_t keyHead = head / shape.group(), row = rows[token];
    int64_t position = positions[token];
    int64_t end = shape.isCausal ? position + 1 : lengths[row];
    int64_t first = shape.window > 0
                        ? std::max<int64_t>(0, position - shape.window + 1)
                        : 0;
    std::vector<double> scores;
    double largest = -INFINITY;
    bool isCapped = shape.softcap > 0;
    float factor = isCapped ? shape.scale / shape.softcap
                            : shape.scale * 1.4426950408889634;
    for (int64_t key = first; key < end; ++key) {
      double score = 0;
      for (int64_t d = 0; d < blocks.keyDim; ++d) {
        float query = queries[(token * shape.heads + head) * blocks.keyDim + d];
        score += rounded(query * factor, blocks.element) *
                 element(row, keyHead, key, d, /*isKey=*/true);
      }
      scores.push_back(isCapped ? std::tanh(score) * shape.softcap
                                : score * std::log(2.0));
      largest = std::max(largest, scores.back());
    }
    std::vector<double> sums(blocks.valueDim);
    double all = 0;
    for (int64_t key = first; key < end; ++key) {
      double weight = std::exp(scores[key - first] - largest);
      all += weight;
      for (int64_t d = 0; d < blocks.valueDim; ++d) {
        sums[d] += weight * element(row, keyHead, key, d, /*isKey=*/false);
      }
    }
    for (double &sum : sums) {
      sum /= all;
    }
    return sums;
  }

  AttentionShape shape;
  Sequences sequences;
  std::vector<int32_t> count, positions, rows, lengths, lists;
  std::vector<float> queries;
  std::vector<uint16_t> cache;
};

class TiledAttentionTest : public testing::Test {
protected:
  Type bf16() { return BFloat16Type::get(&module.context); }
  Type f16() { return Float16Type::get(&module.context); }

  /// Weights are rounded to 8 or 11 bits.
  void check(const AttentionShape &shape, int64_t tokens,
             const Sequences &sequences, double magnitude = 8) {
    double bound = shape.cache.element.isBF16() ? 2e-3 : 3e-4;
    Step(shape, sequences, magnitude).check(module, tokens, bound);
  }

  KernelModule module;
};

TEST_F(TiledAttentionTest, DecodesRowsOfDifferentLengths) {
  AttentionShape shape = shapeOf(8, 2, 64, 64, bf16());
  check(shape, 8, {{0, 1}, {4, 1}, {16, 1}, {63, 1}, {64, 1}, {190, 1}});
}

TEST_F(TiledAttentionTest, DecodesSplitKeysOfWhichSomeHaveNone) {
  AttentionShape shape = shapeOf(4, 4, 128, 128, bf16());
  shape.splits = 3;
  check(shape, 4, {{4, 1}, {130, 1}, {0, 1}});
}

TEST_F(TiledAttentionTest, DecodesMoreHeadsThanRowsOfAProduct) {
  AttentionShape shape = shapeOf(19, 1, 16, 16, f16());
  check(shape, 1, {{70, 1}});
}

TEST_F(TiledAttentionTest, DecodesHeadsThatAreNoMultipleOfAFragment) {
  AttentionShape shape = shapeOf(6, 2, 24, 7, bf16());
  check(shape, 2, {{65, 1}, {3, 1}});
}

TEST_F(TiledAttentionTest, PrefillsFromAStart) {
  AttentionShape shape = shapeOf(4, 1, 64, 64, bf16());
  shape.newTokens = 64;
  check(shape, 64, {{0, 64}});
  check(shape, 64, {{61, 17}});
  check(shape, 64, {{0, 5}});
}

TEST_F(TiledAttentionTest, PrefillsSeveralSequencesAtOnce) {
  AttentionShape shape = shapeOf(3, 1, 80, 80, bf16());
  shape.newTokens = 64;
  check(shape, 64, {{0, 5}, {100, 1}, {0, 17}, {30, 34}});
}

TEST_F(TiledAttentionTest, PrefillsFewTokensByKeys) {
  AttentionShape shape = shapeOf(4, 2, 96, 96, bf16());
  shape.newTokens = 8;
  check(shape, 8, {{120, 3}, {0, 4}});
}

TEST_F(TiledAttentionTest, PrefillsSplitKeys) {
  AttentionShape shape = shapeOf(4, 1, 32, 32, f16());
  shape.newTokens = 64;
  shape.splits = 2;
  check(shape, 64, {{0, 2}, {120, 40}});
}

TEST_F(TiledAttentionTest, SeesAWindow) {
  AttentionShape shape = shapeOf(2, 2, 16, 16, bf16());
  shape.window = 7;
  check(shape, 2, {{150, 1}, {3, 1}});
  shape.newTokens = 64;
  check(shape, 64, {{0, 30}, {100, 30}});
  check(shape, 64, {{60, 64}});
}

TEST_F(TiledAttentionTest, WritesTermsForProducts) {
  AttentionShape shape = shapeOf(3, 1, 24, 24, bf16());
  shape.output.terms = 3;
  check(shape, 2, {{65, 1}, {3, 1}});
  shape.newTokens = 64;
  check(shape, 64, {{0, 30}});
  shape.splits = 2;
  check(shape, 64, {{100, 30}});
}

TEST_F(TiledAttentionTest, CapsScores) {
  AttentionShape shape = shapeOf(2, 1, 32, 32, bf16());
  shape.softcap = 20;
  check(shape, 1, {{100, 1}}, /*magnitude=*/30);
}

TEST_F(TiledAttentionTest, SeesAllKeysWhereItIsNotCausal) {
  AttentionShape shape = shapeOf(2, 1, 32, 32, bf16());
  shape.isCausal = false;
  shape.newTokens = 64;
  check(shape, 64, {{0, 20}, {50, 30}});
}

TEST_F(TiledAttentionTest, ReadsSmallBlocksInSmallSharedMemory) {
  AttentionShape shape = shapeOf(8, 2, 128, 128, bf16());
  shape.cache.tokens = 16;
  shape.cache.blocksPerRow = 12;
  shape.sharedBytes = 101376;
  check(shape, 1, {{100, 1}});
  EXPECT_LE(module.kernels.attention(shape).sharedBytes, shape.sharedBytes);
}

TEST_F(TiledAttentionTest, TakesLargeScores) {
  AttentionShape shape = shapeOf(2, 2, 8, 8, bf16());
  shape.newTokens = 64;
  check(shape, 64, {{10, 40}}, /*magnitude=*/4000);
}

} // namespace
