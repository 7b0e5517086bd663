//===- Norms.cpp - normalisation of rows -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Kernels.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t threads = 128;

/// The mean over a row of what `element` gives for each column.
static Expr meanOf(Code &code, int64_t width, Pointer shared,
                   function_ref<Expr(Expr)> element) {
  Exprs sums = code.loop(code.thread(), code.integer(width), threads,
                         {code.real(0)}, [&](Expr column, const Exprs &sum) {
                           return Exprs{sum[0] + element(column)};
                         });
  Expr sum = code.combineBlock(sums[0], threads, shared,
                               [](Expr a, Expr b) { return a + b; });
  return sum / double(width);
}

/// A block for each line of a row.
static Kernel shapeOfNorm(int64_t lines) {
  Kernel kernel;
  kernel.threads = threads;
  kernel.sharedBytes = threads / 32 * sizeof(float);
  kernel.blocksPerRow = lines;
  return kernel;
}

static std::string nameOfLines(int64_t lines) {
  return lines > 1 ? "_lines_" + std::to_string(lines) : "";
}

/// The number of the block's line among those of all rows.
static Expr lineOf(Expr row, int64_t lines) {
  return lines > 1 ? row * double(lines) + row.code->blockX() : row;
}

Kernel Kernels::rmsNorm(const RowFormat &output, double epsilon,
                        int64_t lines) {
  int64_t width = output.width;
  std::string name = "rms_norm_" + std::to_string(width) + "_" +
                     bitsOf(epsilon) + nameOfLines(lines) + output.name();
  return define(
      name, /*buffers=*/3, shapeOfNorm(lines), [](int64_t i) { return i == 1; },
      [&](const Body &body) {
        Code &code = body.code;
        Expr row = lineOf(body.row, lines);
        Pointer x = body.arguments[0] + row * double(width);
        Expr mean = meanOf(code, width, body.shared, [&](Expr column) {
          Expr element = (x + column).loadFloat();
          return element * element;
        });
        Expr factor = 1.0 / code.sqrt(mean + epsilon);
        code.loop(code.thread(), code.integer(width), threads,
                  [&](Expr column) {
                    Expr scale = (body.arguments[1] + column).loadFloat();
                    storeElement(output, body.arguments[2], row, column,
                                 (x + column).loadFloat() * factor * scale);
                  });
        clearPadding(output, body.arguments[2], body.row, /*rowCount=*/1,
                     body.count, threads);
      });
}

Kernel Kernels::layerNorm(const RowFormat &output, double epsilon, bool hasBias,
                          int64_t lines) {
  int64_t width = output.width;
  std::string name = "layer_norm_" + std::to_string(width) + "_" +
                     bitsOf(epsilon) + (hasBias ? "_bias" : "") +
                     nameOfLines(lines) + output.name();
  int64_t last = hasBias ? 3 : 2;
  return define(
      name, last + 1, shapeOfNorm(lines),
      [&](int64_t i) { return i > 0 && i < last; },
      [&](const Body &body) {
        Code &code = body.code;
        Expr row = lineOf(body.row, lines);
        Pointer x = body.arguments[0] + row * double(width);
        Expr mean = meanOf(code, width, body.shared, [&](Expr column) {
          return (x + column).loadFloat();
        });
        Expr variance = meanOf(code, width, body.shared, [&](Expr column) {
          Expr element = (x + column).loadFloat() - mean;
          return element * element;
        });
        Expr factor = 1.0 / code.sqrt(variance + epsilon);
        code.loop(
            code.thread(), code.integer(width), threads, [&](Expr column) {
              Expr element = ((x + column).loadFloat() - mean) * factor;
              element = element * (body.arguments[1] + column).loadFloat();
              if (hasBias) {
                element = element + (body.arguments[2] + column).loadFloat();
              }
              storeElement(output, body.arguments[last], row, column, element);
            });
        clearPadding(output, body.arguments[last], body.row, /*rowCount=*/1,
                     body.count, threads);
      });
}
