//===- RaiseModelsTest.cpp - raised models compute the same -*- C++ -*-----===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each exported model is evaluated before and after stage raise: as primitives
// and as transformer operations. Nothing of it may be left unrecognised, and
// logits and presents agree within the design's bound for fp32. Fused operators
// have another oracle: the logits of the decomposed export of the same weights.
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/passes/Import/OnnxImporter.h"
#include "tandem/passes/Primitives/Evaluator.h"
#include "tandem/passes/Raise/Pipeline.h"
#include "tandem/passes/Simplify/Pipeline.h"

#include "mlir/Pass/PassManager.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstdlib>
#include <numeric>

using namespace mlir;
using namespace tandem;
using primitives::Tensor;

namespace {

constexpr int64_t batch = 2, past = 3, fresh = 4;

/// The size of a dimension that the type leaves open.
int64_t sizeOf(StringRef symbol, unsigned axis) {
  if (axis == 0) {
    return batch;
  }
  bool isTotal = symbol.contains("+") || symbol.contains("total") ||
                 symbol == "s53"; // of the dynamo export's mask
  bool isPast = symbol.contains("past") || axis == 2;
  return isTotal ? past + fresh : isPast ? past : fresh;
}

/// A value for an input of the graph, by its name: positions behind the past, a
/// mask of ones, and numbers that repeat nowhere.
Tensor makeInput(func::FuncOp function, unsigned index) {
  auto type = cast<RankedTensorType>(function.getArgumentTypes()[index]);
  auto name = function.getArgAttrOfType<StringAttr>(index, "onnx.name");
  auto dims = function.getArgAttrOfType<ArrayAttr>(index, "onnx.dims");
  SmallVector<int64_t> shape(type.getShape());
  for (auto [axis, size] : llvm::enumerate(shape)) {
    auto symbol = dyn_cast<StringAttr>(dims[axis]);
    if (ShapedType::isDynamic(size)) {
      size = sizeOf(symbol ? symbol.getValue() : "", axis);
    }
  }
  int64_t count = 1;
  for (int64_t size : shape) {
    count *= size;
  }
  // By name, so that exports with their inputs in another order agree.
  double phase = std::accumulate(name.begin(), name.end(), 0);
  std::vector<double> values(count);
  for (int64_t i = 0; i < count; ++i) {
    if (name.getValue().contains("mask")) {
      values[i] = 1;
    } else if (name.getValue().contains("position")) {
      values[i] = past + i % fresh;
    } else if (type.getElementType().isInteger(64)) {
      values[i] = (37 * i + 11) % 256;
    } else {
      values[i] = std::sin(0.7 * i + phase);
    }
  }
  return Tensor::narrow(type.getElementType(), shape, values);
}

/// The greatest |a - b| / (1 + |b|).
double distance(const Tensor &a, const Tensor &b) {
  std::vector<double> left = a.widen<double>(), right = b.widen<double>();
  EXPECT_EQ(left.size(), right.size());
  double greatest = 0;
  for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    greatest = std::max(greatest, std::abs(left[i] - right[i]) /
                                      (1 + std::abs(right[i])));
  }
  return greatest;
}

/// A model of test/models on its way through the stages.
class Export {
public:
  explicit Export(StringRef name) {
    context.loadDialect<func::FuncDialect, onnx::OnnxDialect,
                        transformer::TransformerDialect>();
    const char *root = std::getenv("TANDEM_SOURCE_DIR"); // set by lit
    auto imported =
        importOnnx((Twine(root ? root : ".") + "/test/models/" + name).str(),
                   ImportOptions(), &context);
    EXPECT_TRUE(succeeded(imported));
    if (succeeded(imported)) {
      model = std::move(*imported);
      run(buildSimplifyPipeline);
    }
  }

  void run(llvm::function_ref<void(OpPassManager &)> build) {
    PassManager manager(&context);
    build(manager);
    EXPECT_TRUE(succeeded(manager.run(*model.module)));
  }

  SmallVector<Tensor> evaluate() {
    auto function = *model.module->getOps<func::FuncOp>().begin();
    SmallVector<Tensor> inputs;
    for (unsigned i = 0; i < function.getNumArguments(); ++i) {
      inputs.push_back(makeInput(function, i));
    }
    auto results = primitives::evaluateTensors(
        function, inputs,
        [&](onnx::WeightAttr weight) { return model.weights->bytes(weight); });
    if (!results) {
      ADD_FAILURE() << llvm::toString(results.takeError());
      return {};
    }
    return *results;
  }

  /// Expects two attentions, and of primitives only what every target lowers.
  void expectRecognised() {
    unsigned attentions = 0;
    model.module->walk([&](Operation *operation) {
      attentions += isa<transformer::AttentionOp>(operation);
      if (auto node = dyn_cast<onnx::NodeOp>(operation)) {
        StringRef opType = node.getOpType();
        EXPECT_TRUE(opType == "Add" || opType == "Split" || opType == "Slice")
            << opType.str() << " is left";
      }
    });
    EXPECT_EQ(attentions, 2u);
  }

private:
  MLIRContext context;
  ImportedModel model;
};

class RaiseModels : public testing::TestWithParam<const char *> {};

TEST_P(RaiseModels, AreRecognisedAndComputeTheSame) {
  Export model(GetParam());
  SmallVector<Tensor> expected = model.evaluate();
  model.run([](OpPassManager &manager) { buildRaisePipeline(manager); });
  model.expectRecognised();
  SmallVector<Tensor> raised = model.evaluate();
  ASSERT_EQ(raised.size(), expected.size());
  for (auto [index, pair] : llvm::enumerate(llvm::zip(raised, expected))) {
    auto &[actual, wanted] = pair;
    EXPECT_LE(distance(actual, wanted), 1e-4) << "result " << index;
  }
}

TEST(RaiseFusedModels, AgreeWithDecomposedOnes) {
  Export model("genai-llama-fp32");
  model.run([](OpPassManager &manager) { buildRaisePipeline(manager); });
  model.expectRecognised();
  SmallVector<Tensor> actual = model.evaluate();
  SmallVector<Tensor> expected = Export("optimum-llama").evaluate();
  ASSERT_FALSE(actual.empty() || expected.empty());
  EXPECT_LE(distance(actual[0], expected[0]), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(Spellings, RaiseModels,
                         testing::Values("optimum-llama", "optimum-gpt2",
                                         "dynamo-llama", "mobius-llama"));

} // namespace
