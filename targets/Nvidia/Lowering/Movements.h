//===- Movements.h - primitives that move elements of rows ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What primitives do to a token's row that only move elements, as copies.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_LOWERING_MOVEMENTS_H
#define TANDEM_TARGETS_NVIDIA_LOWERING_MOVEMENTS_H

#include "tandem/targets/Nvidia/Lowering/NodeAxes.h"

#include <vector>

namespace tandem::nvidia {

/// `value`, rows or a weight that all tokens share, repeated to rows of
/// `shape`; nothing where it does not broadcast to them.
std::optional<Movement> broadcastTo(mlir::Value value,
                                    llvm::ArrayRef<int64_t> shape);

/// A copy from an input of a node to an output of it.
struct NodeMovement {
  int64_t input = 0, output = 0;
  Movement movement;
};

/// The copies that make the outputs of a primitive.
struct Movements {
  /// What all elements are before the copies, where these do not fill a row.
  std::optional<Number> background;
  std::vector<NodeMovement> copies;
};

/// Whether the primitive moves elements: Split, Concat, Transpose and the like.
bool isMovement(llvm::StringRef operation);

/// The copies that make the outputs of a primitive that moves elements. Fails,
/// in words, where one crosses tokens or depends on values of the step.
llvm::Expected<Movements> movementsOf(onnx::NodeOp op);

/// The rows that a value's are neighbouring elements of.
struct Piece {
  mlir::Value whole;
  int64_t first = 0; ///< element of a row of `whole`
};

/// What a primitive that moves elements would copy `value` from, where that is
/// a piece of rows of fp32.
std::optional<Piece> pieceOf(mlir::Value value);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_LOWERING_MOVEMENTS_H
