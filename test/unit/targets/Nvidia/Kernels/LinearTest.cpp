//===- LinearTest.cpp - kernels of linear layers, emulated ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Results are compared with sums in fp64 over the weights as they are stored.
// Memory that nothing writes is NaN, and so are the inputs of rows that are not
// there.
//
//===----------------------------------------------------------------------===//

#include "KernelModule.h"

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/targets/Nvidia/Packing.h"

#include "mlir/AsmParser/AsmParser.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;

namespace {

/// A layer and a step of `count` of up to `shape.inputRows` rows.
struct Layer {
  LinearShape shape;
  int32_t count;
};

/// A layer's data, and what it should give.
class LayerTest {
public:
  LayerTest(KernelModule &module, const Layer &layer)
      : module(module), shape(layer.shape), count{layer.count} {
    module.context.loadDialect<deploy::DeployDialect, onnx::OnnxDialect,
                               transformer::TransformerDialect>();
    shape.sharedBytes = 232448;
    shape.output = {shape.weight.rows, shape.output.terms};
    int64_t depth = shape.weight.depth, columns = shape.weight.rows;
    inputs = poisoned<float>(shape.inputRows * depth);
    std::vector<float> numbers = randomFloats(count[0] * depth, 1);
    // Sums cancel: some inputs are large. A gate multiplies what is left of it.
    float large = (shape.hasGate ? 2.0f : 100.0f) / 3;
    for (int64_t i = 0; i < int64_t(numbers.size()); ++i) {
      inputs[i] = numbers[i] * (i % 5 ? 1.0f / 3 : large); // no bf16
      if (shape.inputTerms < 3) {
        uint32_t kept = shape.inputTerms == 2 ? 0xffffff00 : 0xffff0000;
        inputs[i] =
            llvm::bit_cast<float>(llvm::bit_cast<uint32_t>(inputs[i]) & kept);
      }
    }
    for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
      addWeights(matrix);
    }
    bias = randomFloats(columns, 8);
    residual = randomFloats(shape.inputRows * columns, 9);
  }

  /// Runs the layer in both modes and compares.
  void check(double bound) {
    SCOPED_TRACE(std::string(
        LLVM::LLVMFuncOp(module.kernels.linear(shape).function).getName()));
    for (auto mode : {ptx::Asynchrony::eager, ptx::Asynchrony::late}) {
      run(mode);
      if (testing::Test::HasFatalFailure()) {
        return;
      }
      EXPECT_LE(difference(), bound);
    }
  }

private:
  /// Adds a matrix: its values, and its bytes as kernels take them.
  void addWeights(int64_t matrix) {
    const WeightFormat &format = shape.weight;
    std::vector<double> &own = values.emplace_back();
    std::string type =
        llvm::formatv("tensor<{0}x{1}xf32", format.rows, format.depth);
    if (!format.isCodes()) {
      std::vector<float> numbers =
          randomFloats(format.rows * format.depth, 3 + matrix);
      Builder builder(&module.context);
      bool isHalf = format.kind == WeightFormat::Kind::f16;
      Type stored = isHalf ? Type(builder.getF16Type()) : builder.getBF16Type();
      for (float &number : numbers) {
        number *= isHalf ? 1.0f / 3 : 1; // 11 bits in the end
        own.push_back(rounded(number, stored));
      }
      type += llvm::formatv(", #transformer.stored<{0}>>", format.name());
      return pack(llvm::formatv("[dense<0.0> : tensor<{0}x{1}xf32>]> : {2}",
                                format.rows, format.depth, type),
                  {bytesOf(numbers)});
    }
    int64_t blocks = (format.depth + format.block - 1) / format.block;
    int64_t blockBytes = format.block * format.bits / 8;
    std::vector<float> scales = randomFloats(format.rows * blocks, 5 + matrix);
    std::vector<float> zeros = randomFloats(format.rows * blocks, 6 + matrix);
    std::vector<uint8_t> codes(format.rows * blocks * blockBytes);
    std::mt19937 generator(7 + matrix);
    for (uint8_t &code : codes) {
      code = generator();
    }
    for (float &scale : scales) {
      scale /= format.middleCode();
    }
    for (float &zero : zeros) { // no integers
      zero = format.middleCode() * (1 + zero / 2);
    }
    std::string numbers = format.hasHalfNumbers ? "f16" : "f32";
    if (format.hasHalfNumbers) {
      for (float &number : llvm::concat<float>(scales, zeros)) {
        number = rounded(number, Builder(&module.context).getF16Type());
      }
    }
    for (int64_t i = 0; i < format.rows * format.depth; ++i) {
      int64_t n = i / format.depth, k = i % format.depth;
      int64_t bit = (n * blocks * format.block + k) * format.bits;
      int64_t block = n * blocks + k / format.block;
      double code = (codes[bit / 8] >> bit % 8) & ((1 << format.bits) - 1);
      double zero = format.hasZeros ? zeros[block] : format.middleCode();
      own.push_back((code - zero) * scales[block]);
    }
    std::string text = llvm::formatv(
        "[dense<0> : tensor<{0}x{1}x{2}xui8>, dense<0.0> : tensor<{0}x{1}xf32>",
        format.rows, blocks, blockBytes);
    if (format.hasZeros) {
      text += llvm::formatv(", dense<0.0> : tensor<{0}x{1}xf32>", format.rows,
                            blocks);
    }
    text += llvm::formatv(
        "]> : {0}, #transformer.blocks<ui{1}, block = {2}, scales = {3}{4}>>",
        type, format.bits, format.block, numbers,
        format.hasZeros ? ", zero_points = " + numbers : "");
    pack(text, {bytesOf(codes), bytesOf(scales), bytesOf(zeros)});
  }

