//===- EvaluatorTest.cpp - functions, errors and limits ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Values of single operators are compared with ONNX Runtime
// (compare-with-onnxruntime.test); here is what surrounds them.
//
//===----------------------------------------------------------------------===//

#include "Program.h"

#include "tandem/passes/Primitives/MatrixProduct.h"
#include "tandem/passes/Primitives/Primitives.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;
using tandem::test::messageOf;
using tandem::test::Program;

TEST(PrimitivesTest, EachRowIsFoundByItsName) {
  for (const Primitive &primitive : getPrimitives()) {
    EXPECT_EQ(findPrimitive(primitive.name), &primitive);
    EXPECT_TRUE(primitive.evaluate) << primitive.name.str();
    EXPECT_TRUE(primitive.takesInputs(primitive.minInputs));
  }
  EXPECT_FALSE(findPrimitive("gather"));
}

TEST(EvaluatorTest, SubgraphsSeeTheEnclosingGraph) {
  Program program(R"(
    func.func @main(%c: tensor<i1>, %x: tensor<2xf32>) -> tensor<2xf32> {
      %r = onnx.node "If" (%c) {} subgraphs ["then_branch", "else_branch"] {
        %0 = onnx.node "Add" (%x, %x) {} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
        onnx.yield %0 : tensor<2xf32>
      }, {
        onnx.yield %x : tensor<2xf32>
      } : (tensor<i1>) -> tensor<2xf32>
      return %r : tensor<2xf32>
    })");
  for (int64_t condition : {0, 1}) {
    auto results = program.run(
        {Tensor::narrow<int64_t>(program.getType("i1"), {}, {condition}),
         program.floats({2}, {1, 2})});
    ASSERT_TRUE(bool(results));
    EXPECT_EQ((*results)[0].widen<double>()[1], condition ? 4 : 2);
  }
}

