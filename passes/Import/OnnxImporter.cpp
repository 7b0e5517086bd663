//===- OnnxImporter.cpp - from an ONNX file to the onnx dialect -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The order of import: open, thin, parse, then the module.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/OnnxImporter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/passes/Import/ModelImport.h"
#include "tandem/passes/Import/Thinning.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "onnx-ml.pb.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::import;
using llvm::Expected;
using llvm::toString;

/// Messages per level of nesting: graph, node, attribute.
static constexpr int kMessagesPerLevel = 3;

/// Parses a thinned model; its nesting is bounded already.
static bool parseThinned(const std::string &thinned,
                         ::onnx::ModelProto &model) {
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
  ::onnx::ModelProto model;
  if (!parseThinned(*thinned, model)) {
    reporter.error("the file is not an ONNX model: Protobuf cannot read it");
    return failure();
  }
  OwningOpRef<ModuleOp> module(ModuleOp::create(loc));
  importModel(model, files, reporter, limits, *module);
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
  if (!options.needsData) {
    (*files)->allowAbsentData();
  }
  FailureOr<OwningOpRef<ModuleOp>> module =
      importOnnx(**files, options.limits, context);
  if (failed(module)) {
    return failure();
  }
  return ImportedModel{std::move(*files), std::move(*module)};
}
