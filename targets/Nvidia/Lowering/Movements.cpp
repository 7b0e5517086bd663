//===- Primitives.cpp - primitives on the rows of tokens --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/Primitives.h"

#include "tandem/dialects/Deploy/IR/DeployOps.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

using Movements = std::vector<NodeMovement>;

SmallVector<int64_t> tandem::nvidia::innerShapeOf(Value rows) {
  auto type = cast<RankedTensorType>(rows.getType());
  return SmallVector<int64_t>(type.getShape().drop_front());
}

std::optional<Movement> tandem::nvidia::broadcastTo(Value value,
                                                    ArrayRef<int64_t> shape) {
  bool isShared = value.getDefiningOp<deploy::WeightOp>() != nullptr;
  auto type = cast<RankedTensorType>(value.getType());
  ArrayRef<int64_t> own = type.getShape();
  if (!isShared) {
    own = own.drop_front();
  }
  while (own.size() > shape.size() && own.front() == 1) {
    own = own.drop_front();
  }
  if (own.size() > shape.size() || (!isShared && own.size() < shape.size())) {
    return std::nullopt;
  }
  SmallVector<int64_t> padded(shape.size() - own.size(), 1);
  padded.append(own.begin(), own.end());
  Movement movement{Strided::rowMajor(padded), Strided::rowMajor(shape)};
  for (size_t i = 0; i < shape.size(); ++i) {
    if (padded[i] != shape[i]) {
      if (padded[i] != 1) {
        return std::nullopt;
      }
      movement.from.strides[i] = 0;
    }
  }
  movement.from.sizes = movement.to.sizes;
  if (isShared) {
    movement.from.pitch = 0;
  }
  return movement;
}

/// The numbers of an input that is a constant, or `fallback` where there is
/// none.
static Expected<SmallVector<int64_t>>
integersOf(onnx::NodeOp op, unsigned input, ArrayRef<int64_t> fallback = {}) {
  SmallVector<int64_t> numbers(fallback);
  if (input >= op.getInputs().size() ||
      op.getInputs()[input].getDefiningOp<onnx::NoneOp>()) {
    return numbers;
  }
  auto constant = op.getInputs()[input].getDefiningOp<onnx::ConstantOp>();
  auto elements =
      constant ? dyn_cast<DenseIntElementsAttr>(constant.getValue()) : nullptr;
  if (!elements) {
    return createStringError("has sizes, axes or indices in input " +
                             Twine(input) + " that are not constant");
  }
  numbers.clear();
  for (const APInt &number : elements) {
    numbers.push_back(number.getSExtValue());
  }
  return numbers;
}

/// The number among the inner dimensions of `axis` of a value of `rank`.
static Expected<int64_t> innerAxis(int64_t axis, int64_t rank) {
  int64_t normal = axis < 0 ? axis + rank : axis;
  if (normal < 1 || normal >= rank) {
    return createStringError("works along axis " + Twine(axis) +
                             " of a value of rank " + Twine(rank) +
                             "; expected an axis behind that of tokens");
  }
  return normal - 1;
}

static int64_t rankOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank();
}

static Expected<int64_t> innerAxisOf(onnx::NodeOp op, int64_t fallback) {
  return innerAxis(op.getInt("axis", fallback), rankOf(op.getInputs()[0]));
}

/// `count` elements of a dimension from `first` on, every `step`-th.
static Strided along(Strided all, int64_t axis, int64_t first, int64_t count,
                     int64_t step = 1) {
  all.offset += first * all.strides[axis];
  all.sizes[axis] = count;
  all.strides[axis] *= step;
  return all;
}

static Strided allOf(Value value) {
  return Strided::rowMajor(innerShapeOf(value));
}

//===----------------------------------------------------------------------===//
// Movements
//===----------------------------------------------------------------------===//

/// Changes of shape alone.
static Expected<Movements> reshape(onnx::NodeOp op) {
  int64_t count = allOf(op.getInputs()[0]).count();
  if (count != allOf(op.getOutputs()[0]).count()) {
    return createStringError("moves elements from token to token");
  }
  Strided all = Strided::rowMajor(count);
  return Movements{{0, 0, {all, all}}};
}

static Expected<Movements> split(onnx::NodeOp op) {
  Expected<int64_t> axis = innerAxisOf(op, 0);
  if (!axis) {
    return axis.takeError();
  }
  Movements movements;
  int64_t first = 0;
  for (auto [i, output] : llvm::enumerate(op.getOutputs())) {
    int64_t size = innerShapeOf(output)[*axis];
    movements.push_back(
        {0,
         int64_t(i),
         {along(allOf(op.getInputs()[0]), *axis, first, size), allOf(output)}});
    first += size;
  }
  return movements;
}

