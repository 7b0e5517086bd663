//===- ImportOnnx.cpp - read an ONNX file into an empty module --*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The importer as a pass, for tandem-opt.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/OnnxImporter.h"
#include "tandem/passes/Import/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_IMPORTONNXPASS
#include "tandem/passes/Import/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;

namespace {

struct ImportOnnxPass : tandem::impl::ImportOnnxPassBase<ImportOnnxPass> {
  using ImportOnnxPassBase::ImportOnnxPassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (!module.getBody()->empty()) {
      module.emitError("import needs an empty module, this one has operations");
      return signalPassFailure();
    }
    ImportOptions options;
    options.allowedDirs.assign(allowExternalDir.begin(),
                               allowExternalDir.end());
    FailureOr<ImportedModel> imported =
        importOnnx(model, options, &getContext());
    if (failed(imported)) {
      return signalPassFailure();
    }
    module->setAttrs((*imported->module)->getAttrDictionary());
    module.getBody()->getOperations().splice(
        module.getBody()->end(), imported->module->getBody()->getOperations());
  }
};

} // namespace