  template <typename T> static ArrayRef<char> bytesOf(const std::vector<T> &v) {
    return {reinterpret_cast<const char *>(v.data()), v.size() * sizeof(T)};
  }

  void pack(const std::string &value, ArrayRef<ArrayRef<char>> payloads) {
    auto slot = dyn_cast_or_null<deploy::SlotAttr>(parseAttribute(
        "#deploy.slot<matrix_nk, #transformer.encoded<" + value + ">",
        &module.context));
    ASSERT_TRUE(slot) << value;
    std::vector<char> &own = weights.emplace_back();
    packWeight(slot, payloads, [&](ArrayRef<char> bytes) {
      own.insert(own.end(), bytes.begin(), bytes.end());
    });
    ASSERT_EQ(int64_t(own.size()), shape.weight.bytes());
  }

  void run(ptx::Asynchrony mode) {
    RowFormat input = shape.input();
    auto terms = poisoned<char>(shape.inputRows * input.rowBytes());
    results = poisoned<char>(shape.inputRows * shape.output.rowBytes());
    ptx::Memory memory;
    addTo(memory, "count", count);
    addTo(memory, "inputs", inputs);
    addTo(memory, "terms", terms);
    addTo(memory, "results", results);
    addTo(memory, "bias", bias);
    addTo(memory, "residual", residual);
    std::vector<const void *> buffers = {count.data(), terms.data()};
    for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
      addTo(memory, matrix ? "gate" : "weights", weights[matrix]);
      buffers.push_back(weights[matrix].data());
      if (shape.weight.isCodes()) {
        buffers.push_back(weights[matrix].data() +
                          shape.weight.numbersOffset());
      }
    }
    for (const Step &step : shape.steps) {
      buffers.push_back(step.operand == OperandKind::vector ? bias.data()
                                                            : residual.data());
    }
    buffers.push_back(results.data());
    Kernel convert = module.kernels.map(input, {});
    Kernel linear = module.kernels.linear(shape);
    ASSERT_EQ(module.launch(convert, shape.inputRows,
                            {count.data(), inputs.data(), terms.data()}, memory,
                            mode),
              "");
    ASSERT_EQ(module.launch(linear, shape.inputRows, buffers, memory, mode),
              "");
  }

  double expected(int64_t row, int64_t column) const {
    double sums[2] = {0, 0};
    for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
      for (int64_t k = 0; k < shape.weight.depth; ++k) {
        sums[matrix] += double(inputs[row * shape.weight.depth + k]) *
                        values[matrix][column * shape.weight.depth + k];
      }
    }
    double value = sums[0];
    if (shape.hasGate) {
      value *= sums[1] > 0 ? sums[1] : 0; // relu
    }
    for (const Step &step : shape.steps) {
      value += step.operand == OperandKind::vector
                   ? bias[column]
                   : residual[row * shape.weight.rows + column];
    }
    return value;
  }

  double resultAt(int64_t row, int64_t column) const {
    const char *place = results.data() + row * shape.output.rowBytes();
    if (shape.output.isF32()) {
      float value;
      std::memcpy(&value, place + 4 * column, 4);
      return value;
    }
    double sum = 0;
    for (int64_t term = 0; term < shape.output.terms; ++term) {
      uint16_t bits;
      std::memcpy(&bits, place + term * shape.output.termBytes() + 2 * column,
                  2);
      sum += llvm::bit_cast<float>(uint32_t(bits) << 16);
    }
    return sum;
  }

  /// max |a - b| / (1 + |b|) over all rows that are there, padding included.
  double difference() const {
    double worst = 0;
    int64_t columns = shape.weight.rows;
    for (int64_t row = 0; row < count[0]; ++row) {
      for (int64_t n = 0; n < columns + shape.output.padding(); ++n) {
        double wanted = n < columns ? expected(row, n) : 0;
        double error =
            std::abs(resultAt(row, n) - wanted) / (1 + std::abs(wanted));
        worst = std::isnan(error) ? INFINITY : std::max(worst, error);
      }
    }
    return worst;
  }

  KernelModule &module;
  LinearShape shape;
  std::vector<int32_t> count;
  std::vector<float> inputs, bias, residual;
  std::vector<std::vector<char>> weights;
  std::vector<std::vector<double>> values; ///< of weights
  std::vector<char> results;
};

