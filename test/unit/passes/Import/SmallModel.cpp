//===- SmallModel.cpp - a model with one of everything ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sizes are chosen around the limits of import: 256 and 1024 bytes.
//
//===----------------------------------------------------------------------===//

#include "SmallModel.h"

#include <filesystem>
#include <fstream>

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"

using namespace tandem;
using namespace tandem::test;
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;

std::string tandem::test::makeBytes(size_t size, unsigned char seed) {
  std::string bytes;
  for (size_t i = 0; i < size; ++i) {
    bytes.push_back(static_cast<char>(i * 7 + seed));
  }
  return bytes;
}

static void setTensor(TensorProto &tensor, const std::string &bytes) {
  tensor.set_data_type(TensorProto::UINT8);
  tensor.add_dims(bytes.size());
  tensor.set_raw_data(bytes);
}

void tandem::test::addWeight(GraphProto &graph, const std::string &name,
                             const std::string &bytes) {
  TensorProto &tensor = *graph.add_initializer();
  tensor.set_name(name);
  setTensor(tensor, bytes);
}

NodeProto &tandem::test::addNode(GraphProto &graph, const std::string &type,
                                 const std::string &input,
                                 const std::string &output) {
  NodeProto &node = *graph.add_node();
  node.set_op_type(type);
  node.set_name("/" + output);
  node.add_input(input);
  node.add_output(output);
  return node;
}

static AttributeProto &addAttribute(NodeProto &node, const std::string &name,
                                    AttributeProto::AttributeType type) {
  AttributeProto &attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

static void addInput(GraphProto &graph, const std::string &name) {
  auto &info = *graph.add_input();
  info.set_name(name);
  auto &type = *info.mutable_type()->mutable_tensor_type();
  type.set_elem_type(TensorProto::FLOAT);
  type.mutable_shape()->add_dim()->set_dim_param("batch");
  type.mutable_shape()->add_dim()->set_dim_value(4);
}

static void addExternal(GraphProto &graph) {
  TensorProto &tensor = *graph.add_initializer();
  tensor.set_name("external");
  tensor.set_data_type(TensorProto::FLOAT);
  tensor.add_dims(500);
  tensor.set_data_location(TensorProto::EXTERNAL);
  auto add = [&](const char *key, const char *value) {
    auto &entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  };
  add("location", "weights.bin");
  add("offset", "96");
  add("length", "2000");
}

static void addFunction(ModelProto &model) {
  auto &function = *model.add_functions();
  function.set_domain("local");
  function.set_name("Twice");
  function.add_input("a");
  function.add_output("b");
  auto &opset = *function.add_opset_import();
  opset.set_domain("");
  opset.set_version(18);
  NodeProto &node = *function.add_node();
  node.set_op_type("Add");
  node.add_input("a");
  node.add_input("a");
  node.add_output("b");
}

ModelProto tandem::test::makeSmallModel() {
  ModelProto model;
  model.set_ir_version(10);
  model.set_producer_name("test");
  model.add_opset_import()->set_version(18);
  auto &local = *model.add_opset_import();
  local.set_domain("local");
  local.set_version(1);
  addFunction(model);

  GraphProto &graph = *model.mutable_graph();
  addInput(graph, "x");
  addWeight(graph, "large", makeBytes(5000, 1));
  addWeight(graph, "medium", makeBytes(1000, 2));
  addWeight(graph, "small", makeBytes(100, 3));
  addExternal(graph);
  TensorProto &typed = *graph.add_initializer();
  typed.set_name("typed");
  typed.set_data_type(TensorProto::FLOAT);
  typed.add_dims(600);
  for (int i = 0; i < 600; ++i) {
    typed.add_float_data(static_cast<float>(i));
  }
  addNode(graph, "Twice", "x", "y").set_domain("local");
  NodeProto &branch = addNode(graph, "If", "y", "z");
  GraphProto &inner =
      *addAttribute(branch, "then_branch", AttributeProto::GRAPH).mutable_g();
  addWeight(inner, "inner", makeBytes(3000, 4));
  addNode(inner, "Add", "x", "sum").add_input("inner");
  inner.add_output()->set_name("sum");
  NodeProto &last = addNode(graph, "Op", "z", "out");
  addAttribute(last, "axis", AttributeProto::INT).set_i(-1);
  addAttribute(last, "perm", AttributeProto::INTS).add_ints(1);
  setTensor(*addAttribute(last, "table", AttributeProto::TENSOR).mutable_t(),
            makeBytes(2500, 5));
  graph.add_output()->set_name("out");
  return model;
}

ModelFolder::ModelFolder() {
  llvm::SmallString<128> name;
  llvm::sys::fs::createUniqueDirectory("tandem-import", name);
  path = name.str().str();
}

ModelFolder::~ModelFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

std::string ModelFolder::write(const std::string &name,
                               const std::string &bytes) const {
  std::string file = path + "/" + name;
  std::ofstream(file, std::ios::binary) << bytes;
  return file;
}

Outcome tandem::test::import(const std::string &path,
                             mlir::MLIRContext &context,
                             const ImportOptions &options) {
  std::string errors;
  mlir::ScopedDiagnosticHandler handler(&context,
                                        [&](mlir::Diagnostic &diagnostic) {
                                          errors += diagnostic.str() + "\n";
                                          return mlir::success();
                                        });
  return {importOnnx(path, options, &context), errors};
}
