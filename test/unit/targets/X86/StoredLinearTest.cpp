//===- StoredLinearTest.cpp - products with stored weights ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Packs random codes, scales and zero points as the target does and compares
// its kernels with the dequantised matrix.
//
//===----------------------------------------------------------------------===//

#include "KernelLibrary.h"

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/targets/X86/PackingStored.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/APFloat.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

using SpreadRow = void(const float *, int64_t, float *, int64_t);
using MultiplySpread = void(const float *, const char *, float *, int64_t);
using UnpackPanel = void(const char *, float *, int64_t);
using GatherStored = void(const char *, const int32_t *, float *, int64_t,
                          int64_t, int64_t);

namespace {

/// A matrix [n][k] in a format: its panels and its elements.
class StoredMatrix {
public:
  StoredMatrix(const PanelFormat &format, int64_t n, int64_t k)
      : format(format), n(n), k(k), builder(&context), blocks(format.blocks(k)),
        elements(n * k) {
    context.loadDialect<onnx::OnnxDialect, transformer::TransformerDialect>();
    format.hasCodes() ? fillBlocks() : fillRounded();
    SmallVector<ArrayRef<char>> bytes(payloads.begin(), payloads.end());
    packStored(value, /*isNk=*/true, bytes, [&](ArrayRef<char> piece) {
      panels.insert(panels.end(), piece.begin(), piece.end());
    });
  }

  double at(int64_t row, int64_t column) const {
    return elements[row * k + column];
  }
  /// Panel `index`, at a 64-byte boundary as the file has it.
  const char *panel(int64_t index) {
    aligned.resize(panels.size() / sizeof(Line) + 1);
    std::memcpy(aligned.data(), panels.data(), panels.size());
    return reinterpret_cast<const char *>(aligned.data()) +
           index * format.panelBytes(k);
  }

  const PanelFormat format;
  const int64_t n, k;
  std::vector<char> panels;

private:
  struct alignas(64) Line {
    char bytes[64];
  };

  Type typeOf(BlockNumber number) {
    switch (number) {
    case BlockNumber::none:
      return {};
    case BlockNumber::u8:
      return builder.getIntegerType(format.bits, /*isSigned=*/false);
    case BlockNumber::f16:
      return builder.getF16Type();
    case BlockNumber::f32:
      return builder.getF32Type();
    }
    llvm_unreachable("not a number of a block");
  }

  Attribute addPayload(ArrayRef<int64_t> shape, Type type, const void *data,
                       size_t bytes) {
    auto *begin = static_cast<const char *>(data);
    payloads.emplace_back(begin, begin + bytes);
    return onnx::WeightAttr::get(&context, "m", 0, bytes,
                                 RankedTensorType::get(shape, type));
  }

