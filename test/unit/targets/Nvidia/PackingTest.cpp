//===- PackingTest.cpp - weights that are no fp32 -----------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Weights that a file has in f16 or bf16: matrices keep their bits, all else is
// widened; what describePacked says of them is where packWeight puts them.
// Truth values become 1 and 0, integers stay.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Packing.h"

#include <cstring>

#include "mlir/IR/Builders.h"
#include "tandem/dialects/Transformer/IR/HalfFloats.h"
#include "tandem/targets/Runtime/SeededWeights.h"
#include "tandem/targets/Runtime/ThreadPool.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace tandem;

namespace {

constexpr uint64_t seed = 11;
const runtime::SeededValues values{-1, 0.25F, 3};

class HalfPacking : public testing::TestWithParam<bool> {
protected:
  HalfPacking() : builder(&context) {
    context.loadDialect<deploy::DeployDialect, onnx::OnnxDialect>();
    element = GetParam() ? Type(builder.getBF16Type()) : builder.getF16Type();
  }

  /// A weight of the file.
  deploy::SlotAttr slot(deploy::WeightRole role, ArrayRef<int64_t> shape) {
    auto type = RankedTensorType::get(shape, element);
    auto source = onnx::WeightAttr::get(&context, "m", 0,
                                        2 * type.getNumElements(), type);
    return deploy::SlotAttr::get(&context, role, source);
  }
  uint16_t bitsOf(float number) const {
    return GetParam() ? transformer::BFloat16(number).bits
                      : transformer::Half(number).bits;
  }
  /// The file's elements, in its order.
  std::vector<uint16_t> payload(int64_t count) const {
    std::vector<uint16_t> elements;
    for (int64_t i = 0; i < count; ++i) {
      elements.push_back(bitsOf(runtime::seededValue(seed, "w", values, i)));
    }
    return elements;
  }
  static std::vector<char> pack(deploy::SlotAttr slot,
                                const std::vector<uint16_t> &payload) {
    ArrayRef<char> view(reinterpret_cast<const char *>(payload.data()),
                        2 * payload.size());
    std::vector<char> bytes;
    nvidia::packWeight(slot, view, [&](ArrayRef<char> piece) {
      bytes.insert(bytes.end(), piece.begin(), piece.end());
    });
    return bytes;
  }
  /// What `--random-weights` makes of the description.
  static std::vector<char> make(deploy::SlotAttr slot, int64_t size) {
    runtime::ThreadPool pool(2);
    std::vector<char> bytes(size);
    std::vector<PackedField> fields = *nvidia::describePacked(slot, {});
    for (PackedField &field : fields) {
      field.places.tensor = "w";
      field.places.values = values;
      runtime::checkSeededField(field.places, size, "part");
      runtime::fillSeeded(field.places, seed, bytes.data(), pool.table());
    }
    return bytes;
  }

  MLIRContext context;
  Builder builder;
  Type element;
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Types, HalfPacking, testing::Bool());

TEST_P(HalfPacking, MatricesKeepTheirBitsInRows) {
  constexpr int64_t depth = 41, rows = 35;
  // The file has columns.
  deploy::SlotAttr weight = slot(deploy::WeightRole::matrix_kn, {depth, rows});
  std::vector<uint16_t> file = payload(depth * rows);
  std::vector<char> packed = pack(weight, file);
  int64_t stride = packed.size() / (2 * rows);
  EXPECT_EQ(stride, 64); // whole tiles
  for (int64_t n = 0; n < rows; ++n) {
    for (int64_t k = 0; k < depth; ++k) {
      uint16_t bits;
      std::memcpy(&bits, packed.data() + 2 * (n * stride + k), 2);
      ASSERT_EQ(bits, file[k * rows + n]) << n << ", " << k;
    }
  }
  EXPECT_EQ(make(weight, packed.size()), packed);
}

TEST_P(HalfPacking, VectorsAreWidened) {
  constexpr int64_t count = (1 << 14) + 3; // more than a piece
  deploy::SlotAttr weight = slot(deploy::WeightRole::vector, {count});
  std::vector<char> packed = pack(weight, payload(count));
  ASSERT_EQ(int64_t(packed.size()), 4 * count);
  for (int64_t i = 0; i < count; ++i) {
    float number;
    std::memcpy(&number, packed.data() + 4 * i, 4);
    ASSERT_EQ(number, runtime::seededValue(seed, "w", values, i)) << i;
  }
  EXPECT_EQ(make(weight, packed.size()), packed);
}

TEST(Packing, TruthValuesAreOneAndZero) {
  MLIRContext context;
  context.loadDialect<deploy::DeployDialect, onnx::OnnxDialect>();
  std::vector<bool> truths;
  std::vector<char> file, bits;
  for (int i = 0; i < 11; ++i) {
    truths.push_back(i % 3 != 1);
    file.push_back(truths.back());
    bits.resize(i / 8 + 1);
    bits.back() |= truths.back() << i % 8;
  }
  auto type = RankedTensorType::get({11}, IntegerType::get(&context, 1));
  auto source = onnx::WeightAttr::get(&context, "m", 0, 11, type);
  auto slot =
      deploy::SlotAttr::get(&context, deploy::WeightRole::vector, source);
  for (const std::vector<char> &payload : {file, bits}) {
    std::vector<float> numbers(11, -1);
    nvidia::packWeight(slot, ArrayRef<char>(payload), [&](ArrayRef<char> all) {
      ASSERT_EQ(all.size(), 44u);
      std::memcpy(numbers.data(), all.data(), all.size());
    });
    EXPECT_TRUE(std::equal(truths.begin(), truths.end(), numbers.begin()));
  }
  EXPECT_FALSE(nvidia::describePacked(slot, {}));
}
