//===- ModelImport.cpp - a parsed model as a module -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a file says once: versions, functions, inputs and outputs.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/ModelImport.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/passes/Import/AttributeImport.h"
#include "tandem/passes/Import/FunctionCalls.h"
#include "tandem/passes/Import/GraphImport.h"
#include "tandem/passes/Import/TypeImport.h"

#include "onnx-ml.pb.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::import;
using llvm::Error;
using llvm::Expected;
using llvm::toString;
using ::onnx::FunctionProto;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::ValueInfoProto;

/// Versions of the file format that import knows.
static constexpr int64_t kMinIrVersion = 3, kMaxIrVersion = 13;

namespace {

class ModelImporter {
public:
  ModelImporter(const ModelProto &model, WeightFiles &files, Reporter &reporter,
                ModuleOp module)
      : model(model), files(files), reporter(reporter), module(module),
        builder(OpBuilder::atBlockEnd(module.getBody())) {}

  void run(const ImportLimits &limits);

private:
  void setModuleAttributes(const Opsets &opsets);
  void importMain(const Opsets &opsets);
  void importInputs(func::FuncOp function, GraphImporter &importer,
                    Scope &scope);
  void importOutputs(func::FuncOp function, GraphImporter &importer,
                     Scope &scope);
  void importFunction(const FunctionProto &function);
  DictionaryAttr importDefaults(const FunctionProto &function, StringRef where,
                                llvm::StringSet<> &names);
  DictionaryAttr describeValue(const ValueInfoProto &info);

  const ModelProto &model;
  WeightFiles &files;
  Reporter &reporter;
  ModuleOp module;
  OpBuilder builder;
};

} // namespace

/// The versions that `imports`, an opset_import, names.
template <typename Imports>
static Opsets importOpsets(const Imports &imports, StringRef where,
                           Reporter &reporter) {
  Opsets opsets;
  for (const auto &entry : imports) {
    StringRef domain = normalizeDomain(entry.domain());
    if (entry.version() < 1) {
      reporter.error(where + "opset_import of domain '" +
                     getDomainName(domain) + "' has version " +
                     Twine(entry.version()) + ", expected 1 or more");
    }
    if (!opsets.try_emplace(domain, entry.version()).second) {
      reporter.error(where + "opset_import has domain '" +
                     getDomainName(domain) + "' twice");
    }
  }
  return opsets;
}

void ModelImporter::setModuleAttributes(const Opsets &opsets) {
  NamedAttrList versions;
  for (const auto &entry : opsets) {
    versions.append(getDomainName(entry.first()),
                    builder.getI64IntegerAttr(entry.second));
  }
  std::string producer = model.producer_name();
  if (!model.producer_version().empty()) {
    producer += " " + model.producer_version();
  }
  using tandem::onnx::OnnxDialect;
  module->setAttr(OnnxDialect::getIrVersionAttrName(),
                  builder.getI64IntegerAttr(model.ir_version()));
  module->setAttr(OnnxDialect::getOpsetsAttrName(),
                  versions.getDictionary(builder.getContext()));
  module->setAttr(OnnxDialect::getProducerAttrName(),
                  builder.getStringAttr(producer));
}

/// The attributes of an argument or result that keep what `info` says.
DictionaryAttr ModelImporter::describeValue(const ValueInfoProto &info) {
  NamedAttrList attributes;
  attributes.append(tandem::onnx::OnnxDialect::getNameAttrName(),
                    builder.getStringAttr(info.name()));
  if (ArrayAttr dims = importDims(info.type(), builder.getContext())) {
    attributes.append(tandem::onnx::OnnxDialect::getDimsAttrName(), dims);
  }
  return attributes.getDictionary(builder.getContext());
}

void ModelImporter::importInputs(func::FuncOp function, GraphImporter &importer,
                                 Scope &scope) {
  // Up to IR version 3 initialisers are inputs too; later they may be, as
  // defaults. They are constants here either way.
  const GraphProto &graph = model.graph();
  llvm::StringSet<> initializers;
  for (const auto &tensor : graph.initializer()) {
    initializers.insert(tensor.name());
  }
  SmallVector<Attribute> attributes;
  Block &body = function.getBody().front();
  for (const ValueInfoProto &input : graph.input()) {
    if (initializers.contains(input.name())) {
      continue;
    }
    if (input.name().empty() || !input.type().has_tensor_type()) {
      reporter.error("input '" + Twine(input.name()) +
                     "' has no name or no tensor type");
    }
    Location loc = NameLoc::get(builder.getStringAttr(input.name()));
    Value argument = body.addArgument(importer.importInputType(input), loc);
    importer.define(input.name(), argument, scope);
    attributes.push_back(describeValue(input));
  }
  function.setType(builder.getFunctionType(body.getArgumentTypes(), {}));
  function.setArgAttrsAttr(builder.getArrayAttr(attributes));
}

