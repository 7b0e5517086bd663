//===- Cache.cpp - rotation of heads, and the cache -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Attention/CacheAddress.h"

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

/// Element i of a row, which is element `d` of its head, rotated if its place
/// is.
static Expr rotateElement(const RotaryShape &shape, Pointer x, Expr i, Expr d,
                          Pointer cos, Pointer sin) {
  return i.code->choose(
      d < double(2 * shape.pairs), {(x + i).loadFloat()},
      [&] { return Exprs{rotate(shape, x, i, d, cos, sin)}; })[0];
}

std::string RotaryShape::name() const {
  return "rotary_" + std::to_string(heads) + "x" + std::to_string(dim) + "_" +
         std::to_string(pairs) + (isInterleaved ? "_interleaved" : "");
}

std::string RowPlace::name() const {
  return "_at_" + std::to_string(first) + "_of_" + std::to_string(pitch);
}

Pointer RowPlace::at(Pointer rows, Expr row, int64_t width) const {
  return rows + (row * double(pitch == 0 ? width : pitch) + double(first));
}

Kernel Kernels::rotary(const RotaryShape &shape) {
  int64_t width = shape.heads * shape.dim;
  std::string name = shape.name();
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
          (y + i).store(rotateElement(shape, x, i, d, cos, sin));
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

Kernel Kernels::rotaryAppend(const RotaryShape &query, const RotaryShape &key,
                             const CacheBlocks &cache,
                             const std::array<RowPlace, 3> &places) {
  Kernel kernel;
  kernel.threads = threads;
  // A block of threads for each head of queries, keys and values.
  kernel.blocksPerRow = query.heads + 2 * cache.heads;
  std::string name =
      "append_" + cache.name() + "_" + query.name() + "_" + key.name();
  for (auto [place, what] :
       llvm::zip(places, ArrayRef<StringRef>{"query", "key", "value"})) {
    if (place.pitch != 0) {
      name += ("_" + what).str() + place.name();
    }
  }
  return define(
      name, /*buffers=*/11, kernel, [](int64_t i) { return i == 4 || i == 5; },
      [&](const Body &body) {
        Code &code = body.code;
        ArrayRef<Pointer> arguments = body.arguments;
        Expr angles =
            (arguments[3] + body.row).loadInteger() * double(query.pairs);
        Pointer cos = arguments[4] + angles, sin = arguments[5] + angles;
        Expr position = (arguments[6] + body.row).loadInteger();
        Expr sequence = (arguments[7] + body.row).loadInteger();
        CacheAddress cached(cache, arguments[10], arguments[8], sequence);
        // Heads of queries, then of keys, then of values.
        auto part = [&](int64_t source, int64_t first, int64_t heads,
                        int64_t dim,
                        function_ref<void(Expr, Pointer, Expr)> store) {
          Expr head = code.blockX() - double(first);
          Expr isOne = (code.integer(-1) < head) & (head < double(heads));
          code.ifThen(isOne, [&] {
            Pointer row =
                places[source].at(arguments[source], body.row, heads * dim);
            Pointer x = row + head * double(dim);
            code.loop(code.thread(), code.integer(dim), threads,
                      [&](Expr d) { store(head, x, d); });
          });
        };
        part(0, 0, query.heads, query.dim, [&](Expr head, Pointer x, Expr d) {
          Expr place = body.row * double(query.heads) + head;
          (arguments[9] + (place * double(query.dim) + d))
              .store(rotateElement(query, x, d, d, cos, sin));
        });
        part(1, query.heads, cache.heads, cache.keyDim,
             [&](Expr head, Pointer x, Expr d) {
               storeRounded(cached.key(head, position), d,
                            rotateElement(key, x, d, d, cos, sin),
                            cache.element);
             });
        part(2, query.heads + cache.heads, cache.heads, cache.valueDim,
             [&](Expr head, Pointer x, Expr d) {
               storeRounded(cached.value(head, position), d,
                            (x + d).loadFloat(), cache.element);
             });
      });
}
