//===- OnnxImporterTest.cpp - weights, limits and damage --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SmallModel.h"

#include <random>

#include "gtest/gtest.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::test;

namespace {

class OnnxImporterTest : public ::testing::Test {
protected:
  OnnxImporterTest() { folder.write("weights.bin", makeBytes(2096, 9)); }

  Outcome importBytes(const std::string &bytes,
                      const ImportOptions &options = {}) {
    return test::import(folder.write("model.onnx", bytes), context, options);
  }
  Outcome importModel(const ::onnx::ModelProto &model,
                      const ImportOptions &options = {}) {
    return importBytes(model.SerializeAsString(), options);
  }

  MLIRContext context;
  ModelFolder folder;
};

/// The references in `module`, by length.
std::map<int64_t, tandem::onnx::WeightAttr> collectWeights(ModuleOp module) {
  std::map<int64_t, tandem::onnx::WeightAttr> weights;
  auto add = [&](Attribute value) {
    if (auto weight = dyn_cast_or_null<tandem::onnx::WeightAttr>(value)) {
      weights[weight.getLength()] = weight;
    }
  };
  module.walk([&](tandem::onnx::ConstantOp op) { add(op.getValue()); });
  module.walk([&](tandem::onnx::NodeOp op) { add(op.getAttribute("table")); });
  return weights;
}

/// A model whose `depth` subgraphs nest.
::onnx::ModelProto makeNested(int depth) {
  ::onnx::ModelProto model = makeSmallModel();
  ::onnx::GraphProto *graph = model.mutable_graph();
  for (int i = 0; i < depth; ++i) {
    auto &attribute = *addNode(*graph, "If", "x", "deep").add_attribute();
    attribute.set_name("body");
    attribute.set_type(::onnx::AttributeProto::GRAPH);
    graph = attribute.mutable_g();
  }
  return model;
}

/// Checks that damage ends in errors or in a module, never in neither.
void expectSaneOutcome(const Outcome &outcome) {
  EXPECT_EQ(failed(outcome.model), !outcome.errors.empty()) << outcome.errors;
}

} // namespace

TEST_F(OnnxImporterTest, LargePayloadsAreReferencesToTheirBytes) {
  Outcome outcome = importModel(makeSmallModel());
  ASSERT_TRUE(succeeded(outcome.model)) << outcome.errors;
  WeightFiles &files = *outcome.model->weights;
  auto weights = collectWeights(*outcome.model->module);
  ASSERT_EQ(weights.size(), 5u);
  auto bytes = [&](int64_t length) {
    ArrayRef<char> view = files.bytes(weights[length]);
    return std::string(view.begin(), view.end());
  };
  EXPECT_EQ(bytes(5000), makeBytes(5000, 1));
  EXPECT_EQ(bytes(3000), makeBytes(3000, 4));
  EXPECT_EQ(bytes(2000).size(), 2000u);
  EXPECT_EQ(weights[2400].getFile(), "model.onnx");
  const auto *floats =
      reinterpret_cast<const char *>(files.bytes(weights[2400]).data());
  float last;
  std::memcpy(&last, floats + 599 * sizeof(float), sizeof(float));
  EXPECT_EQ(last, 599.0f);
}

TEST_F(OnnxImporterTest, BadReferencesAreErrors) {
  Outcome outcome = importModel(makeSmallModel());
  ASSERT_TRUE(succeeded(outcome.model)) << outcome.errors;
  auto type = RankedTensorType::get({4}, Float32Type::get(&context));
  auto check = [&](StringRef file, int64_t offset, int64_t length) {
    auto weight =
        tandem::onnx::WeightAttr::get(&context, file, offset, length, type);
    auto bytes = outcome.model->weights->check(weight);
    return bytes ? std::string() : llvm::toString(bytes.takeError());
  };
  EXPECT_EQ(check("weights.bin", 2080, 16), "");
  EXPECT_EQ(check("weights.bin", 0, 12),
            "weight at offset 0 of 'weights.bin' has 12 bytes, expected 16 "
            "from its type");
  EXPECT_EQ(check("weights.bin", 2081, 16),
            "needs 16 bytes at offset 2081 of 'weights.bin', which has 2096 "
            "bytes; the file is cut off or belongs to another model");
  EXPECT_NE(check("weights.bin", -1, 16), "");
  EXPECT_NE(check("../weights.bin", 0, 16), "");
}

TEST_F(OnnxImporterTest, NestingIsBounded) {
  EXPECT_TRUE(succeeded(importModel(makeNested(31)).model));
  EXPECT_NE(importModel(makeNested(32))
                .errors.find("subgraphs or types nest deeper than 32 levels"),
            std::string::npos);
  expectSaneOutcome(importModel(makeNested(5000)));
}

TEST_F(OnnxImporterTest, LimitsAreErrors) {
  ImportOptions nodes, tensors, memory;
  nodes.limits.nodes = 3;
  tensors.limits.tensors = 3;
  memory.limits.graphBytes = 1000;
  ::onnx::ModelProto model = makeSmallModel();
  EXPECT_NE(importModel(model, nodes).errors.find("more than 3 nodes"),
            std::string::npos);
  EXPECT_NE(importModel(model, tensors).errors.find("more than 3 tensors"),
            std::string::npos);
  EXPECT_NE(importModel(model, memory).errors.find("the limit of import"),
            std::string::npos);
}

TEST_F(OnnxImporterTest, ManyErrorsAreCounted) {
  ::onnx::ModelProto model = makeSmallModel();
  for (int i = 0; i < 60; ++i) {
    addNode(*model.mutable_graph(), "Relu", "nothing", std::to_string(i));
  }
  EXPECT_NE(importModel(model).errors.find("and 10 more errors"),
            std::string::npos);
}

TEST_F(OnnxImporterTest, CutFilesEndInErrors) {
  std::string bytes = makeSmallModel().SerializeAsString();
  for (size_t i = 0; i < 100; ++i) {
    Outcome outcome = importBytes(bytes.substr(0, bytes.size() * i / 100));
    EXPECT_TRUE(failed(outcome.model));
    expectSaneOutcome(outcome);
  }
}

TEST_F(OnnxImporterTest, FlippedBytesEndInErrorsOrModules) {
  std::mt19937 random(1);
  // Payloads are most of the file, and no flip in them can be noticed.
  ::onnx::ModelProto model = makeSmallModel();
  model.mutable_graph()->mutable_initializer(0)->clear_raw_data();
  model.mutable_graph()->mutable_initializer(0)->set_dims(0, 0);
  std::string bytes = model.SerializeAsString();
  for (int i = 0; i < 500; ++i) {
    std::string damaged = bytes;
    damaged[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255);
    expectSaneOutcome(importBytes(damaged));
  }
}
