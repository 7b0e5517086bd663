//===- ShapeOfShapes.cpp - shapes as data --------------------- -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Primitives that read shapes, make tensors of a computed shape, or change a
// shape and move nothing.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/ShapeContext.h"
#include "tandem/passes/Primitives/ShapeFunctions.h"

using namespace mlir;
using namespace tandem::primitives;

static Type getInt64(ShapeContext &context) {
  return IntegerType::get(context.node.getContext(), 64);
}

LogicalResult shapes::shape(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  int64_t rank = context.getRank(0);
  auto clamp = [&](int64_t position) {
    return std::clamp<int64_t>(position < 0 ? position + rank : position, 0,
                               rank);
  };
  int64_t start = clamp(context.node.getInt("start", 0));
  int64_t end = std::max(start, clamp(context.node.getInt("end", rank)));
  ArrayRef<Polynomial> chosen =
      ArrayRef(context.getShape(0)).slice(start, end - start);
  context.set(0, getInt64(context), {Polynomial(end - start)});
  context.setContents(0, Contents(chosen.begin(), chosen.end()));
  return success();
}

LogicalResult shapes::size(ShapeContext &context) {
  context.set(0, getInt64(context), {});
  if (context.isKnown(0)) {
    context.setContents(0, {countElements(context.getShape(0))});
  }
  return success();
}

/// The dimensions that input `index` spells, as far as known; absent where not
/// even their number is known.
static std::optional<Dimensions> getTarget(ShapeContext &context,
                                           unsigned index) {
  const TensorFacts &input = context.getInput(index);
  if (!input.isKnown() || input.shape->size() != 1) {
    return std::nullopt;
  }
  std::optional<int64_t> rank = input.shape->front().getConstant();
  if (!rank || *rank > TensorFacts::maxContents) {
    return std::nullopt;
  }
  Dimensions target;
  for (int64_t i = 0; i < *rank; ++i) {
    target.push_back(input.contents && (*input.contents)[i]
                         ? *(*input.contents)[i]
                         : context.getUnknownDimension(0, i));
  }
  return target;
}

LogicalResult shapes::constantOfShape(ShapeContext &context) {
  std::optional<Dimensions> target = getTarget(context, 0);
  if (!target) {
    return success();
  }
  Attribute value = context.node.getAttribute("value");
  auto elements = dyn_cast_or_null<DenseElementsAttr>(value);
  if (value && !elements) {
    return context.emitError() << "has a value that is not one dense element";
  }
  Type type = elements ? elements.getElementType()
                       : Float32Type::get(context.node.getContext());
  context.set(0, type, *target);
  std::optional<int64_t> count = countElements(*target).getConstant();
  if (!elements || !isa<IntegerType>(type) || !count || *count < 0 ||
      *count > TensorFacts::maxContents) {
    return success();
  }
  APInt element = *elements.value_begin<APInt>();
  int64_t number =
      type.isInteger(1) ? element.getZExtValue() : element.getSExtValue();
  context.setContents(0, Contents(*count, Polynomial(number)));
  return success();
}

/// The only element of input `index`, where it is known.
static std::optional<Polynomial> getScalar(ShapeContext &context,
                                           unsigned index) {
  const std::optional<Contents> &contents = context.getInput(index).contents;
  if (!contents || contents->size() != 1) {
    return std::nullopt;
  }
  return contents->front();
}

LogicalResult shapes::range(ShapeContext &context) {
  if (!context.getElementType(0)) {
    return success();
  }
  std::optional<Polynomial> start = getScalar(context, 0);
  std::optional<Polynomial> limit = getScalar(context, 1);
  std::optional<Polynomial> delta = getScalar(context, 2);
  Polynomial length = context.getUnknownDimension(0, 0);
  if (start && limit && delta && delta->is(1)) {
    length = context.space.max(*limit - *start, 0);
  } else if (start && limit && delta && context.space.isPositive(*delta)) {
    Polynomial steps = context.space.floorDivide(
        *limit - *start + *delta - Polynomial(1), *delta);
    length = context.space.max(steps, 0);
  }
  context.set(0, context.getElementType(0), {length});
  if (!start || !delta) {
    return success();
  }
  if (start->is(0) && delta->is(1)) {
    context.getResult(0).indexBounds = {length};
  }
  std::optional<int64_t> count = length.getConstant();
  if (!count || *count > TensorFacts::maxContents) {
    return success();
  }
  Contents contents;
  for (int64_t i = 0; i < *count; ++i) {
    contents.push_back(*start + Polynomial(i) * *delta);
  }
  context.setContents(0, std::move(contents));
  return success();
}

//===----------------------------------------------------------------------===//
// The same elements in another shape
//===----------------------------------------------------------------------===//

/// Reshape of [b', t'] to [b, -1], all symbols: exporters mean b' = b, and
/// nothing else divides.
static LogicalResult bindKeptDimensions(ShapeContext &context,
                                        ArrayRef<Polynomial> target,
                                        size_t open) {
  ArrayRef<Polynomial> input = context.getShape(0);
  if (input.size() != 2 || target.size() != 2) {
    return success();
  }
  size_t kept = 1 - open;
  if (!input[kept].getAtom() || !target[kept].getAtom()) {
    return success();
  }
  return context.requireEqual(input[kept], target[kept], "kept dimensions");
}

