//===- GoalTest.cpp - workloads and limits in words -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/passes/Place/Goal.h"

#include "gtest/gtest.h"

using namespace tandem;

namespace {

template <typename T> std::string errorOf(llvm::Expected<T> value) {
  return value ? "" : llvm::toString(value.takeError());
}

TEST(Goal, readsWorkloads) {
  llvm::Expected<Workload> workload = parseWorkload("in=1000,out=200,rps=4.5");
  ASSERT_TRUE(bool(workload));
  EXPECT_EQ(workload->promptTokens, 1000);
  EXPECT_EQ(workload->newTokens, 200);
  EXPECT_EQ(workload->requestsPerSecond, 4.5);
  EXPECT_EQ(workload->getSlotTokens(), 1199);
  EXPECT_EQ(toString(*workload), "in=1000,out=200,rps=4.5");
  EXPECT_FALSE(parseWorkload("in=1,out=1")->requestsPerSecond);
}

TEST(Goal, refusesWorkloadsInWords) {
  EXPECT_EQ(
      errorOf(parseWorkload("in=1000")),
      "--workload is 'in=1000', expected in=... and out=..., the tokens of "
      "a prompt and of its answer");
  EXPECT_EQ(errorOf(parseWorkload("in=1000,outt=3")),
            "--workload is 'in=1000,outt=3': 'outt=3' is not one of in=..., "
            "out=..., rps=...");
  EXPECT_EQ(errorOf(parseWorkload("in=0,out=3")),
            "--workload: in is '0', expected a number of tokens, at least 1");
  EXPECT_EQ(errorOf(parseWorkload("in=1,out=3,rps=-1")),
            "--workload: rps is '-1', expected requests per second, above 0");
  EXPECT_EQ(errorOf(parseWorkload("in=1,in=3")),
            "--workload is 'in=1,in=3': 'in' stands twice");
}

TEST(Goal, readsLimits) {
  llvm::Expected<Slo> slo = parseSlo("ttft=1.5s,tpot=20ms");
  ASSERT_TRUE(bool(slo));
  EXPECT_DOUBLE_EQ(*slo->ttftSeconds, 1.5);
  EXPECT_DOUBLE_EQ(*slo->tpotSeconds, 0.02);
  EXPECT_EQ(toString(*slo), "ttft=1.5s,tpot=20ms");
  EXPECT_FALSE(parseSlo("tpot=300us")->ttftSeconds);
  for (const char *bad : {"ttft=200", "ttft=ms", "ttft=0ms", "ttft=-1s",
                          "ttft=nans", "ttft=1m", "ttft=20 GB"}) {
    std::string value = llvm::StringRef(bad).drop_front(5).str();
    EXPECT_EQ(errorOf(parseSlo(bad)),
              "--slo: ttft is '" + value +
                  "', expected a time above 0 with its unit, such as 200ms");
  }
  EXPECT_EQ(
      errorOf(parseSlo("latency=1s")),
      "--slo is 'latency=1s': 'latency=1s' is not one of ttft=..., tpot=...");
}

TEST(Goal, fitsTheDefaultWorkloadIntoASlot) {
  for (int64_t capacity : {1, 2, 3, 9, 256, 4096, 131072}) {
    Workload workload = getDefaultWorkload(capacity);
    EXPECT_GE(workload.promptTokens, 1);
    EXPECT_GE(workload.newTokens, 1);
    EXPECT_LE(workload.getSlotTokens(), capacity) << capacity;
  }
  EXPECT_EQ(toString(getDefaultWorkload(4096)), "in=1024,out=341");
}

TEST(Goal, formatsThreeDigits) {
  EXPECT_EQ(formatSeconds(0.0452), "45.2 ms");
  EXPECT_EQ(formatSeconds(123e-6), "123 us");
  EXPECT_EQ(formatSeconds(0.2), "200 ms");
  EXPECT_EQ(formatSeconds(0), "0 ns");
  EXPECT_EQ(formatBytes(1.98e9), "1.98 GB");
  EXPECT_EQ(formatBytes(512), "512 B");
}

} // namespace
