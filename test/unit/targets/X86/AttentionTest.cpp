//===- AttentionTest.cpp - attention against a naive reference --*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelLibrary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

using namespace tandem::x86;

using Append = void(const float *, const float *, void *const *,
                    const int32_t *, const int32_t *, int64_t, int64_t, int64_t,
                    int64_t, int64_t, int64_t, int64_t);
using Attend = void(const float *, float *, const float *, int64_t, int64_t,
                    int64_t, int64_t, int64_t, int64_t, int64_t, int64_t,
                    int64_t, int64_t, int64_t, float, float, float *, int32_t *,
                    int64_t, int64_t);

namespace {

struct Case {
  int64_t heads, kvHeads, keyWidth, valueWidth;
  int64_t past, count;
  bool causal = true;
  int64_t window = 0;
  float range = 1, softcap = 0;
};

/// One row of tokens: a slot filled by append, queries of the last `count`.
class Sequence {
public:
  Sequence(const Case &c, const KernelLibrary &library)
      : c(c), library(library), blockTokens(library.machine.cacheBlockTokens),
        total(c.past + c.count),
        blocks((total + blockTokens - 1) / blockTokens),
        q(randomValues(total * c.heads * c.keyWidth, c.range, 1)),
        k(randomValues(total * c.kvHeads * c.keyWidth, c.range, 2)),
        v(randomValues(total * c.kvHeads * c.valueWidth, 1, 3)),
        // What a slot held before must not matter.
        slot(2 * c.kvHeads * blocks * blockElements(), NAN) {
    std::vector<int32_t> rows(total), positions(total);
    for (int64_t t = 0; t < total; ++t) {
      positions[t] = t;
    }
    void *slots[] = {slot.data()};
    // Layer 1 of 2, in two steps.
    auto append = library.get<Append>("append");
    for (auto [first, last] :
         {std::pair(int64_t(0), c.past), std::pair(c.past, total)}) {
      append(k.data(), v.data(), slots, rows.data(), positions.data(),
             c.kvHeads, blocks, c.kvHeads, c.keyWidth, c.valueWidth, first,
             last);
    }
  }

  /// `order` has each segment once; the last of it merges them.
  std::vector<float> attend(const std::vector<int64_t> &order = {0}) const {
    int64_t group = c.heads / c.kvHeads, pairs = group * c.count;
    int64_t tile = library.variant.tileRows * 4;
    int64_t qStride = c.heads * c.keyWidth, yStride = c.heads * c.valueWidth;
    std::vector<float> y(c.count * yStride);
    std::vector<float> partials(
        order.size() * Kernels::partialElements(group * c.count, c.valueWidth),
        NAN);
    int32_t arrived = 0;
    for (int64_t head = 0; head < c.kvHeads; ++head) {
      for (int64_t i = 0; i < (pairs + tile - 1) / tile * ssize(order); ++i) {
        int64_t pair = i / ssize(order) * tile;
        library.get<Attend>("attend_tile")(
            q.data() + c.past * qStride + head * group * c.keyWidth,
            y.data() + head * group * c.valueWidth,
            slot.data() + (c.kvHeads + head) * blocks * blockElements(),
            qStride, yStride, c.keyWidth, c.valueWidth, group, pair,
            std::min(tile, pairs - pair), c.past, total, c.causal, c.window,
            scale(), c.softcap, partials.data(), &arrived,
            order[i % ssize(order)], ssize(order));
      }
      EXPECT_EQ(arrived, 0);
    }
    return y;
  }

  std::vector<double> attendNaively() const {
    std::vector<double> y(c.count * c.heads * c.valueWidth);
    for (int64_t token = 0; token < c.count; ++token) {
      for (int64_t head = 0; head < c.heads; ++head) {
        attendNaively(token, head,
                      y.data() + (token * c.heads + head) * c.valueWidth);
      }
    }
    return y;
  }

private:
  int64_t blockElements() const {
    return blockTokens * (c.keyWidth + (c.valueWidth + 15) / 16 * 16);
  }
  float scale() const { return 1 / std::sqrt(float(c.keyWidth)); }

  void attendNaively(int64_t token, int64_t head, double *y) const {
    int64_t position = c.past + token, kvHead = head * c.kvHeads / c.heads;
    const float *query = q.data() + (position * c.heads + head) * c.keyWidth;
    std::vector<double> scores(total, -INFINITY);
    for (int64_t key = 0; key < total; ++key) {
      if ((c.causal && key > position) ||
          (c.window && key <= position - c.window)) {
        continue;
      }
      double dot = 0;
      for (int64_t i = 0; i < c.keyWidth; ++i) {
        dot +=
            double(query[i]) * k[(key * c.kvHeads + kvHead) * c.keyWidth + i];
      }
      scores[key] = dot * scale();
      if (c.softcap) {
        scores[key] = c.softcap * std::tanh(scores[key] / c.softcap);
      }
    }
    double most = *std::max_element(scores.begin(), scores.end()), sum = 0;
    for (double &score : scores) {
      sum += score = std::exp(score - most);
    }
    for (int64_t key = 0; key < total; ++key) {
      for (int64_t i = 0; i < c.valueWidth; ++i) {
        y[i] += scores[key] / sum *
                v[(key * c.kvHeads + kvHead) * c.valueWidth + i];
      }
    }
  }

