//===- NodeAxes.h - axes and constants of primitives ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Dimension 0 of a value is that of tokens; a row holds the inner ones. What
// follows fails, in words, where a primitive crosses tokens or depends on
// values of the step.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_LOWERING_NODEAXES_H
#define TANDEM_TARGETS_NVIDIA_LOWERING_NODEAXES_H

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/targets/Nvidia/Kernels/Elements.h"
#include "tandem/targets/Nvidia/Kernels/Strided.h"

#include "llvm/Support/Error.h"

namespace tandem::nvidia {

/// Whether all tokens share `value`: a constant or a weight of the part.
bool isShared(mlir::Value value);

int64_t rankOf(mlir::Value value);
/// What the elements of a supported value are.
Element elementIn(mlir::Value value);
/// A type as it prints.
std::string describe(mlir::Type type);
/// Sizes of the inner dimensions of rows.
llvm::SmallVector<int64_t> innerShapeOf(mlir::Value rows);
/// All elements of rows, or of a weight, that all tokens share.
Strided allOf(mlir::Value value);
/// `count` elements of a dimension from `first` on, every `step`-th.
Strided along(Strided all, int64_t axis, int64_t first, int64_t count,
              int64_t step = 1);

/// The numbers of a constant, or of a weight that the program has.
std::optional<llvm::SmallVector<Number>> numbersOf(mlir::Value value);
/// The number that `value` is: a constant of one element.
std::optional<Number> numberOf(mlir::Value value);
/// The numbers of an input that is a constant, or `fallback` where there is
/// none.
llvm::Expected<llvm::SmallVector<int64_t>>
integersOf(onnx::NodeOp op, unsigned input,
           llvm::ArrayRef<int64_t> fallback = {});

/// The number among the inner dimensions of `axis` of a value of `rank`.
llvm::Expected<int64_t> innerAxis(int64_t axis, int64_t rank);
/// The same of attribute `axis` and the first input, which has to be rows.
llvm::Expected<int64_t> innerAxisOf(onnx::NodeOp op, int64_t fallback);

/// The elements that a primitive combines: a line along `inner` from each
/// element of `outer`.
struct Lines {
  Strided outer, inner;

  /// Lines of `all` along the inner dimensions `axes`.
  static Lines of(const Strided &all, llvm::ArrayRef<int64_t> axes);
};

/// Why an Expected has no value; empty where it has one.
template <typename T> std::string textOf(llvm::Expected<T> result) {
  return result ? std::string() : llvm::toString(result.takeError());
}

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_LOWERING_NODEAXES_H
