//===- SymbolSpaceTest.cpp - polynomials, bounds and assumptions -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tests the arithmetic of symbolic dimensions.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/SymbolSpace.h"

#include "gtest/gtest.h"

using namespace tandem::primitives;

namespace {

class SymbolSpaceTest : public testing::Test {
protected:
  SymbolSpace space;
  Polynomial a = space.getSymbol("a");
  Polynomial b = space.getSymbol("b");
};

TEST_F(SymbolSpaceTest, EqualPolynomialsAreEqualObjects) {
  EXPECT_EQ((a + b) * (a + b), a * a + a * b * 2 + b * b);
  EXPECT_EQ(a + b - a, b);
  EXPECT_TRUE((a - a).is(0));
}

TEST_F(SymbolSpaceTest, DividesExactlyOrNotAtAll) {
  EXPECT_EQ((a * a - b * b).divideExactly(a - b), a + b);
  EXPECT_EQ((a * b * 64).divideExactly(b * 16), a * 4);
  EXPECT_FALSE((a * b * 64 + 1).divideExactly(b));
  EXPECT_FALSE((a * 3).divideExactly(2));
  EXPECT_FALSE(a.divideExactly(0));
}

TEST_F(SymbolSpaceTest, CoefficientsWrapAroundWithoutHanging) {
  Polynomial large(INT64_MIN);
  EXPECT_FALSE(large.divideExactly(-1));
  EXPECT_EQ(large + large, Polynomial(0));
}

TEST_F(SymbolSpaceTest, FloorDivisionOfNumbersRoundsDown) {
  EXPECT_TRUE(space.floorDivide(7, 2).is(3));
  EXPECT_TRUE(space.floorDivide(-7, 2).is(-4));
  EXPECT_EQ(space.floorDivide(a * 6, 3), a * 2);
  EXPECT_EQ(space.toString(space.floorDivide(a, 2)), "((a) // (2))");
}

TEST_F(SymbolSpaceTest, KnownOrdersSimplifyExtrema) {
  EXPECT_EQ(space.max(a + b, a), a + b);
  EXPECT_EQ(space.min(a, a + 1), a);
  EXPECT_EQ(space.toString(space.min(a, b)), "min(a, b)");
}

TEST_F(SymbolSpaceTest, SymbolsAreNeverNegative) {
  EXPECT_TRUE(space.isNonNegative(a * b + 3));
  EXPECT_FALSE(space.isNonNegative(a - 1));
  EXPECT_TRUE(space.differ(a, -1));
  EXPECT_FALSE(space.differ(a, 0));
  EXPECT_TRUE(space.isNonNegative(space.max(a, 5) - 5));
  EXPECT_TRUE(space.isNonNegative(a - space.min(a, b)));
}

TEST_F(SymbolSpaceTest, ReadsWhatExportersWrite) {
  EXPECT_EQ(space.parse("a + b"), a + b);
  EXPECT_EQ(space.parse("2*a - (b - 1)"), a * 2 - b + 1);
  EXPECT_TRUE(space.parse("1").is(1));
  EXPECT_EQ(space.parse("Max(1, a + 1)"), a + 1);
  EXPECT_EQ(space.parse("a // 2"), space.floorDivide(a, 2));
  EXPECT_EQ(space.parse("no expression!"), space.getSymbol("no expression!"));
  EXPECT_EQ(space.parse("99999999999999999999"),
            space.getSymbol("99999999999999999999"));
}

TEST_F(SymbolSpaceTest, TextIsReadBack) {
  Polynomial value =
      space.floorDivide(a * b - 3, 2) * 4 + space.min(a, b) - a * a;
  EXPECT_EQ(space.parse(space.toString(value)), value);
}

TEST_F(SymbolSpaceTest, DeepTextIsASymbol) {
  std::string deep = std::string(100000, '(') + "a" + std::string(100000, ')');
  EXPECT_EQ(space.parse(deep), space.getSymbol(deep));
}

TEST_F(SymbolSpaceTest, AssumptionsBindTheYoungerSymbol) {
  EXPECT_TRUE(space.assumeEqual(a, b, "test"));
  EXPECT_EQ(space.resolve(b * 2 + space.max(b, 3)), a * 2 + space.max(a, 3));
  ASSERT_EQ(space.getAssumptions().size(), 1u);
  EXPECT_EQ(space.getAssumptions().front(), "b = a: test");
  EXPECT_TRUE(space.assumeEqual(a, b, "again"));
  EXPECT_EQ(space.getAssumptions().size(), 1u);
}

TEST_F(SymbolSpaceTest, TotalsAreBoundRatherThanParts) {
  Polynomial total = space.getSymbol("total");
  Polynomial late = space.getSymbol("late");
  EXPECT_TRUE(space.assumeEqual(total, a + late, "test"));
  EXPECT_EQ(space.resolve(total), a + late);
  EXPECT_EQ(space.resolve(late), late);
}

TEST_F(SymbolSpaceTest, DimensionsOfArgumentsAreKept) {
  Polynomial past = space.getSymbol("past");
  space.keepDimension(past);
  EXPECT_TRUE(space.assumeEqual(a + b, past, "test"));
  EXPECT_EQ(space.resolve(a + b), past);
}

TEST_F(SymbolSpaceTest, ContradictionsAreRefused) {
  EXPECT_FALSE(space.assumeEqual(2, 3, "test"));
  EXPECT_FALSE(space.assumeEqual(a, -1, "test"));
  EXPECT_FALSE(space.assumeEqual(a * a, 4, "test"));
}

TEST_F(SymbolSpaceTest, RecordedAssumptionsAreReadBack) {
  EXPECT_TRUE(space.assume("b = a + 1: reason: with a colon"));
  EXPECT_EQ(space.resolve(b), a + 1);
  EXPECT_FALSE(space.assume("no equation"));
  EXPECT_FALSE(space.assume("a = a + 1: circular"));
}

} // namespace
