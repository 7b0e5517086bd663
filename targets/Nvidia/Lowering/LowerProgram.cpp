//===- LowerProgram.cpp - one program of a part -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/LowerProgram.h"

#include "tandem/targets/Nvidia/Lowering/Chains.h"
#include "tandem/targets/Nvidia/Lowering/Movements.h"
#include "tandem/targets/Nvidia/Lowering/NodeAxes.h"
#include "tandem/targets/Nvidia/Lowering/NodeRules.h"
#include "tandem/targets/Nvidia/Lowering/Support.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;
using namespace tandem::transformer;

namespace {

class ProgramLowering {
public:
  ProgramLowering(PlanContext &context, const Program &program)
      : context(context), b(context, program) {}

  ProgramOp run(func::FuncOp phase);

private:
  void lowerBlock(Block &block, Scope &scope);
  void lowerChain(const Chain &chain, Scope &scope);
  void lowerOperation(Operation *op, Scope &scope);
  void lowerLoop(scf::ForOp loop, Scope &scope);
  void lowerCall(func::CallOp call, Scope &scope);
  void lower(deploy::WeightOp op, Scope &scope);
  void lower(EmbeddingOp op, Scope &scope);
  void lower(LinearOp op, Scope &scope);
  void lower(RmsNormOp op, Scope &scope);
  void lower(LayerNormOp op, Scope &scope);
  void lower(RotaryOp op, Scope &scope);
  void lower(SelectTokensOp op, Scope &scope);
  void lower(AppendOp op, Scope &scope);
  void lower(RotaryAppend op, Scope &scope);
  void lower(CachedAttentionOp op, Scope &scope);

  SmallVector<Value> matrix(Value weight, MatrixLayout layout, Scope &scope);
  /// A layer as a kernel of its weights alone, on all rows or selected ones.
  LinearShape linearShapeOf(LinearOp linear, bool isSelected) const;
  /// How a kernel leaves `value`: for tensor cores, where nothing else reads it
  /// and all read it alike.
  RowFormat formatFor(Value value, bool isSelected) const;

  PlanContext &context;
  ProgramBuilder b;
};

} // namespace

static WeightFormat formatOf(Value weight, MatrixLayout layout) {
  return *WeightFormat::of(cast<RankedTensorType>(weight.getType()),
                           layout == MatrixLayout::nk);
}

SmallVector<Value> ProgramLowering::matrix(Value weight, MatrixLayout layout,
                                           Scope &scope) {
  return b.matrix(scope.entries.at(weight), formatOf(weight, layout));
}

LinearShape ProgramLowering::linearShapeOf(LinearOp linear,
                                           bool isSelected) const {
  LinearShape shape;
  shape.weight = formatOf(linear.getWeight(), linear.getLayout());
  shape.inputRows = b.rowCount(isSelected);
  shape.sharedBytes = context.plan.getSharedBytes();
  shape.hasWarpGroups = context.hasWarpGroups;
  shape.inputTerms = context.inputTerms;
  return shape;
}

RowFormat ProgramLowering::formatFor(Value value, bool isSelected) const {
  RowFormat format{widthOf(value), 0};
  for (OpOperand &use : value.getUses()) {
    auto linear = dyn_cast<LinearOp>(use.getOwner());
    if (!linear || use.getOperandNumber() != 0 || rankOf(value) > 2) {
      return {format.width, 0};
    }
    int64_t terms = linearShapeOf(linear, isSelected).input().terms;
    bool isFirst = &use == &*value.use_begin();
    if (terms == 0 || (!isFirst && terms != format.terms)) {
      return {format.width, 0};
    }
    format.terms = terms;
  }
  return format;
}

void ProgramLowering::lower(deploy::WeightOp op, Scope &scope) {
  int64_t entry = op.getBase();
  if (op.getLayer()) {
    entry += scope.indices.at(op.getLayer()) * *op.getStride();
  }
  scope.entries[op] = entry;
}