/// Gives result 0 the elements of input 0 in `shape`.
static void reshapeTo(ShapeContext &context, Dimensions shape) {
  context.set(0, context.getElementType(0), std::move(shape));
  context.getResult(0).contents = context.getInput(0).contents;
  if (context.getInput(0).indexBounds.size() == 1) {
    context.getResult(0).indexBounds = context.getInput(0).indexBounds;
  }
}

LogicalResult shapes::reshape(ShapeContext &context) {
  std::optional<Dimensions> target = getTarget(context, 1);
  if (!context.isKnown(0) || !target) {
    return success();
  }
  const Dimensions &input = context.getShape(0);
  bool copiesZero = context.node.getInt("allowzero", 0) == 0;
  std::optional<size_t> open;
  for (auto [index, dimension] : llvm::enumerate(*target)) {
    if (dimension.is(0) && copiesZero) {
      if (index >= input.size()) {
        return context.emitError() << "copies dimension " << index
                                   << " of an input of rank " << input.size();
      }
      dimension = input[index];
    } else if (dimension.is(-1)) {
      if (open) {
        return context.emitError() << "has two dimensions -1, expected one";
      }
      open = index;
    }
  }
  if (open) {
    // Cancel what stands on both sides first: it may be zero.
    Dimensions left(input), right;
    for (auto [index, dimension] : llvm::enumerate(*target)) {
      if (index == *open) {
        continue;
      }
      auto *same = llvm::find(left, dimension);
      if (same != left.end()) {
        left.erase(same);
      } else {
        right.push_back(dimension);
      }
    }
    Polynomial rest = countElements(right);
    std::optional<Polynomial> exact = countElements(left).divideExactly(rest);
    if (!exact && rest.getConstant() && countElements(left).getConstant()) {
      return context.emitError()
             << "splits " << context.space.toString(countElements(left))
             << " elements by " << context.space.toString(rest)
             << ", which does not divide them";
    }
    if (!exact && failed(bindKeptDimensions(context, *target, *open))) {
      return failure();
    }
    (*target)[*open] =
        exact ? *exact : context.space.floorDivide(countElements(left), rest);
  } else {
    Polynomial before = countElements(input), after = countElements(*target);
    if (context.space.differ(before, after) && before.getConstant()) {
      return context.emitError()
             << "has " << context.space.toString(before)
             << " elements and a target of " << context.space.toString(after)
             << ", expected equal";
    }
  }
  reshapeTo(context, *target);
  return success();
}

LogicalResult shapes::flatten(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  int64_t rank = context.getRank(0);
  int64_t axis = context.node.getInt("axis", 1);
  if (axis < -rank || axis > rank) {
    return context.emitError()
           << "axis is " << axis << ", expected one of rank " << rank;
  }
  ArrayRef<Polynomial> shape = context.getShape(0);
  axis = axis < 0 ? axis + rank : axis;
  reshapeTo(context, {countElements(shape.take_front(axis)),
                      countElements(shape.drop_front(axis))});
  return success();
}

LogicalResult shapes::squeeze(ShapeContext &context) {
  if (!context.isKnown(0)) {
    return success();
  }
  const Dimensions &input = context.getShape(0);
  SmallVector<bool> isDropped(input.size(), false);
  if (context.has(1)) {
    std::optional<SmallVector<int64_t>> axes = context.getIntegers(1);
    if (!axes) {
      return success();
    }
    for (int64_t axis : *axes) {
      FailureOr<int64_t> normal = context.normalizeAxis(axis, input.size());
      if (failed(normal)) {
        return failure();
      }
      isDropped[*normal] = true;
      if (failed(context.requireEqual(input[*normal], 1,
                                      "squeezed dimension "
                                      "and 1"))) {
        return failure();
      }
    }
  } else {
    for (auto [index, dimension] : llvm::enumerate(input)) {
      isDropped[index] = dimension.is(1);
    }
  }
  Dimensions result;
  for (auto [index, dimension] : llvm::enumerate(input)) {
    if (!isDropped[index]) {
      result.push_back(dimension);
    }
  }
  reshapeTo(context, result);
  return success();
}

LogicalResult shapes::unsqueeze(ShapeContext &context) {
  std::optional<SmallVector<int64_t>> axes = context.getIntegers(1);
  if (!context.isKnown(0) || !axes) {
    return success();
  }
  const Dimensions &input = context.getShape(0);
  int64_t rank = input.size() + axes->size();
  SmallVector<bool> isNew(rank, false);
  for (int64_t axis : *axes) {
    FailureOr<int64_t> normal = context.normalizeAxis(axis, rank);
    if (failed(normal)) {
      return failure();
    }
    if (isNew[*normal]) {
      return context.emitError() << "inserts axis " << *normal << " twice";
    }
    isNew[*normal] = true;
  }
  Dimensions result;
  const Polynomial *next = input.begin();
  for (bool one : isNew) {
    result.push_back(one ? Polynomial(1) : *next++);
  }
  reshapeTo(context, result);
  return success();
}
