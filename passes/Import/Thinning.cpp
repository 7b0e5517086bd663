//===- Thinning.cpp - a model without its tensor payloads -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The walk over the encoded model. It visits each message once and copies what
// import reads; memory is charged before it is used, by what Protobuf and MLIR
// will need for it.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/Thinning.h"

#include "tandem/passes/Import/ModelSchema.h"
#include "tandem/passes/Import/WireFormat.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/Twine.h"

using namespace llvm;
using namespace tandem;
using namespace tandem::import;

/// What parsing and the IR need beyond the bytes in the file, as measured on
/// models of a million equal parts.
static constexpr uint64_t kBytesPerField = 64;
static constexpr uint64_t kBytesPerNode = 768;
static constexpr uint64_t kBytesPerAttribute = 512;
static constexpr uint64_t kBytesPerFunction = 8192;
/// A packed number takes a byte in the file; eight when parsed, decoded, and in
/// an attribute.
static constexpr uint64_t kBytesPerNumber = 24;
/// Text is in the file, the thinned model, the parsed one and the IR.
static constexpr uint64_t kBytesPerCharacter = 4;

/// Field numbers of TensorProto.
enum : uint32_t {
  kDataType = 2,
  kSegment = 3,
  kFloat = 4,
  kRaw = 9,
  kDouble = 10
};

namespace {

class Thinner {
public:
  Thinner(ArrayRef<char> file, const ImportLimits &limits)
      : file(file), limits(limits) {}

  Error walk(Message message, uint64_t begin, uint64_t end, unsigned nesting);
  std::string take() { return writer.take(); }

private:
  Error visit(Message message, const WireField &field, unsigned nesting);
  Error visitNested(Message message, const WireField &field, unsigned nesting);
  Error writePayloads(ArrayRef<WireField> payloads, uint64_t dataType);
  Error copy(const WireField &field, uint64_t bytesPerByte);
  Error charge(uint64_t offset, uint64_t bytes);
  Error count(Message message, uint64_t offset);

  ArrayRef<char> file;
  const ImportLimits &limits;
  WireWriter writer;
  uint64_t charged = 0, nodes = 0, tensors = 0;
};

} // namespace

Error Thinner::charge(uint64_t offset, uint64_t bytes) {
  charged += bytes;
  if (charged <= limits.graphBytes) {
    return Error::success();
  }
  return wireError(offset, "the graph without its weights needs more than " +
                               Twine(limits.graphBytes >> 20) +
                               " MiB, the limit of import; store large "
                               "tensors as raw_data or external data");
}

Error Thinner::count(Message message, uint64_t offset) {
  if (message == Message::Node && ++nodes > limits.nodes) {
    return wireError(offset, "the model has more than " + Twine(limits.nodes) +
                                 " nodes, the limit of import");
  }
  if (message == Message::Tensor && ++tensors > limits.tensors) {
    return wireError(offset, "the model has more than " +
                                 Twine(limits.tensors) +
                                 " tensors, the limit of import");
  }
  return Error::success();
}

Error Thinner::copy(const WireField &field, uint64_t bytesPerByte) {
  if (Error error =
          charge(field.begin, kBytesPerField + field.size() * bytesPerByte)) {
    return error;
  }
  writer.copy(file, field);
  return Error::success();
}

/// Whether a field of `kind` may be encoded as `type`.
static bool fits(FieldKind kind, WireType type) {
  switch (kind) {
  case FieldKind::Integer:
    return type == WireType::Varint;
  case FieldKind::Float:
    return type == WireType::Fixed32;
  case FieldKind::Text:
  case FieldKind::Nested:
    return type == WireType::Bytes;
  default:
    return true;
  }
}

/// Whether the bytes of packed payload `number` are the elements of a tensor of
/// `dataType` as raw_data would hold them. Types: TensorProto.DataType.
static bool isRawLayout(uint32_t number, uint64_t dataType) {
  if (number == kFloat) {
    return dataType == 1 || dataType == 14; // float, complex64
  }
  if (number == kDouble) {
    return dataType == 11 || dataType == 15; // double, complex128
  }
  return number == kRaw;
}

