//===- PrimitiveShapes.h - what primitives do to a row ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The shapes that kernels of primitives are made for. Each has a name, a part
// of its kernel's.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_PRIMITIVES_PRIMITIVESHAPES_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_PRIMITIVES_PRIMITIVESHAPES_H

#include "tandem/targets/Nvidia/Kernels/Elements.h"
#include "tandem/targets/Nvidia/Kernels/Strided.h"

namespace tandem::nvidia {

/// Matrices behind one another, of which what is on one side of a diagonal
/// stays and the rest becomes 0.
struct Triangle {
  int64_t matrices = 1, rows = 1, columns = 1;
  int64_t diagonal = 0; ///< columns from the main one on
  bool isUpper = true;

  std::string name() const;
};

/// The first elements of each line in an order, with their indices. Of equal
/// ones the first comes first, or the last (`prefersLast`).
struct Selection {
  /// A line begins at an element of `outer` and goes along `inner`; the results
  /// of each lie likewise.
  Strided outer, inner, toOuter, toInner;
  bool isLargest = true, prefersLast = false;
  bool hasValues = true; ///< else there are indices alone

  std::string name() const;
};

/// The sums of the elements of each line up to each place.
struct Scan {
  Strided outer, inner;
  bool isExclusive = false; ///< without the element at the place
  bool isReverse = false;   ///< from the last element on

  std::string name() const;
};

/// Elements found by indices along an axis. Negative ones count from its end;
/// ONNX leaves open what one beyond the axis does: here it is the axis' end.
struct Lookup {
  /// Elements as the indices lie, and as the data does where the index is 0.
  Strided indices, data;
  int64_t axisSize = 1, axisStride = 1; ///< in the data
  Element indexElement = Element::i64;

  std::string name() const;
};

/// What an element becomes that is scattered to.
enum class Update { replace, add, multiply, larger, smaller };

/// Elements written to places by indices, in the order of the axis.
struct Scatter {
  Lookup lookup;
  /// Lines of indices along the axis.
  Strided outer, inner;
  Update update = Update::replace;

  std::string name() const;
};

/// A number at the place that an index says, another one elsewhere.
struct OneHot {
  int64_t before = 1, depth = 1, behind = 1; ///< sizes around the new axis
  Number off, on;
  Element indexElement = Element::i64;

  std::string name() const;
};

/// Sums of products: element i of the result is the sum over `inner` of the
/// products of an element of each side, which begin at element i of `outer`.
struct Contraction {
  struct Side {
    Strided outer, inner;
  };
  Side a, b;

  std::string name() const;
};

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_PRIMITIVES_PRIMITIVESHAPES_H