void ProgramLowering::lower(EmbeddingOp op, Scope &scope) {
  const Rows ids = scope.rows.at(op.getIds());
  SmallVector<Value> reads = {
      scope.rowsAs(op.getIds(), Element::i32, ids.isSelected)};
  llvm::append_range(reads, matrix(op.getTable(), op.getLayout(), scope));
  Rows y = scope.makeRows(op.getOutput(), ids.isSelected);
  b.launch(context.kernels.embedding(formatOf(op.getTable(), op.getLayout())),
           y.isSelected, reads, y.buffer, op.getLoc());
}

/// Lines along the last dimension of a row: the heads of queries, for one.
static int64_t linesOf(Value value) {
  return widthOf(value) / innerShapeOf(value).back();
}

/// A layer of several vectors in a row: one after the other, as kernels take
/// rows of one.
void ProgramLowering::lower(LinearOp op, Scope &scope) {
  const Rows x = scope.rows.at(op.getInput());
  LinearShape shape = linearShapeOf(op, x.isSelected);
  int64_t lines = linesOf(op.getInput());
  int64_t depth = shape.weight.depth, width = shape.weight.rows;
  shape.output.width = width;
  SmallVector<Value> reads = matrix(op.getWeight(), op.getLayout(), scope);
  if (op.getBias()) {
    Step &bias = shape.steps.emplace_back();
    bias.function = "Add";
    bias.operand = OperandKind::vector;
    reads.push_back(scope.vector(op.getBias()));
  }
  Rows y = scope.makeRows(op.getOutput(), x.isSelected);
  auto move = [&](const Strided &from, const Strided &to, Value source,
                  Value target) {
    b.launch(context.kernels.move({from, to}), x.isSelected, source, target,
             op.getLoc());
  };
  for (int64_t line = 0; line < lines; ++line) {
    auto inRow = [&](int64_t size) {
      return along(Strided::rowMajor({lines, size}), 0, line, 1);
    };
    Rows own = b.makeRows({depth, 0}, x.isSelected);
    move(inRow(depth), Strided::rowMajor({1, depth}), x.buffer, own.buffer);
    Value input = shape.input().isF32()
                      ? own.buffer
                      : b.convert(own, shape.input(), op.getLoc());
    Rows made = b.makeRows(shape.output, x.isSelected);
    SmallVector<Value> all = {input};
    llvm::append_range(all, reads);
    b.launch(context.kernels.linear(shape), x.isSelected, all, made.buffer,
             op.getLoc());
    move(Strided::rowMajor({1, width}), inRow(width), made.buffer, y.buffer);
  }
}

void ProgramLowering::lower(RmsNormOp op, Scope &scope) {
  const Rows x = scope.rows.at(op.getInput());
  RowFormat format = formatFor(op.getOutput(), x.isSelected);
  Rows y = scope.makeRows(op.getOutput(), x.isSelected, format.terms);
  int64_t lines = linesOf(op.getOutput());
  format.width /= lines;
  b.launch(
      context.kernels.rmsNorm(format, op.getEpsilon().convertToDouble(), lines),
      x.isSelected, {x.buffer, scope.vector(op.getScale())}, y.buffer,
      op.getLoc());
}

void ProgramLowering::lower(LayerNormOp op, Scope &scope) {
  const Rows x = scope.rows.at(op.getInput());
  SmallVector<Value> reads = {x.buffer, scope.vector(op.getScale())};
  if (op.getBias()) {
    reads.push_back(scope.vector(op.getBias()));
  }
  RowFormat format = formatFor(op.getOutput(), x.isSelected);
  Rows y = scope.makeRows(op.getOutput(), x.isSelected, format.terms);
  int64_t lines = linesOf(op.getOutput());
  format.width /= lines;
  b.launch(context.kernels.layerNorm(format, op.getEpsilon().convertToDouble(),
                                     bool(op.getBias()), lines),
           x.isSelected, reads, y.buffer, op.getLoc());
}

