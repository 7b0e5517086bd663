//===- TypeImport.cpp - types of ONNX as types of MLIR ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One table of element types; everything else is derived.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/TypeImport.h"

#include "mlir/IR/Builders.h"
#include "tandem/dialects/Onnx/IR/OnnxOps.h"

#include "onnx-ml.pb.h"

using namespace mlir;
using namespace tandem::import;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::inconvertibleErrorCode;
using ::onnx::TensorProto;
using ::onnx::TypeProto;

/// No tensor of a transformer comes near this rank.
static constexpr int kMaxRank = 64;

std::string tandem::import::getDataTypeName(int dataType) {
  if (!::onnx::TensorProto_DataType_IsValid(dataType)) {
    return std::to_string(dataType);
  }
  return ::onnx::TensorProto_DataType_Name(
      static_cast<::onnx::TensorProto_DataType>(dataType));
}

/// The element type, or null where there is none.
static Type lookUpElementType(int dataType, Builder builder) {
  MLIRContext *context = builder.getContext();
  auto makeUnsigned = [&](unsigned width) {
    return builder.getIntegerType(width, /*isSigned=*/false);
  };
  switch (dataType) {
  case TensorProto::FLOAT:
    return builder.getF32Type();
  case TensorProto::DOUBLE:
    return builder.getF64Type();
  case TensorProto::FLOAT16:
    return builder.getF16Type();
  case TensorProto::BFLOAT16:
    return builder.getBF16Type();
  case TensorProto::FLOAT8E4M3FN:
    return Float8E4M3FNType::get(context);
  case TensorProto::FLOAT8E4M3FNUZ:
    return Float8E4M3FNUZType::get(context);
  case TensorProto::FLOAT8E5M2:
    return Float8E5M2Type::get(context);
  case TensorProto::FLOAT8E5M2FNUZ:
    return Float8E5M2FNUZType::get(context);
  case TensorProto::FLOAT8E8M0:
    return Float8E8M0FNUType::get(context);
  case TensorProto::FLOAT4E2M1:
    return Float4E2M1FNType::get(context);
  case TensorProto::BOOL:
    return builder.getI1Type();
  case TensorProto::INT2:
    return builder.getIntegerType(2);
  case TensorProto::INT4:
    return builder.getIntegerType(4);
  case TensorProto::INT8:
    return builder.getI8Type();
  case TensorProto::INT16:
    return builder.getI16Type();
  case TensorProto::INT32:
    return builder.getI32Type();
  case TensorProto::INT64:
    return builder.getI64Type();
  case TensorProto::UINT2:
    return makeUnsigned(2);
  case TensorProto::UINT4:
    return makeUnsigned(4);
  case TensorProto::UINT8:
    return makeUnsigned(8);
  case TensorProto::UINT16:
    return makeUnsigned(16);
  case TensorProto::UINT32:
    return makeUnsigned(32);
  case TensorProto::UINT64:
    return makeUnsigned(64);
  case TensorProto::COMPLEX64:
    return ComplexType::get(builder.getF32Type());
  case TensorProto::COMPLEX128:
    return ComplexType::get(builder.getF64Type());
  case TensorProto::STRING:
    return tandem::onnx::StringType::get(context);
  default:
    return {};
  }
}

Expected<Type> tandem::import::importElementType(int dataType,
                                                 MLIRContext *context) {
  if (Type type = lookUpElementType(dataType, Builder(context))) {
    return type;
  }
  return createStringError(inconvertibleErrorCode(),
                           "element type " + getDataTypeName(dataType) +
                               " is not supported, expected one of "
                               "TensorProto.DataType 1 to 26");
}

static Error checkRank(int64_t rank) {
  if (rank <= kMaxRank) {
    return Error::success();
  }
  return createStringError(inconvertibleErrorCode(), "rank is " + Twine(rank) +
                                                         ", expected at most " +
                                                         Twine(kMaxRank));
}

static Error checkDim(int64_t dim) {
  if (dim >= 0) {
    return Error::success();
  }
  return createStringError(inconvertibleErrorCode(),
                           "dimension is " + Twine(dim) +
                               ", expected 0 or more; name it (dim_param) if "
                               "it is only known at run time");
}

