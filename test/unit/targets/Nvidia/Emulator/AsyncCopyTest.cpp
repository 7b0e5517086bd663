//===- AsyncCopyTest.cpp - copies that take effect later --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launches.h"

#include <numeric>

using namespace tandem::nvidia::ptx;

namespace {

std::vector<uint32_t> counting(size_t count, uint32_t first = 1) {
  std::vector<uint32_t> values(count);
  std::iota(values.begin(), values.end(), first);
  return values;
}

//===----------------------------------------------------------------------===//
// cp.async
//===----------------------------------------------------------------------===//

/// Each of 32 threads copies 16 bytes of x to shared memory, the last 8 threads
/// read only 4; thread t gives y what thread 31 - t copied.
const std::string copy = kernelText(".param .u64 x, .param .u64 y", R"(
  .shared .align 16 .b8 s[512];
  ld.param.b64 %rd1, [x]; ld.param.b64 %rd2, [y];
  mov.u32 %r1, %tid.x; mul.wide.u32 %rd3, %r1, 16; mov.b64 %rd4, s;
  add.s64 %rd5, %rd1, %rd3; add.s64 %rd6, %rd4, %rd3; add.s64 %rd7, %rd2, %rd3;
  setp.lt.u32 %p1, %r1, 24; selp.b32 %r2, 16, 4, %p1;
  cp.async.cg.shared.global [%rd6], [%rd5], 16, %r2;
  cp.async.commit_group;
  cp.async.wait_group 0;
  bar.sync 0;
  sub.s64 %rd8, %rd4, %rd3; add.s64 %rd8, %rd8, 496;
  ld.shared.v4.b32 {%r3, %r4, %r5, %r6}, [%rd8];
  st.global.v4.b32 [%rd7], {%r3, %r4, %r5, %r6};)");

std::string runCopy(const std::string &text, Asynchrony mode,
                    std::vector<uint32_t> &y) {
  std::vector<uint32_t> x = counting(128);
  y.assign(128, 0);
  Launcher launcher(text);
  launcher.buffer("x", x, Access::readOnly).buffer("y", y);
  return launcher.run({.block = {32}}, mode);
}

std::vector<uint32_t> expectedCopy() {
  std::vector<uint32_t> y(128);
  for (uint32_t i = 0; i < 128; ++i) {
    uint32_t source = 4 * (31 - i / 4) + i % 4;
    y[i] = source >= 96 && i % 4 != 0 ? 0 : source + 1;
  }
  return y;
}

TEST(PtxAsyncCopyTest, CopiesAndFillsWithZeros) {
  for (Asynchrony mode : bothModes) {
    std::vector<uint32_t> y;
    ASSERT_EQ(runCopy(copy, mode, y), "");
    EXPECT_EQ(y, expectedCopy());
  }
}

TEST(PtxAsyncCopyTest, AMissingWaitShowsLate) {
  // The wait is there, but behind the reads.
  std::string text = replaced(copy, "cp.async.wait_group 0;", "");
  text = replaced(text, "  ret;", "  cp.async.wait_all; ret;");
  std::vector<uint32_t> y;
  ASSERT_EQ(runCopy(text, Asynchrony::eager, y), "");
  EXPECT_EQ(y, expectedCopy());
  ASSERT_EQ(runCopy(text, Asynchrony::late, y), "");
  EXPECT_NE(y, expectedCopy());
}

TEST(PtxAsyncCopyTest, AWaitThatAllowsAGroupTooManyShowsLate) {
  std::string text = replaced(copy, "wait_group 0;", "wait_group 1;");
  text = replaced(text, "  ret;", "  cp.async.wait_all; ret;");
  std::vector<uint32_t> y;
  ASSERT_EQ(runCopy(text, Asynchrony::late, y), "");
  EXPECT_NE(y, expectedCopy());
}

TEST(PtxAsyncCopyTest, CopiesNobodyWaitsForAreErrors) {
  std::vector<uint32_t> y;
  EXPECT_EQ(runCopy(replaced(copy, "cp.async.wait_group 0;", ""),
                    Asynchrony::late, y),
            "kernel 'k', PTX line 12 ('cp.async.cg.shared.global'), block "
            "(0,0,0), thread (0,0,0): is not waited for by its thread");
  EXPECT_EQ(runCopy(replaced(copy, "cp.async.commit_group;", ""),
                    Asynchrony::late, y),
            "kernel 'k', PTX line 12 ('cp.async.cg.shared.global'), block "
            "(0,0,0), thread (0,0,0): is neither committed nor waited for by "
            "its thread");
}

TEST(PtxAsyncCopyTest, ACopyIsChecked) {
  std::vector<uint32_t> y;
  for (Asynchrony mode : bothModes) {
    EXPECT_TRUE(
        endsWith(runCopy(replaced(copy, "[%rd5], 16", "[%rd5+8], 16"), mode, y),
                 " is misaligned, expected a multiple of 16"));
    EXPECT_TRUE(
        endsWith(runCopy(replaced(copy, "[%rd6]", "[%rd6+16]"), mode, y),
                 "16 bytes at offset 512 are outside the block's "
                 "shared memory of 512 bytes"));
    EXPECT_TRUE(
        endsWith(runCopy(replaced(copy, "selp.b32 %r2, 16", "selp.b32 %r2, 17"),
                         mode, y),
                 "reads 17 bytes, expected at most 16"));
  }
  EXPECT_EQ(
      loadError(replaced(copy, "[%rd5], 16", "[%rd5], 12")),
      "PTX line 12: 'cp.async.cg.shared.global' copies a size that is not "
      "modelled, expected 16 bytes, or 4 or 8 with .ca");
}

//===----------------------------------------------------------------------===//
// cp.async.bulk.tensor
//===----------------------------------------------------------------------===//

/// Thread 0 copies a box of 64 columns and 8 rows of bf16, at (c, r), to shared
/// memory; every thread gives y 16 bytes of it as they lie there.
const std::string loadBox =
    kernelText(".param .align 64 .b8 map[128], .param .u64 y, .param .u32 c, "
               ".param .u32 r",
               R"(
  .shared .align 1024 .b8 s[1032];
  ld.param.b64 %rd2, [y]; ld.param.b32 %r2, [c]; ld.param.b32 %r3, [r];
  mov.b64 %rd3, map; cvta.param.u64 %rd3, %rd3;
  mov.u32 %r1, %tid.x; setp.ne.u32 %p1, %r1, 0; mov.b64 %rd4, s;
  @%p1 bra ready;
  mbarrier.init.shared.b64 [s+1024], 1;
  mbarrier.arrive.expect_tx.shared.b64 %rd5, [s+1024], 1024;
  cvta.shared.u64 %rd6, %rd4; cvta.to.shared::cluster.u64 %rd6, %rd6;
  cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%rd6], [%rd3, {%r2, %r3}], [s+1024];
ready:
  bar.sync 0;
wait:
  mbarrier.try_wait.parity.shared.b64 %p2, [s+1024], 0;
  @!%p2 bra wait;
  mul.wide.u32 %rd7, %r1, 16; add.s64 %rd8, %rd4, %rd7;
  ld.shared.v4.b32 {%r4, %r5, %r6, %r7}, [%rd8];
  add.s64 %rd9, %rd2, %rd7;
  st.global.v4.b32 [%rd9], {%r4, %r5, %r6, %r7};)");

