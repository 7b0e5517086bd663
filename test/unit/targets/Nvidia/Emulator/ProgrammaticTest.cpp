//===- ProgrammaticTest.cpp - launches beside the one before ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Launches.h"

using namespace tandem::nvidia::ptx;

namespace {

/// y[t] = w[t] + x[t]; only w is read before the wait.
const std::string waiting = kernelText(".param .u64 w, .param .u64 x, "
                                       ".param .u64 y",
                                       R"(
  ld.param.b64 %rd1, [w]; ld.param.b64 %rd2, [x]; ld.param.b64 %rd3, [y];
  mov.u32 %r1, %tid.x; mul.wide.u32 %rd4, %r1, 4;
  add.s64 %rd1, %rd1, %rd4; add.s64 %rd2, %rd2, %rd4; add.s64 %rd3, %rd3, %rd4;
  ld.global.nc.b32 %r2, [%rd1];
  griddepcontrol.wait;
  griddepcontrol.launch_dependents;
  ld.global.b32 %r3, [%rd2];
  add.u32 %r4, %r2, %r3;
  st.global.b32 [%rd3], %r4;)");

std::string run(const std::string &text, bool isProgrammatic,
                Asynchrony mode = Asynchrony::eager) {
  std::vector<uint32_t> w(64, 1), x(64, 2), y(64, 0);
  Launcher launcher(text);
  launcher.buffer("w", w, Access::readOnly).buffer("x", x).buffer("y", y);
  std::string message =
      launcher.run({.block = {64}, .isProgrammatic = isProgrammatic}, mode);
  EXPECT_TRUE(!message.empty() || y == std::vector<uint32_t>(64, 3));
  return message;
}

TEST(PtxProgrammaticTest, WhatNoLaunchWritesIsReadBeforeTheWait) {
  for (Asynchrony mode : bothModes) {
    EXPECT_EQ(run(waiting, true, mode), "");
    EXPECT_EQ(run(waiting, false, mode), "");
  }
}

TEST(PtxProgrammaticTest, WhatALaunchMayWriteIsNotTouchedBeforeTheWait) {
  std::string early =
      replaced(replaced(waiting, "griddepcontrol.wait;", ""), "add.u32 %r4",
               "griddepcontrol.wait; add.u32 "
               "%r4");
  std::string message = run(early, true);
  EXPECT_TRUE(startsWith(message, "kernel 'k', PTX line 13 ('ld.global.b32'), "
                                  "block (0,0,0), thread (0,0,0): "));
  EXPECT_TRUE(endsWith(
      message, "touches buffer 'x' before griddepcontrol.wait, and the launch "
               "before this programmatic one may still write it"));
  EXPECT_EQ(run(early, false), "");
}

TEST(PtxProgrammaticTest, EveryThreadWaits) {
  // Threads that have nothing to do leave first.
  std::string leaving = replaced(waiting, "griddepcontrol.wait;",
                                 "setp.gt.u32 %p1, %r1, 31; @%p1 ret; "
                                 "griddepcontrol.wait;");
  std::vector<uint32_t> w(64, 1), x(64, 2), y(64, 0);
  Launcher launcher(leaving);
  launcher.buffer("w", w, Access::readOnly).buffer("x", x).buffer("y", y);
  EXPECT_EQ(
      launcher.run({.block = {64}, .isProgrammatic = true}, Asynchrony::eager),
      "kernel 'k', PTX line 4 ('.entry'), block (0,0,0), thread "
      "(32,0,0): ends without griddepcontrol.wait, and the launch is "
      "programmatic: the next one may start before the launch before "
      "has ended");
}

TEST(PtxProgrammaticTest, OtherFormsAreNotUnderstood) {
  EXPECT_TRUE(startsWith(
      loadError(replaced(waiting, "launch_dependents", "launch_all")),
      "PTX line 12: "));
}

} // namespace
