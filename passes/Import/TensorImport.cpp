//===- TensorImport.cpp - tensors of ONNX as attributes ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// From little-endian bytes to attributes.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Import/TensorImport.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "tandem/passes/Import/TensorPayload.h"
#include "tandem/passes/Import/TypeImport.h"

#include "onnx-ml.pb.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::import;
using llvm::createStringError;
using llvm::enumerate;
using llvm::Error;
using llvm::Expected;
using llvm::inconvertibleErrorCode;
using ::onnx::SparseTensorProto;
using ::onnx::TensorProto;

/// A sparse constant is written out up to this size.
static constexpr int64_t kSparseBytes = 1 << 20;

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

/// One byte per element of a type of `bits` bits, the first element lowest.
static std::string unpack(ArrayRef<char> packed, unsigned bits, int64_t count) {
  std::string bytes;
  bytes.reserve(count);
  unsigned perByte = 8 / bits;
  for (int64_t i = 0; i < count; ++i) {
    bytes.push_back(static_cast<char>(
        static_cast<uint8_t>(packed[i / perByte]) >> (i % perByte * bits) &
        ((1 << bits) - 1)));
  }
  return bytes;
}

/// Dense elements of `type` from bytes in the layout of raw_data.
static TypedAttr makeDense(RankedTensorType type, ArrayRef<char> bytes) {
  Type element = type.getElementType();
  if (element.isInteger(1)) {
    SmallVector<bool> values;
    for (char byte : bytes) {
      values.push_back(byte != 0);
    }
    return DenseElementsAttr::get(type, ArrayRef<bool>(values));
  }
  if (element.isIntOrFloat() && element.getIntOrFloatBitWidth() < 8) {
    std::string unpacked =
        unpack(bytes, element.getIntOrFloatBitWidth(), type.getNumElements());
    return DenseElementsAttr::getFromRawBuffer(
        type, ArrayRef<char>(unpacked.data(), unpacked.size()));
  }
  return DenseElementsAttr::getFromRawBuffer(type, bytes);
}

static Expected<TypedAttr> importStrings(const TensorProto &tensor,
                                         RankedTensorType type) {
  if (type.getNumElements() != tensor.string_data_size()) {
    return makeError("has " + Twine(tensor.string_data_size()) +
                     " strings, expected " + Twine(type.getNumElements()) +
                     " from its dimensions");
  }
  SmallVector<StringRef> strings(tensor.string_data().begin(),
                                 tensor.string_data().end());
  return DenseStringElementsAttr::get(type, strings);
}

static Expected<RankedTensorType> importTensorType(const TensorProto &tensor,
                                                   MLIRContext *context) {
  Expected<Type> element = importElementType(tensor.data_type(), context);
  if (!element) {
    return element.takeError();
  }
  return makeTensorType(
      ArrayRef<int64_t>(tensor.dims().data(), tensor.dims_size()), *element);
}

Expected<TypedAttr> tandem::import::importTensor(const TensorProto &tensor,
                                                 WeightFiles &files,
                                                 MLIRContext *context) {
  Expected<RankedTensorType> type = importTensorType(tensor, context);
  if (!type) {
    return type.takeError();
  }
  if (tensor.data_type() == TensorProto::STRING) {
    return importStrings(tensor, *type);
  }
  // Passes compute with small integers, such as shapes.
  int64_t size = tandem::onnx::getByteSize(*type).value_or(0);
  bool isFloats = isa<FloatType>(type->getElementType()) && size > 0;
  Expected<TensorPayload> payload = resolvePayload(
      tensor, *type, files, /*mayLack=*/isFloats || size > kDenseBytes);
  if (!payload) {
    return payload.takeError();
  }
  bool isAbsent = size > 0 && payload->bytes().empty();
  if (!isAbsent && (payload->file.empty() || size <= kDenseBytes)) {
    return makeDense(*type, payload->bytes());
  }
  return tandem::onnx::WeightAttr::get(context, payload->file, payload->offset,
                                       size, *type);
}

//===----------------------------------------------------------------------===//
// Sparse tensors
//===----------------------------------------------------------------------===//

/// The flat indices of the stored values: one number each, or one per axis.
static Expected<SmallVector<int64_t>> readIndices(const TensorProto &tensor,
                                                  RankedTensorType result,
                                                  int64_t count,
                                                  WeightFiles &files) {
  Expected<RankedTensorType> type =
      importTensorType(tensor, result.getContext());
  if (!type) {
    return type.takeError();
  }
  bool isFlat = type->getRank() == 1;
  if (!type->getElementType().isInteger(64) || type->getRank() > 2 ||
      type->getRank() == 0 || type->getDimSize(0) != count ||
      (!isFlat && type->getDimSize(1) != result.getRank())) {
    return makeError("its indices have another type than int64 with " +
                     Twine(count) + " rows and one number, or one per axis");
  }
  Expected<TensorPayload> payload = resolvePayload(tensor, *type, files);
  if (!payload) {
    return payload.takeError();
  }
  SmallVector<int64_t> numbers(type->getNumElements());
  std::memcpy(numbers.data(), payload->bytes().data(),
              numbers.size() * sizeof(int64_t));
  SmallVector<int64_t> flat;
  ArrayRef<int64_t> shape = result.getShape();
  int64_t perValue = isFlat ? 1 : result.getRank();
  for (int64_t row = 0; row < count; ++row) {
    int64_t index = 0;
    for (int64_t axis = 0; axis < perValue; ++axis) {
      int64_t number = numbers[row * perValue + axis];
      int64_t limit = isFlat ? result.getNumElements() : shape[axis];
      if (number < 0 || number >= limit) {
        return makeError("index " + Twine(number) + " is not in 0.." +
                         Twine(limit - 1));
      }
      index = isFlat ? number : index * limit + number;
    }
    flat.push_back(index);
  }
  return flat;
}

Expected<TypedAttr>
tandem::import::importSparseTensor(const SparseTensorProto &tensor,
                                   WeightFiles &files, MLIRContext *context) {
  Expected<RankedTensorType> valuesType =
      importTensorType(tensor.values(), context);
  if (!valuesType) {
    return valuesType.takeError();
  }
  Expected<RankedTensorType> type = makeTensorType(
      ArrayRef<int64_t>(tensor.dims().data(), tensor.dims_size()),
      valuesType->getElementType());
  if (!type) {
    return type.takeError();
  }
  std::optional<int64_t> size = tandem::onnx::getByteSize(*type);
  Type element = type->getElementType();
  if (!size || *size > kSparseBytes || !element.isIntOrFloat() ||
      element.getIntOrFloatBitWidth() < 8) {
    return makeError("sparse tensors are supported up to " +
                     Twine(kSparseBytes) +
                     " bytes of whole-byte elements; store it dense");
  }
  Expected<TensorPayload> values =
      resolvePayload(tensor.values(), *valuesType, files);
  if (!values) {
    return values.takeError();
  }
  Expected<SmallVector<int64_t>> indices =
      readIndices(tensor.indices(), *type, valuesType->getNumElements(), files);
  if (!indices) {
    return indices.takeError();
  }
  std::string bytes(*size, '\0');
  int64_t width = element.getIntOrFloatBitWidth() / 8;
  for (auto [row, index] : enumerate(*indices)) {
    std::memcpy(&bytes[index * width], values->bytes().data() + row * width,
                width);
  }
  return makeDense(*type, ArrayRef<char>(bytes.data(), bytes.size()));
}