/// x[row][column] = 256 row + column, 10 rows of 72 columns.
std::vector<uint16_t> matrix() {
  std::vector<uint16_t> x(10 * 72);
  for (size_t i = 0; i < x.size(); ++i) {
    x[i] = 256 * (i / 72) + i % 72;
  }
  return x;
}

std::string runBox(const std::string &text, Asynchrony mode,
                   uint32_t swizzleBytes, int32_t column, int32_t row,
                   std::vector<uint16_t> &y) {
  std::vector<uint16_t> x = matrix();
  y.assign(512, 0);
  auto map = encode({.base = x.data(),
                     .elementBytes = 2,
                     .sizes = {72, 10},
                     .strides = {144},
                     .box = {64, 8},
                     .swizzleBytes = swizzleBytes});
  if (!map) {
    return llvm::toString(map.takeError());
  }
  Launcher launcher(text);
  launcher.argument(*map).buffer("y", y).argument(column).argument(row);
  EXPECT_EQ(llvm::toString(launcher.memory.add("x", x.data(), 1440)), "");
  return launcher.run({.block = {64}}, mode);
}

/// Element (row, column) of the box as the 128-byte swizzle places it.
size_t place(size_t row, size_t column, bool isSwizzled) {
  size_t chunk = column / 8 ^ (isSwizzled ? row % 8 : 0);
  return row * 64 + chunk * 8 + column % 8;
}