static RotaryShape rotaryShapeOf(RotaryOp op) {
  int64_t heads = op.getHeads();
  return {heads, widthOf(op.getInput()) / heads, widthOf(op.getCos()),
          op.getInterleaved()};
}

void ProgramLowering::lower(RotaryOp op, Scope &scope) {
  const Rows x = scope.rows.at(op.getInput());
  RotaryShape shape = rotaryShapeOf(op);
  Rows y = scope.makeRows(op.getOutput(), x.isSelected);
  b.launch(context.kernels.rotary(shape), x.isSelected,
           {x.buffer, scope.rows.at(op.getPositions()).buffer,
            scope.vector(op.getCos()), scope.vector(op.getSin())},
           y.buffer, op.getLoc());
}

void ProgramLowering::lower(SelectTokensOp op, Scope &scope) {
  const Rows x = scope.rows.at(op.getInput());
  RowFormat format = formatFor(op.getOutput(), /*isSelected=*/true);
  Rows y = scope.makeRows(op.getOutput(), /*isSelected=*/true, format.terms);
  // What is wider than fp32 is copied as pairs of them.
  format.width *= bytesOf(elementIn(op.getOutput())) / bytesOf(Element::f32);
  b.launch(context.kernels.select(format), /*onSelected=*/true,
           {b.step(StepField::selected), x.buffer}, y.buffer, op.getLoc());
}

void ProgramLowering::lower(AppendOp op, Scope &scope) {
  b.launch(context.kernels.append(context.cache), /*onSelected=*/false,
           {scope.rows.at(op.getKey()).buffer,
            scope.rows.at(op.getValue()).buffer, b.step(StepField::positions),
            b.step(StepField::tokenRows), b.step(StepField::blocks)},
           b.cache(scope.indices.at(op.getLayer())), op.getLoc());
}

void ProgramLowering::lower(RotaryAppend op, Scope &scope) {
  std::array<RowPlace, 3> places;
  SmallVector<Value> reads;
  for (auto [place, input] : llvm::zip(places, op.inputs())) {
    std::optional<Piece> piece = pieceOf(input);
    if (piece) { // read where it is, in one kernel's results for all three
      place = {piece->first, widthOf(piece->whole)};
    }
    reads.push_back(scope.rows.at(piece ? piece->whole : input).buffer);
  }
  Rows y = scope.makeRows(op.query.getOutput(), /*isSelected=*/false);
  reads.append({scope.rows.at(op.query.getPositions()).buffer,
                scope.vector(op.query.getCos()),
                scope.vector(op.query.getSin()), b.step(StepField::positions),
                b.step(StepField::tokenRows), b.step(StepField::blocks)});
  b.launch(context.kernels.rotaryAppend(rotaryShapeOf(op.query),
                                        rotaryShapeOf(op.key), context.cache,
                                        places),
           /*onSelected=*/false, reads,
           {y.buffer, b.cache(scope.indices.at(op.append.getLayer()))},
           op.append.getLoc());
}

void ProgramLowering::lower(CachedAttentionOp op, Scope &scope) {
  if (auto before = findRotaryAppend(op)) {
    lower(*before, scope);
  }
  AttentionShape shape;
  shape.cache = context.cache;
  shape.heads = op.getHeads();
  shape.scale = op.getScale().convertToDouble();
  shape.softcap = op.getSoftcap().convertToDouble();
  shape.isCausal = op.getKeep().getCausal();
  shape.window = std::max<int64_t>(0, op.getKeep().getWindow());
  shape.newTokens = b.tokensOfSequence();
  shape.sharedBytes = context.plan.getSharedBytes();
  shape.splits = b.splits(shape);
  shape.output = formatFor(op.getOutput(), /*isSelected=*/false);
  Value query = scope.rows.at(op.getQuery()).buffer;
  Rows y =
      scope.makeRows(op.getOutput(), /*isSelected=*/false, shape.output.terms);
  Value made = shape.splits > 1 ? b.makeParts(shape) : y.buffer;
  b.launch(context.kernels.attention(shape), /*onSelected=*/false,
           {query, b.step(StepField::positions), b.step(StepField::tokenRows),
            b.step(StepField::lengths), b.step(StepField::blocks),
            b.cache(scope.indices.at(op.getLayer()))},
           made, op.getLoc());
  if (shape.splits > 1) {
    b.launch(context.kernels.mergeSplits(shape), /*onSelected=*/false, made,
             y.buffer, op.getLoc());
  }
}

