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
  StringLiteral element, combine;
  double initial;
  StringLiteral result;
};
} // namespace

static constexpr StringLiteral same = "Cast";
static constexpr Rule rules[] = {
    {"ReduceL1", "Abs", "Add", 0, same},
    {"ReduceL2", "square", "Add", 0, "Sqrt"},
    {"ReduceLogSum", same, "Add", 0, "Log"},
    {"ReduceMax", same, "Max", -infinity, same},
    {"ReduceMean", same, "Add", 0, same}, // divided below
    {"ReduceMin", same, "Min", infinity, same},
    {"ReduceProd", same, "Mul", 1, same},
    {"ReduceSum", same, "Add", 0, same},
    {"ReduceSumSquare", "square", "Add", 0, same},
};

static const Rule *findRule(StringRef name) {
  const Rule *rule =
      llvm::find_if(rules, [&](const Rule &rule) { return rule.name == name; });
  return rule == std::end(rules) ? nullptr : rule;
}

bool Kernels::canReduce(StringRef operation) {
  return operation == "ReduceLogSumExp" || findRule(operation);
}

namespace {
/// The elements that a block of threads combines.
class Line {
public:
  Line(Code &code, Pointer first, const Strided &dimensions, Pointer shared)
      : code(code), first(first), dimensions(dimensions), shared(shared) {}

  /// Where the element with a number lies.
  Pointer at(Expr index, Pointer base) const {
    return base + dimensions.at(index);
  }
  /// All that `element` makes of the elements, combined.
  Expr combine(StringRef function, double initial,
               function_ref<Expr(Expr)> element) const {
    BinaryFunction combine = lookupBinary(function);
    Exprs partial = code.loop(
        code.thread(), code.integer(dimensions.count()), threads,
        {code.real(initial)}, [&](Expr i, const Exprs &carried) {
          return Exprs{combine(carried[0], element(at(i, first).loadFloat()))};
        });
    return code.combineBlock(partial[0], threads, shared, combine);
  }
  Expr largest() const { return combine("Max", -infinity, lookupUnary(same)); }
  /// The sum of e^(x - largest).
  Expr sumOfExponentials(Expr largest) const {
    return combine("Add", 0, [&](Expr x) { return exponential(x - largest); });
  }

private:
  Code &code;
  Pointer first;
  const Strided &dimensions;
  Pointer shared;
};
} // namespace

static Kernel shapeOf(const Strided &outer) {
  Kernel kernel;
  kernel.threads = threads;
  kernel.sharedBytes = threads / 32 * sizeof(float);
  kernel.blocksPerRow = outer.count();
  return kernel;
}

static Expr reduceLine(Code &code, StringRef operation, const Line &line,
                       int64_t count) {
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
      line.combine(rule.combine, rule.initial, lookupUnary(rule.element));
  if (operation == "ReduceMean") {
    return combined / double(count);
  }
  return lookupUnary(rule.result)(combined);
}

Kernel Kernels::reduce(StringRef operation, const Strided &outer,
                       const Strided &inner) {
  std::string name =
      (operation + "_" + outer.name() + "_over_" + inner.name()).str();
  return define(
      name, /*buffers=*/2, shapeOf(outer), [](int64_t) { return false; },
      [&](const Body &body) {
        Code &code = body.code;
        Expr index = code.blockX();
        Pointer first = body.arguments[0] +
                        (body.row * double(outer.pitch) + outer.at(index));
        Expr result =
            reduceLine(code, operation, Line(code, first, inner, body.shared),
                       inner.count());
        code.ifThen(code.thread() == 0, [&] {
          (body.arguments[1] + (body.row * double(outer.count()) + index))
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
