//===- Thinning.h - a model without its tensor payloads ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Makes a small copy of an encoded ModelProto: what import does not read is
// dropped, and a tensor payload above 256 bytes is replaced by its place in the
// file. Weights thus never pass through Protobuf, and models above its limit of
// 2 GiB are read like any other.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_THINNING_H
#define TANDEM_PASSES_IMPORT_THINNING_H

#include <string>

#include "tandem/passes/Import/OnnxImporter.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace tandem::import {

/// Payloads up to this many bytes stay in the thinned model.
constexpr uint64_t kInlinePayloadBytes = 256;

/// Subgraphs and types may nest this deep.
constexpr unsigned kMaxNesting = 32;

/// Returns `file`, an encoded ModelProto, without its large payloads, encoded
/// again. A payload at file bytes [b, e) becomes `segment {begin: b, end: e}`:
/// a field of TensorProto for tensors in pieces that no exporter writes; a
/// model that has it is rejected, so it cannot be forged.
/// Errors name the byte offset: malformed wire format, nesting above
/// `kMaxNesting`, or more nodes, tensors or bytes than `limits` allow.
llvm::Expected<std::string> thinModel(llvm::ArrayRef<char> file,
                                      const ImportLimits &limits);

} // namespace tandem::import

#endif // TANDEM_PASSES_IMPORT_THINNING_H
