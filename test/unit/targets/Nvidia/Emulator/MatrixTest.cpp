//===- MatrixTest.cpp - mma.sync, ldmatrix and wgmma ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launches.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"

#include <cmath>

using namespace tandem::nvidia::ptx;

namespace {

/// The largest |a - b| / (1 + |b|); NaN counts as infinite.
double largestError(llvm::ArrayRef<float> actual,
                    llvm::ArrayRef<double> expected) {
  double error = 0;
  for (auto [a, b] : llvm::zip_equal(actual, expected)) {
    double difference = std::abs(a - b) / (1 + std::abs(b));
    error = std::isnan(difference) ? INFINITY : std::max(error, difference);
  }
  return error;
}

/// c[row][column] + a[row][k] b[column][k]
std::vector<double> product(llvm::ArrayRef<float> a, llvm::ArrayRef<float> b,
                            size_t k, llvm::ArrayRef<float> c = {}) {
  size_t rows = a.size() / k, columns = b.size() / k;
  std::vector<double> result(rows * columns);
  for (size_t i = 0; i < result.size(); ++i) {
    result[i] = c.empty() ? 0 : c[i];
    for (size_t j = 0; j < k; ++j) {
      result[i] += double(a[i / columns * k + j]) * b[i % columns * k + j];
    }
  }
  return result;
}

std::vector<uint16_t> toBfloats(llvm::ArrayRef<float> values) {
  return std::vector<uint16_t>(llvm::map_iterator(values.begin(), toBfloat),
                               llvm::map_iterator(values.end(), toBfloat));
}

/// A float that a half holds, as a half.
uint16_t toHalf(float value) {
  uint32_t bits = llvm::bit_cast<uint32_t>(value);
  uint32_t exponent = bits >> 23 & 255;
  return exponent < 113 ? 0
                        : (bits >> 16 & 0x8000) | (exponent - 112) << 10 |
                              (bits >> 13 & 1023);
}

//===----------------------------------------------------------------------===//
// mma.sync
//===----------------------------------------------------------------------===//

/// d = a b + c with rows of a and columns of b of 32 bytes, 8 columns of d.
const std::string multiply =
    kernelText(".param .u64 a, .param .u64 b, .param .u64 c, .param .u64 d", R"(
  ld.param.b64 %rd1, [a]; ld.param.b64 %rd2, [b]; ld.param.b64 %rd3, [c];
  ld.param.b64 %rd4, [d];
  mov.u32 %r1, %laneid; shr.u32 %r2, %r1, 2; and.b32 %r3, %r1, 3;
  shl.b32 %r4, %r2, 5; shl.b32 %r5, %r3, 2; add.s32 %r6, %r4, %r5;
  cvt.u64.u32 %rd5, %r6; add.s64 %rd6, %rd1, %rd5; add.s64 %rd7, %rd2, %rd5;
  ld.global.b32 %r10, [%rd6]; ld.global.b32 %r11, [%rd6+256];
  ld.global.b32 %r12, [%rd6+16]; ld.global.b32 %r13, [%rd6+272];
  ld.global.b32 %r14, [%rd7]; ld.global.b32 %r15, [%rd7+16];
  add.s32 %r7, %r6, %r5; cvt.u64.u32 %rd8, %r7;
  add.s64 %rd9, %rd3, %rd8; add.s64 %rd10, %rd4, %rd8;
  ld.global.v2.b32 {%f0, %f1}, [%rd9]; ld.global.v2.b32 {%f2, %f3}, [%rd9+256];
  mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f0, %f1, %f2, %f3}, {%r10, %r11, %r12, %r13}, {%r14, %r15}, {%f0, %f1, %f2, %f3};
  st.global.v2.b32 [%rd10], {%f0, %f1}; st.global.v2.b32 [%rd10+256], {%f2, %f3};)");

/// Runs `text` on the bytes of a and b; the result's bits.
template <typename Element>
std::vector<uint32_t>
runMultiply(const std::string &text, std::vector<Element> a,
            std::vector<Element> b, std::vector<uint32_t> c, Asynchrony mode) {
  std::vector<uint32_t> d(128);
  Launcher launcher(text);
  launcher.buffer("a", a).buffer("b", b).buffer("c", c).buffer("d", d);
  EXPECT_EQ(launcher.run({.block = {32}}, mode), "");
  return d;
}

