//===- OnnxImporter.cpp - from an ONNX file to the onnx dialect -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The order of import: open, thin, parse, check, then the module: attributes,
// functions, the main graph.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/OnnxImporter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/passes/Import/AttributeImport.h"
#include "tandem/passes/Import/FunctionCalls.h"
#include "tandem/passes/Import/GraphImport.h"
#include "tandem/passes/Import/Thinning.h"
#include "tandem/passes/Import/TypeImport.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

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

/// Messages per level of nesting: graph, node, attribute.
static constexpr int kMessagesPerLevel = 3;

namespace {

class ModelImporter {
public:
  ModelImporter(const ModelProto &model, WeightFiles &files, Reporter &reporter,
                ModuleOp module)
      : model(model), files(files), reporter(reporter), module(module),
        builder(OpBuilder::atBlockEnd(module.getBody())) {}

  void importModel(const ImportLimits &limits);

private:
  void setModuleAttributes(const Opsets &opsets);
  void importMain(const Opsets &opsets);
  void importFunction(const FunctionProto &function);
  DictionaryAttr importDefaults(const FunctionProto &function, StringRef where,
                                llvm::StringSet<> &names);
  NamedAttrList describeValue(const ValueInfoProto &info);

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
NamedAttrList ModelImporter::describeValue(const ValueInfoProto &info) {
  NamedAttrList attributes;
  attributes.append(tandem::onnx::OnnxDialect::getNameAttrName(),
                    builder.getStringAttr(info.name()));
  if (ArrayAttr dims = importDims(info.type(), builder.getContext())) {
    attributes.append(tandem::onnx::OnnxDialect::getDimsAttrName(), dims);
  }
  return attributes;
}

void ModelImporter::importMain(const Opsets &opsets) {
  const GraphProto &graph = model.graph();
  GraphContext shared{files, reporter, opsets, /*where=*/""};
  GraphImporter importer(shared, builder);
  MLIRContext *context = builder.getContext();
  OpBuilder::InsertionGuard guard(builder);
  auto function = func::FuncOp::create(builder, module.getLoc(), "main",
                                       builder.getFunctionType({}, {}));
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToStart(body);

  // Up to IR version 3 initialisers are inputs too; later they may be, as
  // defaults. They are constants here either way.
  Scope scope(/*parent=*/nullptr);
  importer.declareTypes(graph, scope);
  importer.importInitializers(graph, scope);
  llvm::StringSet<> initializers;
  for (const auto &tensor : graph.initializer()) {
    initializers.insert(tensor.name());
  }
  SmallVector<Type> argumentTypes, resultTypes;
  SmallVector<Attribute> argumentAttrs, resultAttrs;
  for (const ValueInfoProto &input : graph.input()) {
    if (initializers.contains(input.name())) {
      continue;
    }
    if (input.name().empty() || !input.type().has_tensor_type()) {
      reporter.error("input '" + Twine(input.name()) +
                     "' has no name or no tensor type");
    }
    argumentTypes.push_back(importer.importInputType(input));
    argumentAttrs.push_back(describeValue(input).getDictionary(context));
    Location loc = NameLoc::get(builder.getStringAttr(input.name()));
    importer.define(input.name(), body->addArgument(argumentTypes.back(), loc),
                    scope);
  }
  importer.importNodes(graph.node(), scope);
  SmallVector<Value> results;
  for (const ValueInfoProto &output : graph.output()) {
    Value value = importer.findOutput(output.name(), scope);
    if (!value) {
      continue;
    }
    results.push_back(value);
    resultTypes.push_back(value.getType());
    resultAttrs.push_back(describeValue(output).getDictionary(context));
  }
  if (graph.output_size() == 0) {
    reporter.error("the graph has no outputs");
  }
  func::ReturnOp::create(builder, module.getLoc(), results);
  function.setType(builder.getFunctionType(argumentTypes, resultTypes));
  function.setArgAttrsAttr(builder.getArrayAttr(argumentAttrs));
  function.setResAttrsAttr(builder.getArrayAttr(resultAttrs));
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

void ModelImporter::importModel(const ImportLimits &limits) {
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

//===----------------------------------------------------------------------===//
// importOnnx
//===----------------------------------------------------------------------===//

/// Parses a thinned model; its nesting is bounded already.
static bool parseThinned(const std::string &thinned, ModelProto &model) {
  google::protobuf::io::ArrayInputStream stream(
      thinned.data(), static_cast<int>(thinned.size()));
  google::protobuf::io::CodedInputStream coded(&stream);
  coded.SetRecursionLimit(kMessagesPerLevel * (kMaxNesting + 4));
  return model.ParseFromCodedStream(&coded) && coded.ConsumedEntireMessage();
}

FailureOr<OwningOpRef<ModuleOp>> tandem::importOnnx(WeightFiles &files,
                                                    const ImportLimits &limits,
                                                    MLIRContext *context) {
  context->loadDialect<func::FuncDialect, tandem::onnx::OnnxDialect>();
  Location loc = NameLoc::get(StringAttr::get(context, files.getModelName()));
  Reporter reporter(loc);
  Expected<std::string> thinned = thinModel(files.getModelBytes(), limits);
  if (!thinned) {
    reporter.error(toString(thinned.takeError()));
    return failure();
  }
  ModelProto model;
  if (!parseThinned(*thinned, model)) {
    reporter.error("the file is not an ONNX model: Protobuf cannot read it");
    return failure();
  }
  OwningOpRef<ModuleOp> module(ModuleOp::create(loc));
  ModelImporter(model, files, reporter, *module).importModel(limits);
  reporter.finish();
  if (reporter.hasErrors() || failed(verify(*module))) {
    return failure();
  }
  return module;
}

FailureOr<ImportedModel> tandem::importOnnx(StringRef path,
                                            const ImportOptions &options,
                                            MLIRContext *context) {
  Expected<std::unique_ptr<WeightFiles>> files =
      WeightFiles::open(path, options.allowedDirs);
  if (!files) {
    emitError(NameLoc::get(StringAttr::get(context, path)))
        << toString(files.takeError());
    return failure();
  }
  FailureOr<OwningOpRef<ModuleOp>> module =
      importOnnx(**files, options.limits, context);
  if (failed(module)) {
    return failure();
  }
  return ImportedModel{std::move(*files), std::move(*module)};
}
