//===- Movements.cpp - primitives that move elements of rows ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/Movements.h"

#include "tandem/targets/Nvidia/Lowering/Support.h"

#include "llvm/ADT/StringMap.h"

#include <limits>

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

std::optional<Movement> tandem::nvidia::broadcastTo(Value value,
                                                    ArrayRef<int64_t> shape) {
  bool ofAll = isShared(value);
  auto type = cast<RankedTensorType>(value.getType());
  ArrayRef<int64_t> own = type.getShape();
  if (!ofAll) {
    own = own.drop_front();
  }
  while (own.size() > shape.size() && own.front() == 1) {
    own = own.drop_front();
  }
  if (own.size() > shape.size() || (!ofAll && own.size() < shape.size())) {
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
  if (ofAll) {
    movement.from.pitch = 0;
  }
  return movement;
}

using Copies = std::vector<NodeMovement>;

/// Changes of shape alone.
static Expected<Copies> reshape(onnx::NodeOp op) {
  int64_t count = allOf(op.getInputs()[0]).count();
  if (count != allOf(op.getOutputs()[0]).count()) {
    return createStringError("moves elements from token to token");
  }
  Strided all = Strided::rowMajor(count);
  return Copies{{0, 0, {all, all}}};
}

static Expected<Copies> split(onnx::NodeOp op) {
  Expected<int64_t> axis = innerAxisOf(op, 0);
  if (!axis) {
    return axis.takeError();
  }
  Copies movements;
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

static Expected<Copies> concat(onnx::NodeOp op) {
  Expected<int64_t> axis = innerAxisOf(op, 0);
  if (!axis) {
    return axis.takeError();
  }
  Copies movements;
  int64_t first = 0;
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    if (isShared(input)) {
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

static Expected<Copies> transpose(onnx::NodeOp op) {
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
  return Copies{{0, 0, {from, allOf(op.getOutputs()[0])}}};
}

static Expected<Copies> expand(onnx::NodeOp op) {
  auto movement =
      broadcastTo(op.getInputs()[0], innerShapeOf(op.getOutputs()[0]));
  if (!movement) {
    return createStringError("repeats tokens");
  }
  return Copies{{0, 0, *movement}};
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

static Expected<Copies> slice(onnx::NodeOp op) {
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
  return Copies{{0, 0, {from, allOf(op.getOutputs()[0])}}};
}

/// Indices become runs of equal steps, a copy each.
static Expected<Copies> gather(onnx::NodeOp op) {
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
  Copies movements;
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

static Expected<Copies> tile(onnx::NodeOp op) {
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
  return Copies{{0, 0, movement}};
}

/// Indices of an axis that follow each other on both sides.
struct Run {
  int64_t to, from, count, step;
};

/// What a Pad does to an axis of `size` elements.
static Expected<SmallVector<Run>> padAxis(StringRef mode, int64_t size,
                                          int64_t before, int64_t behind) {
  int64_t first = std::max<int64_t>(-before, 0);
  int64_t kept = size - first + std::min<int64_t>(behind, 0);
  SmallVector<Run> runs;
  if (kept > 0) {
    runs.push_back({std::max<int64_t>(before, 0), first, kept, 1});
  }
  if (mode == "constant") {
    return runs;
  }
  int64_t most = mode == "edge" ? std::numeric_limits<int64_t>::max()
                                : size - (mode == "reflect");
  if (before > most || behind > most || std::min(before, behind) < 0) {
    return createStringError("pads an axis of " + Twine(size) + " by " +
                             Twine(before) + " and " + Twine(behind) +
                             " in mode '" + mode + "'; expected from 0 to " +
                             Twine(most));
  }
  // Where the elements before and behind come from, and in which steps.
  bool isEdge = mode == "edge", isWrap = mode == "wrap";
  int64_t step = isEdge ? 0 : isWrap ? 1 : -1;
  runs.push_back({0,
                  isEdge   ? 0
                  : isWrap ? size - before
                           : before,
                  before, step});
  runs.push_back({before + size,
                  isEdge   ? size - 1
                  : isWrap ? 0
                           : size - 2,
                  behind, step});
  llvm::erase_if(runs, [](const Run &run) { return run.count == 0; });
  return runs;
}

/// Each run of an axis with each one of the others.
static Expected<Copies> pad(onnx::NodeOp op) {
  Value input = op.getInputs()[0];
  Expected<SmallVector<int64_t>> pads = integersOf(op, 1);
  Expected<SmallVector<int64_t>> axes =
      integersOf(op, 3, llvm::to_vector(llvm::seq(rankOf(input))));
  if (!pads || !axes) {
    return joinErrors(pads.takeError(), axes.takeError());
  }
  if (Value background = op.getInput(2); background && !numberOf(background)) {
    return createStringError("pads with a value that is no constant number");
  }
  StringRef mode = op.getString("mode", "constant");
  if (!llvm::is_contained({"constant", "edge", "reflect", "wrap"}, mode) ||
      pads->size() != 2 * axes->size()) {
    return createStringError("has mode '" + mode + "' and " +
                             Twine(pads->size()) + " pads of " +
                             Twine(axes->size()) + " axes");
  }
  Copies copies = {{0, 0, {allOf(input), allOf(op.getOutputs()[0])}}};
  for (auto [i, axis] : llvm::enumerate(*axes)) {
    int64_t before = (*pads)[i], behind = (*pads)[axes->size() + i];
    if (before == 0 && behind == 0) {
      continue;
    }
    Expected<int64_t> inner = innerAxis(axis, rankOf(input));
    if (!inner) {
      return inner.takeError();
    }
    auto runs = padAxis(mode, allOf(input).sizes[*inner], before, behind);
    if (!runs) {
      return runs.takeError();
    }
    Copies next;
    for (const NodeMovement &copy : copies) {
      for (const Run &run : *runs) {
        const auto &[from, to] = copy.movement;
        next.push_back({0,
                        0,
                        {along(from, *inner, run.from, run.count, run.step),
                         along(to, *inner, run.to, run.count)}});
      }
    }
    copies = next;
  }
  return copies;
}

/// What a Pad puts around the elements.
static std::optional<Number> backgroundOf(onnx::NodeOp op) {
  if (op.getString("mode", "constant") != "constant") {
    return std::nullopt;
  }
  Value given = op.getInput(2);
  return given ? numberOf(given) : Number{};
}

using Rule = Expected<Copies> (*)(onnx::NodeOp);

static Rule ruleOf(StringRef operation) {
  static const llvm::StringMap<Rule> rules = {
      {"Concat", concat},     {"Expand", expand},    {"Flatten", reshape},
      {"Gather", gather},     {"Identity", reshape}, {"Pad", pad},
      {"Reshape", reshape},   {"Slice", slice},      {"Split", split},
      {"Squeeze", reshape},   {"Tile", tile},        {"Transpose", transpose},
      {"Unsqueeze", reshape},
  };
  return rules.lookup(operation);
}

bool tandem::nvidia::isMovement(StringRef operation) {
  return ruleOf(operation) != nullptr;
}

/// Whether the copies stay in their rows and fill those of the outputs: the
/// types of a program that was written by hand may say anything.
static bool fit(onnx::NodeOp op, const Movements &movements) {
  SmallVector<int64_t> filled(op.getOutputs().size());
  for (const auto &[input, output, movement] : movements.copies) {
    if (movement.from.sizes != movement.to.sizes ||
        !movement.from.isWithinRow() || !movement.to.isWithinRow()) {
      return false;
    }
    filled[output] += movement.to.count();
  }
  return llvm::all_of_zip(
      filled, op.getOutputs(), [&](int64_t count, Value output) {
        int64_t all = allOf(output).count();
        return movements.background ? count <= all : count == all;
      });
}

Expected<Movements> tandem::nvidia::movementsOf(onnx::NodeOp op) {
  if (isShared(op.getInputs()[0])) {
    return createStringError("moves elements of a constant; expected rows");
  }
  Expected<Copies> copies = ruleOf(op.getOpType())(op);
  if (!copies) {
    return copies.takeError();
  }
  Movements movements{{}, std::move(*copies)};
  if (op.getOpType() == "Pad") {
    movements.background = backgroundOf(op);
  }
  if (!fit(op, movements)) {
    return createStringError(
        "has results whose types do not follow from its inputs");
  }
  return movements;
}

std::optional<Piece> tandem::nvidia::pieceOf(Value value) {
  auto node = value.getDefiningOp<onnx::NodeOp>();
  if (!node || !isMovement(node.getOpType())) {
    return std::nullopt;
  }
  Expected<Movements> movements = movementsOf(node);
  if (!movements) {
    llvm::consumeError(movements.takeError());
    return std::nullopt;
  }
  int64_t output = cast<OpResult>(value).getResultNumber();
  auto isOurs = [&](const NodeMovement &copy) { return copy.output == output; };
  if (movements->background || llvm::count_if(movements->copies, isOurs) != 1) {
    return std::nullopt;
  }
  const NodeMovement &copy = *llvm::find_if(movements->copies, isOurs);
  Value whole = node.getInputs()[copy.input];
  Movement movement = copy.movement.simplified();
  const Strided &from = movement.from;
  bool isPiece =
      from.pitch == widthOf(whole) && from.sizes.size() == 1 &&
      from.strides[0] == 1 && movement.to.count() == widthOf(value) &&
      elementIn(whole) == Element::f32 && elementIn(value) == Element::f32;
  return isPiece ? std::optional(Piece{whole, from.offset}) : std::nullopt;
}
