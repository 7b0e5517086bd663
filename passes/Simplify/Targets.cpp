//===- Targets.cpp - target shapes in normal form -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything here is about numbers and polynomials; no IR.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Simplify/Targets.h"

using namespace llvm;
using namespace tandem;
using namespace tandem::primitives;

std::optional<SmallVector<int64_t>>
simplify::writeReshapeTarget(ArrayRef<Polynomial> input,
                             ArrayRef<Polynomial> result) {
  SmallVector<int64_t> target;
  bool hasOpen = false;
  for (auto [index, dimension] : enumerate(result)) {
    if (std::optional<int64_t> number = dimension.getConstant()) {
      if (*number <= 0) {
        return std::nullopt; // 0 would mean a copy
      }
      target.push_back(*number);
    } else if (index < input.size() && input[index] == dimension) {
      target.push_back(0);
    } else if (!hasOpen) {
      target.push_back(-1);
      hasOpen = true;
    } else {
      return std::nullopt;
    }
  }
  return target;
}

std::optional<SmallVector<int64_t>>
simplify::writeExpandTarget(ArrayRef<Polynomial> input,
                            ArrayRef<Polynomial> result) {
  SmallVector<int64_t> target;
  size_t added = result.size() - input.size();
  for (auto [index, dimension] : enumerate(result)) {
    if (index >= added && input[index - added] == dimension) {
      target.push_back(1);
      continue;
    }
    std::optional<int64_t> number = dimension.getConstant();
    if (!number) {
      return std::nullopt;
    }
    target.push_back(*number);
  }
  return target;
}

std::optional<SmallVector<int64_t>>
simplify::writeUnsqueezeAxes(ArrayRef<Polynomial> input,
                             ArrayRef<Polynomial> result) {
  SmallVector<int64_t> axes;
  size_t next = 0;
  for (auto [index, dimension] : enumerate(result)) {
    if (next < input.size() && input[next] == dimension) {
      ++next;
    } else if (dimension.is(1)) {
      axes.push_back(index);
    } else {
      return std::nullopt;
    }
  }
  if (next != input.size() || axes.empty()) {
    return std::nullopt;
  }
  return axes;
}

/// A position as exporters mean it: counted from the front where the length is
/// a number, INT64_MAX at the end.
static std::optional<int64_t> writePosition(const SymbolSpace &space,
                                            const Polynomial &length,
                                            const Polynomial &position) {
  std::optional<int64_t> number = position.getConstant();
  std::optional<int64_t> total = length.getConstant();
  // Large numbers first: they mean "to the end" and do not survive arithmetic.
  if (number && *number >= INT32_MAX) {
    return INT64_MAX;
  }
  if (number && *number <= INT32_MIN) {
    return 0;
  }
  if (number && total) {
    return std::clamp<int64_t>(*number < 0 ? *number + *total : *number, 0,
                               *total);
  }
  if (number) {
    return *number;
  }
  if (space.isNonNegative(position) && space.isNonNegative(position - length)) {
    return INT64_MAX;
  }
  // length - n, as -n
  std::optional<int64_t> offset = (position - length).getConstant();
  if (offset && *offset < 0 && space.isNonNegative(position)) {
    return *offset;
  }
  return std::nullopt;
}

std::optional<simplify::SliceBounds>
simplify::writeSlice(const SymbolSpace &space, int64_t axis,
                     const Polynomial &length, const Polynomial &start,
                     const Polynomial &end) {
  std::optional<int64_t> first = writePosition(space, length, start);
  std::optional<int64_t> last = writePosition(space, length, end);
  if (!first || !last) {
    return std::nullopt;
  }
  if (last == length.getConstant()) {
    last = INT64_MAX;
  }
  return SliceBounds{axis, *first, *last};
}
