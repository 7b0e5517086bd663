//===- Heads.cpp - tensors of attention heads --------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Views and joins.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Heads.h"

using namespace llvm;
using namespace tandem::primitives;

HeadView HeadView::tokenMajor(int64_t batch, int64_t tokens, int64_t heads,
                              int64_t width) {
  int64_t row = heads * width;
  return {batch,
          tokens,
          heads,
          width,
          tokens * row,
          row,
          width,
          /*isHeadMajor=*/false};
}

HeadView HeadView::headMajor(int64_t batch, int64_t heads, int64_t tokens,
                             int64_t width) {
  int64_t head = tokens * width;
  return {batch,
          tokens,
          heads,
          width,
          heads * head,
          width,
          head,
          /*isHeadMajor=*/true};
}

Shape HeadView::getShape() const {
  if (isHeadMajor) {
    return {batch, heads, tokens, width};
  }
  return {batch, tokens, heads * width};
}

Expected<HeadView> HeadView::of(const Tensor &tensor, int64_t heads,
                                StringRef name) {
  ArrayRef<int64_t> shape = tensor.getShape();
  if (shape.size() == 4) {
    return headMajor(shape[0], shape[1], shape[2], shape[3]);
  }
  if (shape.size() == 3 && heads > 0 && shape[2] % heads == 0) {
    return tokenMajor(shape[0], shape[1], heads, shape[2] / heads);
  }
  return createStringError(name + " has shape " + printShape(shape) + " for " +
                           Twine(heads) + " heads");
}

Expected<JoinedHeads> tandem::primitives::joinHeads(const Tensor &past,
                                                    const Tensor &fresh,
                                                    const HeadView &view) {
  int64_t pastTokens = 0;
  if (past) {
    Shape expected = {view.batch, view.heads,
                      past.getRank() == 4 ? past.getDim(2) : 0, view.width};
    if (past.getShape() != ArrayRef<int64_t>(expected)) {
      return createStringError("past has shape " + printShape(past.getShape()) +
                               ", expected " + printShape(expected));
    }
    pastTokens = past.getDim(2);
  }
  JoinedHeads joined{HeadView::headMajor(view.batch, view.heads,
                                         pastTokens + view.tokens, view.width),
                     {}};
  std::vector<double> old = past ? past.widen<double>() : std::vector<double>();
  std::vector<double> values = fresh.widen<double>();
  joined.values.reserve(joined.view.getNumElements());
  for (int64_t row = 0; row < view.batch; ++row) {
    for (int64_t head = 0; head < view.heads; ++head) {
      int64_t length = pastTokens * view.width;
      auto begin = old.begin() + (row * view.heads + head) * length;
      joined.values.insert(joined.values.end(), begin, begin + length);
      for (int64_t token = 0; token < view.tokens; ++token) {
        auto from = values.begin() + view.offset(row, token, head);
        joined.values.insert(joined.values.end(), from, from + view.width);
      }
    }
  }
  return joined;
}