/// A weight of ones: the product is the sum of the rounded row.
TEST(EvaluatorTest, Int8ActivationsAreRoundedInBlocks) {
  Program program(R"(
    func.func @main(%x: tensor<1x40xf32>) -> tensor<1x1xf32> {
      %w = onnx.constant #transformer.encoded<[dense<9> : tensor<1x2x32xui8>, dense<1.0> : tensor<1x2xf32>, dense<8.0> : tensor<1x2xf32>]> : tensor<1x40xf32, #transformer.blocks<ui8, block = 32, scales = f32, zero_points = f32>>
      %y = transformer.linear %x, %w layout nk int8_activations : (tensor<1x40xf32>, tensor<1x40xf32, #transformer.blocks<ui8, block = 32, scales = f32, zero_points = f32>>) -> tensor<1x1xf32>
      return %y : tensor<1x1xf32>
    })");
  auto sumOf = [&](std::vector<double> x) {
    auto results = program.run({program.floats({1, 40}, x)});
    EXPECT_TRUE(bool(results)) << llvm::toString(results.takeError());
    return (*results)[0].widen<double>()[0];
  };
  std::vector<double> x(40);
  x[0] = 127, x[1] = 1.5, x[2] = -2.5, x[3] = 0.25; // ties to even: 2, -2, 0
  x[32] = 254, x[33] = 1.5;                         // steps of 2 there: 2
  EXPECT_EQ(sumOf(x), 127 + 2 - 2 + 0 + 254 + 2);
  EXPECT_EQ(sumOf(std::vector<double>(40, 0.0)), 0);
  EXPECT_EQ(sumOf(std::vector<double>(40, 1e-31)), 0);
  x[4] = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(std::isfinite(sumOf(x)));
}

/// Models are written for float, where the square of 1e20 is infinite.
TEST(EvaluatorTest, ARowOfHugeValuesIsNormalisedToZero) {
  Program program(R"(
    func.func @main(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
      %scale = onnx.constant dense<1.0> : tensor<2xf32>
      %y = transformer.rms_norm %x, %scale epsilon 1.0e-5 : tensor<2x2xf32>, tensor<2xf32>
      return %y : tensor<2x2xf32>
    })");
  auto results = program.run({program.floats({2, 2}, {1e20, 1, 1e18, 0})});
  ASSERT_TRUE(bool(results)) << llvm::toString(results.takeError());
  auto y = (*results)[0].widen<double>();
  EXPECT_EQ(y[0], 0);
  EXPECT_EQ(y[1], 0);
  EXPECT_NEAR(y[2], std::sqrt(2), 1e-6);
}

TEST(EvaluatorTest, ErrorsNameTheNode) {
  Program program(R"(
    func.func @main(%x: tensor<3xf32>, %i: tensor<i64>) -> tensor<f32> {
      %0 = onnx.node "Gather" (%x, %i) {axis = 0 : i64} : (tensor<3xf32>, tensor<i64>) -> tensor<f32> loc("/embed/Gather")
      return %0 : tensor<f32>
    })");
  EXPECT_EQ(messageOf(program.run(
                {program.floats({3}, {1, 2, 3}), program.integers({}, {3})})),
            "'/embed/Gather': 'Gather' index 3 is outside of an axis of size "
            "3");
  EXPECT_EQ(messageOf(program.run({program.floats({3}, {1, 2, 3})})),
            "has 1 arguments, expected 2");
}

TEST(EvaluatorTest, UnknownOperatorsAndOmittedInputsAreErrors) {
  Program unknown(R"(
    func.func @main(%x: tensor<3xf32>) -> tensor<3xf32> {
      %0 = onnx.node "Frobnicate" (%x) {} : (tensor<3xf32>) -> tensor<3xf32> loc("n")
      return %0 : tensor<3xf32>
    })");
  EXPECT_EQ(messageOf(unknown.run({unknown.floats({3}, {1, 2, 3})})),
            "'n': 'Frobnicate' is not a primitive");
  Program omitted(R"(
    func.func @main(%x: tensor<3xf32>) -> tensor<3xf32> {
      %n = onnx.none
      %0 = onnx.node "Add" (%x, %n) {} : (tensor<3xf32>, none) -> tensor<3xf32> loc("n")
      return %0 : tensor<3xf32>
    })");
  EXPECT_EQ(messageOf(omitted.run({omitted.floats({3}, {1, 2, 3})})),
            "'n': 'Add' lacks input 1");
}

TEST(EvaluatorTest, DividingAnIntegerByZeroIsAnError) {
  Program program(R"(
    func.func @main(%x: tensor<2xi64>, %y: tensor<2xi64>) -> tensor<2xi64> {
      %0 = onnx.node "Div" (%x, %y) {} : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64> loc("n")
      return %0 : tensor<2xi64>
    })");
  Tensor x = program.integers({2}, {INT64_MIN, 7});
  EXPECT_EQ(messageOf(program.run({x, program.integers({2}, {1, 0})})),
            "'n': 'Div' divides an integer by 0");
  auto results = program.run({x, program.integers({2}, {-1, -2})});
  ASSERT_TRUE(bool(results));
  EXPECT_EQ((*results)[0].widen<int64_t>(),
            (std::vector<int64_t>{INT64_MIN, -3}));
}

TEST(EvaluatorTest, ResultsStayWithinTheLimit) {
  Program program(R"(
    func.func @main(%x: tensor<1xf32>, %s: tensor<2xi64>) -> tensor<?x?xf32> {
      %0 = onnx.node "Expand" (%x, %s) {} : (tensor<1xf32>, tensor<2xi64>) -> tensor<?x?xf32> loc("n")
      return %0 : tensor<?x?xf32>
    })");
  EvaluatorOptions options;
  options.limits.bytesPerResult = 400;
  Tensor x = program.floats({1}, {1});
  EXPECT_EQ(
      messageOf(program.run({x, program.integers({2}, {10, 10})}, options)),
      "");
  EXPECT_EQ(
      messageOf(program.run({x, program.integers({2}, {10, 11})}, options)),
      "'n': 'Expand' result of shape [10, 11] exceeds the limit of 400 bytes");
  EXPECT_EQ(messageOf(program.run(
                {x, program.integers({2}, {INT64_MAX, INT64_MAX})}, options)),
            "'n': 'Expand' result of shape [9223372036854775807, "
            "9223372036854775807] exceeds the limit of 400 bytes");
}

TEST(EvaluatorTest, WeightsAreReadWhereTheyLie) {
  Program program(R"(
    func.func @main() -> tensor<2xf32> {
      %0 = onnx.constant #onnx.weight<"w.bin", 8, 8> : tensor<2xf32> loc("w")
      return %0 : tensor<2xf32>
    })");
  float values[] = {3, 4};
  ArrayRef<char> bytes(reinterpret_cast<char *>(values), sizeof(values));
  for (size_t length : {8, 4}) {
    auto results =
        evaluateTensors(program.getFunction(), {}, [&](onnx::WeightAttr) {
          return bytes.take_front(length);
        });
    if (length == 8) {
      ASSERT_TRUE(bool(results));
      EXPECT_EQ((*results)[0].getBytes().data(), bytes.data());
    } else {
      EXPECT_EQ(messageOf(std::move(results)),
                "'w': 'onnx.constant' weight in 'w.bin' has 4 bytes, expected "
                "8");
    }
  }
}

TEST(EvaluatorTest, TheHookSeesEachOperation) {
  Program program(R"(
    func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
      %0 = onnx.node "Neg" (%x) {} : (tensor<2xf32>) -> tensor<2xf32>
      %1 = onnx.node "Abs" (%0) {} : (tensor<2xf32>) -> tensor<2xf32>
      return %1 : tensor<2xf32>
    })");
  std::string seen;
  EvaluatorOptions options;
  options.onResults = [&](Operation *op, ArrayRef<Datum> results) {
    seen += cast<onnx::NodeOp>(op).getOpType();
    seen += std::to_string(std::get<Tensor>(results[0]).toScalar());
  };
  ASSERT_TRUE(bool(program.run({program.floats({2}, {1, 2})}, options)));
  EXPECT_EQ(seen, "Neg-1.000000Abs1.000000");
}

TEST(MatrixProductTest, LayoutAndThreadsDoNotChangeABit) {
  constexpr int64_t m = 5, k = 300, n = 7001;
  Program program("module {}");
  std::vector<double> rows(m * k), weights(k * n), transposed(k * n);
  uint32_t state = 1;
  auto next = [&] { return (state = state * 1664525 + 1013904223) / 1e9 - 2; };
  for (double &value : rows) {
    value = next();
  }
  for (int64_t i = 0; i < k * n; ++i) {
    weights[i] = next();
    transposed[i % n * k + i / n] = weights[i];
  }
  Tensor kn = program.floats({k, n}, weights);
  Tensor nk = program.floats({n, k}, transposed);
  auto multiply = [&](const Tensor &tensor, bool isTransposed) {
    MatrixView view{tensor, 0, tensor.getDim(1), isTransposed};
    return multiplyRows(rows, m, k, n,
                        [&](const Tile &tile) { view.read(tile); });
  };
  std::vector<double> parallel = multiply(kn, false);
  EXPECT_EQ(parallel, multiply(nk, true));
  std::vector<double> wide = kn.widen<double>();
  for (int64_t i : {int64_t(0), n - 1, m * n - 1}) {
    double sum = 0;
    for (int64_t j = 0; j < k; ++j) {
      sum += rows[i / n * k + j] * wide[j * n + i % n];
    }
    EXPECT_EQ(parallel[i], sum);
  }
}
