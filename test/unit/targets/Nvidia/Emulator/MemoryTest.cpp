//===- MemoryTest.cpp - state spaces and their checks -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launches.h"

using namespace tandem::nvidia::ptx;

namespace {

/// Adds 1 to x[thread of the grid], `.v4` at a time.
constexpr const char *addOne = R"(
  ld.param.b64 %rd1, [x];
  mov.u32 %r1, %ctaid.x; mov.u32 %r2, %ntid.x; mov.u32 %r3, %tid.x;
  mad.lo.s32 %r4, %r1, %r2, %r3;
  mul.wide.u32 %rd2, %r4, 16;
  add.s64 %rd1, %rd1, %rd2;
  ld.global.v4.b32 {%f1, %f2, %f3, %f4}, [%rd1];
  add.f32 %f1, %f1, 0f3F800000; add.f32 %f2, %f2, 0f3F800000;
  add.f32 %f3, %f3, 0f3F800000; add.f32 %f4, %f4, 0f3F800000;
  st.global.v4.b32 [%rd1], {%f1, %f2, %f3, %f4};)";

TEST(PtxMemoryTest, EveryThreadOfEveryBlockRuns) {
  std::vector<float> x(4 * 3 * 40, 1);
  Launcher launcher(kernelText(".param .u64 x", addOne));
  launcher.buffer("x", x);
  for (Asynchrony mode : bothModes) {
    EXPECT_EQ(launcher.run({.grid = {3}, .block = {40}}, mode), "");
  }
  EXPECT_EQ(x, std::vector<float>(x.size(), 3));
}

TEST(PtxMemoryTest, AnAccessBehindABufferNamesWhoAndWhere) {
  std::vector<float> x(4 * 3 * 40 - 2, 1);
  Launcher launcher(kernelText(".param .u64 x", addOne));
  launcher.buffer("x", x);
  std::string message =
      launcher.run({.grid = {3}, .block = {40}}, Asynchrony::eager);
  EXPECT_TRUE(startsWith(message,
                         "kernel 'k', PTX line 12 ('ld.global.v4.b32'), block "
                         "(2,0,0), thread (39,0,0): 16 bytes at address 0x"));
  EXPECT_TRUE(endsWith(message,
                       " are outside every buffer, at byte 1904 of buffer 'x' "
                       "of 1912 bytes"));
}

