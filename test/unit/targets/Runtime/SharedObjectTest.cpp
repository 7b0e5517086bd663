//===- SharedObjectTest.cpp - checks of a part's file ---------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/SharedObject.h"
#include "tandem/targets/Runtime/Memory.h"

#include <random>

#include "gtest/gtest.h"

using namespace tandem::runtime;

static std::string readPart(const std::string &path) {
  return readFile(path, 1 << 24);
}

TEST(SharedObject, FakePartIsAPart) {
  EXPECT_EQ(whyNotPart(readPart(TANDEM_FAKE_PART)), "");
}

TEST(SharedObject, SecondExportIsNamed) {
  EXPECT_EQ(whyNotPart(readPart(TANDEM_FAKE_PART_TWO_SYMBOLS)),
            "exports 'another' beside 'tandem_part_query'");
}

TEST(SharedObject, OrdinaryLibraryIsNoPart) {
  EXPECT_NE(whyNotPart(readPart("/lib64/ld-linux-x86-64.so.2")), "");
  EXPECT_EQ(whyNotPart(""), "is no 64-bit little-endian ELF shared object");
}

TEST(SharedObject, DamagedFilesNeverCrash) {
  const std::string good = readPart(TANDEM_FAKE_PART);
  for (size_t length = 0; length < good.size(); length += 7) {
    EXPECT_NE(whyNotPart(good.substr(0, length)), "");
  }
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = good;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    bytes[random() % 64] = static_cast<char>(random());
    whyNotPart(bytes);
  }
}