  /// Random floats that a half can hold.
  std::vector<float> halves(size_t count, float low, float high) {
    std::vector<float> values(count);
    for (float &value : values) {
      float wide = low + (high - low) * (generator() / 4294967296.0f);
      APFloat half(wide);
      bool losesInfo;
      half.convert(APFloat::IEEEhalf(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
      value = half.convertToFloat();
    }
    return values;
  }

  void fillBlocks() {
    int64_t blockBytes = format.block * format.bits / 8;
    std::vector<uint8_t> codes(n * blocks * blockBytes);
    for (uint8_t &code : codes) {
      code = generator();
    }
    auto codeAt = [&](const uint8_t *bytes, int64_t i) -> int64_t {
      return (bytes[i * format.bits / 8] >> (i * format.bits % 8)) &
             ((1 << format.bits) - 1);
    };
    std::vector<float> scales = halves(n * blocks, -0.1f, 0.1f);
    std::vector<float> zeros = halves(n * blocks, 0, 1 << format.bits);
    int64_t zeroBytes = (blocks * format.bits + 7) / 8;
    std::vector<uint8_t> packedZeros(n * zeroBytes);
    for (uint8_t &byte : packedZeros) {
      byte = generator();
    }
    Type byte = builder.getIntegerType(8, /*isSigned=*/false);
    Type f32 = builder.getF32Type();
    SmallVector<Attribute> parts = {
        addPayload({n, blocks, blockBytes}, byte, codes.data(), codes.size()),
        addPayload({n, blocks}, f32, scales.data(), 4 * scales.size())};
    if (format.zeroPoints == BlockNumber::u8) {
      parts.push_back(addPayload({n, zeroBytes}, byte, packedZeros.data(),
                                 packedZeros.size()));
    } else if (format.zeroPoints != BlockNumber::none) {
      parts.push_back(
          addPayload({n, blocks}, f32, zeros.data(), 4 * zeros.size()));
    }
    for (int64_t row = 0; row < n; ++row) {
      for (int64_t i = 0; i < k; ++i) {
        int64_t block = row * blocks + i / format.block;
        double zero = format.defaultZeroPoint();
        if (format.zeroPoints == BlockNumber::u8) {
          zero = codeAt(&packedZeros[row * zeroBytes], i / format.block);
        } else if (format.zeroPoints != BlockNumber::none) {
          zero = zeros[block];
        }
        double code = codeAt(&codes[block * blockBytes], i % format.block);
        elements[row * k + i] = (code - zero) * scales[block];
      }
    }
    setValue(parts, transformer::BlocksAttr::get(
                        &context, typeOf(BlockNumber::u8), format.block,
                        typeOf(format.scales), typeOf(format.zeroPoints)));
  }

  void fillRounded() {
    std::vector<float> values = randomValues(n * k, 3, 5);
    for (int64_t i = 0; i < n * k; ++i) {
      APFloat rounded(values[i]);
      bool losesInfo;
      rounded.convert(APFloat::BFloat(), APFloat::rmNearestTiesToEven,
                      &losesInfo);
      elements[i] = rounded.convertToFloat();
    }
    setValue({addPayload({n, k}, builder.getF32Type(), values.data(),
                         4 * values.size())},
             transformer::StoredAttr::get(&context, builder.getBF16Type()));
  }

  void setValue(ArrayRef<Attribute> parts, Attribute encoding) {
    value = transformer::EncodedAttr::get(
        &context, builder.getArrayAttr(parts),
        RankedTensorType::get({n, k}, builder.getF32Type(), encoding));
  }

  MLIRContext context;
  Builder builder;
  int64_t blocks;
  std::vector<double> elements;
  std::vector<std::vector<char>> payloads;
  transformer::EncodedAttr value;
  std::mt19937 generator{3};
  std::vector<Line> aligned;
};

class StoredLinear : public testing::TestWithParam<PanelFormat> {
protected:
  template <typename Function> Function *kernel(const std::string &name) {
    return KernelLibrary::best().get<Function>(name + "_" + GetParam().name());
  }
};

} // namespace

// The last block of a row of 72 is not full, the last panel of 50 rows neither.
TEST_P(StoredLinear, MultipliesASpreadRow) {
  for (int64_t stride : {1, 3}) {
    StoredMatrix matrix(GetParam(), 50, 72);
    std::vector<float> x = randomValues(72 * stride, 1, 9);
    std::vector<float> spread(Kernels::spreadElements(GetParam(), 72));
    kernel<SpreadRow>("spread_row")(x.data(), stride, spread.data(), 72);
    std::vector<float> y(64);
    std::vector<double> expected(50);
    for (int64_t panel = 0; panel < 4; ++panel) {
      kernel<MultiplySpread>("multiply_spread")(
          spread.data(), matrix.panel(panel), y.data() + 16 * panel, 72);
    }
    for (int64_t row = 0; row < 50; ++row) {
      for (int64_t i = 0; i < 72; ++i) {
        expected[row] += x[i * stride] * matrix.at(row, i);
      }
    }
    y.resize(50);
    // Sums of 72 products, zero points taken off in one.
    EXPECT_LT(largestError(y, expected), 2e-5);
  }
}

TEST_P(StoredLinear, UnpacksAPanel) {
  StoredMatrix matrix(GetParam(), 50, 72);
  const PanelFormat &format = GetParam();
  std::vector<float> y(format.blocks(72) * format.block * 16);
  kernel<UnpackPanel>("unpack_panel")(matrix.panel(3), y.data(), 72);
  for (int64_t i = 0; i < 72; ++i) {
    for (int64_t lane = 0; lane < 16; ++lane) {
      double expected = lane < 2 ? matrix.at(48 + lane, i) : 0;
      EXPECT_NEAR(y[i * 16 + lane], expected, 1e-6 * std::abs(expected))
          << i << ", " << lane;
    }
  }
}

TEST_P(StoredLinear, GathersRows) {
  StoredMatrix matrix(GetParam(), 50, 72);
  int32_t ids[] = {49, 0, 17};
  std::vector<float> y(3 * 72);
  kernel<GatherStored>("gather_stored")(matrix.panel(0), ids, y.data(), 72, 0,
                                        3);
  for (int64_t token = 0; token < 3; ++token) {
    for (int64_t i = 0; i < 72; ++i) {
      double expected = matrix.at(ids[token], i);
      EXPECT_NEAR(y[token * 72 + i], expected, 1e-6 * std::abs(expected));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, StoredLinear,
                         testing::ValuesIn(storedFormats),
                         [](const auto &info) { return info.param.name(); });
