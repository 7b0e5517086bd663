//===- Movement.cpp - elements moved or chosen ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Kernels.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t threads = 128;

/// A thread for each element of a row.
static Kernel shapeOf(int64_t elements) {
  Kernel kernel;
  kernel.threads = threads;
  kernel.blocksPerRow = (elements + threads - 1) / threads;
  return kernel;
}

Kernel Kernels::move(const Movement &movement) {
  Movement shape = movement.simplified();
  int64_t count = shape.from.count();
  return define(
      "move_" + shape.from.name() + "_to_" + shape.to.name(), /*buffers=*/2,
      shapeOf(count), [](int64_t) { return false; },
      [&](const Body &body) {
        Code &code = body.code;
        Expr i = code.blockX() * double(threads) + code.thread();
        code.ifThen(i < double(count), [&] {
          auto place = [&](const Strided &side, Pointer base) {
            Expr first = body.row * double(side.pitch) + double(side.offset);
            return base + (first + side.at(i));
          };
          place(shape.to, body.arguments[1])
              .store(place(shape.from, body.arguments[0]).loadFloat());
        });
      });
}

static std::string sourceName(std::optional<double> scalar) {
  return scalar ? bitsOf(*scalar) : "rows";
}

Kernel Kernels::where(int64_t width, std::optional<double> x,
                      std::optional<double> y) {
  int64_t buffers = 2 + !x + !y;
  return define(
      "where_" + std::to_string(width) + "_" + sourceName(x) + "_" +
          sourceName(y),
      buffers, shapeOf(width), [](int64_t) { return false; },
      [&](const Body &body) {
        Code &code = body.code;
        Expr column = code.blockX() * double(threads) + code.thread();
        code.ifThen(column < double(width), [&] {
          Expr i = body.row * double(width) + column;
          ArrayRef<Pointer> rows = body.arguments;
          auto take = [&](std::optional<double> scalar) {
            if (scalar) {
              return code.real(*scalar);
            }
            Expr element = (rows.front() + i).loadFloat();
            rows = rows.drop_front();
            return element;
          };
          Expr condition = take(std::nullopt);
          Expr isFalse = condition == 0;
          Expr first = take(x), second = take(y);
          (rows.front() + i).store(code.select(isFalse, second, first));
        });
      });
}
