//===- Lookup.cpp - elements by indices that a step computes ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Kernels.h"
#include "tandem/targets/Nvidia/Kernels/Math.h"

using namespace mlir;
using namespace tandem::nvidia;

std::string Lookup::name() const {
  return data.name() + "_axis_" + std::to_string(axisSize) + "x" +
         std::to_string(axisStride) + "_by_" + indices.name() +
         nameOf(indexElement);
}

/// The function of Math.h; empty where the element before is lost.
static StringLiteral functionOf(Update update) {
  switch (update) {
  case Update::replace:
    return "";
  case Update::add:
    return "Add";
  case Update::multiply:
    return "Mul";
  case Update::larger:
    return "Max";
  case Update::smaller:
    return "Min";
  }
  llvm_unreachable("unknown update");
}

std::string Scatter::name() const {
  return lookup.name() + "_along_" + inner.name() + functionOf(update).str();
}

std::string OneHot::name() const {
  return std::to_string(before) + "x" + std::to_string(depth) + "x" +
         std::to_string(behind) + "_" + off.name() + "_" + on.name() +
         nameOf(indexElement);
}

/// Index `place` of the row of a token, in [0, size) where it is one of an
/// axis.
static Expr loadIndex(Pointer indices, Element element, Expr place,
                      int64_t size) {
  Code &code = *place.code;
  Expr index = loadElement(indices, element, place);
  return code.select(index < 0.0, index + double(size), index);
}

/// Where the data has what the index at `place` of the indices' rows finds.
static Expr placeOf(const Lookup &shape, Pointer indices, Expr row, Expr i) {
  Code &code = *i.code;
  Expr place = row * double(shape.indices.pitch) + shape.indices.at(i);
  Expr index = loadIndex(indices, shape.indexElement, place, shape.axisSize);
  Expr last = code.constant(index.type(), double(shape.axisSize - 1));
  Expr inside =
      code.minimum(code.maximum(index, code.constant(index.type(), 0)), last);
  return row * double(shape.data.pitch) + shape.data.at(i) +
         convert(inside, Element::i32) * double(shape.axisStride);
}

Kernel Kernels::gatherElements(const Lookup &shape, Element element) {
  int64_t count = shape.indices.count();
  return defineEach(
      "gather_elements_" + shape.name() + nameOf(element), /*buffers=*/3, count,
      [&](const Body &body, Expr i) {
        Expr from = placeOf(shape, body.arguments[1], body.row, i);
        at(body.arguments[2], element, body.row * double(count) + i)
            .store(loadElement(body.arguments[0], element, from));
      });
}

Kernel Kernels::scatterElements(const Scatter &shape, Element element) {
  int64_t lines = shape.outer.count();
  return defineEach(
      "scatter_elements_" + shape.name() + nameOf(element), /*buffers=*/3,
      lines, [&](const Body &body, Expr index) {
        Code &code = body.code;
        Expr line = shape.outer.at(index);
        Expr row = body.row * double(shape.lookup.indices.pitch);
        code.loop(
            code.integer(0), code.integer(shape.inner.count()), 1, [&](Expr j) {
              Expr i = line + shape.inner.at(j);
              Pointer place =
                  at(body.arguments[2], element,
                     placeOf(shape.lookup, body.arguments[0], body.row, i));
              Expr value = loadElement(body.arguments[1], element, row + i);
              if (shape.update != Update::replace) {
                value = lookupBinary(functionOf(shape.update),
                                     element)(place.load(value.type()), value);
              }
              place.store(value);
            });
      });
}

Kernel Kernels::oneHot(const OneHot &shape, Element element) {
  int64_t width = shape.before * shape.depth * shape.behind;
  return defineEach(
      "one_hot_" + shape.name() + nameOf(element), /*buffers=*/2, width,
      [&](const Body &body, Expr i) {
        Code &code = body.code;
        double behind = shape.behind, indices = shape.before * shape.behind;
        Expr place = body.row * indices + i / (behind * shape.depth) * behind +
                     i % shape.behind;
        Expr index = loadIndex(body.arguments[0], shape.indexElement, place,
                               shape.depth);
        Expr own = code.extend(i / behind % shape.depth,
                               typeOf(code, shape.indexElement));
        at(body.arguments[1], element, body.row * double(width) + i)
            .store(code.select(own == index, constant(code, element, shape.on),
                               constant(code, element, shape.off)));
      });
}
