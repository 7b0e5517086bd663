//===- ArchitectureTest.cpp - versions of drivers ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Architecture.h"

#include <gtest/gtest.h>

using namespace tandem::nvidia;

TEST(Architecture, VersionsOfDriversAreReadAsTheyAreWritten) {
  for (int32_t version : {12030, 12090, 13000, 9100}) {
    EXPECT_EQ(parseDriver(driverText(version)), version);
  }
  EXPECT_EQ(driverText(12030), "12.3");
}

TEST(Architecture, OtherTextsAreNoVersions) {
  for (const char *text : {"", "12", "12.", ".3", "12.3.1", "12.3 ", "a.b",
                           "-12.3", "12.-3", "12.100", "99999999999.1"}) {
    EXPECT_EQ(parseDriver(text), 0) << text;
  }
}
