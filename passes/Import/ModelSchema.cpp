//===- ModelSchema.cpp - the messages of a model ----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One line per field, in the order of onnx-ml.proto.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/ModelSchema.h"

#include <array>

using namespace tandem::import;

namespace {

struct Field {
  Message message;
  uint32_t number;
  FieldRule rule;
};

constexpr FieldRule kInteger{FieldKind::Integer};
constexpr FieldRule kFloat{FieldKind::Float};
constexpr FieldRule kText{FieldKind::Text};
constexpr FieldRule kNumbers{FieldKind::Numbers};
constexpr FieldRule kPayload{FieldKind::Payload};
constexpr FieldRule kSegment{FieldKind::Segment};
constexpr FieldRule nested(Message message) {
  return {FieldKind::Nested, message};
}

} // namespace

/// The fields that import reads. All others are dropped: documentation,
/// metadata, training graphs, device annotations.
static constexpr Field kFields[] = {
    {Message::Model, 1, kInteger}, // ir_version
    {Message::Model, 2, kText},    // producer_name
    {Message::Model, 3, kText},    // producer_version
    {Message::Model, 7, nested(Message::Graph)},
    {Message::Model, 8, nested(Message::OpsetId)},
    {Message::Model, 25, nested(Message::Function)},

    {Message::Graph, 1, nested(Message::Node)},
    {Message::Graph, 2, kText},                       // name
    {Message::Graph, 5, nested(Message::Tensor)},     // initializer
    {Message::Graph, 11, nested(Message::ValueInfo)}, // input
    {Message::Graph, 12, nested(Message::ValueInfo)}, // output
    {Message::Graph, 13, nested(Message::ValueInfo)}, // value_info
    {Message::Graph, 15, nested(Message::SparseTensor)},

    {Message::Node, 1, kText}, // input
    {Message::Node, 2, kText}, // output
    {Message::Node, 3, kText}, // name
    {Message::Node, 4, kText}, // op_type
    {Message::Node, 5, nested(Message::Attribute)},
    {Message::Node, 7, kText}, // domain
    {Message::Node, 8, kText}, // overload

    {Message::Attribute, 1, kText},    // name
    {Message::Attribute, 2, kFloat},   // f
    {Message::Attribute, 3, kInteger}, // i
    {Message::Attribute, 4, kText},    // s
    {Message::Attribute, 5, nested(Message::Tensor)},
    {Message::Attribute, 6, nested(Message::Graph)},
    {Message::Attribute, 7, kNumbers}, // floats
    {Message::Attribute, 8, kNumbers}, // ints
    {Message::Attribute, 9, kText},    // strings
    {Message::Attribute, 10, nested(Message::Tensor)},
    {Message::Attribute, 11, nested(Message::Graph)},
    {Message::Attribute, 14, nested(Message::Type)},
    {Message::Attribute, 15, nested(Message::Type)},
    {Message::Attribute, 20, kInteger}, // type
    {Message::Attribute, 21, kText},    // ref_attr_name
    {Message::Attribute, 22, nested(Message::SparseTensor)},
    {Message::Attribute, 23, nested(Message::SparseTensor)},

    {Message::Tensor, 1, kNumbers}, // dims
    {Message::Tensor, 2, kInteger}, // data_type
    {Message::Tensor, 3, kSegment},
    {Message::Tensor, 4, kPayload},                // float_data
    {Message::Tensor, 5, kPayload},                // int32_data
    {Message::Tensor, 6, kText},                   // string_data
    {Message::Tensor, 7, kPayload},                // int64_data
    {Message::Tensor, 8, kText},                   // name
    {Message::Tensor, 9, kPayload},                // raw_data
    {Message::Tensor, 10, kPayload},               // double_data
    {Message::Tensor, 11, kPayload},               // uint64_data
    {Message::Tensor, 13, nested(Message::Entry)}, // external_data
    {Message::Tensor, 14, kInteger},               // data_location

    {Message::SparseTensor, 1, nested(Message::Tensor)}, // values
    {Message::SparseTensor, 2, nested(Message::Tensor)}, // indices
    {Message::SparseTensor, 3, kNumbers},                // dims

    {Message::Function, 1, kText}, // name
    {Message::Function, 4, kText}, // input
    {Message::Function, 5, kText}, // output
    {Message::Function, 6, kText}, // attribute
    {Message::Function, 7, nested(Message::Node)},
    {Message::Function, 9, nested(Message::OpsetId)},
    {Message::Function, 10, kText}, // domain
    {Message::Function, 11, nested(Message::Attribute)},
    {Message::Function, 13, kText}, // overload

    {Message::ValueInfo, 1, kText}, // name
    {Message::ValueInfo, 2, nested(Message::Type)},

    {Message::Type, 1, nested(Message::TensorType)},
    {Message::Type, 4, nested(Message::SequenceType)},
    {Message::Type, 5, nested(Message::MapType)},
    {Message::Type, 8, nested(Message::TensorType)},   // sparse
    {Message::Type, 9, nested(Message::SequenceType)}, // optional

    {Message::TensorType, 1, kInteger}, // elem_type
    {Message::TensorType, 2, nested(Message::Shape)},
    {Message::SequenceType, 1, nested(Message::Type)},
    {Message::MapType, 1, kInteger}, // key_type
    {Message::MapType, 2, nested(Message::Type)},

    {Message::Shape, 1, nested(Message::Dimension)},
    {Message::Dimension, 1, kInteger}, // dim_value
    {Message::Dimension, 2, kText},    // dim_param

    {Message::Entry, 1, kText},      // key
    {Message::Entry, 2, kText},      // value
    {Message::OpsetId, 1, kText},    // domain
    {Message::OpsetId, 2, kInteger}, // version
};

static constexpr unsigned kMessages = unsigned(Message::OpsetId) + 1;
static constexpr unsigned kNumbersPerMessage = 32;

static constexpr auto makeTable() {
  std::array<std::array<FieldRule, kNumbersPerMessage>, kMessages> table{};
  for (const Field &field : kFields) {
    table[unsigned(field.message)][field.number] = field.rule;
  }
  return table;
}

FieldRule tandem::import::getFieldRule(Message message, uint32_t number) {
  static constexpr auto kTable = makeTable();
  if (number >= kNumbersPerMessage) {
    return {};
  }
  return kTable[unsigned(message)][number];
}

llvm::StringRef tandem::import::getMessageName(Message message) {
  static constexpr llvm::StringLiteral kNames[kMessages] = {
      "ModelProto",
      "GraphProto",
      "NodeProto",
      "AttributeProto",
      "TensorProto",
      "SparseTensorProto",
      "FunctionProto",
      "ValueInfoProto",
      "TypeProto",
      "TypeProto.Tensor",
      "TypeProto.Sequence",
      "TypeProto.Map",
      "TensorShapeProto",
      "TensorShapeProto.Dimension",
      "StringStringEntryProto",
      "OperatorSetIdProto"};
  return kNames[unsigned(message)];
}