static Expected<Movements> concat(onnx::NodeOp op) {
  Expected<int64_t> axis = innerAxisOf(op, 0);
  if (!axis) {
    return axis.takeError();
  }
  Movements movements;
  int64_t first = 0;
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    if (input.getDefiningOp<deploy::WeightOp>() ||
        input.getDefiningOp<onnx::ConstantOp>()) {
      return createStringError("joins a constant to rows; expected rows only");
    }
    int64_t size = innerShapeOf(input)[*axis];
    movements.push_back(
        {int64_t(i),
         0,
         {allOf(input), along(allOf(op.getOutputs()[0]), *axis, first, size)}});
    first += size;
  }
  return movements;
}

static Expected<Movements> transpose(onnx::NodeOp op) {
  SmallVector<int64_t> order = op.getInts("perm"), sorted = order;
  llvm::sort(sorted);
  int64_t rank = rankOf(op.getInputs()[0]);
  if (order.empty() || order[0] != 0 ||
      sorted != llvm::to_vector(llvm::seq(rank))) {
    return createStringError("moves elements from token to token");
  }
  Strided all = allOf(op.getInputs()[0]), from = all;
  for (auto [i, axis] : llvm::enumerate(ArrayRef(order).drop_front())) {
    from.sizes[i] = all.sizes[axis - 1];
    from.strides[i] = all.strides[axis - 1];
  }
  return Movements{{0, 0, {from, allOf(op.getOutputs()[0])}}};
}

static Expected<Movements> expand(onnx::NodeOp op) {
  auto movement =
      broadcastTo(op.getInputs()[0], innerShapeOf(op.getOutputs()[0]));
  if (!movement) {
    return createStringError("repeats tokens");
  }
  return Movements{{0, 0, *movement}};
}

/// The first and the number of the indices that a slice takes of an axis, by
/// the rules of ONNX: negative bounds count from the end, then both are cut.
static std::pair<int64_t, int64_t> sliceOf(int64_t size, int64_t start,
                                           int64_t end, int64_t step) {
  auto cut = [&](int64_t bound) {
    bound += bound < 0 ? size : 0;
    return step > 0 ? std::clamp<int64_t>(bound, 0, size)
                    : std::clamp<int64_t>(bound, -1, size - 1);
  };
  int64_t first = cut(start),
          length = step > 0 ? cut(end) - first : first - cut(end);
  int64_t stride = step > 0 ? step : -step;
  return {first, length <= 0 ? 0 : (length - 1) / stride + 1};
}

static Expected<Movements> slice(onnx::NodeOp op) {
  Expected<SmallVector<int64_t>> starts = integersOf(op, 1);
  Expected<SmallVector<int64_t>> ends = integersOf(op, 2);
  Expected<SmallVector<int64_t>> axes = integersOf(op, 3);
  Expected<SmallVector<int64_t>> steps = integersOf(op, 4);
  for (auto *list : {&starts, &ends, &axes, &steps}) {
    if (!*list) {
      return joinErrors(joinErrors(starts.takeError(), ends.takeError()),
                        joinErrors(axes.takeError(), steps.takeError()));
    }
  }
  steps->resize(starts->size(), 1);
  if (ends->size() != starts->size() || axes->size() != starts->size()) {
    return createStringError("has starts, ends and axes of different length");
  }
  Strided from = allOf(op.getInputs()[0]);
  for (auto [start, end, axis, step] :
       llvm::zip(*starts, *ends, *axes, *steps)) {
    Expected<int64_t> inner = innerAxis(axis, rankOf(op.getInputs()[0]));
    if (!inner) {
      return inner.takeError();
    }
    auto [first, count] = sliceOf(from.sizes[*inner], start, end, step);
    from = along(from, *inner, first, count, step);
  }
  return Movements{{0, 0, {from, allOf(op.getOutputs()[0])}}};
}

/// Indices become runs of equal steps, a copy each.
static Expected<Movements> gather(onnx::NodeOp op) {
  Expected<int64_t> axis = innerAxisOf(op, 0);
  if (!axis) {
    return axis.takeError();
  }
  Expected<SmallVector<int64_t>> given = integersOf(op, 1);
  if (!given) {
    return given.takeError();
  }
  Strided all = allOf(op.getInputs()[0]);
  int64_t size = all.sizes[*axis], count = given->size();
  SmallVector<int64_t> indices, shape(all.sizes);
  for (int64_t index : *given) {
    indices.push_back(index < 0 ? index + size : index);
    if (indices.back() < 0 || indices.back() >= size) {
      return createStringError("reads index " + Twine(index) +
                               " of an axis of " + Twine(size));
    }
  }
  shape[*axis] = count;
  Movements movements;
  for (int64_t i = 0, length; i < count; i += length) {
    int64_t step = i + 1 < count ? indices[i + 1] - indices[i] : 1;
    length = 1;
    while (i + length < count &&
           indices[i + length] == indices[i] + length * step) {
      ++length;
    }
    movements.push_back({0,
                         0,
                         {along(all, *axis, indices[i], length, step),
                          along(Strided::rowMajor(shape), *axis, i, length)}});
  }
  return movements;
}

