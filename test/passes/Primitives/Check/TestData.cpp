//===- TestData.cpp - recorded inputs and results of a model -----*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Decodes TensorProto with the protocol buffers that import uses.
//
//===----------------------------------------------------------------------===//

#include "TestData.h"

#include "tandem/passes/Primitives/ElementTypes.h"
#include "tandem/passes/Primitives/Indexing.h"

#include "onnx-ml.pb.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <cmath>

using namespace mlir;
using namespace tandem;
using namespace tandem::primitives;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::Twine;

/// 16-bit floating-point elements of `proto`, which are integers in it.
template <typename T>
static Tensor decodeHalves(const ::onnx::TensorProto &proto, Type elementType,
                           ArrayRef<int64_t> shape) {
  std::vector<double> values;
  for (int32_t bits : proto.int32_data()) {
    T value;
    value.bits = bits;
    values.push_back(value);
  }
  return Tensor::narrow(elementType, shape, values);
}

/// The elements of a repeated field.
template <typename Wide, typename Field>
static Tensor decodeField(const Field &field, Type elementType,
                          ArrayRef<int64_t> shape) {
  return Tensor::narrow(elementType, shape,
                        std::vector<Wide>(field.begin(), field.end()));
}

static Tensor decodeRaw(StringRef raw, Type elementType,
                        ArrayRef<int64_t> shape) {
  ArrayRef<char> bytes(raw.data(), raw.size());
  if (elementType.isInteger(4)) {
    return unpackNibbles(elementType, shape, bytes);
  }
  Tensor tensor = Tensor::zeros(elementType, shape);
  std::memcpy(tensor.getMutableBytes(), bytes.data(),
              std::min<size_t>(bytes.size(), tensor.getBytes().size()));
  return tensor;
}

static Expected<Tensor> decode(const ::onnx::TensorProto &proto,
                               MLIRContext *context) {
  Type elementType = getElementType(context, proto.data_type());
  if (!elementType) {
    return createStringError("data type " + Twine(proto.data_type()) +
                             " is not supported");
  }
  Shape shape(proto.dims().begin(), proto.dims().end());
  if (proto.has_raw_data()) {
    return decodeRaw(proto.raw_data(), elementType, shape);
  }
  if (elementType.isInteger(4)) {
    std::string bytes(proto.int32_data().begin(), proto.int32_data().end());
    return decodeRaw(bytes, elementType, shape);
  }
  if (elementType.isF16()) {
    return decodeHalves<Half>(proto, elementType, shape);
  }
  if (elementType.isBF16()) {
    return decodeHalves<BFloat16>(proto, elementType, shape);
  }
  if (proto.float_data_size()) {
    return decodeField<double>(proto.float_data(), elementType, shape);
  }
  if (proto.double_data_size()) {
    return decodeField<double>(proto.double_data(), elementType, shape);
  }
  if (proto.int64_data_size()) {
    return decodeField<int64_t>(proto.int64_data(), elementType, shape);
  }
  if (proto.uint64_data_size()) {
    return decodeField<uint64_t>(proto.uint64_data(), elementType, shape);
  }
  return decodeField<int64_t>(proto.int32_data(), elementType, shape);
}

Expected<SmallVector<Tensor>>
check::readTensors(StringRef folder, StringRef prefix, MLIRContext *context) {
  SmallVector<Tensor> tensors;
  for (unsigned index = 0;; ++index) {
    SmallString<128> path = folder;
    llvm::sys::path::append(path, prefix + "_" + Twine(index) + ".pb");
    auto file = llvm::MemoryBuffer::getFile(path);
    if (!file) {
      return tensors;
    }
    ::onnx::TensorProto proto;
    if (!proto.ParseFromArray((*file)->getBufferStart(),
                              (*file)->getBufferSize())) {
      return createStringError("'" + path + "' holds no tensor");
    }
    Expected<Tensor> tensor = decode(proto, context);
    if (!tensor) {
      return tensor.takeError();
    }
    tensors.push_back(*tensor);
  }
}

check::Tolerance check::getTolerance(Type elementType) {
  if (elementType.isF16()) {
    return {2e-3, 2e-3};
  }
  if (elementType.isBF16()) {
    return {1.6e-2, 1.6e-2};
  }
  if (elementType.isF32() || elementType.isF64()) {
    return {2e-6, 2e-5};
  }
  return {0, 0};
}

/// Whether a difference is within the tolerance; equal infinities and NaNs are.
static bool agree(double actual, double expected, check::Tolerance tolerance) {
  if (std::isnan(expected) || std::isinf(expected)) {
    return std::isnan(expected) ? std::isnan(actual) : actual == expected;
  }
  return std::abs(actual - expected) <=
         tolerance.absolute + tolerance.relative * std::abs(expected);
}

check::Padding::Padding(const Tensor &tensor) {
  if (tensor.getRank() != 2) {
    return;
  }
  mask = tensor.toIntegers();
  batch = tensor.getDim(0);
  keys = tensor.getDim(1);
}

bool check::Padding::covers(ArrayRef<int64_t> shape, int64_t index) const {
  if (mask.empty() || shape.size() < 3 || shape[0] != batch) {
    return false;
  }
  bool isPresent = shape.size() == 4 && shape[2] == keys;
  int64_t axis = isPresent ? 2 : 1;
  if (shape[axis] > keys) {
    return false;
  }
  AxisSplit tokens(shape, axis), rows(shape, 0);
  int64_t token = index / tokens.inner % tokens.size;
  // New tokens are the last ones of the mask.
  return mask[index / rows.inner * keys + keys - tokens.size + token] == 0;
}

Error check::compare(const Tensor &actual, const Tensor &expected,
                     Tolerance tolerance, const Padding &padding) {
  if (!actual) {
    return createStringError("there is no result");
  }
  if (actual.getElementType() != expected.getElementType()) {
    std::string text;
    llvm::raw_string_ostream(text)
        << "element type is " << actual.getElementType() << ", expected "
        << expected.getElementType();
    return createStringError(text);
  }
  if (actual.getShape() != expected.getShape()) {
    return createStringError("shape is " + printShape(actual.getShape()) +
                             ", expected " + printShape(expected.getShape()));
  }
  std::vector<double> a = actual.widen<double>(), b = expected.widen<double>();
  for (size_t i = 0; i < a.size(); ++i) {
    if (!agree(a[i], b[i], tolerance) &&
        !padding.covers(actual.getShape(), i)) {
      return createStringError(
          llvm::formatv("element {0} of {1} is {2:e8}, expected {3:e8}", i,
                        a.size(), a[i], b[i])
              .str());
    }
  }
  return Error::success();
}
