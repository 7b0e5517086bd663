//===- Heads.h - tensors of attention heads ----------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where the elements of each head lie, in [B, S, H * D] and in [B, H, S, D].
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_HEADS_H
#define TANDEM_PASSES_PRIMITIVES_HEADS_H

#include "tandem/passes/Primitives/Indexing.h"
#include "tandem/passes/Primitives/Tensor.h"

namespace tandem::primitives {

/// A tensor as vectors of `width` elements by batch, token and head.
struct HeadView {
  int64_t batch, tokens, heads, width;
  int64_t batchStride, tokenStride, headStride;
  bool isHeadMajor;

  /// Position of the first element of a vector.
  int64_t offset(int64_t row, int64_t token, int64_t head) const {
    return row * batchStride + token * tokenStride + head * headStride;
  }
  int64_t getNumElements() const { return batch * tokens * heads * width; }
  /// The shape in the layout it views.
  Shape getShape() const;

  /// [batch, tokens, heads * width].
  static HeadView tokenMajor(int64_t batch, int64_t tokens, int64_t heads,
                             int64_t width);
  /// [batch, heads, tokens, width].
  static HeadView headMajor(int64_t batch, int64_t heads, int64_t tokens,
                            int64_t width);
  /// The view of a tensor of rank 3 (`heads` divide its width) or 4; `name` is
  /// what an error calls it.
  static llvm::Expected<HeadView> of(const Tensor &tensor, int64_t heads,
                                     llvm::StringRef name);
};

/// Keys or values of past and new tokens.
struct JoinedHeads {
  HeadView view; ///< head-major
  std::vector<double> values;
};

/// Puts new tokens behind those of `past` ([B, H, P, D]; may be omitted).
llvm::Expected<JoinedHeads> joinHeads(const Tensor &past, const Tensor &fresh,
                                      const HeadView &freshView);

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_HEADS_H
