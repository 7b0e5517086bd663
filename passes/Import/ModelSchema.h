//===- ModelSchema.h - the messages of a model ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which fields of which message import reads, by field number of
// onnx-ml.proto.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_IMPORT_MODELSCHEMA_H
#define TANDEM_PASSES_IMPORT_MODELSCHEMA_H

#include "llvm/ADT/StringRef.h"

namespace tandem::import {

/// A message type of ONNX.
enum class Message : uint8_t {
  Model,
  Graph,
  Node,
  Attribute,
  Tensor,
  SparseTensor,
  Function,
  ValueInfo,
  Type,
  TensorType,
  SequenceType,
  MapType,
  Shape,
  Dimension,
  Entry,
  OpsetId
};

/// What a field holds, and so what thinning does with it.
enum class FieldKind : uint8_t {
  Unused,  ///< dropped
  Integer, ///< a varint
  Float,   ///< four bytes
  Text,    ///< a string
  Numbers, ///< repeated numbers, packed or not
  Nested,  ///< a message
  Payload, ///< numbers or bytes of a tensor
  Segment  ///< TensorProto.segment, not accepted in a file
};

/// A field: its kind and, for `Nested`, the message it holds.
struct FieldRule {
  FieldKind kind = FieldKind::Unused;
  Message message = Message::Model;
};

/// The rule of field `number` of `message`.
FieldRule getFieldRule(Message message, uint32_t number);

/// The name that onnx-ml.proto gives to `message`.
llvm::StringRef getMessageName(Message message);

} // namespace tandem::import

#endif // TANDEM_PASSES_IMPORT_MODELSCHEMA_H
