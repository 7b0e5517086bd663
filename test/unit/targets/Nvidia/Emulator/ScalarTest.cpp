//===- ScalarTest.cpp - instructions of one thread --------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launches.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"

#include <cmath>

using namespace tandem::nvidia::ptx;

namespace {

/// An instruction on %x, %y, %z (64 bits), %a, %b, %c (their low 32) or %h, %i,
/// %j (their low 16). The result is in %w, %d, %s or %p, by `result`.
struct Case {
  const char *body;
  char result;
  uint64_t x, y, z;
  uint64_t expected;
};

uint64_t bits(float value) { return llvm::bit_cast<uint32_t>(value); }
uint64_t bits(double value) { return llvm::bit_cast<uint64_t>(value); }

/// Runs all cases in one kernel, one after another.
void runCases(llvm::ArrayRef<Case> cases) {
  std::string body = "  ld.param.b64 %rd1, [in]; ld.param.b64 %rd2, [out];\n";
  std::vector<uint64_t> in, out(cases.size());
  for (const auto &[i, test] : llvm::enumerate(cases)) {
    std::string at = llvm::utostr(24 * i);
    body += "{ .reg .b64 %x, %y, %z, %w; .reg .b32 %a, %b, %c, %d; "
            ".reg .b16 %h, %i, %j, %s; .reg .pred %p, %q;\n"
            "ld.global.b64 %x, [%rd1+" +
            at +
            "]; "
            "ld.global.b64 %y, [%rd1+" +
            llvm::utostr(24 * i + 8) +
            "]; "
            "ld.global.b64 %z, [%rd1+" +
            llvm::utostr(24 * i + 16) +
            "];\n"
            "cvt.u32.u64 %a, %x; cvt.u32.u64 %b, %y; cvt.u32.u64 %c, %z; "
            "cvt.u16.u64 %h, %x; cvt.u16.u64 %i, %y; cvt.u16.u64 %j, %z;\n";
    body += test.body;
    body += test.result == 'd'   ? " cvt.u64.u32 %w, %d;"
            : test.result == 's' ? " cvt.u64.u16 %w, %s;"
            : test.result == 'p' ? " selp.b64 %w, 1, 0, %p;"
                                 : "";
    body += " st.global.b64 [%rd2+" + llvm::utostr(8 * i) + "], %w; }\n";
    in.insert(in.end(), {test.x, test.y, test.z});
  }
  Launcher launcher(kernelText(".param .u64 in, .param .u64 out", body));
  launcher.buffer("in", in, Access::readOnly).buffer("out", out);
  ASSERT_EQ(launcher.run({}, Asynchrony::eager), "");
  for (const auto &[i, test] : llvm::enumerate(cases)) {
    EXPECT_EQ(out[i], test.expected)
        << test.body << " of 0x" << std::hex << test.x << ", 0x" << test.y
        << ", 0x" << test.z << " gives 0x" << out[i] << ", expected 0x"
        << test.expected;
  }
}

TEST(PtxScalarTest, Integers) {
  runCases({
      {"add.s32 %d, %a, %b;", 'd', 0xffffffff, 2, 0, 1},
      {"add.s64 %w, %x, -3;", 'w', 2, 0, 0, ~0ull},
      {"add.sat.s32 %d, %a, %b;", 'd', 0x7fffffff, 5, 0, 0x7fffffff},
      {"sub.s32 %d, %a, %b;", 'd', 1, 2, 0, 0xffffffff},
      {"add.s16 %s, %h, %i;", 's', 0xffff, 3, 0, 2},
      {"mul.lo.s32 %d, %a, %b;", 'd', 0x10001, 0x10001, 0, 0x20001},
      {"mul.hi.s32 %d, %a, %b;", 'd', 0xffffffff, 2, 0, 0xffffffff},
      {"mul.hi.u32 %d, %a, %b;", 'd', 0xffffffff, 2, 0, 1},
      {"mul.hi.u64 %w, %x, %y;", 'w', ~0ull, 16, 0, 15},
      {"mul.wide.s32 %w, %a, %b;", 'w', 0xffffffff, 5, 0, uint64_t(-5)},
      {"mul.wide.u32 %w, %a, %b;", 'w', 0xffffffff, 5, 0, 0x4fffffffb},
      {"mul.wide.u16 %d, %h, %i;", 'd', 0xffff, 0xffff, 0, 0xfffe0001},
      {"mad.lo.s32 %d, %a, %b, %c;", 'd', 3, 4, 5, 17},
      {"mad.wide.s32 %w, %a, %b, %z;", 'w', 0xffffffff, 4, 5, 1},
      {"div.s32 %d, %a, %b;", 'd', uint32_t(-7), 2, 0, uint32_t(-3)},
      {"div.u32 %d, %a, %b;", 'd', 7, 0, 0, 0xffffffff},
      {"div.s32 %d, %a, %b;", 'd', 0x80000000, 0xffffffff, 0, 0x80000000},
      {"div.s64 %w, %x, %y;", 'w', 1ull << 63, ~0ull, 0, 1ull << 63},
      {"rem.s32 %d, %a, %b;", 'd', uint32_t(-7), 2, 0, uint32_t(-1)},
      {"rem.s32 %d, %a, %b;", 'd', 0x80000000, 0xffffffff, 0, 0},
      {"rem.u64 %w, %x, %y;", 'w', 17, 5, 0, 2},
      {"min.s32 %d, %a, %b;", 'd', 0xffffffff, 2, 0, 0xffffffff},
      {"min.u32 %d, %a, %b;", 'd', 0xffffffff, 2, 0, 2},
      {"max.s16 %s, %h, %i;", 's', 0x8000, 2, 0, 2},
      {"neg.s32 %d, %a;", 'd', 5, 0, 0, uint32_t(-5)},
      {"abs.s32 %d, %a;", 'd', uint32_t(-5), 0, 0, 5},
      {"abs.s32 %d, %a;", 'd', 0x80000000, 0, 0, 0x80000000},
      {"sad.u32 %d, %a, %b, %c;", 'd', 3, 10, 1, 8},
      {"dp4a.s32.s32 %d, %a, %b, %c;", 'd', 0xff020304, 0x01010102, 7, 19},
      {"dp4a.u32.s32 %d, %a, %b, %c;", 'd', 0xff, 0xff, 0, uint32_t(-255)},
  });
}

TEST(PtxScalarTest, Bits) {
  runCases({
      {"and.b32 %d, %a, %b;", 'd', 0xff0, 0x1fe, 0, 0x1f0},
      {"or.b64 %w, %x, %y;", 'w', 0xf0, 0x0f, 0, 0xff},
      {"xor.b16 %s, %h, %i;", 's', 0xff, 0x0f, 0, 0xf0},
      {"not.b32 %d, %a;", 'd', 0xf0f0f0f0, 0, 0, 0x0f0f0f0f},
      {"cnot.b32 %d, %a;", 'd', 0, 0, 0, 1},
      {"setp.eq.s32 %q, %a, 1; setp.eq.s32 %p, %b, 1; xor.pred %p, %p, %q;",
       'p', 1, 0, 0, 1},
      {"shl.b32 %d, %a, %b;", 'd', 1, 31, 0, 0x80000000},
      {"shl.b32 %d, %a, %b;", 'd', 1, 32, 0, 0},
      {"shl.b64 %w, %x, %b;", 'w', 1, 33, 0, 1ull << 33},
      {"shl.b16 %s, %h, %b;", 's', 1, 16, 0, 0},
      {"shr.u32 %d, %a, %b;", 'd', 0x80000000, 200, 0, 0},
      {"shr.s32 %d, %a, %b;", 'd', 0x80000000, 200, 0, 0xffffffff},
      {"shr.s16 %s, %h, %b;", 's', 0x8000, 3, 0, 0xf000},
      {"shf.l.wrap.b32 %d, %a, %b, %c;", 'd', 0x80000001, 2, 33, 5},
      {"shf.l.clamp.b32 %d, %a, %b, %c;", 'd', 0x80000001, 2, 33, 0x80000001},
      {"shf.r.wrap.b32 %d, %a, %b, %c;", 'd', 4, 1, 2, 0x40000001},
      {"shf.r.clamp.b32 %d, %a, %b, %c;", 'd', 4, 1, 40, 1},
      {"bfe.u32 %d, %a, %b, %c;", 'd', 0xabcd, 4, 8, 0xbc},
      {"bfe.u32 %d, %a, %b, %c;", 'd', 0xabcd, 33, 8, 0},
      {"bfe.s32 %d, %a, %b, %c;", 'd', 0xabcd, 4, 8, 0xffffffbc},
      {"bfe.s32 %d, %a, %b, %c;", 'd', 0x80000000, 28, 8, 0xfffffff8},
      {"bfe.s32 %d, %a, %b, %c;", 'd', 0xffff, 4, 0, 0},
      {"bfe.u64 %w, %x, %b, %c;", 'w', 0xabcd00000000, 32, 12, 0xbcd},
      {"bfi.b32 %d, %a, %b, %c, 4;", 'd', 0xff, 0x12345678, 8, 0x12345f78},
      {"bfi.b32 %d, %a, %b, %c, 8;", 'd', 0xff, 0, 28, 0xf0000000},
      {"prmt.b32 %d, %a, %b, 0x5410;", 'd', 0x22221111, 0x44443333, 0,
       0x33331111},
      {"prmt.b32 %d, %a, %b, 0x0b83;", 'd', 0x80223344, 0x77, 0, 0x44ff0080},
      {"lop3.b32 %d, %a, %b, %c, 0x96;", 'd', 0xff00, 0xf0f0, 0xcccc, 0xc33c},
      {"popc.b64 %d, %x;", 'd', ~0ull, 0, 0, 64},
      {"clz.b32 %d, %a;", 'd', 0x10, 0, 0, 27},
      {"clz.b32 %d, %a;", 'd', 0, 0, 0, 32},
      {"brev.b32 %d, %a;", 'd', 1, 0, 0, 0x80000000},
      {"bfind.u32 %d, %a;", 'd', 0x10, 0, 0, 4},
      {"bfind.u32 %d, %a;", 'd', 0, 0, 0, 0xffffffff},
      {"bfind.s32 %d, %a;", 'd', 0xffffffef, 0, 0, 4},
      {"selp.b32 %d, %a, %b, 1;", 'd', 3, 4, 0, 3},
      {"mov.b64 {%d, _}, %x;", 'd', 0x500000006, 0, 0, 6},
      {"mov.b64 {_, %d}, %x;", 'd', 0x500000006, 0, 0, 5},
      {"mov.b32 {%s, %h}, %a;", 's', 0x50006, 0, 0, 6},
      {"mov.b64 %w, {%a, %b};", 'w', 1, 2, 0, 0x200000001},
  });
}

TEST(PtxScalarTest, Comparisons) {
  uint64_t nan = 0x7fc00000;
  runCases({
      {"setp.lt.s32 %p, %a, %b;", 'p', 0xffffffff, 0, 0, 1},
      {"setp.lt.u32 %p, %a, %b;", 'p', 0xffffffff, 0, 0, 0},
      {"setp.lo.u32 %p, %a, %b;", 'p', 1, 2, 0, 1},
      {"setp.hs.u32 %p, %a, %b;", 'p', 2, 2, 0, 1},
      {"setp.ne.b64 %p, %x, %y;", 'p', 1ull << 40, 0, 0, 1},
      {"setp.eq.s16 %p, %h, %i;", 'p', 0x10001, 1, 0, 1},
      {"setp.eq.f32 %p, %a, %b;", 'p', nan, nan, 0, 0},
      {"setp.ne.f32 %p, %a, %b;", 'p', nan, 0, 0, 0},
      {"setp.neu.f32 %p, %a, %b;", 'p', nan, 0, 0, 1},
      {"setp.ltu.f32 %p, %a, %b;", 'p', nan, 0, 0, 1},
      {"setp.num.f32 %p, %a, %b;", 'p', nan, 0, 0, 0},
      {"setp.nan.f32 %p, %a, %b;", 'p', nan, 0, 0, 1},
      {"setp.eq.f32 %p, %a, %b;", 'p', 0x80000000, 0, 0, 1},
      {"setp.gt.f64 %p, %x, %y;", 'p', bits(2.0), bits(1.0), 0, 1},
      {"setp.lt.s32 %q|%p, %a, %b;", 'p', 1, 2, 0, 0},
      {"setp.eq.u32 %q, %c, 1; setp.lt.and.s32 %p, %a, %b, %q;", 'p', 1, 2, 0,
       0},
      {"setp.eq.u32 %q, %c, 1; setp.lt.or.s32 %p, %a, %b, !%q;", 'p', 3, 2, 0,
       1},
      {"setp.lt.f16 %p, %h, %i;", 'p', 0x3c00, 0x4000, 0, 1},
      {"setp.gt.bf16 %p, %h, %i;", 'p', 0x3f80, 0x4000, 0, 0},
      {"setp.gt.f16x2 %q|%p, %a, %b;", 'p', 0x3c003c00, 0x00004000, 0, 1},
      {"set.lt.u32.s32 %d, %a, %b;", 'd', 1, 2, 0, 0xffffffff},
      {"set.lt.f32.s32 %d, %a, %b;", 'd', 1, 2, 0, bits(1.0f)},
      {"slct.b32.s32 %d, %a, %b, %c;", 'd', 1, 2, 0xffffffff, 2},
      {"testp.finite.f32 %p, %a;", 'p', nan, 0, 0, 0},
      {"testp.infinite.f32 %p, %a;", 'p', bits(-INFINITY), 0, 0, 1},
  });
}

TEST(PtxScalarTest, Floats) {
  uint64_t nan = 0x7fc00000;
  float third = 1.0f / 3;
  runCases({
      {"add.f32 %d, %a, %b;", 'd', bits(1.5f), bits(2.25f), 0, bits(3.75f)},
      {"add.rn.f64 %w, %x, %y;", 'w', bits(1.5), bits(0.1), 0, bits(1.5 + 0.1)},
      {"sub.ftz.f32 %d, %a, %b;", 'd', bits(1.5f), bits(2.0f), 0, bits(-0.5f)},
      {"mul.f32 %d, %a, 0f40000000;", 'd', bits(third), 0, 0, bits(2 * third)},
      {"fma.rn.f32 %d, %a, %b, %c;", 'd', bits(third), bits(3.0f), bits(-1.0f),
       bits(std::fma(third, 3.0f, -1.0f))},
      {"fma.rn.sat.f32 %d, %a, %b, %c;", 'd', bits(2.0f), bits(3.0f), 0,
       bits(1.0f)},
      {"mad.rn.f32 %d, %a, %b, %c;", 'd', bits(2.0f), bits(3.0f), bits(1.0f),
       bits(7.0f)},
      {"div.rn.f32 %d, %a, %b;", 'd', bits(1.0f), bits(3.0f), 0, bits(third)},
      {"div.full.f32 %d, %a, %b;", 'd', bits(1.0f), 0, 0, bits(INFINITY)},
      {"min.f32 %d, %a, %b;", 'd', nan, bits(2.0f), 0, bits(2.0f)},
      {"max.NaN.f32 %d, %a, %b;", 'd', nan, bits(2.0f), 0, nan},
      {"max.f32 %d, %a, %b;", 'd', bits(-3.0f), bits(2.0f), 0, bits(2.0f)},
      {"max.f32 %d, %a, %b, %c;", 'd', bits(-3.0f), nan, bits(2.0f),
       bits(2.0f)},
      {"min.NaN.f32 %d, %a, %b, %c;", 'd', bits(-3.0f), 0, nan, nan},
      {"fma.rn.f32x2 %w, %x, %x, %x;", 'w', 0x40000000bf800000, 0, 0,
       0x40c0000000000000},
      {"add.rn.ftz.f32x2 %w, %x, %x;", 'w', 0x40000000bf800000, 0, 0,
       0x40800000c0000000},
      {"neg.f32 %d, %a;", 'd', 0, 0, 0, 0x80000000},
      {"abs.f32 %d, %a;", 'd', bits(-2.0f), 0, 0, bits(2.0f)},
      {"copysign.f32 %d, %a, %b;", 'd', bits(-1.0f), bits(2.0f), 0,
       bits(-2.0f)},
      {"sqrt.rn.f32 %d, %a;", 'd', bits(2.0f), 0, 0, bits(std::sqrt(2.0f))},
      {"rsqrt.approx.ftz.f32 %d, %a;", 'd', bits(4.0f), 0, 0, bits(0.5f)},
      {"rcp.rn.f32 %d, %a;", 'd', bits(3.0f), 0, 0, bits(third)},
      {"rcp.rn.f64 %w, %x;", 'w', bits(3.0), 0, 0, bits(1.0 / 3)},
      {"ex2.approx.ftz.f32 %d, %a;", 'd', bits(-3.0f), 0, 0, bits(0.125f)},
      {"ex2.approx.ftz.f32 %d, %a;", 'd', bits(-INFINITY), 0, 0, 0},
      {"lg2.approx.f32 %d, %a;", 'd', bits(8.0f), 0, 0, bits(3.0f)},
      {"sin.approx.f32 %d, %a;", 'd', 0, 0, 0, 0},
      {"cos.approx.f32 %d, %a;", 'd', 0, 0, 0, bits(1.0f)},
      {"tanh.approx.f32 %d, %a;", 'd', bits(0.5f), 0, 0, bits(std::tanh(0.5f))},
      // f16: 1 + 2^-11 is a tie that rounds to even
      {"add.f16 %s, %h, %i;", 's', 0x3c00, 0x1000, 0, 0x3c00},
      {"fma.rn.f16x2 %d, %a, %b, %c;", 'd', 0x40003c00, 0x40004000, 0x3c003c00,
       0x45004200},
      {"mul.rn.bf16x2 %d, %a, %b;", 'd', 0x40003f80, 0x40004000, 0, 0x40804000},
      {"fma.rn.bf16 %s, %h, %i, %j;", 's', 0x4000, 0x4040, 0x3f80, 0x40e0},
      {"fma.rn.relu.bf16 %s, %h, %i, %j;", 's', 0xc000, 0x4040, 0x3f80, 0},
      {"max.bf16x2 %d, %a, %b;", 'd', 0x3f804000, 0x40003f80, 0, 0x40004000},
      {"neg.bf16x2 %d, %a;", 'd', 0x3f80bf80, 0, 0, 0xbf803f80},
      {"ex2.approx.ftz.bf16x2 %d, %a;", 'd', 0x3f804000, 0, 0, 0x40004080},
      {"tanh.approx.f16 %s, %h;", 's', 0, 0, 0, 0},
  });
}

TEST(PtxScalarTest, Conversions) {
  uint64_t nan = 0x7fc00000;
  runCases({
      {"cvt.s64.s32 %w, %a;", 'w', 0xffffffff, 0, 0, ~0ull},
      {"cvt.u64.u32 %w, %a;", 'w', 0xffffffff, 0, 0, 0xffffffff},
      {"cvt.s32.s8 %d, %a;", 'd', 0x180, 0, 0, 0xffffff80},
      {"cvt.u16.u8 %s, %h;", 's', 0x1ff, 0, 0, 0xff},
      {"cvt.sat.s8.s32 %d, %a;", 'd', 300, 0, 0, 127},
      {"cvt.sat.u8.s32 %d, %a;", 'd', uint32_t(-5), 0, 0, 0},
      {"cvt.sat.u32.s64 %d, %x;", 'd', 1ull << 40, 0, 0, 0xffffffff},
      {"cvt.rn.f32.s32 %d, %a;", 'd', uint32_t(-3), 0, 0, bits(-3.0f)},
      {"cvt.rn.f32.u32 %d, %a;", 'd', 0x1000001, 0, 0, bits(16777216.0f)},
      {"cvt.rn.f64.s64 %w, %x;", 'w', uint64_t(-3), 0, 0, bits(-3.0)},
      {"cvt.rn.f16.s32 %s, %a;", 's', 3, 0, 0, 0x4200},
      {"cvt.rzi.s32.f32 %d, %a;", 'd', bits(-2.7f), 0, 0, uint32_t(-2)},
      {"cvt.rni.s32.f32 %d, %a;", 'd', bits(2.5f), 0, 0, 2},
      {"cvt.rmi.s32.f32 %d, %a;", 'd', bits(-2.1f), 0, 0, uint32_t(-3)},
      {"cvt.rpi.s32.f32 %d, %a;", 'd', bits(2.1f), 0, 0, 3},
      {"cvt.rzi.s32.f32 %d, %a;", 'd', bits(1e20f), 0, 0, 0x7fffffff},
      {"cvt.rzi.u32.f32 %d, %a;", 'd', bits(-1.0f), 0, 0, 0},
      {"cvt.rzi.s32.f32 %d, %a;", 'd', nan, 0, 0, 0},
      {"cvt.rni.f32.f32 %d, %a;", 'd', bits(3.5f), 0, 0, bits(4.0f)},
      {"cvt.rmi.f32.f32 %d, %a;", 'd', bits(-0.5f), 0, 0, bits(-1.0f)},
      {"cvt.sat.f32.f32 %d, %a;", 'd', nan, 0, 0, 0},
      {"cvt.f64.f32 %w, %a;", 'w', bits(1.5f), 0, 0, bits(1.5)},
      {"cvt.rn.f32.f64 %d, %x;", 'd', bits(0.1), 0, 0, bits(0.1f)},
      {"cvt.f32.f16 %d, %h;", 'd', 0x0001, 0, 0, bits(0x1p-24f)},
      {"cvt.f32.bf16 %d, %h;", 'd', 0x3fc0, 0, 0, bits(1.5f)},
      {"cvt.rn.f16.f32 %s, %a;", 's', bits(65520.0f), 0, 0, 0x7c00},
      {"cvt.rn.bf16.f32 %s, %a;", 's', 0x3f808000, 0, 0, 0x3f80},
      {"cvt.rn.bf16.f32 %s, %a;", 's', 0x3f818000, 0, 0, 0x3f82},
      {"cvt.rn.bf16.f32 %s, %a;", 's', nan | 1, 0, 0, 0x7fff},
      {"cvt.rz.bf16.f32 %s, %a;", 's', 0x3f81ffff, 0, 0, 0x3f81},
      {"cvt.rn.bf16x2.f32 %d, %a, %b;", 'd', bits(1.0f), bits(2.0f), 0,
       0x3f804000},
      {"cvt.rn.relu.f16x2.f32 %d, %a, %b;", 'd', bits(-1.0f), bits(2.0f), 0,
       0x00004000},
      {"cvt.rna.tf32.f32 %d, %a;", 'd', 0x3f801000, 0, 0, 0x3f802000},
  });
}

TEST(PtxScalarTest, OpcodesThatAreNotModelledAreErrors) {
  auto error = [](llvm::StringRef body) {
    return loadError(kernelText("", body));
  };
  EXPECT_EQ(error("  vadd.s32.s32.s32 %r1, %r2, %r3;"),
            "PTX line 6: 'vadd.s32.s32.s32' is not modelled");
  EXPECT_EQ(error("  add.f32 %r1, %r2, %r3;\n  add.rz.f32 %r1, %r2, %r3;"),
            "PTX line 7: 'add.rz.f32' has modifier '.rz', which is not "
            "modelled");
  EXPECT_EQ(error("  add.s32 %r1, %r2, %r3, %r4;"),
            "PTX line 6: 'add.s32' has 4 operands, expected 3");
  EXPECT_EQ(error("  ex2.approx.b32 %r1, %r2;"),
            "PTX line 6: 'ex2.approx.b32' is for floating-point types only");
  EXPECT_EQ(error("  add.s32 %r1, %r2;"),
            "PTX line 6: 'add.s32' has 2 operands, expected more than 2");
  EXPECT_EQ(error("  add.s32 %r1, %r2, %rd3;"),
            "PTX line 6: 'add.s32' has an operand of 64 bits, expected 32");
  EXPECT_EQ(error("  add.s64 %r1, %rd2, %rd3;"),
            "PTX line 6: 'add.s64' writes 64 bits to register '%r1' of 32");
  EXPECT_EQ(error("  add.s32 %r1, %r2, %r99;"),
            "PTX line 6: 'add.s32' has operand '%r99', which is not declared "
            "or not modelled");
  EXPECT_EQ(error("  mov.u64 %rd1, %clock64;"),
            "PTX line 6: 'mov.u64' has operand '%clock64', which is not "
            "declared or not modelled");
  EXPECT_EQ(error("  bra nowhere;"),
            "PTX line 6: 'bra' leads to 'nowhere', which is no label of the "
            "function");
}

} // namespace
