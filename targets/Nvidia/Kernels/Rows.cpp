//===- Rows.cpp - rows that are looked up, copied or mapped -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Kernels.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t threads = 128;

Kernel Kernels::embedding(const WeightFormat &table) {
  std::string name = "embedding_" + table.name() + "_" +
                     std::to_string(table.rows) + "x" +
                     std::to_string(table.depth);
  Kernel shape;
  shape.threads = threads;
  int64_t buffers = 1 + table.buffers();
  return define(
      name, buffers + 1, shape, [&](int64_t i) { return i > 0 && i < buffers; },
      [&](const Body &body) {
        Code &code = body.code;
        Expr id = (body.arguments[0] + body.row).loadInteger();
        Pointer y = body.arguments.back() + body.row * double(table.depth);
        int64_t lanes = table.lanes();
        code.loop(code.thread() * double(lanes), code.integer(table.depth),
                  threads * lanes, [&](Expr column) {
                    (y + column)
                        .store(loadWeights(
                            table, body.arguments.slice(1, table.buffers()), id,
                            column));
                  });
      });
}

Kernel Kernels::select(const RowFormat &output) {
  int64_t width = output.width;
  Kernel shape;
  shape.threads = threads;
  return define(
      "select_" + std::to_string(width) + output.name(), /*buffers=*/3, shape,
      [](int64_t) { return false; },
      [&](const Body &body) {
        Code &code = body.code;
        Expr from = (body.arguments[0] + body.row).loadInteger();
        Pointer x = body.arguments[1] + from * double(width);
        code.loop(code.thread(), code.integer(width), threads,
                  [&](Expr column) {
                    storeElement(output, body.arguments[2], body.row, column,
                                 (x + column).loadFloat());
                  });
        clearPadding(output, body.arguments[2], body.row, /*rowCount=*/1,
                     body.count, threads);
      });
}

Kernel Kernels::map(const RowFormat &output, const Steps &steps,
                    Element input) {
  int64_t width = output.width;
  Kernel shape;
  shape.threads = threads;
  shape.blocksPerRow = (width + threads - 1) / threads;
  int64_t operands = buffersOf(steps);
  return define(
      "map_" + std::to_string(width) + nameOf(input) + nameOf(steps) +
          output.name(),
      operands + 2, shape, [](int64_t) { return false; },
      [&](const Body &body) {
        Code &code = body.code;
        Expr column = code.blockX() * double(threads) + code.thread();
        code.ifThen(column < double(width), [&] {
          Expr from = body.row * double(width) + column;
          Expr value = loadElement(body.arguments[0], input, from);
          value = applySteps(steps, value, body.arguments.slice(1, operands),
                             body.row, column, width);
          Element made = elementAfter(steps, input);
          if (made == Element::f32) {
            storeElement(output, body.arguments.back(), body.row, column,
                         value);
          } else {
            at(body.arguments.back(), made, from).store(value);
          }
        });
        code.ifThen(code.blockX() == 0, [&] {
          clearPadding(output, body.arguments.back(), body.row, /*rowCount=*/1,
                       body.count, threads);
        });
      });
}