std::vector<uint32_t> bitsOf(llvm::ArrayRef<float> values) {
  std::vector<uint32_t> bits;
  for (float value : values) {
    bits.push_back(llvm::bit_cast<uint32_t>(value));
  }
  return bits;
}

std::vector<float> floatsOf(llvm::ArrayRef<uint32_t> bits) {
  std::vector<float> values;
  for (uint32_t word : bits) {
    values.push_back(llvm::bit_cast<float>(word));
  }
  return values;
}

TEST(PtxMatrixTest, ProductsOfBfloatsAndHalves) {
  std::vector<float> a = randomNumbers(256, 1), b = randomNumbers(128, 2),
                     c = randomNumbers(128, 3);
  c[7] = 30000; // a large score stays large
  std::vector<double> expected = product(a, b, 16, c);
  std::vector<uint16_t> halfA, halfB;
  for (float value : a) {
    halfA.push_back(toHalf(value));
  }
  for (float value : b) {
    halfB.push_back(toHalf(value));
  }
  std::string halves = replaced(multiply, ".bf16.bf16.", ".f16.f16.");
  for (Asynchrony mode : bothModes) {
    EXPECT_LE(largestError(floatsOf(runMultiply(multiply, toBfloats(a),
                                                toBfloats(b), bitsOf(c), mode)),
                           expected),
              1e-6);
    EXPECT_LE(largestError(
                  floatsOf(runMultiply(halves, halfA, halfB, bitsOf(c), mode)),
                  expected),
              1e-6);
  }
}

TEST(PtxMatrixTest, ProductsOfTf32AndBytes) {
  std::vector<float> a = randomNumbers(128, 4), b = randomNumbers(64, 5),
                     c = randomNumbers(128, 6);
  std::string text = replaced(multiply, "m16n8k16.row.col.f32.bf16.bf16.f32",
                              "m16n8k8.row.col.f32.tf32.tf32.f32");
  EXPECT_LE(largestError(floatsOf(runMultiply(text, bitsOf(a), bitsOf(b),
                                              bitsOf(c), Asynchrony::eager)),
                         product(a, b, 8, c)),
            1e-6);

  std::vector<int8_t> bytesA(512), bytesB(256);
  std::vector<uint32_t> sums(128, 5), expected(128, 5);
  for (size_t i = 0; i < 512; ++i) {
    bytesA[i] = i * 37 % 255 - 127;
    bytesB[i % 256] = i * 91 % 256 - 128;
  }
  for (size_t i = 0; i < 128; ++i) {
    for (size_t k = 0; k < 32; ++k) {
      expected[i] += bytesA[i / 8 * 32 + k] * bytesB[i % 8 * 32 + k];
    }
  }
  text = replaced(multiply, "m16n8k16.row.col.f32.bf16.bf16.f32",
                  "m16n8k32.row.col.s32.s8.s8.s32");
  EXPECT_EQ(runMultiply(text, bytesA, bytesB, sums, Asynchrony::late),
            expected);
}

TEST(PtxMatrixTest, SwappedFragmentsShow) {
  std::vector<float> a = randomNumbers(256, 1), b = randomNumbers(128, 2),
                     c(128);
  std::vector<double> expected = product(a, b, 16);
  for (auto [from, to] :
       {std::pair("{%r14, %r15}, {%f0", "{%r15, %r14}, {%f0"),
        std::pair("{%r10, %r11, %r12, %r13}", "{%r10, %r12, %r11, %r13}")}) {
    EXPECT_GT(largestError(floatsOf(runMultiply(replaced(multiply, from, to),
                                                toBfloats(a), toBfloats(b),
                                                bitsOf(c), Asynchrony::eager)),
                           expected),
              0.1);
  }
}

