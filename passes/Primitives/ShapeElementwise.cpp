//===- ShapeElementwise.cpp - shapes of elementwise primitives ---- -*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Broadcasting, and integer arithmetic on the contents of small tensors: this
// is where shape arithmetic becomes polynomials.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/ShapeContext.h"
#include "tandem/passes/Primitives/ShapeFunctions.h"

using namespace mlir;
using namespace tandem::primitives;

using Element = std::optional<Polynomial>;

//===----------------------------------------------------------------------===//
// One input
//===----------------------------------------------------------------------===//

LogicalResult shapes::sameAsFirst(ShapeContext &context) {
  if (context.isKnown(0)) {
    context.set(0, context.getElementType(0), context.getShape(0));
  }
  return success();
}

LogicalResult shapes::identity(ShapeContext &context) {
  context.getResult(0) = context.getInput(0);
  return success();
}

LogicalResult shapes::predicate(ShapeContext &context) {
  if (context.isKnown(0)) {
    context.set(0, IntegerType::get(context.node.getContext(), 1),
                context.getShape(0));
  }
  return success();
}

/// The element type of ONNX code `code` (TensorProto.DataType), or null.
static Type getElementTypeOf(int64_t code, MLIRContext *context) {
  Builder builder(context);
  switch (code) {
  case 1:
    return builder.getF32Type();
  case 2:
    return builder.getIntegerType(8, /*isSigned=*/false);
  case 3:
    return builder.getIntegerType(8);
  case 4:
    return builder.getIntegerType(16, /*isSigned=*/false);
  case 5:
    return builder.getIntegerType(16);
  case 6:
    return builder.getIntegerType(32);
  case 7:
    return builder.getIntegerType(64);
  case 9:
    return builder.getIntegerType(1);
  case 10:
    return builder.getF16Type();
  case 11:
    return builder.getF64Type();
  case 12:
    return builder.getIntegerType(32, /*isSigned=*/false);
  case 13:
    return builder.getIntegerType(64, /*isSigned=*/false);
  case 16:
    return builder.getBF16Type();
  case 21:
    return builder.getIntegerType(4, /*isSigned=*/false);
  case 22:
    return builder.getIntegerType(4);
  default:
    return {};
  }
}

/// Whether following contents through a cast to `type` keeps their value:
/// shapes fit into 32 bits, Booleans are 0 and 1.
static bool keepsContents(Type from, Type to) {
  auto source = dyn_cast<IntegerType>(from);
  auto target = dyn_cast<IntegerType>(to);
  return source && target &&
         (target.getWidth() >= 32 || target.getWidth() >= source.getWidth());
}

static void castTo(ShapeContext &context, Type type) {
  if (!type || !context.isKnown(0)) {
    return;
  }
  context.set(0, type, context.getShape(0));
  const TensorFacts &input = context.getInput(0);
  if (!keepsContents(input.elementType, type)) {
    return;
  }
  context.getResult(0).contents = input.contents;
  context.getResult(0).indexBounds = input.indexBounds;
}

LogicalResult shapes::cast(ShapeContext &context) {
  int64_t code = context.node.getInt("to", 0);
  Type type = getElementTypeOf(code, context.node.getContext());
  if (!type) {
    return context.emitError()
           << "casts to element type " << code
           << ", expected a TensorProto.DataType of a number or bool";
  }
  castTo(context, type);
  return success();
}

LogicalResult shapes::castLike(ShapeContext &context) {
  if (context.has(1)) {
    castTo(context, context.getElementType(1));
  }
  return success();
}

LogicalResult shapes::dropout(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  context.set(0, context.getElementType(0), context.getShape(0));
  context.set(1, IntegerType::get(context.node.getContext(), 1),
              context.getShape(0));
  return success();
}

/// Applies `apply` to each element of input 0.
static void mapContents(ShapeContext &context,
                        llvm::function_ref<Element(const Polynomial &)> apply) {
  const TensorFacts &input = context.getInput(0);
  if (!input.contents) {
    return;
  }
  Contents result;
  for (const Element &element : *input.contents) {
    result.push_back(element ? apply(*element) : std::nullopt);
  }
  context.setContents(0, std::move(result));
}

