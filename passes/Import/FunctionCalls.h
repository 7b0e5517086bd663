//===- FunctionCalls.h - which function calls which -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Inlining must end, and soon: functions may not call themselves, nor expand to
// more nodes than a model may have.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_FUNCTIONCALLS_H
#define TANDEM_PASSES_IMPORT_FUNCTIONCALLS_H

#include <string>

#include "llvm/Support/Error.h"

namespace onnx {
class ModelProto;
} // namespace onnx

namespace tandem::import {

/// What identifies a model-local function: domain, name and overload.
std::string getFunctionKey(llvm::StringRef domain, llvm::StringRef name,
                           llvm::StringRef overload);

/// Checks that the functions of `model` are distinct and not recursive, and
/// that with all of them inlined it has at most `maxNodes` nodes.
llvm::Error checkFunctionCalls(const ::onnx::ModelProto &model,
                               uint64_t maxNodes);

} // namespace tandem::import

#endif // TANDEM_PASSES_IMPORT_FUNCTIONCALLS_H
