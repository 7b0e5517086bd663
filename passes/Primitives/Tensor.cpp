//===- Tensor.cpp - values of the evaluator ---------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Buffers, conversions between storage and wide types, and attributes.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Tensor.h"
#include "tandem/passes/Primitives/Indexing.h"

#include "mlir/IR/BuiltinAttributes.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace tandem::primitives;

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

bool Tensor::holds(Type elementType) {
  if (auto integer = dyn_cast<IntegerType>(elementType)) {
    return llvm::is_contained({1u, 4u, 8u, 16u, 32u, 64u}, integer.getWidth());
  }
  return elementType.isF16() || elementType.isBF16() || elementType.isF32() ||
         elementType.isF64();
}

size_t Tensor::bytesPerElement(Type elementType) {
  return llvm::divideCeil(elementType.getIntOrFloatBitWidth(), 8);
}

int64_t tandem::primitives::bytesInFile(Type elementType, int64_t count) {
  if (elementType.getIntOrFloatBitWidth() == 4) {
    return count / 2 + count % 2;
  }
  return count * Tensor::bytesPerElement(elementType);
}

//===----------------------------------------------------------------------===//
// Making tensors
//===----------------------------------------------------------------------===//

Tensor Tensor::zeros(Type elementType, ArrayRef<int64_t> shape) {
  Tensor tensor;
  tensor.elementType = elementType;
  tensor.shape.assign(shape.begin(), shape.end());
  size_t size = countElements(shape) * bytesPerElement(elementType);
  tensor.buffer = std::make_shared<char[]>(std::max<size_t>(size, 1));
  tensor.bytes = ArrayRef<char>(tensor.buffer.get(), size);
  return tensor;
}

Tensor Tensor::borrow(Type elementType, ArrayRef<int64_t> shape,
                      ArrayRef<char> bytes) {
  Tensor tensor;
  tensor.elementType = elementType;
  tensor.shape.assign(shape.begin(), shape.end());
  tensor.bytes = bytes;
  assert(bytes.size() == countElements(shape) * bytesPerElement(elementType));
  return tensor;
}

Tensor Tensor::withShape(ArrayRef<int64_t> newShape) const {
  assert(countElements(newShape) == getNumElements());
  Tensor tensor = *this;
  tensor.shape.assign(newShape.begin(), newShape.end());
  return tensor;
}

Tensor tandem::primitives::unpackNibbles(Type elementType,
                                         ArrayRef<int64_t> shape,
                                         ArrayRef<char> packed) {
  Tensor tensor = Tensor::zeros(elementType, shape);
  char *target = tensor.getMutableBytes();
  bool isUnsigned = elementType.isUnsignedInteger();
  for (int64_t i = 0, count = tensor.getNumElements(); i < count; ++i) {
    int nibble = (static_cast<uint8_t>(packed[i / 2]) >> (i % 2 * 4)) & 15;
    target[i] = isUnsigned || nibble < 8 ? nibble : nibble - 16;
  }
  return tensor;
}

int64_t Tensor::getNumElements() const { return countElements(shape); }

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

/// `value` as an integer of 64 bits: beyond its range the nearest end of it,
/// NaN gives 0.
template <typename To> static To roundToZero(double value) {
  using Limits = std::numeric_limits<To>;
  if (std::isnan(value)) {
    return 0;
  }
  if (value <= static_cast<double>(Limits::min())) {
    return Limits::min();
  }
  // The maximum rounds up as a double, hence not "greater".
  if (value >= static_cast<double>(Limits::max())) {
    return Limits::max();
  }
  return static_cast<To>(value);
}

/// `value` as `To`; integers wrap.
template <typename To, typename From> static To convert(From value) {
  if constexpr (std::is_same_v<To, bool>) {
    return value != From(0);
  } else if constexpr (std::is_integral_v<To> &&
                       std::is_floating_point_v<From>) {
    using Wide =
        std::conditional_t<std::is_same_v<To, uint64_t>, uint64_t, int64_t>;
    return static_cast<To>(roundToZero<Wide>(value));
  } else {
    return static_cast<To>(value);
  }
}