LogicalResult shapes::abs(ShapeContext &context) {
  if (failed(sameAsFirst(context))) {
    return failure();
  }
  mapContents(context, [&](const Polynomial &value) -> Element {
    if (context.space.isNonNegative(value)) {
      return value;
    }
    Polynomial opposite = value * Polynomial(-1);
    return context.space.isNonNegative(opposite) ? Element(opposite)
                                                 : std::nullopt;
  });
  return success();
}

LogicalResult shapes::negate(ShapeContext &context) {
  if (failed(sameAsFirst(context))) {
    return failure();
  }
  mapContents(context,
              [](const Polynomial &value) { return value * Polynomial(-1); });
  return success();
}

LogicalResult shapes::logicalNot(ShapeContext &context) {
  if (failed(sameAsFirst(context))) {
    return failure();
  }
  mapContents(context,
              [](const Polynomial &value) { return Polynomial(1) - value; });
  return success();
}

//===----------------------------------------------------------------------===//
// Several inputs
//===----------------------------------------------------------------------===//

/// The broadcast shape of inputs `first` and following; absent where one is
/// not known.
static FailureOr<std::optional<Dimensions>> broadcastAll(ShapeContext &context,
                                                         unsigned first = 0) {
  std::optional<Dimensions> common = Dimensions();
  for (unsigned i = first; i < context.getNumInputs(); ++i) {
    if (!context.has(i)) {
      continue;
    }
    if (!context.isKnown(i)) {
      return std::optional<Dimensions>();
    }
    FailureOr<Dimensions> next =
        context.broadcast(*common, context.getShape(i));
    if (failed(next)) {
      return failure();
    }
    common = *next;
  }
  return common;
}

static LogicalResult broadcastTo(ShapeContext &context, Type elementType) {
  FailureOr<std::optional<Dimensions>> common = broadcastAll(context);
  if (failed(common)) {
    return failure();
  }
  if (*common) {
    context.set(0, elementType, **common);
  }
  return success();
}

LogicalResult shapes::broadcast(ShapeContext &context) {
  return broadcastTo(context, context.getElementType(0));
}

LogicalResult shapes::compare(ShapeContext &context) {
  return broadcastTo(context, IntegerType::get(context.node.getContext(), 1));
}

/// The contents of input `index`, repeated to `count` elements; supports what
/// shape arithmetic does: equal counts, or one element for all.
static std::optional<Contents> getSpread(ShapeContext &context, unsigned index,
                                         int64_t count) {
  const std::optional<Contents> &contents = context.getInput(index).contents;
  if (!contents) {
    return std::nullopt;
  }
  if (static_cast<int64_t>(contents->size()) == count) {
    return contents;
  }
  if (contents->size() == 1) {
    return Contents(count, contents->front());
  }
  return std::nullopt;
}

static bool isInteger(Type type) { return isa_and_nonnull<IntegerType>(type); }

/// The number of elements of result 0, where it is small and of rank 0 or 1.
static std::optional<int64_t> getSmallCount(ShapeContext &context) {
  const TensorFacts &result = context.getResult(0);
  if (!result.isKnown() || result.shape->size() > 1) {
    return std::nullopt;
  }
  std::optional<int64_t> count = countElements(*result.shape).getConstant();
  if (!count || *count > TensorFacts::maxContents) {
    return std::nullopt;
  }
  return count;
}

using Combine =
    llvm::function_ref<Element(const Polynomial &, const Polynomial &)>;

/// Broadcasts, then combines the contents of all inputs from the left.
static LogicalResult combine(ShapeContext &context, Type elementType,
                             Combine apply) {
  if (failed(broadcastTo(context, elementType))) {
    return failure();
  }
  std::optional<int64_t> count = getSmallCount(context);
  if (!count || !isInteger(context.getElementType(0))) {
    return success();
  }
  std::optional<Contents> result = getSpread(context, 0, *count);
  for (unsigned i = 1; i < context.getNumInputs() && result; ++i) {
    std::optional<Contents> next = getSpread(context, i, *count);
    if (!next) {
      return success();
    }
    for (auto [a, b] : llvm::zip(*result, *next)) {
      a = a && b ? apply(*a, *b) : std::nullopt;
    }
  }
  if (result) {
    context.setContents(0, std::move(*result));
  }
  return success();
}

LogicalResult shapes::add(ShapeContext &context) {
  return combine(
      context, context.getElementType(0),
      [](const Polynomial &a, const Polynomial &b) { return a + b; });
}

LogicalResult shapes::subtract(ShapeContext &context) {
  return combine(
      context, context.getElementType(0),
      [](const Polynomial &a, const Polynomial &b) { return a - b; });
}