TEST(PtxMatrixTest, FormsThatAreNotModelledAreErrors) {
  EXPECT_EQ(
      loadError(replaced(multiply, "f32.bf16.bf16.f32", "f32.e4m3.e4m3.f32")),
      "PTX line 18: 'mma.sync.aligned.m16n8k16.row.col.f32.e4m3.e4m3.f32'"
      " multiplies 'e4m3', which is not modelled");
  EXPECT_EQ(loadError(replaced(multiply, "m16n8k16", "m8n8k16")),
            "PTX line 18: 'mma.sync.aligned.m8n8k16.row.col.f32.bf16.bf16.f32' "
            "has a shape or layout that is not modelled, expected "
            "m16n8k<n>.row.col");
  EXPECT_EQ(loadError(replaced(multiply, "{%r14, %r15}", "{%r14}")),
            "PTX line 18: 'mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32'"
            " has an operand that is no list of 2 registers");
}

TEST(PtxMatrixTest, AWarpMustBeWhole) {
  std::vector<uint32_t> a(256), b(256), c(256), d(256);
  Launcher launcher(multiply);
  launcher.buffer("a", a).buffer("b", b).buffer("c", c).buffer("d", d);
  EXPECT_EQ(launcher.run({.block = {16}}, Asynchrony::eager),
            "kernel 'k', PTX line 18 "
            "('mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32'), block "
            "(0,0,0), thread (0,0,0): needs a whole warp, this one has 16 "
            "threads");
}

//===----------------------------------------------------------------------===//
// ldmatrix and stmatrix
//===----------------------------------------------------------------------===//

/// Four tiles of 8 x 8 halves, row by row: y[word][lane] of each lane.
const std::string loadTiles = kernelText(".param .u64 x, .param .u64 y", R"(
  .shared .align 16 .b8 s[512];
  ld.param.b64 %rd1, [x]; ld.param.b64 %rd2, [y]; mov.b64 %rd4, s;
  mov.u32 %r1, %tid.x; mul.wide.u32 %rd3, %r1, 16;
  add.s64 %rd5, %rd1, %rd3; add.s64 %rd6, %rd4, %rd3;
  ld.global.v4.b32 {%r2, %r3, %r4, %r5}, [%rd5];
  st.shared.v4.b32 [%rd6], {%r2, %r3, %r4, %r5};
  bar.sync 0;
  ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r2, %r3, %r4, %r5}, [%rd6];
  bar.sync 0;
  mul.wide.u32 %rd7, %r1, 4; add.s64 %rd8, %rd2, %rd7;
  st.global.b32 [%rd8], %r2; st.global.b32 [%rd8+128], %r3;
  st.global.b32 [%rd8+256], %r4; st.global.b32 [%rd8+384], %r5;)");

std::string runTiles(const std::string &text, std::vector<uint16_t> &y) {
  std::vector<uint16_t> x(256);
  for (size_t i = 0; i < 256; ++i) {
    x[i] = i;
  }
  y.assign(256, 0);
  Launcher launcher(text);
  launcher.buffer("x", x).buffer("y", y);
  return launcher.run({.block = {32}}, Asynchrony::eager);
}

TEST(PtxMatrixTest, LdmatrixGivesRowsOrColumns) {
  for (bool isTransposed : {false, true}) {
    std::vector<uint16_t> y;
    ASSERT_EQ(runTiles(isTransposed
                           ? replaced(loadTiles, "x4.shared", "x4.trans.shared")
                           : loadTiles,
                       y),
              "");
    for (size_t i = 0; i < 256; ++i) {
      size_t tile = i / 64, outer = i % 64 / 8, inner = i % 8;
      size_t element = isTransposed ? 8 * inner + outer : 8 * outer + inner;
      EXPECT_EQ(y[i], 64 * tile + element);
    }
  }
}

TEST(PtxMatrixTest, StmatrixIsTheReverse) {
  std::string text = replaced(
      loadTiles, "[%rd6];\n  bar.sync 0;",
      "[%rd6]; bar.sync 0; st.shared.v4.b32 [%rd6], {%r1, %r1, %r1, %r1}; "
      "bar.sync 0;\n"
      "stmatrix.sync.aligned.m8n8.x4.shared.b16 [%rd6], {%r2, %r3, %r4, %r5};\n"
      "bar.sync 0; ld.shared.v4.b32 {%r2, %r3, %r4, %r5}, [%rd6];");
  std::vector<uint16_t> y;
  ASSERT_EQ(runTiles(text, y), "");
  // Lane 9 has row 9 of x again, word by word.
  for (size_t word = 0; word < 4; ++word) {
    EXPECT_EQ(y[64 * word + 18], 72 + 2 * word);
  }
}

