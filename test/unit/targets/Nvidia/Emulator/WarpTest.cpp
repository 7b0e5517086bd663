//===- WarpTest.cpp - instructions of a whole warp --------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launches.h"

#include <bit>

using namespace tandem::nvidia::ptx;

namespace {

/// y[lane] = what `body` leaves in %r2, with the lane's number in %r1.
std::string runWarp(llvm::StringRef body, std::vector<uint32_t> &y,
                    unsigned lanes = 32, Asynchrony mode = Asynchrony::eager) {
  y.assign(lanes, 0);
  Launcher launcher(kernelText(".param .u64 y", (R"(
  ld.param.b64 %rd1, [y]; mov.u32 %r1, %tid.x;
  mul.wide.u32 %rd2, %r1, 4; add.s64 %rd1, %rd1, %rd2;
)" + body + "\n  st.global.b32 [%rd1], %r2;")
                                                    .str()));
  launcher.buffer("y", y);
  return launcher.run({.block = {lanes}}, mode);
}

/// What lane `lane` gets.
void expectLanes(llvm::StringRef body,
                 const std::function<uint32_t(uint32_t)> &expected,
                 unsigned lanes = 32) {
  for (Asynchrony mode : bothModes) {
    std::vector<uint32_t> y;
    ASSERT_EQ(runWarp(body, y, lanes, mode), "") << body.str();
    for (uint32_t lane = 0; lane < lanes; ++lane) {
      EXPECT_EQ(y[lane], expected(lane)) << body.str() << " lane " << lane;
    }
  }
}

TEST(PtxWarpTest, Shuffles) {
  expectLanes("shfl.sync.bfly.b32 %r2, %r1, 5, 31, -1;",
              [](uint32_t i) { return i ^ 5; });
  expectLanes("shfl.sync.down.b32 %r2, %r1, 3, 31, -1;",
              [](uint32_t i) { return i + 3 < 32 ? i + 3 : i; });
  expectLanes("shfl.sync.up.b32 %r2, %r1, 3, 0, -1;",
              [](uint32_t i) { return i >= 3 ? i - 3 : i; });
  expectLanes("shfl.sync.idx.b32 %r2, %r1, 7, 31, -1;",
              [](uint32_t) { return 7u; });
  // Segments of 8 lanes: 24 in bits 8 to 12.
  expectLanes("shfl.sync.down.b32 %r2, %r1, 1, 0x181f, -1;",
              [](uint32_t i) { return i % 8 < 7 ? i + 1 : i; });
  expectLanes("shfl.sync.idx.b32 %r2, %r1, 2, 0x181f, -1;",
              [](uint32_t i) { return i / 8 * 8 + 2; });
  expectLanes("shfl.sync.down.b32 %r3|%p1, %r1, 30, 31, -1;\n"
              "selp.b32 %r2, 1, 0, %p1;",
              [](uint32_t i) { return i < 2; });
  expectLanes(
      "shfl.sync.bfly.b32 %r2, %r1, 1, 31, -1;",
      [](uint32_t i) { return i ^ 1; }, 8);
}

// Straight code between warp-wide instructions is run for all lanes at once.
TEST(PtxWarpTest, RunsOfShuffles) {
  std::string sum = R"(
  shfl.sync.bfly.b32 %r3, %r1, 16, 31, -1; add.s32 %r4, %r1, %r3;
  shfl.sync.bfly.b32 %r5, %r4, 8, 31, -1; add.s32 %r4, %r4, %r5;
  shfl.sync.bfly.b32 %r5, %r4, 4, 31, -1; add.s32 %r4, %r4, %r5;
  shfl.sync.bfly.b32 %r5, %r4, 2, 31, -1; add.s32 %r4, %r4, %r5;
  shfl.sync.bfly.b32 %r5, %r4, 1, 31, -1; add.s32 %r4, %r4, %r5;
)";
  expectLanes(sum + "add.s32 %r2, %r4, %r3;",
              [](uint32_t i) { return 496 + (i ^ 16); });
  // Registers that are written before, in and behind the run; predicates, and
  // 64 bits.
  expectLanes("mov.b32 %r6, 7;\n"
              "shfl.sync.down.b32 %r3|%p1, %r1, 3, 31, -1;\n"
              "selp.b32 %r4, %r3, %r6, %p1; cvt.u64.u32 %rd3, %r4;\n"
              "shl.b64 %rd3, %rd3, 33; setp.gt.u32 %p2, %r4, 20;\n"
              "shfl.sync.idx.b32 %r6, %r4, 31, 31, -1;\n"
              "shr.u64 %rd3, %rd3, 32; cvt.u32.u64 %r2, %rd3;\n"
              "add.s32 %r2, %r2, %r6; @%p2 add.s32 %r2, %r2, 100;",
              [](uint32_t i) {
                uint32_t own = i + 3 < 32 ? i + 3 : 7;
                return 2 * own + 7 + (own > 20 ? 100 : 0);
              });
  // A warp of 8 lanes, and a run that a branch enters in its middle.
  expectLanes(
      "shfl.sync.bfly.b32 %r3, %r1, 1, 31, -1; add.s32 %r3, %r3, 1;\n"
      "shfl.sync.bfly.b32 %r2, %r3, 2, 31, -1;",
      [](uint32_t i) { return (i ^ 3) + 1; }, 8);
  expectLanes(
      "mov.b32 %r7, 0; mov.b32 %r3, %r1;\n"
      "shfl.sync.bfly.b32 %r3, %r3, 4, 31, -1; add.s32 %r3, %r3, 1;\n"
      "L: shfl.sync.bfly.b32 %r3, %r3, 1, 31, -1; add.s32 %r3, %r3, 1;\n"
      "shfl.sync.bfly.b32 %r3, %r3, 2, 31, -1; add.s32 %r7, %r7, 1;\n"
      "setp.lt.u32 %p1, %r7, 3; @%p1 bra L; mov.b32 %r2, %r3;",
      [](uint32_t i) { return (i ^ 4 ^ 3) + 4; });
}

