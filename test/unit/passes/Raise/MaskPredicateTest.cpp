//===- MaskPredicateTest.cpp - masks of 5000 keys -*- C++ -*---------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A window of 4096 looks causal to every small probe: the predicate read from a
// graph is compared with the definition at 5000 keys on three rows, and the
// same graph with its comparison off by one must not be read as a window of
// 4096.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/MaskPredicate.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;

namespace {

/// A mask graph as exporters write it: index tensors, comparisons, Where. Its
/// condition is the operators in `condition`, which name the result %keep.
std::string makeGraph(StringRef condition) {
  return (R"mlir(
    func.func @main(%x: tensor<?x?xi64> {onnx.dims = ["b", "s"]},
                    %past: tensor<?x2x?x4xf32> {onnx.dims = ["b", 2, "p", 4]},
                    %padding: tensor<?x?xi64> {onnx.dims = ["b", "p + s"]}) -> tensor<?x?x?x?xf32> {
      %zero = onnx.constant dense<0> : tensor<i64>
      %one = onnx.constant dense<1> : tensor<i64>
      %window = onnx.constant dense<4096> : tensor<i64>
      %column = onnx.constant dense<[-1, 1]> : tensor<2xi64>
      %lead = onnx.constant dense<[1, 2]> : tensor<2xi64>
      %scalar = onnx.constant dense<0> : tensor<1xi64>
      %keepValue = onnx.constant dense<0.0> : tensor<f32>
      %dropValue = onnx.constant dense<0xFF800000> : tensor<f32>
      %pv = onnx.node "Shape" (%past) {start = 2 : i64, end = 3 : i64} : (tensor<?x2x?x4xf32>) -> tensor<1xi64>
      %sv = onnx.node "Shape" (%x) {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
      %p = onnx.node "Squeeze" (%pv, %scalar) {} : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
      %s = onnx.node "Squeeze" (%sv, %scalar) {} : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
      %t = onnx.node "Add" (%p, %s) {} : (tensor<i64>, tensor<i64>) -> tensor<i64>
      %keys = onnx.node "Range" (%zero, %t, %one) {} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
      %range = onnx.node "Range" (%p, %t, %one) {} : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
      %queries = onnx.node "Reshape" (%range, %column) {} : (tensor<?xi64>, tensor<2xi64>) -> tensor<?x1xi64>
      %oldest = onnx.node "Sub" (%queries, %window) {} : (tensor<?x1xi64>, tensor<i64>) -> tensor<?x1xi64>
      %causal = onnx.node "LessOrEqual" (%keys, %queries) {} : (tensor<?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
      %bits = onnx.node "Cast" (%padding) {to = 9 : i64} : (tensor<?x?xi64>) -> tensor<?x?xi1>
      %padded = onnx.node "Unsqueeze" (%bits, %lead) {} : (tensor<?x?xi1>, tensor<2xi64>) -> tensor<?x1x1x?xi1>
)mlir" + condition +
          R"mlir(
      %all = onnx.node "And" (%keep, %padded) {} : (tensor<?x?xi1>, tensor<?x1x1x?xi1>) -> tensor<?x1x?x?xi1>
      %mask = onnx.node "Where" (%all, %keepValue, %dropValue) {} : (tensor<?x1x?x?xi1>, tensor<f32>, tensor<f32>) -> tensor<?x?x?x?xf32>
      return %mask : tensor<?x?x?x?xf32>
    })mlir")
      .str();
}

constexpr StringLiteral within =
    R"mlir(%recent = onnx.node "Greater" (%keys, %oldest) {} : (tensor<?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
           %keep = onnx.node "And" (%causal, %recent) {} : (tensor<?x?xi1>, tensor<?x?xi1>) -> tensor<?x?xi1>)mlir";
constexpr StringLiteral withinOffByOne =
    R"mlir(%recent = onnx.node "GreaterOrEqual" (%keys, %oldest) {} : (tensor<?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
           %keep = onnx.node "And" (%causal, %recent) {} : (tensor<?x?xi1>, tensor<?x?xi1>) -> tensor<?x?xi1>)mlir";
constexpr StringLiteral causalOnly =
    R"mlir(%keep = onnx.node "Identity" (%causal) {} : (tensor<?x?xi1>) -> tensor<?x?xi1>)mlir";