void ProgramLowering::lowerChain(const Chain &chain, Scope &scope) {
  LinearOp linear = chain.linear;
  const Rows x = scope.rows.at(linear ? linear.getInput() : chain.start);
  SmallVector<int64_t> rowShape = innerShapeOf(chain.result);
  RowFormat output = formatFor(chain.result, x.isSelected);
  SmallVector<Value> reads = {
      linear ? x.buffer : scope.rowsOf(chain.start, rowShape, x.isSelected)};
  LinearShape shape;
  if (linear) {
    shape = linearShapeOf(linear, x.isSelected);
    if (x.terms == 0 && !shape.input().isF32()) {
      reads[0] = b.convert(x, shape.input(), linear.getLoc());
    }
  }
  for (LinearOp layer : {chain.linear, chain.gate}) {
    if (layer) {
      llvm::append_range(reads,
                         matrix(layer.getWeight(), layer.getLayout(), scope));
    }
  }
  for (Value operand : chain.operands) {
    reads.push_back(scope.operand(operand, rowShape, x.isSelected));
  }
  Kernel kernel;
  if (linear) {
    shape.hasGate = bool(chain.gate);
    shape.glu = chain.glu;
    shape.steps = chain.steps;
    shape.output = output;
    kernel = context.kernels.linear(shape);
  } else {
    kernel = context.kernels.map(output, chain.steps, elementIn(chain.start));
  }
  Rows y = scope.makeRows(chain.result, x.isSelected, output.terms);
  b.launch(kernel, x.isSelected, reads, y.buffer,
           chain.covered.back()->getLoc());
}

void ProgramLowering::lowerLoop(scf::ForOp loop, Scope &scope) {
  auto copy = [&](Value from, Value to) {
    auto rows = scope.rows.find(from);
    if (rows != scope.rows.end()) {
      scope.rows[to] = Rows(rows->second);
    }
  };
  for (auto [initial, carried] :
       llvm::zip(loop.getInitArgs(), loop.getRegionIterArgs())) {
    copy(initial, carried);
  }
  int64_t last = scope.indices.at(loop.getUpperBound());
  int64_t step = scope.indices.at(loop.getStep());
  for (int64_t i = scope.indices.at(loop.getLowerBound()); i < last;
       i += step) {
    scope.indices[loop.getInductionVar()] = i;
    lowerBlock(*loop.getBody(), scope);
    // All at once: what is carried may be yielded in another place.
    SmallVector<std::pair<Value, Rows>> next;
    for (auto [yielded, carried] :
         llvm::zip(loop.getYieldedValues(), loop.getRegionIterArgs())) {
      auto rows = scope.rows.find(yielded);
      if (rows != scope.rows.end()) {
        next.emplace_back(carried, rows->second);
      }
    }
    for (auto &[carried, rows] : next) {
      scope.rows[carried] = rows;
    }
  }
  for (auto [carried, result] :
       llvm::zip(loop.getRegionIterArgs(), loop.getResults())) {
    copy(carried, result);
  }
}

