//===- Cache.cpp - rotation of heads, and the cache -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/CacheAddress.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t threads = 128;

/// Element i of a row, rotated; it is element `d` of its head.
static Expr rotate(const RotaryShape &shape, Pointer x, Expr i, Expr d,
                   Pointer cos, Pointer sin) {
  Code &code = *d.code;
  Expr pairs = code.integer(shape.pairs);
  Expr pair = shape.isInterleaved ? d >> 1 : d % pairs;
  Expr isFirst = shape.isInterleaved ? d % 2 == 0 : d < pairs;
  double distance = shape.isInterleaved ? 1 : double(shape.pairs);
  Expr partner = code.select(isFirst, i + distance, i - distance);
  Expr c = (cos + pair).loadFloat(), s = (sin + pair).loadFloat();
  Expr own = (x + i).loadFloat() * c, other = (x + partner).loadFloat() * s;
  return code.select(isFirst, own - other, own + other);
}

Kernel Kernels::rotary(const RotaryShape &shape) {
  int64_t width = shape.heads * shape.dim;
  std::string name = "rotary_" + std::to_string(shape.heads) + "x" +
                     std::to_string(shape.dim) + "_" +
                     std::to_string(shape.pairs) +
                     (shape.isInterleaved ? "_interleaved" : "");
  Kernel kernel;
  kernel.threads = threads;
  return define(
      name, /*buffers=*/5, kernel, [](int64_t i) { return i == 2 || i == 3; },
      [&](const Body &body) {
        Code &code = body.code;
        Expr offset = body.row * double(width);
        Pointer x = body.arguments[0] + offset, y = body.arguments[4] + offset;
        Expr angles =
            (body.arguments[1] + body.row).loadInteger() * double(shape.pairs);
        Pointer cos = body.arguments[2] + angles,
                sin = body.arguments[3] + angles;
        code.loop(code.thread(), code.integer(width), threads, [&](Expr i) {
          Expr d = i % shape.dim;
          Exprs element = code.choose(
              d < double(2 * shape.pairs), {(x + i).loadFloat()},
              [&] { return Exprs{rotate(shape, x, i, d, cos, sin)}; });
          (y + i).store(element[0]);
        });
      });
}

/// Writes a value to element i of `to`, rounded to the nearest.
static void storeRounded(Pointer to, Expr i, Expr value, Type element) {
  Pointer place = to.bytes(i * double(element.getIntOrFloatBitWidth() / 8));
  if (element.isF32()) {
    return place.store(value);
  }
  place.store(arith::TruncFOp::create(*value.code, element, value));
}

Kernel Kernels::append(const CacheBlocks &cache) {
  Kernel kernel;
  kernel.threads = threads;
  return define(
      "append_" + cache.name(), /*buffers=*/6, kernel,
      [](int64_t) { return false; },
      [&](const Body &body) {
        Code &code = body.code;
        Expr position = (body.arguments[2] + body.row).loadInteger();
        Expr sequence = (body.arguments[3] + body.row).loadInteger();
        CacheAddress place(cache, body.arguments[5], body.arguments[4],
                           sequence);
        auto put = [&](Pointer rows, int64_t dim, bool isKey) {
          Pointer from = rows + body.row * double(cache.heads * dim);
          code.loop(code.thread(), code.integer(cache.heads * dim), threads,
                    [&](Expr i) {
                      Expr head = i / double(dim);
                      Pointer to = isKey ? place.key(head, position)
                                         : place.value(head, position);
                      storeRounded(to, i % dim, (from + i).loadFloat(),
                                   cache.element);
                    });
        };
        put(body.arguments[0], cache.keyDim, /*isKey=*/true);
        put(body.arguments[1], cache.valueDim, /*isKey=*/false);
      });
}