TEST(PtxMemoryTest, AMisalignedAccessIsAnError) {
  // Thread 0 is right and leaves the buffer in the instruction's cache.
  std::vector<float> x(64, 1);
  Launcher launcher(kernelText(".param .u64 x", R"(
  ld.param.b64 %rd1, [x]; mov.u32 %r1, %tid.x;
  mul.wide.u32 %rd2, %r1, 4; add.s64 %rd1, %rd1, %rd2;
  ld.global.v2.b32 {%r1, %r2}, [%rd1];)"));
  launcher.buffer("x", x);
  std::string message = launcher.run({.block = {2}}, Asynchrony::eager);
  EXPECT_TRUE(startsWith(message,
                         "kernel 'k', PTX line 9 ('ld.global.v2.b32'), block "
                         "(0,0,0), thread (1,0,0): address 0x"));
  EXPECT_TRUE(endsWith(message, " is misaligned, expected a multiple of 8"));
}

TEST(PtxMemoryTest, AReadOnlyBufferIsNotWritten) {
  std::vector<float> x(4, 1);
  Launcher launcher(kernelText(".param .u64 x", addOne));
  launcher.buffer("x", x, Access::readOnly);
  EXPECT_TRUE(endsWith(launcher.run({}, Asynchrony::eager),
                       " of buffer 'x', which is read-only"));
}

TEST(PtxMemoryTest, EveryWidthIsLoadedAndStored) {
  std::vector<uint64_t> x = {0x8182838485868788, 0x0102030405060708}, y(16);
  Launcher launcher(kernelText(".param .u64 x, .param .u64 y", R"(
  ld.param.b64 %rd1, [x]; ld.param.b64 %rd2, [y];
  ld.global.u8 %rd3, [%rd1]; st.global.b64 [%rd2], %rd3;
  ld.global.s8 %rd3, [%rd1]; st.global.b64 [%rd2+8], %rd3;
  ld.global.b16 %rs1, [%rd1+2]; st.global.b16 [%rd2+16], %rs1;
  ld.global.nc.s16 %r1, [%rd1+2]; st.global.b32 [%rd2+24], %r1;
  ld.global.v2.b64 {%rd4, %rd5}, [%rd1]; st.global.v2.b64 [%rd2+32], {%rd5, %rd4};
  ld.global.v4.b16 {%rs1, %rs2, %rs3, %rs4}, [%rd1];
  st.global.v4.b16 [%rd2+48], {%rs4, %rs3, %rs2, %rs1};
  ld.v2.b32 {%r1, _}, [%rd1]; st.b8 [%rd2+56], %r1;
  cvta.to.global.u64 %rd6, %rd2; st.global.b32 [%rd6+64], -1;)"));
  launcher.buffer("x", x).buffer("y", y);
  ASSERT_EQ(launcher.run({}, Asynchrony::eager), "");
  EXPECT_EQ(y[0], 0x88u);
  EXPECT_EQ(y[1], 0xffffffffffffff88u);
  EXPECT_EQ(y[2], 0x8586u);
  EXPECT_EQ(y[3], 0xffff8586u);
  EXPECT_EQ(y[4], x[1]);
  EXPECT_EQ(y[5], x[0]);
  EXPECT_EQ(y[6], 0x8788858683848182u);
  EXPECT_EQ(y[7], 0x88u);
  EXPECT_EQ(y[8], 0xffffffffu);
}

TEST(PtxMemoryTest, UnwrittenSharedMemoryAndRegistersAreNan) {
  std::vector<uint32_t> y(2);
  Launcher launcher(kernelText(".param .u64 y", R"(
  .shared .align 4 .b8 s[16];
  ld.param.b64 %rd2, [y];
  ld.shared.b32 %r1, [s+4]; st.global.b32 [%rd2], %r1;
  st.global.b32 [%rd2+4], %r2;)"));
  launcher.buffer("y", y);
  ASSERT_EQ(launcher.run({}, Asynchrony::eager), "");
  EXPECT_EQ(y, std::vector<uint32_t>(2, ~0u));
}

/// Writes the thread's number to s[thread], reads s[limit - 1 - thread].
std::string reverse(llvm::StringRef declaration) {
  return replaced(kernelText(".param .u64 y", R"(
  ld.param.b64 %rd1, [y];
  mov.u32 %r1, %tid.x; mov.b64 %rd2, s;
  mul.wide.u32 %rd3, %r1, 4; add.s64 %rd4, %rd2, %rd3;
  st.shared.b32 [%rd4], %r1;
  bar.sync 0;
  sub.s32 %r2, 63, %r1; shl.b32 %r2, %r2, 2; cvt.u32.u64 %r3, %rd2;
  add.s32 %r2, %r2, %r3;
  ld.shared.b32 %r4, [%r2];
  cvta.shared.u64 %rd5, %rd4; ld.b32 %r5, [%rd5]; sub.s32 %r6, %r4, %r5;
  add.s64 %rd1, %rd1, %rd3; st.global.b32 [%rd1], %r6;)"),
                  ".visible", (declaration + "\n.visible").str());
}

TEST(PtxMemoryTest, SharedMemoryIsStaticOrDynamic) {
  std::vector<int32_t> y(64), expected(64);
  for (int i = 0; i < 64; ++i) {
    expected[i] = 63 - 2 * i;
  }
  for (Asynchrony mode : bothModes) {
    for (bool isDynamic : {false, true}) {
      Launcher launcher(reverse(isDynamic
                                    ? ".extern .shared .align 128 .b8 s[];"
                                    : ".shared .align 4 .b8 s[256];"));
      launcher.buffer("y", y);
      y.assign(64, 0);
      LaunchShape shape{.block = {64},
                        .dynamicSharedBytes = isDynamic ? 256u : 0u};
      EXPECT_EQ(launcher.run(shape, mode), "");
      EXPECT_EQ(y, expected);
    }
  }
}

TEST(PtxMemoryTest, SharedMemoryIsAsLargeAsTheLaunchSays) {
  std::vector<int32_t> y(64);
  Launcher launcher(reverse(".extern .shared .align 128 .b8 s[];"));
  launcher.buffer("y", y);
  EXPECT_EQ(launcher.run({.block = {64}, .dynamicSharedBytes = 252},
                         Asynchrony::eager),
            "kernel 'k', PTX line 11 ('st.shared.b32'), block (0,0,0), thread "
            "(63,0,0): 4 bytes at offset 252 are outside the block's shared "
            "memory of 252 bytes");
  EXPECT_EQ(launcher.run({.block = {64}, .dynamicSharedBytes = 1 << 20},
                         Asynchrony::eager),
            "launch of 'k': a block needs 1048576 bytes of shared memory, the "
            "chip has 232448");
  // The first half is inside.
  Launcher wide(replaced(kernelText("", "  ld.shared.b64 %rd1, [s+8];"),
                         ".visible",
                         ".extern .shared .align 16 .b8 s[];\n.visible"));
  EXPECT_EQ(
      wide.run({.dynamicSharedBytes = 12}, Asynchrony::eager),
      "kernel 'k', PTX line 7 ('ld.shared.b64'), block (0,0,0), thread "
      "(0,0,0): 8 bytes at offset 8 are outside the block's shared memory "
      "of 12 bytes");
}

TEST(PtxMemoryTest, LocalMemoryIsTheThreads) {
  std::vector<int32_t> y(64);
  std::string text = kernelText(".param .u64 y", R"(
  .local .align 8 .b8 depot[16];
  ld.param.b64 %rd1, [y];
  mov.u32 %r1, %tid.x; mov.b64 %rd2, depot; cvta.local.u64 %rd3, %rd2;
  st.local.b32 [%rd2+4], %r1;
  bar.sync 0;
  ld.b32 %r2, [%rd3+4];
  mul.wide.u32 %rd4, %r1, 4; add.s64 %rd1, %rd1, %rd4;
  st.global.b32 [%rd1], %r2;)");
  Launcher launcher(text);
  launcher.buffer("y", y);
  ASSERT_EQ(launcher.run({.block = {64}}, Asynchrony::late), "");
  for (int i = 0; i < 64; ++i) {
    EXPECT_EQ(y[i], i);
  }
  Launcher outside(replaced(text, "[%rd2+4]", "[%rd2+16]"));
  outside.buffer("y", y);
  EXPECT_TRUE(endsWith(outside.run({.block = {64}}, Asynchrony::eager),
                       " are outside the thread's local memory of 16 bytes"));
}

TEST(PtxMemoryTest, VariablesHaveTheirInitialValues) {
  std::string text = moduleText(R"(
.const .align 4 .b8 table[16] = {1, 0, 0, 0, 2, 0, 0, 0, 3};
.visible .global .align 4 .f32 number[2] = {0f3F800000, 0f40200000};
.visible .global .align 8 .u64 place[2] = {generic(number), number+4};
.global .align 4 .u32 count;
.visible .entry k(.param .u64 y) {
  .reg .b32 %r<8>; .reg .b64 %rd<8>;
  ld.param.b64 %rd1, [y];
  ld.const.b32 %r1, [table+8];
  ld.global.b64 %rd2, [place+8]; ld.global.b32 %r2, [%rd2];
  atom.global.add.u32 %r3, [count], 5;
  st.global.v2.b32 [%rd1], {%r1, %r2}; st.global.b32 [%rd1+8], %r3;
  ret;
})");
  std::vector<uint32_t> y(4);
  Launcher launcher(text);
  launcher.buffer("y", y);
  ASSERT_EQ(launcher.run({}, Asynchrony::eager), "");
  EXPECT_EQ(y, (std::vector<uint32_t>{3, 0x40200000, 0, 0}));
  // Variables live as long as the module.
  ASSERT_EQ(launcher.run({}, Asynchrony::eager), "");
  EXPECT_EQ(y[2], 5u);
}

TEST(PtxMemoryTest, AtomicsReturnWhatWasThere) {
  struct Case {
    const char *instruction;
    uint32_t before, value, after;
  };
  const Case cases[] = {
      {"atom.global.add.u32", 5, 3, 8},
      {"atom.global.min.s32", 5, 0xffffffff, 0xffffffff},
      {"atom.global.max.u32", 5, 0xffffffff, 0xffffffff},
      {"atom.global.and.b32", 6, 3, 2},
      {"atom.global.or.b32", 6, 3, 7},
      {"atom.global.xor.b32", 6, 3, 5},
      {"atom.global.exch.b32", 6, 3, 3},
      {"atom.global.inc.u32", 5, 5, 0},
      {"atom.global.dec.u32", 0, 5, 5},
      {"atom.acq_rel.gpu.global.add.f32", 0x3f800000, 0x40000000, 0x40400000},
      {"atom.global.add.noftz.bf16x2", 0x3f803f80, 0x40003f80, 0x40404000},
  };
  for (const Case &test : cases) {
    std::vector<uint32_t> x = {test.before}, y(1);
    Launcher launcher(kernelText(
        ".param .u64 x, .param .u64 y, .param .u32 value",
        std::string("  ld.param.b64 %rd1, [x]; ld.param.b64 %rd2, [y]; "
                    "ld.param.b32 %r1, [value];\n  ") +
            test.instruction +
            " %r2, [%rd1], %r1;\n  st.global.b32 [%rd2], %r2;"));
    launcher.buffer("x", x).buffer("y", y).argument(test.value);
    ASSERT_EQ(launcher.run({}, Asynchrony::eager), "") << test.instruction;
    EXPECT_EQ(x[0], test.after) << test.instruction;
    EXPECT_EQ(y[0], test.before) << test.instruction;
  }
}

TEST(PtxMemoryTest, AtomicsOfManyThreadsAddUp) {
  std::vector<uint32_t> x = {0};
  std::vector<float> y = {0};
  Launcher launcher(kernelText(".param .u64 x, .param .u64 y", R"(
  ld.param.b64 %rd1, [x]; ld.param.b64 %rd2, [y];
  red.global.add.u32 [%rd1], 1;
  red.relaxed.gpu.global.add.f32 [%rd2], 0f3F000000;
again:
  atom.global.cas.b32 %r1, [%rd1], 100000, 0;
  setp.eq.s32 %p1, %r1, 100000;
  @%p1 bra again;)"));
  launcher.buffer("x", x).buffer("y", y);
  ASSERT_EQ(
      launcher.run({.grid = {2, 3}, .block = {8, 4, 2}}, Asynchrony::late), "");
  EXPECT_EQ(x[0], 384u);
  EXPECT_EQ(y[0], 192.0f);
}

TEST(PtxMemoryTest, ParametersHaveTheirBytes) {
  std::vector<uint32_t> y(2);
  std::string text =
      kernelText(".param .u64 y, .param .align 8 .b8 two[16]", R"(
  ld.param.b64 %rd1, [y];
  mov.b64 %rd2, two; cvta.param.u64 %rd3, %rd2;
  ld.param.b32 %r1, [two+12]; ld.b32 %r2, [%rd3+4];
  st.global.v2.b32 [%rd1], {%r1, %r2};)");
  Launcher launcher(text);
  uint32_t two[4] = {1, 2, 3, 4};
  launcher.buffer("y", y).argument(two);
  ASSERT_EQ(launcher.run({}, Asynchrony::eager), "");
  EXPECT_EQ(y, (std::vector<uint32_t>{4, 2}));

  EXPECT_EQ(loadError(replaced(text, "[two+12]", "[two+14]")),
            "PTX line 9: 'ld.param.b32' accesses bytes 14 to 18 of parameter "
            "'two', which has 16");
  launcher.arguments.pop_back();
  EXPECT_EQ(launcher.run({}, Asynchrony::eager),
            "launch of 'k': has 2 parameters, got 1 arguments");
  launcher.argument(uint32_t(1));
  EXPECT_EQ(launcher.run({}, Asynchrony::eager),
            "launch of 'k': parameter 'two' has 16 bytes, its argument 4");
}

TEST(PtxMemoryTest, BuffersMayNotOverlap) {
  std::vector<char> bytes(16);
  Memory memory;
  EXPECT_EQ(llvm::toString(memory.add("a", bytes.data(), 8)), "");
  EXPECT_EQ(llvm::toString(memory.add("b", bytes.data() + 8, 8)), "");
  EXPECT_EQ(llvm::toString(memory.add("c", bytes.data() + 7, 1)),
            "buffer 'c' overlaps buffer 'a'");
  EXPECT_EQ(llvm::toString(memory.add("d", bytes.data(), 0)),
            "buffer 'd' is empty; leave it out instead");
  memory.remove(bytes.data());
  EXPECT_EQ(llvm::toString(memory.add("e", bytes.data(), 8)), "");
}

} // namespace