/// Sums of fp32 over inputs that are 100 times as large as results.
constexpr double bound = 1e-4;

LinearShape makeShape(int64_t inputRows, int64_t columns, int64_t depth) {
  LinearShape shape;
  shape.inputRows = inputRows;
  shape.weight.kind = WeightFormat::Kind::bf16;
  shape.weight.rows = columns;
  shape.weight.depth = depth;
  return shape;
}

LinearShape withGate(LinearShape shape) {
  shape.hasGate = true;
  shape.glu = "relu";
  shape.output.terms = 3;
  return shape;
}

LinearShape withSteps(LinearShape shape) {
  Step bias, residual;
  bias.function = residual.function = "Add";
  bias.operand = OperandKind::vector;
  residual.operand = OperandKind::rows;
  shape.steps = {bias, residual};
  return shape;
}

LinearShape withCodes(LinearShape shape, int64_t bits, int64_t block,
                      bool hasZeros, bool hasHalfNumbers = false) {
  shape.weight.kind = WeightFormat::Kind::blocks;
  shape.weight.bits = bits;
  shape.weight.block = block;
  shape.weight.hasZeros = hasZeros;
  shape.weight.hasHalfNumbers = hasHalfNumbers;
  return shape;
}

TEST(NvidiaLinearTest, FewRowsOfCodes) {
  Layer layers[] = {
      {withCodes(makeShape(1, 1, 1), 4, 32, false), 1},
      {withCodes(withSteps(makeShape(8, 50, 200)), 4, 32, true), 3},
      {withCodes(withGate(makeShape(8, 40, 1100)), 4, 128, true), 8},
      {withCodes(withSteps(makeShape(8, 33, 300)), 8, 64, false), 8},
      {withCodes(makeShape(8, 50, 200), 4, 64, true, /*hasHalfNumbers=*/true),
       3},
      {withCodes(makeShape(1, 20, 96), 8, 32, false, /*hasHalfNumbers=*/true),
       1}};
  for (const Layer &layer : layers) {
    KernelModule module; // compiles all of its kernels at once
    LayerTest(module, layer).check(bound);
  }
}

TEST(NvidiaLinearTest, ManyRowsOfCodes) {
  Layer layers[] = {
      {withCodes(withGate(makeShape(64, 100, 200)), 4, 32, true), 50},
      {withCodes(withSteps(makeShape(64, 66, 300)), 8, 256, true), 64},
      {withCodes(makeShape(64, 128, 200), 4, 32, true, /*hasHalfNumbers=*/true),
       50},
      {withCodes(withGate(makeShape(64, 64, 128)), 4, 64, false,
                 /*hasHalfNumbers=*/true),
       33}};
  for (const Layer &layer : layers) {
    KernelModule module; // compiles all of its kernels at once
    LayerTest(module, layer).check(bound);
  }
}

