//===- KernelTextTest.cpp - entries of a text of kernels --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Execute/KernelText.h"

#include <gtest/gtest.h>

using tandem::nvidia::listEntries;

TEST(KernelText, ListsEntriesWithParametersAndThreads) {
  auto entries = listEntries(".version 8.3\n"
                             ".visible .entry copy(\n"
                             "\t.param .u64 .ptr .global copy_param_0,\n"
                             "\t.param .align 64 .b8 copy_param_1[128]\n)\n"
                             ".maxntid 128, 1, 1\n{\n\tret;\n}\n"
                             ".func helper(.param .b32 x) { ret; }\n"
                             ".entry plain ()\n{ ret; }\n");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries.at("copy").isMap, std::vector<bool>({false, true}));
  EXPECT_EQ(entries.at("copy").threads, 128u);
  EXPECT_TRUE(entries.at("plain").isMap.empty());
  EXPECT_EQ(entries.at("plain").threads, 0u);
}

TEST(KernelText, SaysWhichEntryWaits) {
  auto entries = listEntries(
      ".entry first ()\n{ ret; }\n"
      ".entry second ()\n{\n\tgriddepcontrol.wait;\n\tret;\n}\n"
      ".entry third ()\n{ griddepcontrol.launch_dependents; ret; }\n");
  EXPECT_FALSE(entries.at("first").waits);
  EXPECT_TRUE(entries.at("second").waits);
  EXPECT_FALSE(entries.at("third").waits);
}

TEST(KernelText, TakesAnyText) {
  for (const char *text : {"", ".entry", ".entry ", ".entry x", ".entry x(",
                           ".entry ) (", ".entry{", ".maxntid"}) {
    EXPECT_LE(listEntries(text).size(), 1u) << text;
  }
}