  Case c;
  const KernelLibrary &library;
  int64_t blockTokens, total, blocks;
  std::vector<float> q, k, v, slot;
};

void check(const Case &c, double bound = 1e-5,
           const KernelLibrary &library = KernelLibrary::best()) {
  SCOPED_TRACE(testing::Message()
               << c.heads << "/" << c.kvHeads << " heads, " << c.keyWidth
               << " x " << c.valueWidth << ", past " << c.past << ", new "
               << c.count << ", window " << c.window);
  Sequence sequence(c, library);
  EXPECT_LT(largestError(sequence.attend(), sequence.attendNaively()), bound);
}

} // namespace

TEST(X86Attention, HeadWidths) {
  for (int64_t width : {1, 16, 20, 64, 80, 96, 128}) {
    check({4, 2, width, width, 10, 70});
  }
  check({2, 1, 48, 36, 5, 3});
}

TEST(X86Attention, EveryLengthAroundABlock) {
  for (int64_t length : {1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 129}) {
    check({3, 3, 16, 16, length - 1, 1}), check({3, 3, 16, 16, 0, length});
  }
}

TEST(X86Attention, Groups) {
  for (int64_t group : {1, 2, 5, 7, 9, 71}) {
    check({group, 1, 20, 20, 66, 9}), check({group, 1, 20, 20, 130, 1});
  }
}

TEST(X86Attention, Windows) {
  for (int64_t window : {1, 2, 63, 64, 65, 100, 1000}) {
    check({4, 2, 16, 16, 40, 150, true, window});
  }
}

TEST(X86Attention, EveryKeyVisible) {
  check({4, 2, 16, 16, 0, 77, /*causal=*/false});
  check({4, 2, 16, 16, 30, 77, /*causal=*/false});
}

TEST(X86Attention, ScoresSpreadWidely) {
  // Scores in about +-200: without the running maximum the weights overflow,
  // without the rescaling of earlier sums the early blocks count too much.
  check({4, 2, 64, 64, 20, 200, true, 0, /*range=*/10}, 2e-4);
  check({4, 2, 16, 16, 20, 200, true, 0, /*range=*/16}, 2e-4);
}

TEST(X86Attention, Softcap) {
  check({4, 2, 16, 16, 20, 90, true, 0, /*range=*/8, /*softcap=*/5}, 2e-5);
  check({4, 2, 16, 16, 20, 90, true, 0, /*range=*/0.1, /*softcap=*/50}, 2e-5);
}

/// One token behind `past` others, its keys cut into 1 to 8 segments.
static void checkSegments(Case c, double bound) {
  Sequence sequence(c, KernelLibrary::best());
  std::vector<double> expected = sequence.attendNaively();
  for (int64_t segments = 2; segments <= 8; ++segments) {
    SCOPED_TRACE(testing::Message() << segments << " segments");
    std::vector<int64_t> order(segments);
    std::iota(order.begin(), order.end(), 0);
    std::vector<float> forwards = sequence.attend(order);
    EXPECT_LT(largestError(forwards, expected), bound);
    std::reverse(order.begin(), order.end());
    EXPECT_EQ(forwards, sequence.attend(order)) << "depends on who is last";
  }
}

TEST(X86Attention, Segments) {
  checkSegments({6, 2, 20, 20, 600, 1}, 1e-5);
  checkSegments({5, 1, 64, 36, 1000, 1}, 1e-5);
  // Fewer blocks than segments: some see no key at all.
  checkSegments({6, 2, 20, 20, 70, 1}, 1e-5);
  checkSegments({6, 2, 20, 20, 600, 1, true, /*window=*/100}, 1e-5);
  // Largest scores differ from segment to segment by more than exp can.
  checkSegments({4, 2, 64, 64, 500, 1, true, 0, /*range=*/10}, 2e-4);
  checkSegments({4, 2, 16, 16, 500, 1, true, 0, /*range=*/8, /*softcap=*/5},
                2e-5);
}

TEST(X86Attention, EveryBlockOfTheCache) {
  for (int64_t tokens : {16, 128}) {
    KernelLibrary library(KernelLibrary::best().variant, Machine{tokens});
    SCOPED_TRACE(tokens);
    for (int64_t length : {1, 15, 17, 127, 128, 129, 300}) {
      check({4, 2, 20, 20, length - 1, 1}, 1e-5, library);
      check({4, 2, 20, 20, length / 2, length}, 1e-5, library);
    }
    check({4, 2, 16, 16, 40, 250, true, /*window=*/65}, 1e-5, library);
  }
}