TEST(PtxAsyncCopyTest, ATensorMapCopiesABoxWithZerosOutside) {
  for (Asynchrony mode : bothModes) {
    for (uint32_t swizzleBytes : {0, 128}) {
      std::vector<uint16_t> y;
      ASSERT_EQ(runBox(loadBox, mode, swizzleBytes, 16, 5, y), "");
      for (size_t row = 0; row < 8; ++row) {
        for (size_t column = 0; column < 64; ++column) {
          bool isInside = row + 5 < 10 && column + 16 < 72;
          EXPECT_EQ(y[place(row, column, swizzleBytes == 128)],
                    isInside ? 256 * (row + 5) + column + 16 : 0);
        }
      }
      ASSERT_EQ(runBox(loadBox, mode, swizzleBytes, -1, -1, y), "");
      bool isSwizzled = swizzleBytes == 128;
      EXPECT_EQ(y[place(0, 1, isSwizzled)], 0);
      EXPECT_EQ(y[place(1, 0, isSwizzled)], 0);
      EXPECT_EQ(y[place(2, 3, isSwizzled)], 256 + 2);
    }
  }
}

TEST(PtxAsyncCopyTest, AMissingTensorWaitShowsLate) {
  std::string text = replaced(loadBox, "@!%p2 bra wait;", "");
  text = replaced(text,
                  "wait:\n  mbarrier.try_wait.parity.shared.b64 %p2, "
                  "[s+1024], 0;",
                  "");
  std::vector<uint16_t> y;
  EXPECT_EQ(runBox(text, Asynchrony::eager, 128, 0, 0, y), "");
  EXPECT_EQ(runBox(text, Asynchrony::late, 128, 0, 0, y),
            "kernel 'k', PTX line 15 ('cp.async.bulk.tensor.2d.shared::cluster."
            "global.tile.mbarrier::complete_tx::bytes'), block (0,0,0), thread "
            "(0,0,0): is still under way when its block ends; nobody waits for "
            "it");
}

TEST(PtxAsyncCopyTest, ABufferIsUnknownWhileItIsLoadedAgain) {
  // The same bytes come again: only what is there meanwhile can differ.
  std::string again = replaced(
      loadBox, "  mul.wide.u32 %rd7",
      "  bar.sync 0; @%p1 bra other;\n"
      "  mbarrier.arrive.expect_tx.shared.b64 %rd5, [s+1024], 1024;\n"
      "  cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::"
      "complete_tx::bytes [%rd6], [%rd3, {%r2, %r3}], [s+1024];\n"
      "other:\n  mul.wide.u32 %rd7");
  again = replaced(again, "  ret;",
                   "last: mbarrier.try_wait.parity.shared.b64 %p2, [s+1024], "
                   "1;\n  @!%p2 bra last; ret;");
  std::vector<uint16_t> once, twice;
  ASSERT_EQ(runBox(loadBox, Asynchrony::late, 128, 0, 0, once), "");
  ASSERT_EQ(runBox(again, Asynchrony::eager, 128, 0, 0, twice), "");
  EXPECT_EQ(twice, once);
  ASSERT_EQ(runBox(again, Asynchrony::late, 128, 0, 0, twice), "");
  EXPECT_NE(twice, once);

  std::string copies = replaced(copy, "bar.sync 0;",
                                "bar.sync 0; cp.async.cg.shared.global [%rd6], "
                                "[%rd5], 16, %r2; bar.sync 0;");
  copies = replaced(copies, "  ret;", "  cp.async.wait_all; ret;");
  std::vector<uint32_t> y;
  ASSERT_EQ(runCopy(copies, Asynchrony::eager, y), "");
  EXPECT_EQ(y, expectedCopy());
  ASSERT_EQ(runCopy(copies, Asynchrony::late, y), "");
  EXPECT_NE(y, expectedCopy());
}

