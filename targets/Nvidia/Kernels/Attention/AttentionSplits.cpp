//===- AttentionSplits.cpp - the parts of shared keys -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where several blocks of threads share the keys of a head of a token, this
// merges what they have left in memory.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Kernels.h"
#include "tandem/targets/Nvidia/Kernels/Math.h"

#include <limits>

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t threads = 128;
static constexpr double infinity = std::numeric_limits<double>::infinity();

Kernel Kernels::mergeSplits(const AttentionShape &shape) {
  int64_t dim = shape.cache.valueDim, width = shape.partialWidth();
  std::string name = "merge_" + std::to_string(shape.splits) + "_splits_" +
                     std::to_string(shape.heads) + "x" + std::to_string(dim) +
                     (shape.usesMatrixUnits() ? "_of_tiles" : "") +
                     shape.output.name();
  Kernel kernel;
  kernel.threads = threads;
  kernel.blocksPerRow = shape.heads;
  return define(
      name, /*buffers=*/2, kernel, [](int64_t) { return false; },
      [&](const Body &body) {
        Code &code = body.code;
        Expr place = body.row * double(shape.heads) + code.blockX();
        Pointer parts =
            body.arguments[0] + place * double(shape.splits * width);
        auto part = [&](Expr split) { return parts + split * double(width); };
        Expr splits = code.integer(shape.splits);
        Expr largest =
            code.loop(code.integer(0), splits, 1, {code.real(-infinity)},
                      [&](Expr split, const Exprs &carried) {
                        return Exprs{code.maximum(
                            carried[0], (part(split) + dim).loadFloat())};
                      })[0];
        code.loop(code.thread(), code.integer(dim), threads, [&](Expr d) {
          Exprs sums = code.loop(
              code.integer(0), splits, 1, {code.real(0), code.real(0)},
              [&](Expr split, const Exprs &carried) {
                // A split without keys has the largest score -infinity: 0.
                Expr distance = (part(split) + dim).loadFloat() - largest;
                Expr factor = shape.usesMatrixUnits() ? code.exp2(distance)
                                                      : exponential(distance);
                return Exprs{
                    code.fma(factor, (part(split) + d).loadFloat(), carried[0]),
                    code.fma(factor, (part(split) + (dim + 1)).loadFloat(),
                             carried[1])};
              });
          storeElement(shape.output, body.arguments[1], body.row,
                       code.blockX() * double(dim) + d, sums[0] / sums[1]);
        });
        shape.clearPadding(body.arguments[1], body.row, /*tokens=*/1,
                           body.count, threads);
      });
}
