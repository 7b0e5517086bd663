//===- Figures.cpp - the figures that describe a chip -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/dialects/Deploy/IR/Figures.h"

#include "llvm/ADT/STLExtras.h"

namespace tandem::deploy {

static constexpr FigureKey keys[] = {
    {"memory", Dimension::bytes,
     "what weights, caches and scratch may take; not checked where absent"},
    {"memory_bandwidth", Dimension::bytesPerSecond, "peak rate of reading it"},
    {"memory_efficiency", Dimension::ratio,
     "share of that peak which streaming reaches (default 1)"},
    {"compute", Dimension::operationsPerSecond,
     "peak rate of dense products, by element type; a multiply-add is two"},
    {"compute_efficiency", Dimension::ratio,
     "share of that peak which large products reach (default 1)"},
    {"half_rate_tokens", Dimension::tokens,
     "tokens in a step at which products reach half of that (default 0)"},
    {"unit_overhead", Dimension::seconds,
     "time of an attention or feed-forward beside its work (default 0)"},
    {"power", Dimension::watts, "power while it works"},
    {"price", Dimension::usdPerHour, "price of one chip"},
};

llvm::ArrayRef<FigureKey> getFigureKeys() { return keys; }

const FigureKey *lookupFigureKey(llvm::StringRef name) {
  if (name.starts_with("compute_") &&
      llvm::is_contained(getComputeTypes(), name.drop_front(8))) {
    name = "compute";
  } else if (name == "compute") {
    return nullptr; // the rate of no type
  }
  const FigureKey *found = llvm::find_if(
      keys, [&](const FigureKey &key) { return key.name == name; });
  return found == std::end(keys) ? nullptr : found;
}

llvm::ArrayRef<llvm::StringLiteral> getComputeTypes() {
  static constexpr llvm::StringLiteral types[] = {
      "f64",    "f32",      "f16", "bf16", "f8E4M3FN",
      "f8E5M2", "f4E2M1FN", "i8",  "i4"};
  return types;
}

} // namespace tandem::deploy
