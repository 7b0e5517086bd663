//===- AttributeImport.cpp - attributes of ONNX nodes -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// AttributeProto states its type and has a field for each; both must agree.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/AttributeImport.h"

#include "mlir/IR/Builders.h"
#include "tandem/passes/Import/TensorImport.h"
#include "tandem/passes/Import/TypeImport.h"

#include "onnx-ml.pb.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::import;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::inconvertibleErrorCode;
using ::onnx::AttributeProto;

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

static std::string getTypeName(int type) {
  if (!::onnx::AttributeProto_AttributeType_IsValid(type)) {
    return std::to_string(type);
  }
  return ::onnx::AttributeProto_AttributeType_Name(
      static_cast<::onnx::AttributeProto_AttributeType>(type));
}

/// Checks that no field of another type than the stated one has a value.
static Error checkFields(const AttributeProto &attribute) {
  const std::pair<bool, int> fields[] = {
      {attribute.has_f(), AttributeProto::FLOAT},
      {attribute.has_i(), AttributeProto::INT},
      {attribute.has_s(), AttributeProto::STRING},
      {attribute.has_t(), AttributeProto::TENSOR},
      {attribute.has_g(), AttributeProto::GRAPH},
      {attribute.has_sparse_tensor(), AttributeProto::SPARSE_TENSOR},
      {attribute.has_tp(), AttributeProto::TYPE_PROTO},
      {attribute.floats_size() > 0, AttributeProto::FLOATS},
      {attribute.ints_size() > 0, AttributeProto::INTS},
      {attribute.strings_size() > 0, AttributeProto::STRINGS},
      {attribute.tensors_size() > 0, AttributeProto::TENSORS},
      {attribute.graphs_size() > 0, AttributeProto::GRAPHS},
      {attribute.sparse_tensors_size() > 0, AttributeProto::SPARSE_TENSORS},
      {attribute.type_protos_size() > 0, AttributeProto::TYPE_PROTOS}};
  for (auto [isPresent, type] : fields) {
    if (isPresent && type != attribute.type()) {
      return makeError("its value is of type " + getTypeName(type) +
                       ", expected " + getTypeName(attribute.type()) +
                       " as its type field says");
    }
  }
  return Error::success();
}

/// An array of what `importElement` makes of each of `elements`.
template <typename Elements, typename Import>
static Expected<Attribute> importArray(const Elements &elements,
                                       MLIRContext *context,
                                       Import importElement) {
  SmallVector<Attribute> attributes;
  for (const auto &element : elements) {
    auto imported = importElement(element);
    if (!imported) {
      return imported.takeError();
    }
    attributes.push_back(*imported);
  }
  return ArrayAttr::get(context, attributes);
}

static Expected<Attribute> importTypeAttr(const ::onnx::TypeProto &type,
                                          MLIRContext *context) {
  Expected<Type> imported = importType(type, context);
  if (!imported) {
    return imported.takeError();
  }
  return TypeAttr::get(*imported);
}

Expected<Attribute>
tandem::import::importAttribute(const AttributeProto &attribute,
                                WeightFiles &files, MLIRContext *context) {
  Builder builder(context);
  if (attribute.has_ref_attr_name()) {
    return tandem::onnx::RefAttr::get(context, attribute.ref_attr_name());
  }
  if (Error error = checkFields(attribute)) {
    return error;
  }
  auto tensor = [&](const ::onnx::TensorProto &proto) {
    return importTensor(proto, files, context);
  };
  auto sparse = [&](const ::onnx::SparseTensorProto &proto) {
    return importSparseTensor(proto, files, context);
  };
  auto type = [&](const ::onnx::TypeProto &proto) {
    return importTypeAttr(proto, context);
  };
  switch (attribute.type()) {
  case AttributeProto::FLOAT:
    return builder.getF32FloatAttr(attribute.f());
  case AttributeProto::INT:
    return builder.getI64IntegerAttr(attribute.i());
  case AttributeProto::STRING:
    return builder.getStringAttr(attribute.s());
  case AttributeProto::FLOATS:
    return builder.getDenseF32ArrayAttr(
        ArrayRef<float>(attribute.floats().data(), attribute.floats_size()));
  case AttributeProto::INTS:
    return builder.getDenseI64ArrayAttr(
        SmallVector<int64_t>(attribute.ints().begin(), attribute.ints().end()));
  case AttributeProto::STRINGS:
    return builder.getStrArrayAttr(SmallVector<StringRef>(
        attribute.strings().begin(), attribute.strings().end()));
  case AttributeProto::TENSOR:
    return tensor(attribute.t());
  case AttributeProto::SPARSE_TENSOR:
    return sparse(attribute.sparse_tensor());
  case AttributeProto::TYPE_PROTO:
    return type(attribute.tp());
  case AttributeProto::TENSORS:
    return importArray(attribute.tensors(), context, tensor);
  case AttributeProto::SPARSE_TENSORS:
    return importArray(attribute.sparse_tensors(), context, sparse);
  case AttributeProto::TYPE_PROTOS:
    return importArray(attribute.type_protos(), context, type);
  default:
    return makeError("its type is " + getTypeName(attribute.type()) +
                     ", expected one of AttributeProto.AttributeType but "
                     "UNDEFINED and GRAPHS");
  }
}

/// A tensor of rank 1, or 0 for a single value.
template <typename T>
static TypedAttr makeTensor(Type element, ArrayRef<T> values, bool isScalar) {
  SmallVector<int64_t> shape;
  if (!isScalar) {
    shape.push_back(values.size());
  }
  auto type = RankedTensorType::get(shape, element);
  if constexpr (std::is_same_v<T, StringRef>) {
    return DenseStringElementsAttr::get(type, values);
  } else {
    return DenseElementsAttr::get(type, values);
  }
}

Expected<TypedAttr>
tandem::import::importConstant(const AttributeProto &attribute,
                               WeightFiles &files, MLIRContext *context) {
  if (Error error = checkFields(attribute)) {
    return error;
  }
  Builder builder(context);
  Type string = tandem::onnx::StringType::get(context);
  switch (attribute.type()) {
  case AttributeProto::FLOAT:
    return makeTensor<float>(builder.getF32Type(), attribute.f(), true);
  case AttributeProto::INT:
    return makeTensor<int64_t>(builder.getI64Type(), int64_t(attribute.i()),
                               true);
  case AttributeProto::STRING:
    return makeTensor<StringRef>(string, StringRef(attribute.s()), true);
  case AttributeProto::FLOATS:
    return makeTensor<float>(
        builder.getF32Type(),
        ArrayRef<float>(attribute.floats().data(), attribute.floats_size()),
        false);
  case AttributeProto::INTS:
    return makeTensor<int64_t>(
        builder.getI64Type(),
        SmallVector<int64_t>(attribute.ints().begin(), attribute.ints().end()),
        false);
  case AttributeProto::STRINGS:
    return makeTensor<StringRef>(
        string,
        SmallVector<StringRef>(attribute.strings().begin(),
                               attribute.strings().end()),
        false);
  case AttributeProto::TENSOR:
    return importTensor(attribute.t(), files, context);
  case AttributeProto::SPARSE_TENSOR:
    return importSparseTensor(attribute.sparse_tensor(), files, context);
  default:
    return makeError("its type is " + getTypeName(attribute.type()) +
                     ", which no constant has");
  }
}