/// Loads element `index`; the bytes may have any alignment.
template <typename T> static T load(const char *bytes, int64_t index) {
  if constexpr (std::is_same_v<T, bool>) {
    return bytes[index] != 0;
  } else {
    T value;
    std::memcpy(&value, bytes + index * sizeof(T), sizeof(T));
    return value;
  }
}

template <typename Wide>
static void widenRange(const Tensor &tensor, Wide *target, int64_t begin,
                       int64_t count) {
  const char *bytes = tensor.getBytes().data();
  withStorage(tensor.getElementType(), [&](auto storage) {
    using T = typename decltype(storage)::Type;
    using Own = typename decltype(storage)::Wide;
    for (int64_t i = 0; i < count; ++i) {
      target[i] = convert<Wide>(static_cast<Own>(load<T>(bytes, begin + i)));
    }
  });
}

template <typename Wide> std::vector<Wide> Tensor::widen() const {
  std::vector<Wide> values(getNumElements());
  widenRange(*this, values.data(), 0, values.size());
  return values;
}

void Tensor::widenTo(double *target, int64_t begin, int64_t count) const {
  widenRange(*this, target, begin, count);
}

/// Wraps a value to 4 bits, which lie in a byte.
static int8_t wrapNibble(int8_t value, bool isUnsigned) {
  int nibble = value & 15;
  return isUnsigned || nibble < 8 ? nibble : nibble - 16;
}

template <typename Wide>
Tensor Tensor::narrow(Type elementType, ArrayRef<int64_t> shape,
                      const std::vector<Wide> &values) {
  Tensor tensor = zeros(elementType, shape);
  assert(static_cast<int64_t>(values.size()) == tensor.getNumElements());
  char *target = tensor.getMutableBytes();
  withStorage(elementType, [&](auto storage) {
    using T = typename decltype(storage)::Type;
    auto *elements = reinterpret_cast<T *>(target);
    for (size_t i = 0; i < values.size(); ++i) {
      elements[i] = convert<T>(values[i]);
    }
  });
  if (elementType.isInteger(4)) {
    for (size_t i = 0; i < values.size(); ++i) {
      target[i] = wrapNibble(target[i], elementType.isUnsignedInteger());
    }
  }
  return tensor;
}

#define INSTANTIATE(WIDE)                                                      \
  template std::vector<WIDE> Tensor::widen<WIDE>() const;                      \
  template Tensor Tensor::narrow<WIDE>(Type, ArrayRef<int64_t>,                \
                                       const std::vector<WIDE> &);
INSTANTIATE(double)
INSTANTIATE(int64_t)
INSTANTIATE(uint64_t)

SmallVector<int64_t> Tensor::toIntegers() const {
  std::vector<int64_t> values = widen<int64_t>();
  return SmallVector<int64_t>(values.begin(), values.end());
}

double Tensor::toScalar() const {
  double value = 0;
  widenRange(*this, &value, 0, std::min<int64_t>(getNumElements(), 1));
  return value;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

Tensor Tensor::fromAttribute(ElementsAttr attribute) {
  Type elementType = attribute.getElementType();
  if (!holds(elementType)) {
    return {};
  }
  ArrayRef<int64_t> shape = attribute.getShapedType().getShape();
  if (auto values = attribute.tryGetValues<APInt>()) {
    bool isSigned =
        !elementType.isUnsignedInteger() && !elementType.isInteger(1);
    std::vector<int64_t> wide;
    for (const APInt &value : *values) {
      wide.push_back(isSigned ? value.getSExtValue() : value.getZExtValue());
    }
    return narrow(elementType, shape, wide);
  }
  std::vector<double> wide;
  for (APFloat value : attribute.getValues<APFloat>()) {
    bool losesInformation = false;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &losesInformation);
    wide.push_back(value.convertToDouble());
  }
  return narrow(elementType, shape, wide);
}

DenseElementsAttr Tensor::toAttribute() const {
  auto type = RankedTensorType::get(shape, elementType);
  if (!elementType.isInteger(1)) {
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  }
  SmallVector<bool> values;
  for (char byte : bytes) {
    values.push_back(byte != 0);
  }
  return DenseElementsAttr::get(type, values);
}