static Expected<Movements> tile(onnx::NodeOp op) {
  Expected<SmallVector<int64_t>> repeats = integersOf(op, 1);
  if (!repeats) {
    return repeats.takeError();
  }
  if (int64_t(repeats->size()) != rankOf(op.getInputs()[0]) ||
      repeats->front() != 1) {
    return createStringError("repeats tokens");
  }
  Strided source = allOf(op.getInputs()[0]), target = allOf(op.getOutputs()[0]);
  Movement movement{source.keep([](size_t) { return false; }),
                    target.keep([](size_t) { return false; })};
  for (auto [i, repeat] : llvm::enumerate(ArrayRef(*repeats).drop_front())) {
    movement.from.sizes.append({repeat, source.sizes[i]});
    movement.from.strides.append({0, source.strides[i]});
    movement.to.strides.append(
        {source.sizes[i] * target.strides[i], target.strides[i]});
  }
  movement.to.sizes = movement.from.sizes;
  return Movements{{0, 0, movement}};
}

using Rule = Expected<Movements> (*)(onnx::NodeOp);

static Rule ruleOf(StringRef operation) {
  static const llvm::StringMap<Rule> rules = {
      {"Concat", concat}, {"Expand", expand},       {"Flatten", reshape},
      {"Gather", gather}, {"Identity", reshape},    {"Reshape", reshape},
      {"Slice", slice},   {"Split", split},         {"Squeeze", reshape},
      {"Tile", tile},     {"Transpose", transpose}, {"Unsqueeze", reshape},
  };
  return rules.lookup(operation);
}

bool tandem::nvidia::isMovement(StringRef operation) {
  return ruleOf(operation) != nullptr;
}

/// Whether the movements stay in their rows and fill those of the outputs: the
/// types of a program that was written by hand may say anything.
static bool fit(onnx::NodeOp op, const Movements &movements) {
  SmallVector<int64_t> filled(op.getOutputs().size());
  for (const auto &[input, output, movement] : movements) {
    if (movement.from.sizes != movement.to.sizes ||
        !movement.from.isWithinRow() || !movement.to.isWithinRow()) {
      return false;
    }
    filled[output] += movement.to.count();
  }
  return llvm::all_of_zip(filled, op.getOutputs(),
                          [](int64_t count, Value output) {
                            return count == allOf(output).count();
                          });
}

Expected<Movements> tandem::nvidia::movementsOf(onnx::NodeOp op) {
  Value first = op.getInputs()[0];
  if (isa_and_nonnull<deploy::WeightOp, onnx::ConstantOp>(
          first.getDefiningOp())) {
    return createStringError("moves elements of a constant; expected rows");
  }
  Expected<Movements> movements = ruleOf(op.getOpType())(op);
  if (movements && !fit(op, *movements)) {
    return createStringError(
        "has results whose types do not follow from its inputs");
  }
  return movements;
}

//===----------------------------------------------------------------------===//
// Lines
//===----------------------------------------------------------------------===//

bool tandem::nvidia::isSoftmax(StringRef operation) {
  return operation == "Softmax" || operation == "LogSoftmax";
}

Expected<Lines> tandem::nvidia::linesOf(onnx::NodeOp op) {
  int64_t last = op.getInt("axis", -1);
  Expected<SmallVector<int64_t>> axes = integersOf(op, 1, last);
  if (!axes) {
    return axes.takeError();
  }
  Value first = op.getInputs()[0];
  if (isa_and_nonnull<deploy::WeightOp, onnx::ConstantOp>(
          first.getDefiningOp())) {
    return createStringError("reduces a constant; expected rows");
  }
  bool isReduction = !isSoftmax(op.getOpType());
  if (isReduction && (op.getInputs().size() < 2 || axes->empty())) {
    return createStringError(
        "reduces along all axes; expected axes behind that of tokens");
  }
  llvm::SmallDenseSet<int64_t> reduced;
  for (int64_t axis : *axes) {
    Expected<int64_t> inner = innerAxis(axis, rankOf(first));
    if (!inner) {
      return inner.takeError();
    }
    reduced.insert(*inner);
  }
  Strided all = allOf(first);
  Lines lines{all.keep([&](size_t i) { return !reduced.contains(i); }),
              all.keep([&](size_t i) { return reduced.contains(i); })};
  int64_t made = allOf(op.getOutputs()[0]).count();
  if (made != (isReduction ? lines.outer.count() : all.count())) {
    return createStringError(
        "has a result whose type does not follow from its input");
  }
  return lines;
}