TEST(PtxWarpTest, RunsThatFail) {
  // The fault has its own line; lanes that are elsewhere, that of the first.
  std::string run = "shfl.sync.bfly.b32 %r3, %r1, 1, 31, -1;\n"
                    "add.s32 %r3, %r3, 1;\n"
                    "ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r2}, [%r3];";
  for (Asynchrony mode : bothModes) {
    std::vector<uint32_t> y;
    EXPECT_TRUE(startsWith(runWarp(run, y, 32, mode),
                           "kernel 'k', PTX line 11 "
                           "('ldmatrix.sync.aligned.m8n8.x1.shared.b16')"));
    EXPECT_TRUE(contains(
        runWarp("setp.eq.u32 %p1, %r1, 3; @%p1 ret;\n" + run, y, 32, mode),
        "deadlock: every thread that is left waits; thread (0,0,0) and 30 more "
        "in PTX line 10 ('shfl.sync.bfly.b32') for lanes 0x8 of its warp"));
  }
}

TEST(PtxWarpTest, VotesAndReductions) {
  std::string odd = "and.b32 %r3, %r1, 1; setp.eq.u32 %p1, %r3, 1;\n";
  expectLanes(odd + "vote.sync.ballot.b32 %r2, %p1, -1;",
              [](uint32_t) { return 0xaaaaaaaau; });
  expectLanes(odd + "vote.sync.any.pred %p2, %p1, -1; selp.b32 %r2, 1, 0, %p2;",
              [](uint32_t) { return 1u; });
  expectLanes(odd + "vote.sync.all.pred %p2, %p1, -1; selp.b32 %r2, 1, 0, %p2;",
              [](uint32_t) { return 0u; });
  expectLanes("redux.sync.add.s32 %r2, %r1, -1;",
              [](uint32_t) { return 496u; });
  expectLanes("sub.s32 %r3, 3, %r1; redux.sync.min.s32 %r2, %r3, -1;",
              [](uint32_t) { return uint32_t(-28); });
  expectLanes("sub.s32 %r3, 3, %r1; redux.sync.max.u32 %r2, %r3, -1;",
              [](uint32_t) { return ~0u; });
  expectLanes("redux.sync.or.b32 %r2, %r1, -1;", [](uint32_t) { return 31u; });
  expectLanes("shr.u32 %r3, %r1, 3; match.any.sync.b32 %r2, %r3, -1;",
              [](uint32_t i) { return 0xffu << i / 8 * 8; });
  expectLanes("elect.sync %r3|%p1, -1; selp.b32 %r2, 1, 0, %p1;",
              [](uint32_t i) { return i == 0; });
  expectLanes("mov.u32 %r2, %lanemask_lt;",
              [](uint32_t i) { return (1u << i) - 1; });
}

TEST(PtxWarpTest, HalvesOfAWarpMayDiffer) {
  expectLanes(R"(
  setp.lt.u32 %p1, %r1, 16; @%p1 bra low;
  redux.sync.add.u32 %r2, %r1, 0xffff0000; bra done;
low: redux.sync.max.u32 %r2, %r1, 0xffff;
done: bar.warp.sync -1;)",
              [](uint32_t i) { return i < 16 ? 15u : 376u; });
}

TEST(PtxWarpTest, ADivergentWarpIsAnError) {
  std::vector<uint32_t> y;
  EXPECT_EQ(runWarp(R"(  setp.lt.u32 %p1, %r1, 16;
  @%p1 shfl.sync.bfly.b32 %r2, %r1, 1, 31, -1;
  @!%p1 shfl.sync.idx.b32 %r2, %r1, 1, 31, -1;)",
                    y),
            "kernel 'k', PTX line 11 ('shfl.sync.idx.b32'), block (0,0,0), "
            "thread (16,0,0): the warp diverges: lanes 0xffff wait in PTX line "
            "10 ('shfl.sync.bfly.b32') for lanes 0xffffffff");
  EXPECT_EQ(runWarp("setp.eq.u32 %p1, %r1, 3; @%p1 ret;\n"
                    "shfl.sync.idx.b32 %r2, %r1, 1, 31, -1;",
                    y),
            "kernel 'k', block (0,0,0): deadlock: every thread that is left "
            "waits; thread (0,0,0) and 30 more in PTX line 10 "
            "('shfl.sync.idx.b32') for lanes 0x8 of its warp; 1 threads have "
            "ended");
  EXPECT_EQ(runWarp("shfl.sync.idx.b32 %r2, %r1, 1, 31, 0xfffe;", y),
            "kernel 'k', PTX line 9 ('shfl.sync.idx.b32'), block (0,0,0), "
            "thread (0,0,0): the lane is not in its own member mask");
}

} // namespace
