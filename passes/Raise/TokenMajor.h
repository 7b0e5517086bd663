//===- TokenMajor.h - heads as parts of a row -------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides conversions between what graphs compute with, [B, heads, S, width]
// or [B, S, heads, width], and what `transformer` operations take: [B, S, heads
// * width]. New operations get their symbolic shapes at once.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_RAISE_TOKENMAJOR_H
#define TANDEM_PASSES_RAISE_TOKENMAJOR_H

#include "tandem/passes/Raise/ElementAccess.h"

#include "mlir/IR/Builders.h"

namespace tandem::raise {

/// The indices of an element of a head, and the heads' number and width.
struct HeadIndices {
  Polynomial batch, token, head, element;
  int64_t heads, width;
};

/// Builds movement operators at a builder's insertion point.
class TokenMajor {
public:
  TokenMajor(ElementAccess &access, mlir::OpBuilder &builder,
             mlir::Location location)
      : access(access), builder(builder), location(location) {}

  /// The [B, S, heads * width] value whose element (batch, token, head *
  /// width + element) is `load`; made where the graph has none, null where
  /// `load` reads in another order.
  mlir::Value fromLoad(Element load, const HeadIndices &at);

  /// `rows` [B, S, heads * width] as [B, S, heads, width].
  mlir::Value splitHeads(mlir::Value rows, int64_t heads);
  /// `heads` [B, S, heads, width] as [B, S, heads * width].
  mlir::Value mergeHeads(mlir::Value heads);
  /// `rows` [B, S, heads * width] as [B, heads, S, width].
  mlir::Value headsFirst(mlir::Value rows, int64_t heads);

private:
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<int64_t> target,
                      llvm::ArrayRef<int64_t> shape);
  mlir::Value swapHeadsAndTokens(mlir::Value value);
  mlir::Value slice(mlir::Value rows, int64_t start, int64_t width);
  mlir::Value ints(llvm::ArrayRef<int64_t> values);

  ElementAccess &access;
  mlir::OpBuilder &builder;
  mlir::Location location;
};

} // namespace tandem::raise

#endif // TANDEM_PASSES_RAISE_TOKENMAJOR_H