/// Writes the payloads of one tensor: by reference where it is one run of
/// little-endian elements, else as they are.
Error Thinner::writePayloads(ArrayRef<WireField> payloads, uint64_t dataType) {
  if (payloads.size() == 1) {
    const WireField &payload = payloads.front();
    if (payload.type == WireType::Bytes &&
        payload.size() > kInlinePayloadBytes &&
        isRawLayout(payload.number, dataType)) {
      size_t start = writer.beginMessage(kSegment);
      writer.varint(1, payload.valueBegin);
      writer.varint(2, payload.end);
      writer.endMessage(start);
      return Error::success();
    }
  }
  for (const WireField &payload : payloads) {
    if (Error error = copy(payload, payload.number == kRaw ? kBytesPerCharacter
                                                           : kBytesPerNumber)) {
      return error;
    }
  }
  return Error::success();
}

/// Memory for a message beyond its fields.
static uint64_t getCost(Message message) {
  switch (message) {
  case Message::Node:
    return kBytesPerNode;
  case Message::Attribute:
    return kBytesPerAttribute;
  case Message::Function:
    return kBytesPerFunction;
  default:
    return kBytesPerField;
  }
}

Error Thinner::visitNested(Message message, const WireField &field,
                           unsigned nesting) {
  if (message == Message::Graph || message == Message::SequenceType ||
      message == Message::MapType) {
    ++nesting;
  }
  if (nesting > kMaxNesting) {
    return wireError(field.begin, "subgraphs or types nest deeper than " +
                                      Twine(kMaxNesting) +
                                      " levels, the limit of import");
  }
  if (Error error = count(message, field.begin)) {
    return error;
  }
  if (Error error = charge(field.begin, getCost(message))) {
    return error;
  }
  size_t start = writer.beginMessage(field.number);
  if (Error error = walk(message, field.valueBegin, field.end, nesting)) {
    return error;
  }
  writer.endMessage(start);
  return Error::success();
}

Error Thinner::visit(Message message, const WireField &field,
                     unsigned nesting) {
  FieldRule rule = getFieldRule(message, field.number);
  if (!fits(rule.kind, field.type)) {
    return wireError(field.begin, "field " + Twine(field.number) + " of " +
                                      getMessageName(message) +
                                      " has wire type " +
                                      Twine(unsigned(field.type)) +
                                      ", which does not fit its declaration");
  }
  switch (rule.kind) {
  case FieldKind::Unused:
  case FieldKind::Payload:
    return Error::success();
  case FieldKind::Nested:
    return visitNested(rule.message, field, nesting);
  case FieldKind::Numbers:
    return copy(field, kBytesPerNumber);
  case FieldKind::Segment:
    return wireError(field.begin, "the tensor is a segment of a larger one, "
                                  "which is not supported; store it whole");
  case FieldKind::Integer:
  case FieldKind::Float:
  case FieldKind::Text:
    return copy(field, kBytesPerCharacter);
  }
  llvm_unreachable("all kinds are handled");
}

Error Thinner::walk(Message message, uint64_t begin, uint64_t end,
                    unsigned nesting) {
  WireReader reader(file, begin, end);
  SmallVector<WireField, 1> payloads;
  uint64_t dataType = 0;
  while (true) {
    Expected<std::optional<WireField>> field = reader.next();
    if (!field) {
      return field.takeError();
    }
    if (!*field) {
      return writePayloads(payloads, dataType);
    }
    if (Error error = visit(message, **field, nesting)) {
      return error;
    }
    if (getFieldRule(message, (*field)->number).kind == FieldKind::Payload) {
      if (Error error = charge((*field)->begin, sizeof(WireField))) {
        return error;
      }
      payloads.push_back(**field);
    } else if (message == Message::Tensor && (*field)->number == kDataType) {
      dataType = WireReader::varint(file, **field);
    }
  }
}

Expected<std::string> tandem::import::thinModel(ArrayRef<char> file,
                                                const ImportLimits &limits) {
  Thinner thinner(file, limits);
  if (Error error = thinner.walk(Message::Model, 0, file.size(), 0)) {
    return error;
  }
  return thinner.take();
}
