//===- ControlTest.cpp - branches, calls and mangled texts ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launches.h"

#include <random>

using namespace tandem::nvidia::ptx;

namespace {

/// A loop, a table of branches, a predicated instruction, a call with a
/// structure and a stack frame, as LLVM writes them.
const std::string program = moduleText(R"(
.func (.param .b32 func_retval0) helper(
	.param .b32 helper_param_0,
	.param .b64 helper_param_1,
	.param .align 16 .b8 helper_param_2[16]
)
{
	.reg .b32 	%r<7>;
	.reg .b64 	%rd<2>;

// %bb.0:
	ld.param.b32 	%r1, [helper_param_0];
	ld.param.b64 	%rd1, [helper_param_1];
	ld.b32 	%r2, [%rd1];
	add.s32 	%r3, %r2, %r1;
	ld.param.b32 	%r4, [helper_param_2+8];
	add.s32 	%r6, %r3, %r4;
	st.param.b32 	[func_retval0], %r6;
	ret;
}
	// .globl	k
.visible .entry k(
	.param .u64 .ptr .global .align 4 k_param_0
)
.maxntid 64
{
	.local .align 4 .b8 	__local_depot1[8];
	.reg .b64 	%SP;
	.reg .b64 	%SPL;
	.reg .pred 	%p<4>;
	.reg .b32 	%r<12>;
	.reg .b64 	%rd<9>;
	mov.b64 	%SPL, __local_depot1;
	cvta.local.u64 	%SP, %SPL;
	ld.param.b64 	%rd1, [k_param_0];
	mov.u32 	%r1, %tid.x;
	mov.b32 	%r2, 0;
	mov.b32 	%r3, 0;
	.pragma "nounroll";
$L__BB1_1:                              // =>This Inner Loop Header: Depth=1
	.loc	1 4 3
	add.s32 	%r3, %r3, %r2;
	add.s32 	%r2, %r2, 1;
	setp.le.u32 	%p1, %r2, %r1;
	@%p1 bra 	$L__BB1_1;
	setp.gt.u32 	%p2, %r1, 2;
	@%p2 bra 	$L__BB1_5;
	$L_brx_0: .branchtargets
		$L__BB1_2,
		$L__BB1_3,
		$L__BB1_4;
	brx.idx 	%r1, $L_brx_0;
$L__BB1_2:
	mov.b32 	%r4, 100;
	bra.uni 	$L__BB1_6;
$L__BB1_3:
	mov.b32 	%r4, 200;
	bra.uni 	$L__BB1_6;
$L__BB1_4:
	mov.b32 	%r4, 300;
	bra.uni 	$L__BB1_6;
$L__BB1_5:
	mov.b32 	%r4, 0;
	@!%p2 mov.b32 	%r4, 7;
$L__BB1_6:
	st.local.b32 	[%SPL], %r3;
	cvt.u64.u32 	%rd4, %r1;
	{ // callseq 0, 0
	.param .b32 	param0;
	.param .b64 	param1;
	.param .align 16 .b8 	param2[16];
	.param .b32 	retval0;
	st.param.b64 	[param2+8], %rd4;
	st.param.b32 	[param2], %r4;
	st.param.b64 	[param1], %SP;
	st.param.b32 	[param0], %r4;
	call.uni (retval0), helper, (param0, param1, param2);
	ld.param.b32 	%r6, [retval0];
	} // callseq 0
	shl.b64 	%rd5, %rd4, 2;
	add.s64 	%rd6, %rd1, %rd5;
	st.global.b32 	[%rd6], %r6;
	ret;
}
)");

TEST(PtxControlTest, LoopsTablesAndCalls) {
  std::vector<int32_t> y(8);
  Launcher launcher(program);
  launcher.buffer("y", y);
  ASSERT_EQ(launcher.run({.block = {8}}, Asynchrony::eager), "");
  for (int i = 0; i < 8; ++i) {
    int sum = i * (i + 1) / 2, branch = i < 3 ? 100 * (i + 1) : 0;
    EXPECT_EQ(y[i], sum + branch + i);
  }
}

TEST(PtxControlTest, AModuleSaysWhatItsKernelsTake) {
  auto module = Program::load(program);
  ASSERT_TRUE(bool(module));
  ASSERT_EQ(module->kernels().size(), 1u);
  const Kernel &kernel = module->kernels()[0];
  EXPECT_EQ(kernel.name, "k");
  EXPECT_EQ(kernel.line, 25u);
  EXPECT_EQ(kernel.maxThreads, 64u);
  EXPECT_EQ(kernel.staticSharedBytes, 0u);
  ASSERT_EQ(kernel.parameters.size(), 1u);
  EXPECT_EQ(kernel.parameters[0].bytes, 8u);
}

TEST(PtxControlTest, KernelsAreReplaced) {
  auto text = [](llvm::StringRef number) {
    return kernelText(".param .u64 y", ("ld.param.b64 %rd1, [y]; st.global.b32 "
                                        "[%rd1], " +
                                        number + ";")
                                           .str());
  };
  auto module = Program::load(text("1"));
  ASSERT_TRUE(bool(module));
  std::vector<uint32_t> y(1);
  Memory memory;
  ASSERT_FALSE(bool(memory.add("y", y.data(), sizeof(uint32_t))));
  auto launch = [&] {
    EXPECT_FALSE(bool(
        module->launch("k", {}, {KernelArgument::of(y.data())}, memory, {})));
    return y[0];
  };
  EXPECT_FALSE(bool(module->compile()));
  EXPECT_EQ(launch(), 1u);
  EXPECT_FALSE(bool(module->replace(text("2"))));
  EXPECT_EQ(launch(), 2u);
  EXPECT_FALSE(bool(module->replace(text("3"))));
  EXPECT_EQ(launch(), 3u);
  EXPECT_TRUE(startsWith(llvm::toString(module->replace(text("%r99"))),
                         "PTX line 6: 'st.global.b32' has operand '%r99'"));
  EXPECT_EQ(launch(), 3u);
}

TEST(PtxControlTest, ALaunchMustFitItsKernel) {
  std::vector<int32_t> y(80);
  Launcher launcher(program);
  launcher.buffer("y", y);
  EXPECT_EQ(launcher.run({.block = {65}}, Asynchrony::eager),
            "launch of 'k': a block has 65 threads, expected at most 64");
  EXPECT_EQ(launcher.run({.grid = {0}}, Asynchrony::eager),
            "launch of 'k': grid or block has an extent of 0");
}

TEST(PtxControlTest, AnEndlessLoopEnds) {
  Launcher launcher(kernelText("", "again: bra.uni again;"));
  EXPECT_EQ(launcher.run({}, Asynchrony::eager),
            "kernel 'k', PTX line 6 ('bra.uni'), block (0,0,0), thread (0,0,0):"
            " the launch takes more than 1048576 backward branches; an endless "
            "loop, or raise maxSteps");
}

TEST(PtxControlTest, ThreadsThatSpinLetOthersRun) {
  std::vector<uint32_t> y(2);
  Launcher launcher(kernelText(".param .u64 y", R"(
  ld.param.b64 %rd1, [y];
  mov.u32 %r1, %tid.x;
  setp.eq.s32 %p1, %r1, 40;
  @%p1 bra writer;
wait:
  ld.volatile.global.b32 %r2, [%rd1];
  setp.eq.s32 %p2, %r2, 0;
  @%p2 bra wait;
  bra done;
writer:
  st.volatile.global.b32 [%rd1], 1;
done:)"));
  launcher.buffer("y", y);
  for (Asynchrony mode : bothModes) {
    y[0] = 0;
    EXPECT_EQ(launcher.run({.block = {64}}, mode, uint64_t(1) << 24), "");
  }
}

TEST(PtxControlTest, TrapAndRecursionAreErrors) {
  Launcher launcher(kernelText("", "  trap;"));
  EXPECT_EQ(launcher.run({}, Asynchrony::eager),
            "kernel 'k', PTX line 6 ('trap'), block (0,0,0), thread (0,0,0): "
            "the program reports a fault");
  EXPECT_EQ(loadError(moduleText(".func f() { call.uni f; ret; }\n.entry k() "
                                 "{ call.uni f, (); ret; }")),
            "PTX line 4: function 'f' calls itself, which is not modelled");
  EXPECT_EQ(loadError(kernelText("", "  call.uni vprintf, ();")),
            "PTX line 6: 'call.uni' calls 'vprintf', which the text does not "
            "define");
}

TEST(PtxControlTest, ParseErrorsNameTheLine) {
  EXPECT_EQ(loadError("hello"),
            "PTX line 1: expected a directive such as .entry instead of "
            "'hello'");
  EXPECT_EQ(loadError(".version 8.3\n.address_size 32\n"),
            "PTX line 2: addresses are 32 bits, expected 64");
  EXPECT_EQ(loadError(moduleText(".visible .entry k(.param .u99 x) {}")),
            "PTX line 4: expected a type instead of '.u99'");
  EXPECT_EQ(loadError(kernelText("", "  mov.b32 %r1, 0f3F80;")),
            "PTX line 6: '0f3F80' is no number; expected 8 hexadecimal digits");
  EXPECT_EQ(loadError(kernelText("", "  mov.b32 %r1 5;")),
            "PTX line 6: expected ',' instead of '5'");
  EXPECT_EQ(loadError(kernelText("", ".reg .b32 %r1;")),
            "PTX line 6: '%r1' is declared twice in one scope");
  EXPECT_EQ(loadError(kernelText("", "{ .reg .b32 x; }\n mov.b32 %r1, x;")),
            "PTX line 7: 'mov.b32' has operand 'x', which is not declared or "
            "not modelled");
}

/// Every text loads or gives an error with a line; what loads is also run.
void loadAndRun(const std::string &text, unsigned &loaded) {
  auto module = Program::load(text);
  if (!module) {
    EXPECT_TRUE(contains(llvm::toString(module.takeError()), "PTX line "));
    return;
  }
  ++loaded;
  std::vector<int32_t> y(8);
  Memory memory;
  ASSERT_EQ(llvm::toString(memory.add("y", y.data(), 32)), "");
  llvm::consumeError(module->launch("k", {.block = {8}},
                                    {KernelArgument::of(y.data())}, memory,
                                    {.maxSteps = 1 << 16}));
}

TEST(PtxControlTest, CutTextsAreErrors) {
  unsigned loaded = 0;
  for (size_t size = 61; size + 3 < program.size(); size += 17) {
    loadAndRun(program.substr(0, size), loaded);
  }
}

TEST(PtxControlTest, MangledTextsAreErrorsOrRun) {
  std::mt19937 random(1);
  const char replacements[] = "0%{}[];:,.-@!x9$\n";
  unsigned loaded = 0;
  for (int i = 0; i < 500; ++i) {
    std::string text = program;
    for (int changes = 1 + random() % 2; changes > 0; --changes) {
      size_t at = 60 + random() % (text.size() - 90);
      switch (random() % 4) {
      case 0:
        text[at] = replacements[random() % (sizeof(replacements) - 1)];
        break;
      case 1:
        text.erase(at, 1 + random() % 8);
        break;
      case 2: // repeat a piece elsewhere
        text.insert(at, text.substr(60 + random() % (text.size() - 90), 12));
        break;
      default: // another register, size, offset or number
        at = text.find_first_of("0123456789", at);
        text[at == std::string::npos ? 60 : at] = '0' + random() % 10;
        break;
      }
    }
    loadAndRun(text, loaded);
  }
  EXPECT_GT(loaded, 10u); // most are refused
}

} // namespace
