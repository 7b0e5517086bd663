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

#include <cmath>

using namespace mlir;
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
    shape.sharedBytes = 232448;
    shape.output = {shape.weight.rows, shape.output.terms};
    int64_t depth = shape.weight.depth, columns = shape.weight.rows;
    inputs = poisoned<float>(shape.inputRows * depth);
    std::vector<float> numbers = randomFloats(count[0] * depth, 1);
    // Sums cancel: some inputs are large. A gate multiplies what is left of it.
    float large = (shape.hasGate ? 2.0f : 100.0f) / 3;
    for (int64_t i = 0; i < int64_t(numbers.size()); ++i) {
      inputs[i] = numbers[i] * (i % 5 ? 1.0f / 3 : large); // no bf16
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
  void addWeights(int64_t matrix) {
    int64_t stride = shape.weight.stride(), depth = shape.weight.depth;
    std::vector<uint16_t> &own = weights.emplace_back(
        shape.weight.rows * stride); // zeros between the rows
    std::vector<float> numbers =
        randomFloats(shape.weight.rows * depth, 3 + matrix);
    Type bf16 = Builder(&module.context).getBF16Type();
    for (int64_t n = 0; n < shape.weight.rows; ++n) {
      for (int64_t k = 0; k < depth; ++k) {
        own[n * stride + k] = toBits(numbers[n * depth + k], bf16);
      }
    }
  }

  double weightAt(int64_t matrix, int64_t n, int64_t k) const {
    uint32_t bits = weights[matrix][n * shape.weight.stride() + k];
    return llvm::bit_cast<float>(bits << 16);
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
    }
    for (const Step &step : shape.steps) {
      buffers.push_back(step.operand == OperandKind::vector ? bias.data()
                                                            : residual.data());
    }
    buffers.push_back(results.data());
    Kernel convert = module.kernels.map(input, input.width, /*first=*/0, {});
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
                        weightAt(matrix, column, k);
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
  std::vector<std::vector<uint16_t>> weights;
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

TEST(NvidiaLinearTest, LargeTiles) {
  KernelModule module;
  Layer layers[] = {{withSteps(makeShape(512, 4100, 100)), 131},
                    {withGate(makeShape(512, 2050, 100)), 131}};
  for (const Layer &layer : layers) {
    LayerTest(module, layer).check(bound);
  }
}

} // namespace
