//===- Work.h - what a chip is asked to do, and what it takes ---*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The question and the answer of ChipInterface::estimate. Plain numbers: how
// they follow from a program is the matter of passes/Place.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_DEPLOY_IR_WORK_H
#define TANDEM_DIALECTS_DEPLOY_IR_WORK_H

#include <algorithm>
#include <map>
#include <string>

namespace tandem::deploy {

/// What one structural unit (an attention, a feed-forward, the head) does in
/// one step.
struct Work {
  /// Floating-point operations of products (a multiply-add is two), by element
  /// type as MLIR prints it: "f32".
  std::map<std::string, double> flop;
  double weightBytes = 0;     ///< weights read
  double cacheBytes = 0;      ///< keys and values read and written
  double activationBytes = 0; ///< values that enter and leave the unit
  double tokens = 0;          ///< rows of the products

  /// Everything that passes the chip's memory.
  double getBytes() const { return weightBytes + cacheBytes + activationBytes; }
};

/// How the chip is asked to do it.
struct EstimateOptions {
  /// Element type that products are computed in; empty: the work's own types.
  std::string precision;
};

/// Where the time of a unit goes.
enum class Bound { compute, memory, overhead };

/// What a unit takes on a chip, modelled.
struct Terms {
  double computeSeconds = 0;
  double memorySeconds = 0;
  double overheadSeconds = 0; ///< beside the work: launches, synchronisation
  double bytes = 0;           ///< through the chip's memory
  double joules = 0;          ///< 0 where the chip states no power
  /// Relative band of the deciding figure: the time is expected within
  /// `seconds / (1 + band)` and `seconds * (1 + band)`.
  double band = 0;

  /// Computing and moving overlap; the overhead does not.
  double getSeconds() const {
    return std::max(computeSeconds, memorySeconds) + overheadSeconds;
  }
  /// The largest of the terms.
  Bound getBound() const {
    double work = std::max(computeSeconds, memorySeconds);
    if (overheadSeconds > work) {
      return Bound::overhead;
    }
    return computeSeconds > memorySeconds ? Bound::compute : Bound::memory;
  }
};

} // namespace tandem::deploy

#endif // TANDEM_DIALECTS_DEPLOY_IR_WORK_H
