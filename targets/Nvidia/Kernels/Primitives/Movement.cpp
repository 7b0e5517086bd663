//===- Movement.cpp - elements moved or chosen ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Kernels.h"

using namespace mlir;
using namespace tandem::nvidia;

/// Element `i` of what a movement walks, in the row of a token.
static Pointer place(const Strided &side, Element element, Pointer base,
                     Expr row, Expr i) {
  Expr first = row * double(side.pitch) + double(side.offset);
  return at(base, element, first + side.at(i));
}

Kernel Kernels::move(const Movement &movement, Element element) {
  Movement shape = movement.simplified();
  int64_t count = shape.from.count();
  return defineEach(
      "move_" + shape.from.name() + "_to_" + shape.to.name() + nameOf(element),
      /*buffers=*/2, count, [&](const Body &body, Expr i) {
        Code &code = body.code;
        Pointer from =
            place(shape.from, element, body.arguments[0], body.row, i);
        place(shape.to, element, body.arguments[1], body.row, i)
            .store(from.load(typeOf(code, element)));
      });
}

Kernel Kernels::fill(int64_t width, const Number &number, Element element) {
  return defineEach(
      "fill_" + std::to_string(width) + "_" + number.name() + nameOf(element),
      /*buffers=*/1, width, [&](const Body &body, Expr column) {
        Code &code = body.code;
        at(body.arguments[0], element, body.row * double(width) + column)
            .store(constant(code, element, number));
      });
}

static std::string sourceName(const std::optional<Number> &number) {
  return number ? number->name() : "rows";
}

Kernel Kernels::where(int64_t width, std::optional<Number> x,
                      std::optional<Number> y, Element element) {
  int64_t buffers = 2 + !x + !y;
  return defineEach(
      "where_" + std::to_string(width) + "_" + sourceName(x) + "_" +
          sourceName(y) + nameOf(element),
      buffers, width, [&](const Body &body, Expr column) {
        Code &code = body.code;
        Expr i = body.row * double(width) + column;
        ArrayRef<Pointer> rows = body.arguments.drop_front();
        auto take = [&](const std::optional<Number> &number) {
          if (number) {
            return constant(code, element, *number);
          }
          Expr value = loadElement(rows.front(), element, i);
          rows = rows.drop_front();
          return value;
        };
        Expr isFalse = (body.arguments[0] + i).loadFloat() == 0;
        Expr first = take(x), second = take(y);
        at(rows.front(), element, i).store(code.select(isFalse, second, first));
      });
}

std::string Triangle::name() const {
  std::string name = std::to_string(matrices) + "x" + std::to_string(rows) +
                     "x" + std::to_string(columns) +
                     (isUpper ? "_upper_" : "_lower_") +
                     std::to_string(diagonal);
  std::replace(name.begin(), name.end(), '-', 'm'); // no sign in PTX names
  return name;
}

Kernel Kernels::triangle(const Triangle &shape, Element element) {
  int64_t width = shape.matrices * shape.rows * shape.columns;
  return defineEach(
      "triangle_" + shape.name() + nameOf(element), /*buffers=*/2, width,
      [&](const Body &body, Expr i) {
        Code &code = body.code;
        Expr above = i % shape.columns -
                     i / double(shape.columns) % shape.rows -
                     double(shape.diagonal);
        Expr isKept = shape.isUpper ? code.integer(-1) < above : above < 1.0;
        Expr index = body.row * double(width) + i;
        Expr kept = loadElement(body.arguments[0], element, index);
        at(body.arguments[1], element, index)
            .store(code.select(isKept, kept, constant(code, element, {})));
      });
}