// Two runs of 16 are a stretch of 32.
TEST(NvidiaLinearTest, CodesInBlocksOf16) {
  Layer layers[] = {
      {withCodes(makeShape(1, 1, 1), 4, 16, false), 1},
      {withCodes(withGate(makeShape(8, 40, 1100)), 4, 16, true), 8},
      {withCodes(withSteps(makeShape(8, 33, 300)), 8, 16, false), 3},
      {withCodes(withGate(makeShape(64, 100, 200)), 4, 16, false), 50},
      {withCodes(withSteps(makeShape(64, 128, 136)), 4, 16, true,
                 /*hasHalfNumbers=*/true),
       64},
      {withCodes(makeShape(64, 66, 300), 8, 16, true), 64}};
  for (const Layer &layer : layers) {
    KernelModule module; // compiles all of its kernels at once
    LayerTest(module, layer).check(bound);
  }
}

LinearShape inHalves(LinearShape shape) {
  shape.weight.kind = WeightFormat::Kind::f16;
  return shape;
}

// Weights of f16 are two terms of bf16 each: no bits of either are lost.
TEST(NvidiaLinearTest, Halves) {
  Layer layers[] = {{inHalves(makeShape(1, 1, 1)), 1},
                    {inHalves(withSteps(makeShape(8, 20, 72))), 3},
                    {inHalves(withGate(makeShape(8, 100, 576))), 8},
                    {inHalves(withSteps(makeShape(64, 100, 200))), 50},
                    {inHalves(withGate(makeShape(64, 130, 136))), 64}};
  for (const Layer &layer : layers) {
    KernelModule module; // compiles all of its kernels at once
    LayerTest(module, layer).check(bound);
  }
}

TEST(NvidiaLinearTest, FewRows) {
  KernelModule module;
  Layer layers[] = {{makeShape(1, 1, 1), 1},
                    {withSteps(makeShape(8, 20, 72)), 3},
                    {withGate(makeShape(8, 100, 576)), 8},
                    {makeShape(1, 33, 1100), 1}};
  for (const Layer &layer : layers) {
    LayerTest(module, layer).check(bound);
  }
}

TEST(NvidiaLinearTest, ManyRows) {
  KernelModule module;
  Layer layers[] = {{makeShape(64, 1, 1), 1},
                    {withSteps(makeShape(64, 100, 200)), 50},
                    {withGate(makeShape(64, 130, 576)), 64}};
  for (const Layer &layer : layers) {
    LayerTest(module, layer).check(bound);
  }
}

// Two terms of inputs are enough for numbers of 16 bits.
TEST(NvidiaLinearTest, RoundedInputs) {
  KernelModule module;
  Layer layers[] = {{withSteps(makeShape(64, 100, 200)), 50},
                    {withGate(makeShape(64, 130, 576)), 64},
                    {withSteps(makeShape(512, 3970, 72)), 129}};
  for (Layer &layer : layers) {
    layer.shape.inputTerms = 2;
    LayerTest(module, layer).check(bound);
  }
}

LinearShape byGroups(LinearShape shape, int64_t inputTerms = 3) {
  shape.hasWarpGroups = true;
  shape.inputTerms = inputTerms;
  return shape;
}

// More depths than stages, columns and rows that fill no tile, one group of
// warps that multiplies.
TEST(NvidiaLinearTest, WarpGroups) {
  KernelModule module;
  Layer layers[] = {{byGroups(makeShape(64, 1, 1)), 1},
                    {byGroups(withSteps(makeShape(64, 100, 200)), 2), 50},
                    {byGroups(withGate(makeShape(64, 130, 576)), 1), 64},
                    {byGroups(withSteps(makeShape(64, 40, 1100)), 1), 64}};
  for (const Layer &layer : layers) {
    LayerTest(module, layer).check(bound);
  }
}

// Two groups, which exchange registers with the one that copies.
TEST(NvidiaLinearTest, LargeTilesOfWarpGroups) {
  KernelModule module;
  Layer layers[] = {{byGroups(withSteps(makeShape(512, 3970, 328)), 2), 129},
                    {byGroups(withGate(makeShape(512, 3970, 72)), 1), 65},
                    {byGroups(withSteps(makeShape(512, 7950, 136)), 1), 65}};
  for (const Layer &layer : layers) {
    LayerTest(module, layer).check(bound);
  }
}

TEST(NvidiaLinearTest, LargeTiles) {
  KernelModule module;
  Layer layers[] = {{withSteps(makeShape(512, 3970, 72)), 129},
                    {withGate(makeShape(512, 1986, 72)), 65},
                    {withCodes(makeShape(512, 1986, 72), 4, 32, false), 65}};
  for (const Layer &layer : layers) {
    LayerTest(module, layer).check(bound);
  }
}

} // namespace