Expected<RankedTensorType>
tandem::import::makeTensorType(ArrayRef<int64_t> dims, Type element) {
  if (Error error = checkRank(dims.size())) {
    return error;
  }
  // Each factor below 2^63 keeps the 128-bit product exact.
  unsigned __int128 elements = 1;
  for (int64_t dim : dims) {
    if (Error error = checkDim(dim)) {
      return error;
    }
    elements *= uint64_t(dim);
    if (elements > uint64_t(INT64_MAX) / 16) {
      return createStringError(inconvertibleErrorCode(),
                               "its dimensions multiply to more elements than "
                               "a 64-bit size can hold");
    }
  }
  return RankedTensorType::get(dims, element);
}

/// The shape of a type that may have symbols: unknown dimensions are dynamic.
static Expected<RankedTensorType>
importShape(const ::onnx::TensorShapeProto &shape, Type element) {
  if (Error error = checkRank(shape.dim_size())) {
    return error;
  }
  SmallVector<int64_t> dims, known;
  for (const auto &dim : shape.dim()) {
    dims.push_back(dim.has_dim_value() ? dim.dim_value()
                                       : ShapedType::kDynamic);
    if (dim.has_dim_value()) {
      known.push_back(dim.dim_value());
    }
  }
  Expected<RankedTensorType> checked = makeTensorType(known, element);
  if (!checked) {
    return checked.takeError();
  }
  return RankedTensorType::get(dims, element);
}

static Expected<Type> importTensor(const TypeProto::Tensor &tensor,
                                   MLIRContext *context) {
  if (tensor.elem_type() == TensorProto::UNDEFINED) {
    return tandem::onnx::UnknownType::get(context);
  }
  Expected<Type> element = importElementType(tensor.elem_type(), context);
  if (!element) {
    return element.takeError();
  }
  if (!tensor.has_shape()) {
    return UnrankedTensorType::get(*element);
  }
  Expected<RankedTensorType> ranked = importShape(tensor.shape(), *element);
  if (!ranked) {
    return ranked.takeError();
  }
  return *ranked;
}

/// The ONNX text of a type, such as `seq(tensor(FLOAT))`.
static std::string getText(const TypeProto &type) {
  if (type.has_tensor_type()) {
    return "tensor(" + getDataTypeName(type.tensor_type().elem_type()) + ")";
  }
  if (type.has_sequence_type()) {
    return "seq(" + getText(type.sequence_type().elem_type()) + ")";
  }
  if (type.has_optional_type()) {
    return "optional(" + getText(type.optional_type().elem_type()) + ")";
  }
  if (type.has_map_type()) {
    return "map(" + getDataTypeName(type.map_type().key_type()) + ", " +
           getText(type.map_type().value_type()) + ")";
  }
  if (type.has_sparse_tensor_type()) {
    return "sparse_tensor(" +
           getDataTypeName(type.sparse_tensor_type().elem_type()) + ")";
  }
  return "unknown";
}

Expected<Type> tandem::import::importType(const TypeProto &type,
                                          MLIRContext *context) {
  if (type.has_tensor_type()) {
    return importTensor(type.tensor_type(), context);
  }
  if (type.value_case() == TypeProto::VALUE_NOT_SET) {
    return tandem::onnx::UnknownType::get(context);
  }
  return tandem::onnx::OpaqueType::get(context, getText(type));
}

ArrayAttr tandem::import::importDims(const TypeProto &type,
                                     MLIRContext *context) {
  if (!type.tensor_type().has_shape()) {
    return {};
  }
  Builder builder(context);
  SmallVector<Attribute> dims;
  for (const auto &dim : type.tensor_type().shape().dim()) {
    if (dim.has_dim_value()) {
      dims.push_back(builder.getI64IntegerAttr(dim.dim_value()));
    } else {
      dims.push_back(builder.getStringAttr(dim.dim_param()));
    }
  }
  return builder.getArrayAttr(dims);
}
