//===- ModelFolder.h - the file of a folder ---------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Exporters write a folder; this finds the graph in it.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_MODELFOLDER_H
#define TANDEM_PASSES_IMPORT_MODELFOLDER_H

#include <string>

#include "llvm/Support/Error.h"

namespace tandem {

/// The model file that `path`, a file or a folder, means: in a folder
/// `model.onnx`, else `onnx/model.onnx`, else the only `.onnx` file, else
/// `decoder_model_merged.onnx`.
llvm::Expected<std::string> findModelFile(llvm::StringRef path);

} // namespace tandem

#endif // TANDEM_PASSES_IMPORT_MODELFOLDER_H