TEST(PtxMatrixTest, LdmatrixChecksItsRows) {
  std::vector<uint16_t> y;
  std::string where = "kernel 'k', PTX line 14 ('ldmatrix.sync.aligned.m8n8.x4."
                      "shared.b16'), block (0,0,0), thread ";
  EXPECT_EQ(runTiles(replaced(loadTiles, "%r5}, [%rd6];\n  bar",
                              "%r5}, [%rd6+8];\n  bar"),
                     y),
            where + "(0,0,0): address 0x408 is misaligned, expected a multiple "
                    "of 16");
  EXPECT_EQ(runTiles(replaced(loadTiles, "%r5}, [%rd6];\n  bar",
                              "%r5}, [%rd6+32];\n  bar"),
                     y),
            where + "(30,0,0): 16 bytes at offset 512 are outside the block's "
                    "shared memory of 512 bytes");
}

//===----------------------------------------------------------------------===//
// wgmma
//===----------------------------------------------------------------------===//

/// d[64][n] of f32 by 128 threads from tiles whose bytes, as they lie in shared
/// memory, are given: `aBytes` and `bBytes` multiples of 2048. `issue` computes
/// %f0 to %f(n/2 - 1) with the tiles' addresses / 16 in %rd20 and %rd21.
std::string wgmmaText(unsigned aBytes, unsigned bBytes, unsigned n,
                      const std::string &issue) {
  auto text = [](unsigned value) { return llvm::utostr(value); };
  std::string body = "\n  .shared .align 1024 .b8 s[" + text(aBytes + bBytes) +
                     R"(];
  ld.param.b64 %rd1, [a]; ld.param.b64 %rd2, [b]; ld.param.b64 %rd3, [d];
  mov.b64 %rd4, s; mov.u32 %r1, %tid.x; mul.wide.u32 %rd5, %r1, 16;
  add.s64 %rd6, %rd4, %rd5; add.s64 %rd7, %rd1, %rd5; add.s64 %rd8, %rd2, %rd5;
)";
  for (unsigned at = 0; at < aBytes + bBytes; at += 2048) {
    bool isA = at < aBytes;
    body += "ld.global.v4.b32 {%r2, %r3, %r4, %r5}, [" +
            std::string(isA ? "%rd7" : "%rd8") + "+" +
            text(isA ? at : at - aBytes) + "]; st.shared.v4.b32 [%rd6+" +
            text(at) + "], {%r2, %r3, %r4, %r5};\n";
  }
  body += "shr.u64 %rd20, %rd4, 4; add.s64 %rd21, %rd20, " + text(aBytes / 16) +
          ";\nfence.proxy.async; bar.sync 0;\n";
  for (unsigned i = 0; i < n / 2; ++i) {
    body += "mov.b32 %f" + text(i) + ", 0f00000000; ";
  }
  body += "\n" + issue + R"(
  shr.u32 %r6, %r1, 5; shl.b32 %r6, %r6, 4; and.b32 %r7, %r1, 31;
  shr.u32 %r8, %r7, 2; add.s32 %r6, %r6, %r8; and.b32 %r9, %r7, 3;
  mul.lo.s32 %r10, %r6, )" +
          text(4 * n) +
          "; shl.b32 %r11, %r9, 3; add.s32 %r10, %r10, %r11; "
          "cvt.u64.u32 %rd9, %r10; add.s64 %rd9, %rd3, %rd9;\n";
  for (unsigned i = 0; i < n / 2; i += 2) {
    unsigned offset = i / 4 * 32 + i / 2 % 2 * 8 * 4 * n;
    body += "st.global.v2.b32 [%rd9+" + text(offset) + "], {%f" + text(i) +
            ", %f" + text(i + 1) + "};\n";
  }
  return kernelText(".param .u64 a, .param .u64 b, .param .u64 d", body);
}

std::string registers(unsigned count) {
  std::string list = "{";
  for (unsigned i = 0; i < count; ++i) {
    list += (i ? ", %f" : "%f") + llvm::utostr(i);
  }
  return list + "}";
}

