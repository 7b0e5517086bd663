//===- WeightStorage.cpp - how a weight is stored ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Verifiers of the encodings and of the values that have them.
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Transformer/IR/WeightStorage.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::transformer;

using EmitError = function_ref<InFlightDiagnostic()>;

static bool isCodeType(Type type) {
  return type.isUnsignedInteger(4) || type.isUnsignedInteger(8);
}

LogicalResult BlocksAttr::verify(EmitError emitError, Type codes, int64_t block,
                                 Type scales, Type zeroPoints) {
  if (!isCodeType(codes)) {
    return emitError() << "codes are " << codes << ", expected 'ui4' or 'ui8'";
  }
  if (block < 16 || block > (1 << 20) || !llvm::isPowerOf2_64(block)) {
    return emitError() << "block is " << block
                       << ", expected a power of 2 from 16 to 1048576";
  }
  if (!isa<Float16Type, BFloat16Type, Float32Type>(scales)) {
    return emitError() << "scales are " << scales
                       << ", expected 'f16', 'bf16' or 'f32'";
  }
  if (zeroPoints && zeroPoints != codes &&
      !isa<Float16Type, BFloat16Type, Float32Type>(zeroPoints)) {
    return emitError() << "zero points are " << zeroPoints << ", expected "
                       << codes << ", 'f16', 'bf16' or 'f32'";
  }
  return success();
}

/// Encodings are those of constant matrices of floats.
static LogicalResult verifyMatrix(ArrayRef<int64_t> shape, Type elementType,
                                  EmitError emitError) {
  if (shape.size() != 2 || ShapedType::isDynamicShape(shape) ||
      !isa<FloatType>(elementType)) {
    return emitError() << "encodes a tensor of " << shape.size()
                       << " dimensions and " << elementType
                       << " elements, expected a matrix of floats of known "
                          "size";
  }
  return success();
}

LogicalResult BlocksAttr::verifyEncoding(ArrayRef<int64_t> shape,
                                         Type elementType,
                                         EmitError emitError) const {
  return verifyMatrix(shape, elementType, emitError);
}

LogicalResult StoredAttr::verify(EmitError emitError, Type element) {
  if (!isa<Float16Type, BFloat16Type>(element)) {
    return emitError() << "elements are stored as " << element
                       << ", expected 'bf16' or 'f16'";
  }
  return success();
}

LogicalResult StoredAttr::verifyEncoding(ArrayRef<int64_t> shape,
                                         Type elementType,
                                         EmitError emitError) const {
  return verifyMatrix(shape, elementType, emitError);
}

/// The shapes of the payloads of a matrix in blocks: codes, scales, zero points
/// where there are.
static SmallVector<SmallVector<int64_t>> payloadShapes(BlocksAttr encoding,
                                                       ShapedType type) {
  int64_t rows = type.getDimSize(0);
  int64_t blocks = encoding.getBlocks(type.getDimSize(1));
  SmallVector<SmallVector<int64_t>> shapes = {
      {rows, blocks, encoding.getBlockBytes()}, {rows, blocks}};
  if (encoding.hasPackedZeroPoints()) {
    shapes.push_back(
        {rows, int64_t(llvm::divideCeil(blocks * encoding.getBits(), 8))});
  } else if (encoding.getZeroPoints()) {
    shapes.push_back({rows, blocks});
  }
  return shapes;
}

static LogicalResult verifyPayload(EmitError emitError, Attribute payload,
                                   unsigned index, ArrayRef<int64_t> shape,
                                   bool isBytes) {
  auto typed = dyn_cast<TypedAttr>(payload);
  auto type = typed ? dyn_cast<ShapedType>(typed.getType()) : ShapedType();
  bool hasType = type && (isBytes ? type.getElementType().isUnsignedInteger(8)
                                  : isa<FloatType>(type.getElementType()));
  if (!hasType || type.getShape() != shape) {
    InFlightDiagnostic error = emitError() << "payload " << index << " is ";
    error << (typed ? typed.getType() : NoneType::get(payload.getContext()));
    error << ", expected ";
    llvm::interleave(shape, error, "x");
    return error << " values of " << (isBytes ? "'ui8'" : "a float type");
  }
  return success();
}

LogicalResult EncodedAttr::verify(EmitError emitError, ArrayAttr payloads,
                                  RankedTensorType type) {
  SmallVector<SmallVector<int64_t>> shapes;
  BlocksAttr encoding = getBlocks(type);
  if (encoding) {
    shapes = payloadShapes(encoding, type);
  } else if (getStored(type)) {
    shapes = {SmallVector<int64_t>(type.getShape())};
  } else {
    return emitError() << "type is " << type
                       << ", expected one with an encoding such as "
                          "'#transformer.blocks'";
  }
  if (payloads.size() != shapes.size()) {
    return emitError() << "has " << payloads.size() << " payloads, expected "
                       << shapes.size();
  }
  for (auto [index, shape] : llvm::enumerate(shapes)) {
    bool isBytes = encoding && (index == 0 ||
                                (index == 2 && encoding.hasPackedZeroPoints()));
    if (failed(
            verifyPayload(emitError, payloads[index], index, shape, isBytes))) {
      return failure();
    }
  }
  return success();
}

SmallVector<TypedAttr> EncodedAttr::getPayloadList() const {
  return llvm::to_vector(getPayloads().getAsRange<TypedAttr>());
}

template <typename Encoding> static Encoding encodingOf(Type type) {
  auto tensor = dyn_cast_or_null<RankedTensorType>(type);
  return tensor ? dyn_cast_or_null<Encoding>(tensor.getEncoding()) : Encoding();
}

BlocksAttr tandem::transformer::getBlocks(Type type) {
  return encodingOf<BlocksAttr>(type);
}

StoredAttr tandem::transformer::getStored(Type type) {
  return encodingOf<StoredAttr>(type);
}

bool tandem::transformer::isEncoded(Type type) {
  return getBlocks(type) || getStored(type);
}

static double countElements(ArrayRef<int64_t> shape) {
  double count = 1;
  for (int64_t size : shape) {
    count *= ShapedType::isDynamic(size) ? 1 : size;
  }
  return count;
}

double tandem::transformer::getStoredBytes(ShapedType type) {
  if (BlocksAttr encoding = getBlocks(type)) {
    SmallVector<SmallVector<int64_t>> shapes = payloadShapes(encoding, type);
    double bytes = countElements(shapes[0]) +
                   countElements(shapes[1]) *
                       encoding.getScales().getIntOrFloatBitWidth() / 8;
    if (encoding.getZeroPoints()) {
      bytes += countElements(shapes[1]) *
               encoding.getZeroPoints().getIntOrFloatBitWidth() / 8;
    }
    return bytes;
  }
  Type element = type.getElementType();
  if (StoredAttr encoding = getStored(type)) {
    element = encoding.getElement();
  }
  return countElements(type.getShape()) * element.getIntOrFloatBitWidth() / 8;
}

std::string tandem::transformer::describeStorage(ShapedType type) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (BlocksAttr encoding = getBlocks(type)) {
    stream << encoding.getCodes() << " in blocks of " << encoding.getBlock()
           << ", scales " << encoding.getScales();
    if (encoding.getZeroPoints()) {
      stream << ", zero points " << encoding.getZeroPoints();
    }
  } else if (StoredAttr encoding = getStored(type)) {
    stream << encoding.getElement();
  } else {
    stream << type.getElementType();
  }
  return text;
}
