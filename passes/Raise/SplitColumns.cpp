//===- SplitColumns.cpp - slices of rows become one split -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Slices of one value along its last axis are cut at the union of their bounds.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/NodeMatching.h"
#include "tandem/passes/Raise/Passes.h"

#include <set>

namespace tandem {
#define GEN_PASS_DEF_SPLITCOLUMNSPASS
#include "tandem/passes/Raise/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;

static constexpr StringLiteral category = "split-columns";

namespace {
/// A slice that keeps columns [begin, end) of each row.
struct ColumnSlice {
  NodeOp node;
  int64_t begin, end;
};
} // namespace

/// One integer of a constant input, or nothing.
static std::optional<int64_t> singleInt(Value value) {
  auto ints = value ? constantInts(value) : std::nullopt;
  return ints && ints->size() == 1 ? std::optional(ints->front())
                                   : std::nullopt;
}

/// `position` of Slice as a column: negative ones count from the end.
static int64_t clampColumn(int64_t position, int64_t width) {
  return std::clamp<int64_t>(position < 0 ? position + width : position, 0,
                             width);
}

static std::optional<ColumnSlice> matchColumnSlice(NodeOp node) {
  auto type = tensorType(node.getInput(0));
  if (!isOperator(node, "Slice") || !type || type.getRank() < 2 ||
      type.isDynamicDim(type.getRank() - 1)) {
    return std::nullopt;
  }
  auto begin = singleInt(node.getInput(1)), end = singleInt(node.getInput(2));
  auto axis = singleInt(node.getInput(3));
  Value step = node.getInput(4);
  if (!begin || !end || !axis || (step && singleInt(step) != 1) ||
      positiveAxis(*axis, type.getRank()) != type.getRank() - 1) {
    return std::nullopt;
  }
  int64_t width = type.getShape().back();
  return ColumnSlice{node, clampColumn(*begin, width),
                     clampColumn(*end, width)};
}

/// Replaces `slices` of `value` by results of one Split; a slice that is more
/// than one piece stays.
static void splitColumns(Value value, ArrayRef<ColumnSlice> slices) {
  auto type = cast<RankedTensorType>(value.getType());
  std::set<int64_t> bounds = {0, type.getShape().back()};
  for (const ColumnSlice &slice : slices) {
    bounds.insert({slice.begin, slice.end});
  }
  SmallVector<int64_t> cuts(bounds.begin(), bounds.end());
  SmallVector<int64_t> sizes;
  SmallVector<Type> types;
  for (size_t i = 0; i + 1 < cuts.size(); ++i) {
    sizes.push_back(cuts[i + 1] - cuts[i]);
    SmallVector<int64_t> shape(type.getShape());
    shape.back() = sizes.back();
    types.push_back(RankedTensorType::get(shape, type.getElementType()));
  }
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  Location loc = NodeOp(slices.front().node).getLoc();
  auto sizesType = RankedTensorType::get({static_cast<int64_t>(sizes.size())},
                                         builder.getI64Type());
  Value sizesValue = onnx::ConstantOp::create(
      builder, loc, sizesType,
      DenseElementsAttr::get(sizesType, ArrayRef<int64_t>(sizes)));
  auto split = NodeOp::create(
      builder, loc, "Split", types, ValueRange{value, sizesValue},
      builder.getDictionaryAttr(builder.getNamedAttr(
          "axis", builder.getI64IntegerAttr(type.getRank() - 1))));
  for (ColumnSlice slice : slices) {
    size_t piece = llvm::find(cuts, slice.begin) - cuts.begin();
    if (cuts[piece + 1] != slice.end) {
      reportMissed(slice.node.getLoc(), category,
                   "the slice overlaps another one");
      continue;
    }
    slice.node->getResult(0).replaceAllUsesWith(split->getResult(piece));
    slice.node->erase();
  }
  reportRaised(loc, category, "columns of a row");
}

namespace {
class SplitColumnsPass
    : public tandem::impl::SplitColumnsPassBase<SplitColumnsPass> {
  void runOnOperation() override {
    llvm::MapVector<Value, SmallVector<ColumnSlice>> slices;
    getOperation().walk([&](NodeOp node) {
      auto slice = matchColumnSlice(node);
      if (slice && slice->begin < slice->end) {
        slices[node->getOperand(0)].push_back(*slice);
      }
    });
    for (auto &[value, ofValue] : slices) {
      splitColumns(value, ofValue);
    }
  }
};
} // namespace