void ProgramLowering::lowerCall(func::CallOp call, Scope &scope) {
  auto callee = context.part.lookupSymbol<func::FuncOp>(call.getCallee());
  Scope inner(context, b);
  for (auto [argument, operand] :
       llvm::zip(callee.getArguments(), call.getOperands())) {
    if (auto rows = scope.rows.find(operand); rows != scope.rows.end()) {
      inner.rows[argument] = rows->second;
    }
    if (auto index = scope.indices.find(operand);
        index != scope.indices.end()) {
      inner.indices[argument] = index->second;
    }
  }
  Block &body = callee.getBody().front();
  lowerBlock(body, inner);
  for (auto [returned, result] :
       llvm::zip(body.getTerminator()->getOperands(), call.getResults())) {
    if (auto rows = inner.rows.find(returned); rows != inner.rows.end()) {
      scope.rows[result] = rows->second;
    }
  }
}

void ProgramLowering::lowerOperation(Operation *op, Scope &scope) {
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](arith::ConstantIndexOp constant) {
        scope.indices[constant] = constant.value();
      })
      .Case([&](PositionsOp positions) {
        scope.rows[positions] = {b.step(StepField::positions)};
      })
      .Case([&](onnx::NodeOp node) {
        findNodeRule(node.getOpType())->lower(node, scope);
      })
      .Case([&](scf::ForOp loop) { lowerLoop(loop, scope); })
      .Case([&](func::CallOp call) { lowerCall(call, scope); })
      .Case<deploy::WeightOp, EmbeddingOp, LinearOp, RmsNormOp, LayerNormOp,
            RotaryOp, SelectTokensOp, AppendOp, CachedAttentionOp>(
          [&](auto op) { lower(op, scope); })
      .Default([](Operation *) {}); // constants, terminators
}

void ProgramLowering::lowerBlock(Block &block, Scope &scope) {
  std::vector<Chain> chains = findChains(block);
  llvm::DenseMap<Operation *, const Chain *> chainAt;
  llvm::DenseSet<Operation *> covered;
  for (const Chain &chain : chains) {
    chainAt[chain.covered.back()] = &chain;
    covered.insert(chain.covered.begin(), chain.covered.end());
  }
  for (auto attention : block.getOps<CachedAttentionOp>()) {
    if (auto before = findRotaryAppend(attention)) {
      for (Operation *op : before->all()) {
        covered.insert(op);
      }
      for (Value input : before->inputs()) {
        // Copies that nothing else reads are not made.
        Operation *maker = input.getDefiningOp();
        if (pieceOf(input) && llvm::all_of(maker->getUsers(), [&](auto *user) {
              return llvm::is_contained(before->all(), user);
            })) {
          covered.insert(maker);
        }
      }
    }
  }
  for (Operation &op : block) {
    if (const Chain *chain = chainAt.lookup(&op)) {
      lowerChain(*chain, scope);
    } else if (!covered.contains(&op)) {
      lowerOperation(&op, scope);
    }
  }
}

ProgramOp ProgramLowering::run(func::FuncOp phase) {
  Scope scope(context, b);
  for (Value argument : phase.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type) {
      continue;
    }
    if (!type.getElementType().isInteger(32)) {
      scope.rows[argument] = {b.input(widthOf(argument))};
    } else {
      scope.rows[argument] = {b.step(StepField::tokens)};
    }
  }
  Block &body = phase.getBody().front();
  Value result = body.getTerminator()->getOperand(0);
  Operation *maker = result.getDefiningOp();
  if (maker && !isa<func::CallOp, scf::ForOp, PositionsOp>(maker)) {
    scope.result = result;
  }
  lowerBlock(body, scope);
  Rows made = scope.rows.at(result);
  int64_t width = widthOf(result);
  if (result != scope.result) {
    b.launch(context.kernels.map({width, 0}, {}), made.isSelected, made.buffer,
             b.logits(width), phase.getLoc());
  }
  if (made.isSelected) {
    b.launch(context.kernels.largest(width), /*onSelected=*/true,
             b.logits(width), b.largest(), phase.getLoc());
  }
  return b.finish();
}

ProgramOp tandem::nvidia::lowerProgram(PlanContext &context,
                                       const Program &program) {
  auto phase = context.part.lookupSymbol<func::FuncOp>(program.phase);
  return ProgramLowering(context, program).run(phase);
}
