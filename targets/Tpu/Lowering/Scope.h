//===- Scope.h - values of one function being lowered -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Maps values of the part's function to values of the program's. Relies on
// Support.h having found nothing that cannot be lowered.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_TPU_LOWERING_SCOPE_H
#define TANDEM_TARGETS_TPU_LOWERING_SCOPE_H

#include "tandem/targets/Tpu/Lowering/Programs.h"
#include "tandem/targets/Tpu/Lowering/StableHloBuilder.h"

#include "tandem/dialects/Onnx/IR/OnnxOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"

#include "llvm/ADT/DenseMap.h"

namespace tandem::tpu {

/// One version of the cache: [layers, heads, capacity, dim] each.
struct CacheTensors {
  mlir::Value keys, values;
};

/// A function's values. Of the program's one row, `start` (tokens in its slot)
/// and `count` (new tokens without padding) are tensor<i32>.
struct Scope {
  Scope(StableHloBuilder &b, const Program &program) : b(b), program(program) {}

  mlir::Value get(mlir::Value source) const { return tensors.at(source); }
  void set(mlir::Value source, mlir::Value value) { tensors[source] = value; }
  /// An index as tensor<i32>.
  mlir::Value getIndex(mlir::Value source) const {
    auto known = knownIndices.find(source);
    return known == knownIndices.end() ? get(source) : b.integer(known->second);
  }

  StableHloBuilder &b;
  const Program &program;
  mlir::Value start, count;
  llvm::DenseMap<mlir::Value, mlir::Value> tensors; ///< of tensors and indices
  llvm::DenseMap<mlir::Value, CacheTensors> caches;
  /// The payloads of stored weights.
  llvm::DenseMap<mlir::Value, llvm::SmallVector<mlir::Value>> payloads;
  /// Indices that are known here: numbers of layers.
  llvm::DenseMap<mlir::Value, int64_t> knownIndices;
};

/// Lower one operation, which Support.h accepts.
void lowerTransformer(mlir::Operation *op, Scope &scope);
void lowerAppend(transformer::AppendOp op, Scope &scope);
void lowerAttention(transformer::CachedAttentionOp op, Scope &scope);
void lowerPrimitive(onnx::NodeOp op, Scope &scope);

/// A weight as f32: itself, or dequantised from its payloads.
mlir::Value decodeWeight(mlir::Value weight, Scope &scope);
/// The rows of a table [entries, width] (`isNk`) or [width, entries] that
/// `ids` names; of a quantised table only these are dequantised.
mlir::Value gatherRows(mlir::Value table, mlir::Value ids, bool isNk,
                       Scope &scope);

/// An activation as it prints: "silu", "gelu_tanh".
mlir::Value activate(StableHloBuilder &b, llvm::StringRef name, mlir::Value x);

} // namespace tandem::tpu

#endif // TANDEM_TARGETS_TPU_LOWERING_SCOPE_H