constexpr StringLiteral oneTooMany =
    R"mlir(%later = onnx.node "Add" (%queries, %one) {} : (tensor<?x1xi64>, tensor<i64>) -> tensor<?x1xi64>
           %keep = onnx.node "LessOrEqual" (%keys, %later) {} : (tensor<?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>)mlir";
constexpr StringLiteral eitherOr =
    R"mlir(%recent = onnx.node "Greater" (%keys, %oldest) {} : (tensor<?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
           %keep = onnx.node "Or" (%causal, %recent) {} : (tensor<?x?xi1>, tensor<?x?xi1>) -> tensor<?x?xi1>)mlir";

/// A graph, the predicate of its mask, and the predicate's reading.
class Mask {
public:
  explicit Mask(StringRef condition) {
    context.loadDialect<func::FuncDialect, onnx::OnnxDialect,
                        transformer::TransformerDialect>();
    module = parseSourceString<ModuleOp>(makeGraph(condition), &context);
    auto function = *module->getOps<func::FuncOp>().begin();
    shapes.emplace(*module);
    access.emplace(*module, *shapes);
    Elements &elements = access->elements;
    Polynomial s = elements.space.getSymbol("s");
    variables.past = elements.space.getSymbol("p");
    variables.batch = elements.makeIndex(elements.space.getSymbol("b"));
    variables.query = elements.makeIndex(s);
    variables.key = elements.makeIndex(variables.past + s);
    Value mask = function.getBody().front().getTerminator()->getOperand(0);
    keep = getKeepPredicate(
        elements, access->get(mask, {variables.batch, 0, variables.query,
                                     variables.key}));
    padding = function.getArgument(2);
    reading = readPredicate(elements, keep, variables);
  }

  /// The predicate without its padding at one point.
  bool keeps(int64_t past, int64_t query, int64_t key) {
    auto valueOf = [&](Atom atom) -> int64_t {
      Polynomial value = Polynomial::ofAtom(atom);
      if (value == variables.past) {
        return past;
      }
      if (value == variables.query) {
        return query;
      }
      return value == variables.key ? key : 1; // not padded
    };
    auto result = evaluatePredicate(keep, valueOf);
    EXPECT_TRUE(result.has_value());
    return result.value_or(false);
  }

  MaskVariables variables;
  Element keep = nullptr;
  MaskReading reading;
  Value padding;

private:
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  std::optional<primitives::SymbolicShapes> shapes;
  std::optional<ElementAccess> access;
};

TEST(MaskPredicate, WindowOf4096At5000Keys) {
  Mask mask(within);
  EXPECT_EQ(mask.reading.why, "");
  EXPECT_TRUE(mask.reading.causal);
  EXPECT_EQ(mask.reading.window, 4096);
  EXPECT_EQ(mask.reading.padding, mask.padding);
  constexpr int64_t keys = 5000, past = 904;
  for (int64_t query : {0, 3191, 4095}) { // 4095 + 904 is the last key
    for (int64_t key = 0; key < keys; ++key) {
      int64_t position = past + query;
      bool expected = key <= position && key > position - 4096;
      ASSERT_EQ(mask.keeps(past, query, key), expected)
          << "query " << query << ", key " << key;
    }
  }
}

TEST(MaskPredicate, WindowOffByOneIsAnotherWindow) {
  Mask mask(withinOffByOne);
  EXPECT_EQ(mask.reading.why, "");
  EXPECT_EQ(mask.reading.window, 4097);
  // The two differ at one key of each row that is long enough.
  EXPECT_TRUE(mask.keeps(904, 4095, 903));
  EXPECT_FALSE(Mask(within).keeps(904, 4095, 903));
}

TEST(MaskPredicate, CausalHasNoWindow) {
  Mask mask(causalOnly);
  EXPECT_EQ(mask.reading.why, "");
  EXPECT_TRUE(mask.reading.causal);
  EXPECT_EQ(mask.reading.window, 0);
}

TEST(MaskPredicate, OneKeyTooManyIsNotCausal) {
  Mask mask(oneTooMany);
  EXPECT_EQ(mask.reading.why,
            "the mask is more than causal, window and padding");
}

TEST(MaskPredicate, DisjunctionIsNothingKnown) {
  Mask mask(eitherOr);
  EXPECT_EQ(mask.reading.why,
            "the mask is more than causal, window and padding");
}

} // namespace
