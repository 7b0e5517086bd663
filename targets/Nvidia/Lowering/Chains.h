//===- Chains.h - operations that one kernel does -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_LOWERING_CHAINS_H
#define TANDEM_TARGETS_NVIDIA_LOWERING_CHAINS_H

#include "tandem/dialects/Transformer/IR/TransformerOps.h"
#include "tandem/targets/Nvidia/Kernels/Steps.h"

#include <array>

namespace tandem::nvidia {

/// A product, or the rows of a value, and the element-wise work behind it.
struct Chain {
  transformer::LinearOp linear; ///< null: it begins with `start`
  transformer::LinearOp gate;   ///< with `glu`: the layer that makes the gate
  std::string glu;
  mlir::Value start;
  Element element = Element::f32; ///< that the steps so far make
  Steps steps;
  llvm::SmallVector<mlir::Value> operands; ///< of the steps that have a buffer
  mlir::Value result;
  llvm::SmallVector<mlir::Operation *> covered;
};

/// What an attention is behind of: rotations of the new queries and keys, of
/// which nothing else reads the results, and the keys' way to the cache.
struct RotaryAppend {
  transformer::RotaryOp query, key;
  transformer::AppendOp append;

  std::array<mlir::Operation *, 3> all() { return {query, key, append}; }
  /// Rows of queries, keys and values.
  std::array<mlir::Value, 3> inputs() {
    return {query.getInput(), key.getInput(), append.getValue()};
  }
};

/// What one kernel does before `attention`, by the same angles; nothing where
/// it is not so.
std::optional<RotaryAppend>
findRotaryAppend(transformer::CachedAttentionOp attention);

/// The chains of `block`, whose operations are supported. Each is done at its
/// last operation, where all that it reads is there.
std::vector<Chain> findChains(mlir::Block &block);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_LOWERING_CHAINS_H