/// Rows of 64 bf16 as the 128-byte swizzle places them.
std::vector<uint16_t> swizzled(llvm::ArrayRef<float> rows) {
  std::vector<uint16_t> bytes(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    size_t row = i / 64, chunk = i % 64 / 8 ^ row % 8;
    bytes[row * 64 + chunk * 8 + i % 8] = toBfloat(rows[i]);
  }
  return bytes;
}

/// Four steps of 16 along k, of tiles with 64 k in each row.
std::string fourSteps(const std::string &product) {
  std::string text =
      "mov.b64 %rd22, 4611686293305360384; // 128 B, stride 1024\n"
      "or.b64 %rd20, %rd20, %rd22; or.b64 %rd21, %rd21, %rd22;\n"
      "wgmma.fence.sync.aligned;\n";
  for (int step = 0; step < 4; ++step) {
    text += product + "add.s64 %rd20, %rd20, 2; add.s64 %rd21, %rd21, 2;\n";
  }
  return text + "wgmma.commit_group.sync.aligned;\n"
                "wgmma.wait_group.sync.aligned 0;\n";
}

const std::string swizzledText = wgmmaText(
    8192, 2048, 16,
    fourSteps("{ .reg .pred p; setp.ne.b32 p, 1, 0; "
              "wgmma.mma_async.sync.aligned.m64n16k16.f32.bf16.bf16 " +
              registers(8) + ", %rd20, %rd21, p, 1, 1, 0, 0; }\n"));

/// The error of the numbers, or the launch's message.
std::string runWgmma(const std::string &text, std::vector<uint16_t> a,
                     std::vector<uint16_t> b,
                     const std::vector<double> &expected, Asynchrony mode) {
  std::vector<float> d(expected.size());
  Launcher launcher(text);
  launcher.buffer("a", a).buffer("b", b).buffer("d", d);
  std::string message = launcher.run({.block = {128}}, mode);
  if (!message.empty()) {
    return message;
  }
  return largestError(d, expected) <= 1e-5 ? "" : "numbers differ";
}

std::string runSwizzled(const std::string &text, Asynchrony mode) {
  std::vector<float> a = randomNumbers(64 * 64, 7), b = randomNumbers(1024, 8);
  return runWgmma(text, swizzled(a), swizzled(b), product(a, b, 64), mode);
}

TEST(PtxMatrixTest, WgmmaOfSwizzledTiles) {
  for (Asynchrony mode : bothModes) {
    EXPECT_EQ(runSwizzled(swizzledText, mode), "");
  }
}

TEST(PtxMatrixTest, FaultsAroundWgmmaShow) {
  struct Fault {
    const char *from, *to, *eager, *late;
  };
  const char *differ = "numbers differ";
  const Fault faults[] = {
      {"wgmma.wait_group.sync.aligned 0;", "", "", differ},
      {"wgmma.wait_group.sync.aligned 0;", "wgmma.wait_group.sync.aligned 1;",
       "", differ},
      {"wgmma.commit_group.sync.aligned;", "", "", differ},
      {"fence.proxy.async; bar.sync 0;", "", differ, differ},
      {"add.s64 %rd20, %rd20, 2;", "add.s64 %rd20, %rd20, 4;", differ, differ},
      {"4611686293305360384", "274877972480", differ, differ}, // no swizzle
      {"%rd20, %rd21, p, 1, 1", "%rd20, %rd21, p, -1, 1", differ, differ},
      {"setp.ne.b32 p, 1, 0; wgmma.mma_async.sync.aligned.m64n16k16",
       "setp.ne.b32 p, 1, 0; bar.sync 0; "
       "wgmma.mma_async.sync.aligned.m64n16k16",
       "", ""}, // a control
  };
  for (const Fault &fault : faults) {
    std::string text = replaced(swizzledText, fault.from, fault.to);
    EXPECT_EQ(runSwizzled(text, Asynchrony::eager), fault.eager) << fault.from;
    EXPECT_EQ(runSwizzled(text, Asynchrony::late), fault.late) << fault.from;
  }
}

TEST(PtxMatrixTest, WgmmaRegistersAreUnknownUntilTheWait) {
  std::string text =
      replaced(swizzledText, "wgmma.wait_group.sync.aligned 0;",
               "setp.nan.f32 %p5, %f3, %f3; wgmma.wait_group.sync.aligned 0; "
               "@%p5 trap;");
  EXPECT_EQ(runSwizzled(text, Asynchrony::eager), "");
  EXPECT_TRUE(endsWith(runSwizzled(text, Asynchrony::late),
                       "the program reports a fault"));
}

