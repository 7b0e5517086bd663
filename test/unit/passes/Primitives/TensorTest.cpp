//===- TensorTest.cpp - storage and conversions of tensors -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Roundings are checked against the definition: of the two neighbours the
// nearer, of equally near ones the even.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Tensor.h"

#include "mlir/IR/Builders.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace mlir;
using namespace tandem::primitives;

namespace {
class TensorTest : public ::testing::Test {
protected:
  TensorTest() : builder(&context) {}

  Tensor roundTrip(const Tensor &tensor) {
    return Tensor::fromAttribute(tensor.toAttribute());
  }

  MLIRContext context;
  Builder builder;
};
} // namespace

TEST(HalfFloatsTest, EveryHalfSurvivesTheWayThroughDouble) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    Half half;
    half.bits = bits;
    double value = half;
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(double(Half(value))));
    } else {
      EXPECT_EQ(Half(value).bits, bits);
    }
  }
}

TEST(HalfFloatsTest, HalvesRoundToTheNearestThenToTheEven) {
  for (unsigned bits = 0; bits < 0x7bff; ++bits) {
    Half low, high;
    low.bits = bits;
    high.bits = bits + 1;
    double middle = (double(low) + double(high)) / 2;
    EXPECT_EQ(Half(middle).bits, bits % 2 == 0 ? bits : bits + 1);
    EXPECT_EQ(Half(-std::nextafter(float(middle), 0.0f)).bits, bits | 0x8000);
    EXPECT_EQ(Half(std::nextafter(float(middle), 1e9f)).bits, bits + 1);
  }
}

TEST(HalfFloatsTest, LargeValuesBecomeInfinite) {
  EXPECT_EQ(double(Half(65519.0)), 65504);
  EXPECT_TRUE(std::isinf(double(Half(65520.0))));
  EXPECT_TRUE(std::isinf(double(BFloat16(3.4e38))));
}

TEST(HalfFloatsTest, BFloat16RoundsToTheEven) {
  EXPECT_EQ(double(BFloat16(1 + 0x1p-8)), 1);
  EXPECT_EQ(double(BFloat16(1 + 0x3p-8)), 1 + 0x1p-6);
  EXPECT_TRUE(std::isnan(double(BFloat16(NAN))));
}

TEST_F(TensorTest, AttributesKeepEveryElementType) {
  std::vector<int64_t> values = {0, 1, -3, 7};
  const Type types[] = {builder.getIntegerType(4),  builder.getIntegerType(8),
                        builder.getIntegerType(64), builder.getF16Type(),
                        builder.getBF16Type(),      builder.getF32Type()};
  for (Type type : types) {
    Tensor tensor = Tensor::narrow(type, {2, 2}, values);
    EXPECT_EQ(roundTrip(tensor).widen<int64_t>(), values);
  }
  Tensor booleans =
      Tensor::narrow<int64_t>(builder.getI1Type(), {4}, {0, 1, 5, 0});
  EXPECT_EQ(roundTrip(booleans).widen<int64_t>(),
            (std::vector<int64_t>{0, 1, 1, 0}));
  Tensor bytes = Tensor::narrow<int64_t>(
      builder.getIntegerType(8, /*isSigned=*/false), {2}, {200, 255});
  EXPECT_EQ(roundTrip(bytes).widen<int64_t>(),
            (std::vector<int64_t>{200, 255}));
}

TEST_F(TensorTest, NibblesAreUnpackedLowFirst) {
  char packed[] = {char(0x8f), 0x07};
  Type isSigned = builder.getIntegerType(4);
  Type isUnsigned = builder.getIntegerType(4, /*isSigned=*/false);
  EXPECT_EQ(unpackNibbles(isSigned, {3}, packed).widen<int64_t>(),
            (std::vector<int64_t>{-1, -8, 7}));
  EXPECT_EQ(unpackNibbles(isUnsigned, {3}, packed).widen<int64_t>(),
            (std::vector<int64_t>{15, 8, 7}));
  EXPECT_EQ(bytesInFile(isSigned, 3), 2);
}

TEST_F(TensorTest, BorrowedBytesMayHaveAnyAlignment) {
  std::vector<char> bytes(1 + 3 * sizeof(float));
  for (int i = 0; i < 3; ++i) {
    float value = i + 0.5f;
    std::memcpy(&bytes[1 + i * sizeof(float)], &value, sizeof(float));
  }
  Tensor tensor = Tensor::borrow(builder.getF32Type(), {3},
                                 ArrayRef<char>(bytes).drop_front());
  EXPECT_EQ(tensor.widen<double>(), (std::vector<double>{0.5, 1.5, 2.5}));
  double part[2];
  tensor.widenTo(part, 1, 2);
  EXPECT_EQ(part[1], 2.5);
}

TEST_F(TensorTest, NumbersOutsideOfAnIntegersRangeDoNotTrap) {
  Tensor tensor = Tensor::narrow<double>(builder.getIntegerType(64), {4},
                                         {1e300, -1e300, NAN, -2.9});
  EXPECT_EQ(tensor.widen<int64_t>(),
            (std::vector<int64_t>{INT64_MAX, INT64_MIN, 0, -2}));
}
