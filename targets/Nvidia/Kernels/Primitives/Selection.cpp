//===- Selection.cpp - the first elements of lines in an order --*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block of threads makes the results of one line, one after the other: each
// is the first behind the one before.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Kernels.h"

#include <limits>

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t threads = 128;
/// The index of no element.
static constexpr int64_t none = std::numeric_limits<int32_t>::max();

std::string Selection::name() const {
  return outer.name() + "_along_" + inner.name() + "_to_" + toOuter.name() +
         "_along_" + toInner.name() + (isLargest ? "" : "_smallest") +
         (prefersLast ? "_last" : "") + (hasValues ? "" : "_indices");
}

namespace {
/// An element and its index, or none.
struct Candidate {
  Expr value, index;
};
} // namespace

/// Whether `a` comes before `b`. Not a number comes behind all numbers.
static Expr isBefore(const Selection &shape, const Candidate &a,
                     const Candidate &b) {
  Code &code = *a.index.code;
  Expr isNumber = a.value == a.value, isOther = b.value == b.value;
  Expr isBetter = shape.isLargest ? a.value > b.value : a.value < b.value;
  Expr isEqual = (a.value == b.value) | ((isNumber | isOther) == 0);
  Expr isFirst = shape.prefersLast ? a.index > b.index : a.index < b.index;
  Expr isAhead = isBetter | (isNumber & (isOther == 0)) | (isEqual & isFirst);
  Expr isNone = b.index == none;
  return (a.index < double(none)) & code.select(isNone, isNone, isAhead);
}

static Candidate better(const Selection &shape, const Candidate &a,
                        const Candidate &b) {
  Code &code = *a.index.code;
  Expr isFirst = isBefore(shape, a, b);
  return {code.select(isFirst, a.value, b.value),
          code.select(isFirst, a.index, b.index)};
}

namespace {
/// The search of one block of threads.
class Search {
public:
  Search(const Selection &shape, Element element, Code &code, Pointer line,
         Pointer shared)
      : shape(shape), element(element), code(code), line(line), values(shared),
        indices(shared.bytes(code.integer(threads * bytesOf(element)))) {}

  /// The first candidate behind `previous`, of whom there is none at first.
  Candidate next(Expr isFirst, const Candidate &previous) const;

private:
  Candidate ofThread(Expr isFirst, const Candidate &previous) const;
  Candidate load(Expr thread) const {
    return {loadElement(values, element, thread),
            (indices + thread).loadInteger()};
  }
  void store(const Candidate &candidate) const {
    at(values, element, code.thread()).store(candidate.value);
    (indices + code.thread()).store(candidate.index);
  }

  const Selection &shape;
  Element element;
  Code &code;
  Pointer line, values, indices;
};
} // namespace

Candidate Search::ofThread(Expr isFirst, const Candidate &previous) const {
  Expr zero = constant(code, element, {});
  Exprs best = code.loop(
      code.thread(), code.integer(shape.inner.count()), threads,
      {zero, code.integer(none)}, [&](Expr i, const Exprs &carried) {
        Candidate own{loadElement(line, element, shape.inner.at(i)), i};
        Candidate known{carried[0], carried[1]};
        Expr isLeft = isFirst | isBefore(shape, previous, own);
        Expr wins = isLeft & isBefore(shape, own, known);
        return Exprs{code.select(wins, own.value, known.value),
                     code.select(wins, own.index, known.index)};
      });
  return {best[0], best[1]};
}

Candidate Search::next(Expr isFirst, const Candidate &previous) const {
  Candidate own = ofThread(isFirst, previous);
  code.barrier(); // all have read the result before
  store(own);
  for (int64_t half = threads / 2; half > 0; half /= 2) {
    code.barrier();
    code.ifThen(code.thread() < double(half), [&] {
      store(better(shape, load(code.thread() + double(half)),
                   load(code.thread())));
    });
  }
  code.barrier();
  return load(code.integer(0));
}

Kernel Kernels::best(const Selection &shape, Element element) {
  Kernel kernel;
  kernel.threads = threads;
  kernel.sharedBytes = threads * (bytesOf(element) + bytesOf(Element::i32));
  kernel.blocksPerRow = shape.outer.count();
  return define(
      "best_" + shape.name() + nameOf(element), /*buffers=*/2 + shape.hasValues,
      kernel, [](int64_t) { return false; },
      [&](const Body &body) {
        Code &code = body.code;
        auto begin = [&](const Strided &side) {
          return body.row * double(side.pitch) + side.at(code.blockX());
        };
        Search search(shape, element, code,
                      at(body.arguments[0], element, begin(shape.outer)),
                      body.shared);
        Expr to = begin(shape.toOuter);
        code.loop(
            code.integer(0), code.integer(shape.toInner.count()), 1,
            {constant(code, element, {}), code.integer(0)},
            [&](Expr i, const Exprs &previous) {
              Candidate found = search.next(i == 0, {previous[0], previous[1]});
              code.ifThen(code.thread() == 0, [&] {
                Expr place = to + shape.toInner.at(i);
                if (shape.hasValues) {
                  at(body.arguments[1], element, place).store(found.value);
                }
                at(body.arguments.back(), Element::i64, place)
                    .store(convert(found.index, Element::i64));
              });
              return Exprs{found.value, found.index};
            });
      });
}
