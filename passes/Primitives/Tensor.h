//===- Tensor.h - values of the evaluator -----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides dense tensors in row-major order, with a buffer of their own or with
// borrowed bytes (a mapped weight, at any alignment). Copies share the buffer.
//
// Evaluators compute in three wide types: double for floating-point elements,
// int64_t for signed integers and booleans, uint64_t for unsigned integers.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_TENSOR_H
#define TANDEM_PASSES_PRIMITIVES_TENSOR_H

#include "tandem/dialects/Transformer/IR/HalfFloats.h"

#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <cstring>
#include <memory>
#include <vector>

namespace tandem::primitives {

using transformer::BFloat16;
using transformer::Half;

/// A dense tensor; a default-constructed one stands for an omitted input.
class Tensor {
public:
  Tensor() = default;

  /// A tensor of zeros with a buffer of its own.
  static Tensor zeros(mlir::Type elementType, llvm::ArrayRef<int64_t> shape);

  /// A tensor over `bytes`, which outlive it; one element after another, 4-bit
  /// elements in a byte each.
  static Tensor borrow(mlir::Type elementType, llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<char> bytes);

  /// A tensor of the elements of `attribute`; none where their type is not
  /// supported.
  static Tensor fromAttribute(mlir::ElementsAttr attribute);

  /// The elements as a dense attribute, which owns a copy of them.
  mlir::DenseElementsAttr toAttribute() const;

  /// Whether tensors can hold elements of this type: f16, bf16, f32, f64, bool,
  /// and integers of 4, 8, 16, 32 and 64 bits.
  static bool holds(mlir::Type elementType);

  /// Bytes of one element in memory.
  static size_t bytesPerElement(mlir::Type elementType);

  /// Whether it is a tensor, and not an omitted input.
  explicit operator bool() const { return bool(elementType); }

  mlir::Type getElementType() const { return elementType; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getRank() const { return shape.size(); }
  int64_t getDim(unsigned axis) const { return shape[axis]; }
  int64_t getNumElements() const;
  size_t getElementBytes() const { return bytesPerElement(elementType); }
  llvm::ArrayRef<char> getBytes() const { return bytes; }

  /// The bytes for writing. Only the maker of a tensor may write, before it is
  /// copied; it must have a buffer of its own.
  char *getMutableBytes() { return buffer.get(); }

  /// The same elements under another shape of as many elements.
  Tensor withShape(llvm::ArrayRef<int64_t> newShape) const;

  /// The elements as `Wide`: double, int64_t or uint64_t. Fractions are cut.
  template <typename Wide> std::vector<Wide> widen() const;

  /// A tensor of `values`, rounded or wrapped to the element type.
  template <typename Wide>
  static Tensor narrow(mlir::Type elementType, llvm::ArrayRef<int64_t> shape,
                       const std::vector<Wide> &values);

  /// Elements [begin, begin + count) as doubles, for kernels that stream.
  void widenTo(double *target, int64_t begin, int64_t count) const;

  /// The elements of a small tensor of integers, such as axes.
  llvm::SmallVector<int64_t> toIntegers() const;

  /// The first element, as a floating-point number.
  double toScalar() const;

private:
  mlir::Type elementType;
  llvm::SmallVector<int64_t, 4> shape;
  std::shared_ptr<char[]> buffer; ///< null where the bytes are borrowed
  llvm::ArrayRef<char> bytes;
};

/// The storage type `T` of elements, as the argument of `withStorage`.
template <typename T> struct Storage {
  using Type = T;
  /// The type that evaluators compute in.
  using Wide = std::conditional_t<
      std::is_integral_v<T>,
      std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>, double>;
};

/// Booleans are bytes that are 0 or 1, and count as signed.
template <> struct Storage<bool> {
  using Type = bool;
  using Wide = int64_t;
};

/// Calls `body` with the storage of `elementType`, which tensors can hold.
template <typename Body>
decltype(auto) withStorage(mlir::Type elementType, Body body) {
  if (auto integer = mlir::dyn_cast<mlir::IntegerType>(elementType)) {
    bool isUnsigned = integer.isUnsigned();
    switch (integer.getWidth()) {
    case 1:
      return body(Storage<bool>());
    case 16:
      return isUnsigned ? body(Storage<uint16_t>()) : body(Storage<int16_t>());
    case 32:
      return isUnsigned ? body(Storage<uint32_t>()) : body(Storage<int32_t>());
    case 64:
      return isUnsigned ? body(Storage<uint64_t>()) : body(Storage<int64_t>());
    default: // 4 and 8
      return isUnsigned ? body(Storage<uint8_t>()) : body(Storage<int8_t>());
    }
  }
  if (elementType.isF16()) {
    return body(Storage<Half>());
  }
  if (elementType.isBF16()) {
    return body(Storage<BFloat16>());
  }
  if (elementType.isF64()) {
    return body(Storage<double>());
  }
  return body(Storage<float>());
}

/// Calls `body` with a value of the wide type of `elementType`.
template <typename Body>
decltype(auto) withWide(mlir::Type elementType, Body body) {
  if (!elementType.isInteger()) {
    return body(double());
  }
  return elementType.isUnsignedInteger() ? body(uint64_t()) : body(int64_t());
}

/// Bytes of `count` elements as they lie in a file: 4-bit elements two per
/// byte.
int64_t bytesInFile(mlir::Type elementType, int64_t count);

/// Spreads 4-bit elements, two per byte with the low nibble first, to a byte
/// each.
Tensor unpackNibbles(mlir::Type elementType, llvm::ArrayRef<int64_t> shape,
                     llvm::ArrayRef<char> packed);

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_TENSOR_H
