//===- BarrierTest.cpp - threads that wait for each other -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launches.h"

using namespace tandem::nvidia::ptx;

namespace {

/// y[thread] = the number of the thread 32 further on, by shared memory.
const std::string exchange = kernelText(".param .u64 y", R"(
  .shared .align 4 .b8 s[512];
  ld.param.b64 %rd1, [y];
  mov.u32 %r1, %tid.x;
  mul.wide.u32 %rd2, %r1, 4; mov.b64 %rd3, s;
  add.s64 %rd4, %rd3, %rd2; add.s64 %rd5, %rd1, %rd2;
  st.shared.b32 [%rd4], %r1;
  bar.sync 0;
  add.s32 %r2, %r1, 32; and.b32 %r2, %r2, 127;
  mul.wide.u32 %rd6, %r2, 4; add.s64 %rd6, %rd3, %rd6;
  ld.shared.b32 %r3, [%rd6];
  st.global.b32 [%rd5], %r3;)");

std::string runExchange(const std::string &text, Asynchrony mode,
                        std::vector<uint32_t> &y) {
  y.assign(128, 0);
  Launcher launcher(text);
  launcher.buffer("y", y);
  return launcher.run({.block = {128}}, mode);
}

TEST(PtxBarrierTest, ABarrierOrdersSharedMemory) {
  std::vector<uint32_t> y;
  for (Asynchrony mode : bothModes) {
    ASSERT_EQ(runExchange(exchange, mode, y), "");
    for (uint32_t i = 0; i < 128; ++i) {
      EXPECT_EQ(y[i], (i + 32) % 128);
    }
  }
}

TEST(PtxBarrierTest, AMissingBarrierShowsInBothModes) {
  std::string text = replaced(exchange, "bar.sync 0;", "");
  for (Asynchrony mode : bothModes) {
    std::vector<uint32_t> y;
    ASSERT_EQ(runExchange(text, mode, y), "");
    EXPECT_NE(std::count(y.begin(), y.end(), ~0u), 0);
  }
}

TEST(PtxBarrierTest, AThreadThatDoesNotComeIsADeadlock) {
  std::vector<uint32_t> y;
  std::string text =
      replaced(exchange, "bar.sync 0;",
               "setp.ge.u32 %p1, %r1, 96; @%p1 bar.sync 3; @!%p1 bar.sync 0;");
  EXPECT_EQ(runExchange(text, Asynchrony::eager, y),
            "kernel 'k', block (0,0,0): deadlock: every thread that is left "
            "waits; thread (0,0,0) and 95 more in PTX line 13 ('bar.sync') at "
            "barrier 0, to which 96 of 128 threads came; thread (96,0,0) and "
            "31 more in PTX line 13 ('bar.sync') at barrier 3, to which 32 of "
            "128 threads came");
  text = replaced(exchange, "bar.sync 0;",
                  "setp.eq.u32 %p1, %r1, 5; @%p1 ret; bar.sync 0;");
  EXPECT_EQ(
      runExchange(text, Asynchrony::late, y),
      "kernel 'k', block (0,0,0): deadlock: every thread that is left "
      "waits; thread (0,0,0) and 126 more in PTX line 13 ('bar.sync') at "
      "barrier 0, to which 127 of 128 threads came; 1 threads have ended");
}

TEST(PtxBarrierTest, BarriersUsedWronglyAreErrors) {
  std::vector<uint32_t> y;
  auto message = [&](llvm::StringRef barrier) {
    std::string text = replaced(exchange, "bar.sync 0;", barrier);
    return runExchange(text, Asynchrony::eager, y);
  };
  std::string where = "kernel 'k', PTX line 13 ('bar.sync'), block (0,0,0), "
                      "thread (0,0,0): ";
  EXPECT_EQ(message("bar.sync 16;"), where + "barrier is 16, expected 0 to 15");
  EXPECT_EQ(message("bar.sync 1, 100;"),
            where + "barrier 1 is for 100 threads, expected a multiple of 32 "
                    "up to the block's 128");
  EXPECT_EQ(message("setp.ne.u32 %p1, %r1, 0; @%p1 bar.sync 1, 64; "
                    "@!%p1 bar.sync 1, 128;"),
            "kernel 'k', PTX line 13 ('bar.sync'), block (0,0,0), thread "
            "(1,0,0): barrier 1 is for 64 threads here and for 128 where "
            "others wait");
}

TEST(PtxBarrierTest, NamedBarriersJoinProducersAndConsumers) {
  // Warps 0 and 1 write and go on, 2 and 3 wait and read.
  std::string text = kernelText(".param .u64 y", R"(
  .shared .align 4 .b8 s[256];
  ld.param.b64 %rd1, [y];
  mov.u32 %r1, %tid.x; and.b32 %r2, %r1, 63;
  mul.wide.u32 %rd2, %r2, 4; mov.b64 %rd3, s; add.s64 %rd4, %rd3, %rd2;
  setp.ge.u32 %p1, %r1, 64;
  @%p1 bra consumer;
  st.shared.b32 [%rd4], %r1;
  barrier.cta.arrive 2, 128;
  bra.uni done;
consumer:
  barrier.sync 2, 128;
  ld.shared.b32 %r3, [%rd4]; add.s64 %rd5, %rd1, %rd2;
  st.global.b32 [%rd5], %r3;
done:)");
  std::vector<uint32_t> y(64);
  Launcher launcher(text);
  launcher.buffer("y", y);
  for (Asynchrony mode : bothModes) {
    y.assign(64, 0);
    ASSERT_EQ(launcher.run({.block = {128}}, mode), "");
    for (uint32_t i = 0; i < 64; ++i) {
      EXPECT_EQ(y[i], i);
    }
  }
}

TEST(PtxBarrierTest, ABarrierCountsVotes) {
  std::string text = kernelText(".param .u64 y", R"(
  ld.param.b64 %rd1, [y];
  mov.u32 %r1, %tid.x; setp.lt.u32 %p1, %r1, 40;
  bar.red.popc.u32 %r2, 0, %p1;
  bar.red.and.pred %p2, 0, %p1; bar.red.or.pred %p3, 0, 64, %p1;
  selp.b32 %r3, 1, 0, %p2; selp.b32 %r4, 1, 0, %p3;
  setp.ne.u32 %p4, %r1, 63; @%p4 bra done;
  st.global.v2.b32 [%rd1], {%r2, %r3}; st.global.b32 [%rd1+8], %r4;
done:)");
  std::vector<uint32_t> y(4);
  Launcher launcher(text);
  launcher.buffer("y", y);
  for (Asynchrony mode : bothModes) {
    ASSERT_EQ(launcher.run({.block = {64}}, mode), "");
    EXPECT_EQ(y, (std::vector<uint32_t>{40, 0, 1, 0}));
  }
}

/// Thread 0 makes an mbarrier for COUNT arrivals; warp 1 arrives after it
/// wrote, everybody waits and reads.
const std::string producer = kernelText(".param .u64 y", R"(
  .shared .align 8 .b8 s[136];
  ld.param.b64 %rd1, [y];
  mov.u32 %r1, %tid.x; and.b32 %r2, %r1, 31;
  mul.wide.u32 %rd2, %r2, 4; mov.b64 %rd3, s; add.s64 %rd4, %rd3, %rd2;
  setp.ne.u32 %p1, %r1, 0; setp.lt.u32 %p2, %r1, 32;
  @!%p1 mbarrier.init.shared::cta.b64 [s+128], 32;
  fence.mbarrier_init.release.cluster;
  bar.sync 0;
  @%p2 bra wait;
  st.shared.b32 [%rd4], %r1;
  mbarrier.arrive.release.cta.shared::cta.b64 %rd5, [s+128];
wait:
  mbarrier.try_wait.parity.acquire.cta.shared::cta.b64 %p3, [s+128], 0, 1000;
  @!%p3 bra.uni wait;
  ld.shared.b32 %r3, [%rd4]; mul.wide.u32 %rd6, %r1, 4;
  add.s64 %rd6, %rd1, %rd6; st.global.b32 [%rd6], %r3;)");

std::string runProducer(const std::string &text, Asynchrony mode,
                        std::vector<uint32_t> &y) {
  y.assign(64, 0);
  Launcher launcher(text);
  launcher.buffer("y", y);
  return launcher.run({.block = {64}}, mode);
}

TEST(PtxBarrierTest, AnMbarrierCountsArrivals) {
  for (Asynchrony mode : bothModes) {
    std::vector<uint32_t> y;
    ASSERT_EQ(runProducer(producer, mode, y), "");
    for (uint32_t i = 0; i < 64; ++i) {
      EXPECT_EQ(y[i], i % 32 + 32);
    }
  }
}

TEST(PtxBarrierTest, AnMbarrierMayBeWaitedForByItsState) {
  std::string text =
      replaced(producer,
               "mbarrier.try_wait.parity.acquire.cta.shared::cta.b64 %p3, "
               "[s+128], 0, 1000;",
               "mbarrier.test_wait.shared.b64 %p3, [s+128], %rd7;");
  text = replaced(text, "@%p2 bra wait;", "mov.b64 %rd7, 0; @%p2 bra wait;");
  std::vector<uint32_t> y;
  ASSERT_EQ(runProducer(text, Asynchrony::eager, y), "");
  EXPECT_EQ(y[5], 37u);
}

// `try_wait` may return before the phase is over, and does if nobody else can
// run.
TEST(PtxBarrierTest, AWaitGivesUp) {
  for (Asynchrony mode : bothModes) {
    std::vector<uint32_t> y(1);
    Launcher launcher(kernelText(".param .u64 y", R"(
  .shared .align 8 .b8 s[8];
  ld.param.b64 %rd1, [y]; mov.b32 %r1, 0;
  mbarrier.init.shared::cta.b64 [s], 2;
again:
  mbarrier.try_wait.parity.shared::cta.b64 %p1, [s], 0;
  @%p1 bra done;
  mbarrier.arrive.shared::cta.b64 %rd2, [s]; add.s32 %r1, %r1, 1;
  bra.uni again;
done:
  st.global.b32 [%rd1], %r1;)"));
    launcher.buffer("y", y);
    EXPECT_EQ(launcher.run({}, mode), "");
    EXPECT_EQ(y[0], 2u);
  }
}

TEST(PtxBarrierTest, AMissingMbarrierWaitShows) {
  std::string text = replaced(producer, "@!%p3 bra.uni wait;", "");
  text = replaced(text,
                  "mbarrier.try_wait.parity.acquire.cta.shared::cta.b64 "
                  "%p3, [s+128], 0, 1000;",
                  "");
  std::vector<uint32_t> y;
  ASSERT_EQ(runProducer(text, Asynchrony::late, y), "");
  EXPECT_EQ(y[0], ~0u);
}

TEST(PtxBarrierTest, MbarriersUsedWronglyAreErrors) {
  std::vector<uint32_t> y;
  auto message = [&](llvm::StringRef from, llvm::StringRef to) {
    return runProducer(replaced(producer, from, to), Asynchrony::eager, y);
  };
  EXPECT_EQ(message("[s+128], 32;", "[s+128], 33;"),
            "kernel 'k', block (0,0,0): deadlock: every thread that is left "
            "waits; thread (0,0,0) and 63 more in PTX line 19 "
            "('mbarrier.try_wait.parity.acquire.cta.shared::cta.b64') at the "
            "mbarrier at shared offset 128, whose phase 0 lacks 1 of 33 "
            "arrivals and 0 bytes");
  // 31 arrivals too many complete further phases and one too many is refused.
  EXPECT_EQ(message("%rd5, [s+128];", "%rd5, [s+128], 20;"),
            "kernel 'k', PTX line 17 "
            "('mbarrier.arrive.release.cta.shared::cta.b64'), block (0,0,0), "
            "thread (32,0,0): mbarrier at shared offset 128 gets 20 arrivals, "
            "of its 32 this phase lacks only 12");
  EXPECT_EQ(message("@!%p1 mbarrier.init", "mbarrier.init"),
            "kernel 'k', PTX line 12 ('mbarrier.init.shared::cta.b64'), block "
            "(0,0,0), thread (1,0,0): mbarrier at shared offset 128 is "
            "initialised again without mbarrier.inval");
  EXPECT_EQ(message("@!%p1 mbarrier.init.shared::cta.b64 [s+128], 32;", ""),
            "kernel 'k', PTX line 17 "
            "('mbarrier.arrive.release.cta.shared::cta.b64'), block (0,0,0), "
            "thread (63,0,0): mbarrier at shared offset 128 is used before "
            "mbarrier.init");
}

} // namespace
