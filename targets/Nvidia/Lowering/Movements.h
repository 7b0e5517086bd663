//===- Primitives.h - primitives on the rows of tokens ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What primitives that are not element-wise do to a token's row, as copies and
// lines of elements. Dimension 0 of a value is that of tokens; a row holds the
// inner ones.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_LOWERING_PRIMITIVES_H
#define TANDEM_TARGETS_NVIDIA_LOWERING_PRIMITIVES_H

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/targets/Nvidia/Kernels/Strided.h"

#include "llvm/Support/Error.h"

#include <vector>

namespace tandem::nvidia {

/// Sizes of the inner dimensions of rows.
llvm::SmallVector<int64_t> innerShapeOf(mlir::Value rows);

/// `value`, rows or a weight that all tokens share, repeated to rows of
/// `shape`; nothing where it does not broadcast to them.
std::optional<Movement> broadcastTo(mlir::Value value,
                                    llvm::ArrayRef<int64_t> shape);

/// A copy from an input of a node to an output of it.
struct NodeMovement {
  int64_t input = 0, output = 0;
  Movement movement;
};

/// Whether the primitive moves elements: Split, Concat, Transpose and the like.
bool isMovement(llvm::StringRef operation);

/// The copies that make the outputs of a primitive that moves elements. Fails,
/// in words, where one crosses tokens or depends on values of the step.
llvm::Expected<std::vector<NodeMovement>> movementsOf(onnx::NodeOp op);

/// The elements that a reduction or a softmax combines: a line along `inner`
/// from each element of `outer`.
struct Lines {
  Strided outer, inner;
};

bool isSoftmax(llvm::StringRef operation);

/// The lines of a primitive with attribute `axis` or, for reductions, axes in
/// its second input. Fails as `movementsOf` does.
llvm::Expected<Lines> linesOf(onnx::NodeOp op);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_LOWERING_PRIMITIVES_H