TEST(PtxAsyncCopyTest, TensorCopiesUsedWronglyAreErrors) {
  std::vector<uint16_t> y;
  for (Asynchrony mode : bothModes) {
    EXPECT_TRUE(
        endsWith(runBox(replaced(loadBox, "[s+1024], 1024;", "[s+1024], 1008;"),
                        mode, 128, 0, 0, y),
                 "whose phase 0 lacks 0 of 1 arrivals and -16 bytes"));
    EXPECT_TRUE(
        endsWith(runBox(replaced(loadBox, "[s+1024], 1024;", "[s+1024], 1040;"),
                        mode, 128, 0, 0, y),
                 "whose phase 0 lacks 0 of 1 arrivals and 16 bytes"));
    EXPECT_TRUE(
        endsWith(runBox(replaced(loadBox, "[%rd6], [%rd3", "[%rd6+128], [%rd3"),
                        mode, 128, 0, 0, y),
                 "address 0x480 is misaligned, expected a multiple of "
                 "1024"));
    Launcher launcher(loadBox);
    launcher.argument(EncodedTensorMap{}).buffer("y", y);
    launcher.argument(int32_t(0)).argument(int32_t(0));
    EXPECT_TRUE(endsWith(launcher.run({.block = {64}}, mode),
                         "names memory that holds no tensor map"));
  }
}

TEST(PtxAsyncCopyTest, ATensorMapIsStoredFromSharedMemory) {
  std::string text =
      kernelText(".param .align 64 .b8 map[128], .param .u64 y", R"(
  .shared .align 1024 .b8 s[1024];
  mov.b64 %rd3, map; cvta.param.u64 %rd3, %rd3; ld.param.b64 %rd2, [y];
  mov.u32 %r1, %tid.x; mov.b64 %rd4, s;
  mul.wide.u32 %rd7, %r1, 16; add.s64 %rd8, %rd4, %rd7;
  st.shared.v4.b32 [%rd8], {%r1, %r1, %r1, %r1};
  fence.proxy.async.shared::cta; bar.sync 0;
  setp.ne.u32 %p1, %r1, 0; @%p1 bra done;
  mov.b32 %r2, 8; mov.b32 %r3, 6;
  cp.async.bulk.tensor.2d.global.shared::cta.tile.bulk_group [%rd3, {%r2, %r3}], [%rd4];
  cp.async.bulk.commit_group; cp.async.bulk.wait_group 0;
done:)");
  for (Asynchrony mode : bothModes) {
    std::vector<uint16_t> x = matrix(), before = x, unused(8);
    auto map = encode({.base = x.data(),
                       .elementBytes = 2,
                       .sizes = {72, 10},
                       .strides = {144},
                       .box = {64, 8},
                       .swizzleBytes = 128});
    ASSERT_TRUE(bool(map));
    Launcher launcher(text);
    launcher.argument(*map).buffer("y", unused);
    ASSERT_EQ(llvm::toString(launcher.memory.add("x", x.data(), 1440)), "");
    ASSERT_EQ(launcher.run({.block = {64}}, mode), "");
    for (size_t i = 0; i < x.size(); ++i) {
      size_t row = i / 72, column = i % 72;
      bool isInside = row >= 6 && column >= 8;
      size_t chunk = isInside ? place(row - 6, column - 8, true) / 8 : 0;
      EXPECT_EQ(x[i], !isInside ? before[i] : i % 2 ? 0 : chunk) << i;
    }
  }
}

