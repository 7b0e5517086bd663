//===- TensorPayload.h - where the elements of a tensor are -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A TensorProto keeps its elements in one of eight ways; this makes them one:
// little-endian bytes as raw_data has them, in a file wherever possible.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_TENSORPAYLOAD_H
#define TANDEM_PASSES_IMPORT_TENSORPAYLOAD_H

#include <string>

#include "mlir/IR/BuiltinTypes.h"
#include "tandem/passes/Import/WeightFiles.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace onnx {
class TensorProto;
} // namespace onnx

namespace tandem::import {

/// The elements of a tensor. Valid as long as the tensor and the files.
struct TensorPayload {
  llvm::ArrayRef<char> bytes() const {
    return file.empty() && !decoded.empty()
               ? llvm::ArrayRef<char>(decoded.data(), decoded.size())
               : view;
  }

  std::string file;          ///< file that holds them; empty for the model's
                             ///< own small and decoded values
  uint64_t offset = 0;       ///< in `file`
  llvm::ArrayRef<char> view; ///< bytes of `file` or of raw_data; none where
                             ///< the file is absent
  std::string decoded;       ///< bytes made from a typed field
};

/// Finds the elements of `tensor`, thinned, whose type is `type` (not strings).
/// Errors: no or several payloads, a payload of the wrong field or length,
/// external data that may not be read, or is absent where that is not allowed
/// for all files and by `mayLack`.
llvm::Expected<TensorPayload> resolvePayload(const ::onnx::TensorProto &tensor,
                                             mlir::ShapedType type,
                                             WeightFiles &files,
                                             bool mayLack = false);

} // namespace tandem::import

#endif // TANDEM_PASSES_IMPORT_TENSORPAYLOAD_H
