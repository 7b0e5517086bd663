//===- Largest.cpp - the index of a row's largest element -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Kernels.h"

#include <limits>

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t threads = 128;

/// The larger of two elements with their indices; of equal ones the first.
static Exprs larger(const Exprs &a, const Exprs &b) {
  Code &code = *a[0].code;
  Expr isLarger = code.select(a[0] == b[0], b[1]<a[1], b[0]> a[0]);
  return {code.select(isLarger, b[0], a[0]), code.select(isLarger, b[1], a[1])};
}

Kernel Kernels::largest(int64_t width) {
  Kernel kernel;
  kernel.threads = threads;
  kernel.sharedBytes = threads * (sizeof(float) + sizeof(int32_t));
  return define(
      "largest_" + std::to_string(width), /*buffers=*/2, kernel,
      [](int64_t) { return false; },
      [&](const Body &body) {
        Code &code = body.code;
        Pointer x = body.arguments[0] + body.row * double(width);
        Exprs best = {code.real(-std::numeric_limits<double>::infinity()),
                      code.integer(std::numeric_limits<int32_t>::max())};
        best = code.loop(code.thread(), code.integer(width), threads, best,
                         [&](Expr i, const Exprs &carried) {
                           return larger(carried, {(x + i).loadFloat(), i});
                         });
        Pointer values = body.shared + code.thread(),
                indices = values + threads;
        values.store(best[0]);
        indices.store(best[1]);
        for (int64_t half = threads / 2; half > 0; half /= 2) {
          code.barrier();
          code.ifThen(code.thread() < double(half), [&] {
            Exprs other = {(values + half).loadFloat(),
                           (indices + half).loadInteger()};
            Exprs winner =
                larger({values.loadFloat(), indices.loadInteger()}, other);
            values.store(winner[0]);
            indices.store(winner[1]);
          });
        }
        code.ifThen(code.thread() == 0, [&] {
          (body.arguments[1] + body.row).store(indices.loadInteger());
        });
      });
}
