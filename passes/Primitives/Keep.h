//===- Keep.h - which keys a query attends to --------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The predicate of #transformer.keep.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_KEEP_H
#define TANDEM_PASSES_PRIMITIVES_KEEP_H

#include "tandem/dialects/Transformer/IR/TransformerOps.h"

namespace tandem::primitives {

/// Causality and window of an attention.
struct Keep {
  bool isCausal;
  int64_t window; ///< 0: all keys

  explicit Keep(transformer::KeepAttr attribute)
      : isCausal(attribute.getCausal()), window(attribute.getWindow()) {}

  /// Whether the query at `position` attends to the key at position `key`.
  bool sees(int64_t position, int64_t key) const {
    return !(isCausal && key > position) &&
           !(window > 0 && key <= position - window);
  }
};

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_KEEP_H
