//===- Reductions.cpp - sums and the like along dimensions ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block of threads makes one element of a reduction, or the elements of one
// softmax.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Kernels.h"
#include "tandem/targets/Nvidia/Kernels/Math.h"

#include <limits>

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t threads = 128;

static constexpr double infinity = std::numeric_limits<double>::infinity();

namespace {
/// What a reduction does to the elements, how it combines them, and what it
/// does to the result: functions of Math.h.
struct Rule {
  StringLiteral name; ///< of the ONNX operator
  StringLiteral element, combine, result;
};
} // namespace

static constexpr StringLiteral same = "Cast";
static constexpr Rule rules[] = {
    {"ReduceL1", "Abs", "Add", same},
    {"ReduceL2", "square", "Add", "Sqrt"},
    {"ReduceLogSum", same, "Add", "Log"},
    {"ReduceMax", same, "Max", same},
    {"ReduceMean", same, "Add", same}, // divided below
    {"ReduceMin", same, "Min", same},
    {"ReduceProd", same, "Mul", same},
    {"ReduceSum", same, "Add", same},
    {"ReduceSumSquare", "square", "Add", same},
};

/// What leaves every element as it is when combined with it.
static Number neutralOf(StringRef combine, Element element) {
  return combine == "Max"   ? leastOf(element)
         : combine == "Min" ? largestOf(element)
         : combine == "Mul" ? Number{1, 1}
                            : Number{0, 0};
}

static const Rule *findRule(StringRef name) {
  const Rule *rule =
      llvm::find_if(rules, [&](const Rule &rule) { return rule.name == name; });
  return rule == std::end(rules) ? nullptr : rule;
}

bool Kernels::canReduce(StringRef operation, Element element) {
  if (operation == "ReduceLogSumExp") {
    return element == Element::f32;
  }
  const Rule *rule = findRule(operation);
  return rule && lookupUnary(rule->result, element);
}

namespace {
/// The elements that a block of threads combines.
class Line {
public:
  Line(Code &code, Pointer first, const Strided &dimensions, Pointer shared,
       Element element = Element::f32)
      : code(code), first(first), dimensions(dimensions), shared(shared),
        element(element) {}

  /// Where the element with a number lies.
  Pointer at(Expr index, Pointer base) const {
    return tandem::nvidia::at(base, element, dimensions.at(index));
  }
  /// All that `change` makes of the elements, combined.
  Expr combine(StringRef function, function_ref<Expr(Expr)> change) const {
    BinaryFunction combine = lookupBinary(function, element);
    Expr neutral = constant(code, element, neutralOf(function, element));
    Exprs partial =
        code.loop(code.thread(), code.integer(dimensions.count()), threads,
                  {neutral}, [&](Expr i, const Exprs &carried) {
                    Expr x = at(i, first).load(neutral.type());
                    return Exprs{combine(carried[0], change(x))};
                  });
    return code.combineBlock(partial[0], threads, shared, combine);
  }
  Expr largest() const { return combine("Max", lookupUnary(same)); }
  /// The sum of e^(x - largest).
  Expr sumOfExponentials(Expr largest) const {
    return combine("Add", [&](Expr x) { return exponential(x - largest); });
  }

private:
  Code &code;
  Pointer first;
  const Strided &dimensions;
  Pointer shared;
  Element element;
};
} // namespace

static Kernel shapeOf(const Strided &outer, Element element = Element::f32) {
  Kernel kernel;
  kernel.threads = threads;
  kernel.sharedBytes = threads / 32 * bytesOf(element);
  kernel.blocksPerRow = outer.count();
  return kernel;
}

static Expr reduceLine(Code &code, StringRef operation, const Line &line,
                       Element element, int64_t count) {
  if (operation == "ReduceLogSumExp") {
    // Nothing but -inf, or an inf: the largest is the result.
    Expr largest = line.largest();
    Expr isFinite = code.maximum(largest, 0.0 - largest) < infinity;
    Expr base = code.select(isFinite, largest, code.real(0));
    Expr sum = lookupUnary("Log")(line.sumOfExponentials(base)) + base;
    return code.select(isFinite, sum, largest);
  }
  const Rule &rule = *findRule(operation);
  Expr combined =
      line.combine(rule.combine, lookupUnary(rule.element, element));
  if (operation == "ReduceMean") {
    return lookupBinary("Div", element)(
        combined, constant(code, element, {double(count), count}));
  }
  return lookupUnary(rule.result, element)(combined);
}

Kernel Kernels::reduce(StringRef operation, const Strided &outer,
                       const Strided &inner, Element element) {
  std::string name =
      (operation + "_" + outer.name() + "_over_" + inner.name()).str();
  return define(
      name + nameOf(element), /*buffers=*/2, shapeOf(outer, element),
      [](int64_t) { return false; },
      [&](const Body &body) {
        Code &code = body.code;
        Expr index = code.blockX();
        Pointer first = at(body.arguments[0], element,
                           body.row * double(outer.pitch) + outer.at(index));
        Expr result = reduceLine(code, operation,
                                 Line(code, first, inner, body.shared, element),
                                 element, inner.count());
        code.ifThen(code.thread() == 0, [&] {
          at(body.arguments[1], element,
             body.row * double(outer.count()) + index)
              .store(result);
        });
      });
}

Kernel Kernels::softmax(const Strided &outer, const Strided &inner,
                        bool isLogarithm) {
  std::string name = std::string(isLogarithm ? "log_" : "") + "softmax_" +
                     outer.name() + "_over_" + inner.name();
  return define(
      name, /*buffers=*/2, shapeOf(outer), [](int64_t) { return false; },
      [&](const Body &body) {
        Code &code = body.code;
        Expr offset = body.row * double(outer.pitch) + outer.at(code.blockX());
        Pointer x = body.arguments[0] + offset, y = body.arguments[1] + offset;
        Line line(code, x, inner, body.shared);
        Expr largest = line.largest();
        Expr sum = line.sumOfExponentials(largest);
        Expr subtracted = isLogarithm ? lookupUnary("Log")(sum) : sum;
        code.loop(
            code.thread(), code.integer(inner.count()), threads, [&](Expr i) {
              Expr shifted = line.at(i, x).loadFloat() - largest;
              line.at(i, y).store(isLogarithm ? shifted - subtracted
                                              : exponential(shifted) / sum);
            });
      });
}
