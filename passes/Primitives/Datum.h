//===- Datum.h - values of a program under evaluation ------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a value of a program holds while it is evaluated: a tensor, an index, or
// one of the deployment level's rows and caches.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_DATUM_H
#define TANDEM_PASSES_PRIMITIVES_DATUM_H

#include "tandem/passes/Primitives/Tensor.h"

#include <variant>

namespace tandem::primitives {

/// The tokens of one step by sequence: a value of `!transformer.rows`.
struct Rows {
  struct Row {
    int64_t count; ///< new tokens
    int64_t start; ///< tokens that the slot already holds
    int64_t slot;
  };
  std::vector<Row> rows;
  bool keepsAllTokens = false; ///< of `select_tokens`, else each row's last

  /// New tokens of all rows.
  int64_t countTokens() const;
};

/// The keys and values of all layers and slots, in double: a value of
/// `!transformer.kv_cache`. Appending writes in place, which linear use allows.
struct Cache {
  int64_t heads, keyDim, valueDim;
  /// Per layer and slot, token after token, [heads * dim] each.
  struct Slot {
    std::vector<double> keys, values;
  };
  std::vector<std::vector<Slot>> layers;

  /// An empty cache.
  static std::shared_ptr<Cache> make(int64_t layers, int64_t slots,
                                     int64_t heads, int64_t keyDim,
                                     int64_t valueDim);
};

/// A value; `monostate` for an omitted input and for a weight table.
using Datum =
    std::variant<std::monostate, Tensor, int64_t, Rows, std::shared_ptr<Cache>>;

} // namespace tandem::primitives

#endif // TANDEM_PASSES_PRIMITIVES_DATUM_H