LogicalResult shapes::multiply(ShapeContext &context) {
  return combine(
      context, context.getElementType(0),
      [](const Polynomial &a, const Polynomial &b) { return a * b; });
}

LogicalResult shapes::divide(ShapeContext &context) {
  SymbolSpace &space = context.space;
  return combine(context, context.getElementType(0),
                 [&](const Polynomial &a, const Polynomial &b) -> Element {
                   // Division truncates: floor only where nothing is negative.
                   if (space.isNonNegative(a) && space.isPositive(b)) {
                     return space.floorDivide(a, b);
                   }
                   return b.is(0) ? std::nullopt : a.divideExactly(b);
                 });
}

LogicalResult shapes::min(ShapeContext &context) {
  return combine(context, context.getElementType(0),
                 [&](const Polynomial &a, const Polynomial &b) {
                   return context.space.min(a, b);
                 });
}

LogicalResult shapes::max(ShapeContext &context) {
  return combine(context, context.getElementType(0),
                 [&](const Polynomial &a, const Polynomial &b) {
                   return context.space.max(a, b);
                 });
}

//===----------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------===//

static LogicalResult combineToBool(ShapeContext &context, Combine apply) {
  return combine(context, IntegerType::get(context.node.getContext(), 1),
                 apply);
}

/// Whether a <= b, where that is known.
static Element isAtMost(SymbolSpace &space, const Polynomial &a,
                        const Polynomial &b) {
  if (space.isNonNegative(b - a)) {
    return Polynomial(1);
  }
  if (space.isPositive(a - b)) {
    return Polynomial(0);
  }
  return std::nullopt;
}

static Element negation(const Element &value) {
  return value ? Element(Polynomial(1) - *value) : std::nullopt;
}

LogicalResult shapes::equal(ShapeContext &context) {
  return combineToBool(
      context, [&](const Polynomial &a, const Polynomial &b) -> Element {
        if (a == b) {
          return Polynomial(1);
        }
        if (context.space.differ(a, b)) {
          return Polynomial(0);
        }
        return std::nullopt;
      });
}

LogicalResult shapes::lessOrEqual(ShapeContext &context) {
  return combineToBool(context, [&](const Polynomial &a, const Polynomial &b) {
    return isAtMost(context.space, a, b);
  });
}

LogicalResult shapes::greaterOrEqual(ShapeContext &context) {
  return combineToBool(context, [&](const Polynomial &a, const Polynomial &b) {
    return isAtMost(context.space, b, a);
  });
}

LogicalResult shapes::less(ShapeContext &context) {
  return combineToBool(context, [&](const Polynomial &a, const Polynomial &b) {
    return negation(isAtMost(context.space, b, a));
  });
}

LogicalResult shapes::greater(ShapeContext &context) {
  return combineToBool(context, [&](const Polynomial &a, const Polynomial &b) {
    return negation(isAtMost(context.space, a, b));
  });
}

LogicalResult shapes::logicalAnd(ShapeContext &context) {
  return combineToBool(
      context, [](const Polynomial &a, const Polynomial &b) { return a * b; });
}

LogicalResult shapes::logicalOr(ShapeContext &context) {
  return combineToBool(context, [](const Polynomial &a, const Polynomial &b) {
    return a + b - a * b;
  });
}

LogicalResult shapes::where(ShapeContext &context) {
  if (failed(broadcastTo(context, context.getElementType(1)))) {
    return failure();
  }
  std::optional<int64_t> count = getSmallCount(context);
  if (!count || !isInteger(context.getElementType(1))) {
    return success();
  }
  std::optional<Contents> condition = getSpread(context, 0, *count);
  std::optional<Contents> yes = getSpread(context, 1, *count);
  std::optional<Contents> no = getSpread(context, 2, *count);
  if (!condition || !yes || !no) {
    return success();
  }
  Contents result;
  for (auto [index, chosen] : llvm::enumerate(*condition)) {
    if (chosen && chosen->is(1)) {
      result.push_back((*yes)[index]);
    } else if (chosen && chosen->is(0)) {
      result.push_back((*no)[index]);
    } else { // either way the same, or unknown
      result.push_back((*yes)[index] == (*no)[index] ? (*yes)[index]
                                                     : std::nullopt);
    }
  }
  context.setContents(0, std::move(result));
  return success();
}