TEST(PtxAsyncCopyTest, ATensorMapIsCheckedAsTheDriverDoes) {
  std::vector<uint16_t> x(64);
  TensorMap map{.base = x.data(),
                .elementBytes = 2,
                .sizes = {64, 8},
                .strides = {128},
                .box = {64, 8},
                .swizzleBytes = 128};
  auto error = [](const TensorMap &map) {
    auto encoded = encode(map);
    return encoded ? "" : llvm::toString(encoded.takeError());
  };
  EXPECT_EQ(error(map), "");
  TensorMap other = map;
  other.strides = {120};
  EXPECT_EQ(error(other), "tensor map: stride of dimension 1 is 120 bytes, "
                          "expected a multiple of 16 below 2^40");
  other = map;
  other.box = {128, 8};
  EXPECT_EQ(error(other), "tensor map: a row of the box is 256 bytes, expected "
                          "at most the swizzle's 128");
  other = map;
  other.box = {64, 512};
  EXPECT_EQ(error(other),
            "tensor map: box of dimension 1 is 512, expected 1 to 256");
  other = map;
  other.base = x.data() + 1;
  EXPECT_EQ(error(other), "tensor map: base is not 16-byte aligned");
}

TEST(PtxAsyncCopyTest, BulkCopiesWithoutAMap) {
  std::string text = kernelText(".param .u64 x, .param .u64 y", R"(
  .shared .align 16 .b8 s[80];
  ld.param.b64 %rd1, [x]; ld.param.b64 %rd2, [y];
  mbarrier.init.shared.b64 [s+64], 1;
  mbarrier.arrive.expect_tx.shared.b64 _, [s+64], 64;
  mov.b64 %rd3, s; mov.b32 %r1, 64;
  cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%rd3], [%rd1], %r1, [s+64];
wait: mbarrier.try_wait.parity.shared.b64 %p2, [s+64], 0;
  @!%p2 bra wait;
  cp.async.bulk.global.shared::cta.bulk_group [%rd2], [%rd3], 32;
  cp.async.bulk.commit_group; cp.async.bulk.wait_group.read 0;)");
  for (Asynchrony mode : bothModes) {
    std::vector<uint32_t> x = counting(16), y(16);
    // Bulk copies want 16 bytes, as allocations of this size have.
    Launcher launcher(text);
    launcher.buffer("x", x).buffer("y", y);
    ASSERT_EQ(launcher.run({}, mode), "");
    for (uint32_t i = 0; i < 16; ++i) {
      EXPECT_EQ(y[i], i < 8 ? i + 1 : 0);
    }
  }
}

TEST(PtxAsyncCopyTest, AnMbarrierWaitsForTheCopiesOfThreads) {
  std::string text = replaced(
      copy, "cp.async.commit_group;",
      ".shared .align 8 .b8 bar[8]; setp.ne.u32 %p2, %r1, 0;\n"
      "@!%p2 mbarrier.init.shared.b64 [bar], 32; bar.sync 0;\n"
      "cp.async.mbarrier.arrive.noinc.shared.b64 [bar];\n"
      "wait: mbarrier.try_wait.parity.shared.b64 %p3, [bar], 0; @!%p3 bra "
      "wait;");
  text = replaced(text, "cp.async.wait_group 0;", "");
  for (Asynchrony mode : bothModes) {
    std::vector<uint32_t> y;
    ASSERT_EQ(runCopy(text, mode, y), "");
    EXPECT_EQ(y, expectedCopy());
  }
}

} // namespace