TEST(PtxMatrixTest, WgmmaNeedsAFence) {
  std::string text = replaced(swizzledText, "wgmma.fence.sync.aligned;", "");
  for (Asynchrony mode : bothModes) {
    EXPECT_TRUE(endsWith(
        runSwizzled(text, mode),
        "uses registers that were written since the last wgmma.fence"));
  }
}

TEST(PtxMatrixTest, WgmmaOfATransposedTile) {
  // B as [k][n]: 16 rows of 64 n.
  std::string text =
      wgmmaText(8192, 2048, 64,
                R"(mov.b64 %rd22, 4611686293305360384;
or.b64 %rd20, %rd20, %rd22; or.b64 %rd21, %rd21, %rd22;
wgmma.fence.sync.aligned;
setp.ne.b32 %p1, 0, 0;
wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 )" +
                    registers(32) + R"(, %rd20, %rd21, %p1, 1, 1, 0, 1;
wgmma.commit_group.sync.aligned;
wgmma.wait_group.sync.aligned 0;)");
  std::vector<float> a = randomNumbers(64 * 64, 9), b = randomNumbers(1024, 10);
  std::vector<float> a16, transposed(1024);
  for (size_t row = 0; row < 64; ++row) {
    a16.insert(a16.end(), a.begin() + 64 * row, a.begin() + 64 * row + 16);
  }
  for (size_t i = 0; i < 1024; ++i) {
    transposed[i % 64 * 16 + i / 64] = b[i];
  }
  for (Asynchrony mode : bothModes) {
    EXPECT_EQ(runWgmma(text, swizzled(a), swizzled(b),
                       product(a16, transposed, 16), mode),
              "");
  }
}

TEST(PtxMatrixTest, WgmmaOfRegisters) {
  // A's words straight from memory: row 16 w + g, k 2 q; the tile is unused.
  std::string text =
      wgmmaText(8192, 2048, 16,
                R"(mov.b64 %rd22, 4611686293305360384;
or.b64 %rd21, %rd21, %rd22;
shr.u32 %r20, %r1, 5; shl.b32 %r20, %r20, 4; and.b32 %r21, %r1, 31;
shr.u32 %r22, %r21, 2; add.s32 %r20, %r20, %r22; and.b32 %r21, %r21, 3;
shl.b32 %r20, %r20, 5; shl.b32 %r21, %r21, 2; add.s32 %r20, %r20, %r21;
cvt.u64.u32 %rd23, %r20; add.s64 %rd23, %rd1, %rd23;
ld.global.b32 %r24, [%rd23]; ld.global.b32 %r25, [%rd23+256];
ld.global.b32 %r26, [%rd23+16]; ld.global.b32 %r27, [%rd23+272];
wgmma.fence.sync.aligned;
setp.ne.b32 %p1, 1, 0;
wgmma.mma_async.sync.aligned.m64n16k16.f32.bf16.bf16 )" +
                    registers(8) +
                    R"(, {%r24, %r25, %r26, %r27}, %rd21, %p1, 1, 1, 0;
wgmma.commit_group.sync.aligned;
mov.b32 %r30, 0;
wgmma.wait_group.sync.aligned 0;)");
  std::vector<float> a = randomNumbers(64 * 16, 11),
                     b = randomNumbers(1024, 12);
  std::vector<float> b16;
  for (size_t row = 0; row < 16; ++row) {
    b16.insert(b16.end(), b.begin() + 64 * row, b.begin() + 64 * row + 16);
  }
  std::vector<uint16_t> bytesA = toBfloats(a);
  bytesA.resize(64 * 64);
  for (Asynchrony mode : bothModes) {
    EXPECT_EQ(runWgmma(text, bytesA, swizzled(b), product(a, b16, 16), mode),
              "");
  }
  // Registers of A must stay until the product is done.
  std::string overwritten =
      replaced(text, "mov.b32 %r30, 0;", "mov.b32 %r24, 0;");
  EXPECT_EQ(runWgmma(overwritten, bytesA, swizzled(b), product(a, b16, 16),
                     Asynchrony::late),
            "numbers differ");
}

} // namespace