void ModelImporter::importOutputs(func::FuncOp function,
                                  GraphImporter &importer, Scope &scope) {
  const GraphProto &graph = model.graph();
  SmallVector<Value> results;
  SmallVector<Attribute> attributes;
  for (const ValueInfoProto &output : graph.output()) {
    if (Value value = importer.findOutput(output.name(), scope)) {
      results.push_back(value);
      attributes.push_back(describeValue(output));
    }
  }
  if (graph.output_size() == 0) {
    reporter.error("the graph has no outputs");
  }
  func::ReturnOp::create(builder, module.getLoc(), results);
  function.setType(builder.getFunctionType(function.getArgumentTypes(),
                                           ValueRange(results).getTypes()));
  function.setResAttrsAttr(builder.getArrayAttr(attributes));
}

void ModelImporter::importMain(const Opsets &opsets) {
  GraphContext shared{files, reporter, opsets, /*where=*/""};
  GraphImporter importer(shared, builder);
  OpBuilder::InsertionGuard guard(builder);
  auto function = func::FuncOp::create(builder, module.getLoc(), "main",
                                       builder.getFunctionType({}, {}));
  builder.setInsertionPointToStart(function.addEntryBlock());
  Scope scope(/*parent=*/nullptr);
  importer.declareTypes(model.graph(), scope);
  importer.importInitializers(model.graph(), scope);
  importInputs(function, importer, scope);
  importer.importNodes(model.graph().node(), scope);
  importOutputs(function, importer, scope);
}

DictionaryAttr ModelImporter::importDefaults(const FunctionProto &function,
                                             StringRef where,
                                             llvm::StringSet<> &names) {
  for (const std::string &name : function.attribute()) {
    if (name.empty() || !names.insert(name).second) {
      reporter.error(where + "attribute '" + name +
                     "' is empty or declared twice");
    }
  }
  NamedAttrList defaults;
  for (const auto &attribute : function.attribute_proto()) {
    StringRef name = attribute.name();
    if (name.empty() || !names.insert(name).second) {
      reporter.error(where + "attribute '" + name +
                     "' is empty or declared twice");
      continue;
    }
    Expected<Attribute> value =
        importAttribute(attribute, files, builder.getContext());
    if (value) {
      defaults.append(name, *value);
    } else {
      reporter.error(where + "attribute '" + name + "'", value.takeError());
    }
  }
  return defaults.getDictionary(builder.getContext());
}

void ModelImporter::importFunction(const FunctionProto &function) {
  std::string key =
      getFunctionKey(function.domain(), function.name(), function.overload());
  std::string where = "function '" + key + "' ";
  llvm::StringSet<> attributes;
  DictionaryAttr defaults = importDefaults(function, where, attributes);
  GraphContext shared{files, reporter,
                      importOpsets(function.opset_import(), where, reporter),
                      where, &attributes};
  OpBuilder::InsertionGuard guard(builder);
  auto op = tandem::onnx::FunctionOp::create(
      builder, NameLoc::get(builder.getStringAttr(key)),
      builder.getStringAttr(key), builder.getStringAttr(function.name()),
      builder.getStringAttr(normalizeDomain(function.domain())),
      function.overload().empty() ? StringAttr()
                                  : builder.getStringAttr(function.overload()),
      builder.getStrArrayAttr(SmallVector<StringRef>(
          function.attribute().begin(), function.attribute().end())),
      defaults);
  Block *body = builder.createBlock(&op.getBody());
  GraphImporter importer(shared, builder);
  Scope scope(/*parent=*/nullptr);
  Type unknown = tandem::onnx::UnknownType::get(builder.getContext());
  for (const std::string &name : function.input()) {
    importer.define(name, body->addArgument(unknown, op.getLoc()), scope);
  }
  importer.importNodes(function.node(), scope);
  SmallVector<Value> results;
  for (const std::string &name : function.output()) {
    if (Value value = importer.findOutput(name, scope)) {
      results.push_back(value);
    }
  }
  tandem::onnx::YieldOp::create(builder, op.getLoc(), results);
}

void ModelImporter::run(const ImportLimits &limits) {
  if (model.ir_version() < kMinIrVersion ||
      model.ir_version() > kMaxIrVersion) {
    return reporter.error("IR version is " + Twine(model.ir_version()) +
                          ", expected " + Twine(kMinIrVersion) + " to " +
                          Twine(kMaxIrVersion) +
                          "; export with another version of onnx");
  }
  if (!model.has_graph()) {
    return reporter.error("the model has no graph");
  }
  if (Error error = checkFunctionCalls(model, limits.nodes)) {
    return reporter.error(toString(std::move(error)));
  }
  Opsets opsets = importOpsets(model.opset_import(), "", reporter);
  setModuleAttributes(opsets);
  for (const FunctionProto &function : model.functions()) {
    importFunction(function);
  }
  importMain(opsets);
}

void tandem::import::importModel(const ModelProto &model, WeightFiles &files,
                                 Reporter &reporter, const ImportLimits &limits,
                                 ModuleOp module) {
  ModelImporter(model, files, reporter, module).run(limits);
}
