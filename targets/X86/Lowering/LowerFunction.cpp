//===- LowerFunction.cpp - functions of a part as target code ---*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Lowering/LowerFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

static bool isTensor(Value value) {
  return isa<RankedTensorType>(value.getType());
}

/// Whether a value is passed to a lowered function.
static bool isPassed(Value value) {
  return isTensor(value) || value.getType().isIndex();
}

namespace {

class FunctionLowering {
public:
  FunctionLowering(func::FuncOp function, PartContext &part)
      : function(function), part(part), kernels(part.kernels),
        name(("run_" + function.getName()).str()),
        terminator(
            cast<func::ReturnOp>(function.getBody().front().getTerminator())),
        selected(findSelected(function.getBody().front())),
        stages(scheduleBlock(function.getBody().front(), selected)) {}

  LLVM::LLVMFuncOp run();

private:
  void findResults();
  void bind(Emitter &e, Scope &scope, ValueRange arguments);
  void bindBuffers(Scope &scope, Pointer arena, Expr tokens);
  void emitStages(Scope &scope, const std::vector<Stage> &stages);
  void emitStage(Scope &scope, const Stage &stage);
  void tellLayers(Scope &scope, const Stage &stage);
  void emitCall(Scope &scope, func::CallOp call);
  void emitLoop(Scope &scope, const Stage &stage);
  void copyTensor(Scope &scope, Value from, Pointer to);
  void launch(Scope &scope, Expr count, function_ref<void(Scope &, Expr)> task);

  func::FuncOp function;
  PartContext &part;
  Kernels &kernels;
  std::string name;
  func::ReturnOp terminator;
  llvm::DenseSet<Value> selected;
  std::vector<Stage> stages;
  FrameLayout layout;
  /// Results that are made where the caller wants them, and those copied there.
  llvm::DenseMap<Value, unsigned> resultOf;
  SmallVector<std::pair<Value, unsigned>> copied;
  /// Tensors that come from outside of this function's part of the arena.
  llvm::DenseSet<Value> elsewhere;
  std::vector<Buffer> buffers;
  int64_t localBytes = 0, calleeBytes = 0, nextTask = 0;
  SmallVector<Pointer> resultAddresses;
  std::optional<Pointer> calleeArena;
};

} // namespace

/// Decides for each returned tensor whether it can be made in place.
void FunctionLowering::findResults() {
  unsigned index = 0;
  for (Value result : terminator.getOperands()) {
    if (!isTensor(result)) {
      continue;
    }
    Operation *op = result.getDefiningOp();
    bool isMadeHere = op && !isa<scf::ForOp, deploy::WeightOp>(op) &&
                      workKindOf(op) != WorkKind::none;
    if (isMadeHere && resultOf.try_emplace(result, index).second) {
      elsewhere.insert(result);
    } else {
      copied.emplace_back(result, index);
    }
    ++index;
  }
}

/// Fills the frame: the state, what is passed in, and the addresses of what
/// this function makes.
void FunctionLowering::bind(Emitter &e, Scope &scope, ValueRange arguments) {
  scope.frame.store(arguments[0]);
  Pointer arena(e, arguments[1]);
  unsigned next = 2;
  for (Value argument : function.getArguments()) {
    if (isPassed(argument)) {
      scope.slot(argument).store(arguments[next++]);
    }
  }
  for (Value address : arguments.drop_front(next)) {
    resultAddresses.emplace_back(e, address);
  }
  for (auto [value, index] : resultOf) {
    scope.slot(value).store(resultAddresses[index]);
  }
  Expr tokens = scope.rows(/*selected=*/false);
  bindBuffers(scope, arena, tokens);
  calleeArena = arena.bytes(tokens * double(localBytes));
}

/// Stores the addresses of the buffers. What exceeds a run of them goes into
/// functions: LLVM orders a block in time that grows with its length squared.
void FunctionLowering::bindBuffers(Scope &scope, Pointer arena, Expr tokens) {
  constexpr size_t runLength = 64;
  auto bindRun = [&](Scope &run, Pointer base, Expr count, size_t first) {
    for (const Buffer &buffer :
         ArrayRef(buffers).drop_front(first).take_front(runLength)) {
      run.slot(buffer.value, buffer.form)
          .store(base.bytes(count * double(buffer.offset)));
    }
  };
  bindRun(scope, arena, tokens, 0);
  for (size_t first = runLength; first < buffers.size(); first += runLength) {
    Emitter &e = scope.e;
    auto function = kernels.define(
        name + "_bind_" + std::to_string(first),
        {e.pointerType(), e.pointerType(), e.i64()},
        [&](Emitter &inner, ValueRange arguments) {
          Scope run(inner, part, layout, {inner, arguments[0]});
          bindRun(run, {inner, arguments[1]}, {inner, arguments[2]}, first);
        });
    e.call(function, {scope.frame, arena, tokens});
  }
}

LLVM::LLVMFuncOp FunctionLowering::run() {
  findResults();
  // What is copied at the end must live until then.
  SmallVector<Value> kept;
  for (auto [value, index] : copied) {
    kept.push_back(value);
  }
  buffers = allocateBuffers(stages, elsewhere, kept, localBytes);

  // Callees and slots first: the frame is as large as they make it.
  Emitter types(function.getLoc(), kernels.variant);
  SmallVector<Type> inputs(2, types.pointerType());
  for (Value argument : function.getArguments()) {
    if (isPassed(argument)) {
      inputs.push_back(isTensor(argument) ? types.pointerType() : types.i64());
    }
  }
  for (Value result : terminator.getOperands()) {
    if (isTensor(result)) {
      inputs.push_back(types.pointerType());
    }
  }
  LLVM::LLVMFuncOp lowered =
      kernels.define(name, inputs, [&](Emitter &e, ValueRange arguments) {
        // Slots are counted while the body is written.
        Pointer frame = e.stack(int64_t(1));
        Scope scope(e, part, layout, frame);
        bind(e, scope, arguments);
        emitStages(scope, stages);
        for (auto [value, index] : copied) {
          copyTensor(scope, value, resultAddresses[index]);
        }
        auto size = cast<LLVM::AllocaOp>(frame.value.getDefiningOp())
                        .getArraySize()
                        .getDefiningOp<arith::ConstantOp>();
        size.setValueAttr(e.getI64IntegerAttr(2 * layout.count()));
      });
  part.bytesPerToken[function] = localBytes + calleeBytes;
  return lowered;
}

void FunctionLowering::copyTensor(Scope &scope, Value from, Pointer to) {
  Emitter &e = scope.e;
  Expr width = e.integer(widthOf(from));
  e.call(kernels.copyRows(),
         {scope.tensor(from), to, width, width, width, e.integer(0),
          scope.rows(selected.contains(from))});
}

/// Runs `count` tasks on the caller's threads; a single one runs here.
void FunctionLowering::launch(Scope &scope, Expr count,
                              function_ref<void(Scope &, Expr)> task) {
  Emitter &e = scope.e;
  std::string taskName = name + "_stage_" + std::to_string(nextTask++);
  auto function = kernels.define(taskName, {e.pointerType(), e.i64()},
                                 [&](Emitter &inner, ValueRange arguments) {
                                   Scope taskScope(inner, part, layout,
                                                   {inner, arguments[0]});
                                   task(taskScope, {inner, arguments[1]});
                                 });
  e.ifElse(
      count == 1, [&] { e.call(function, {scope.frame, e.integer(0)}); },
      [&] {
        auto type = LLVM::LLVMFunctionType::get(
            LLVM::LLVMVoidType::get(e.getContext()),
            {e.pointerType(), e.pointerType(), e.pointerType(), e.i64()});
        LLVM::CallOp::create(
            e, type,
            ValueRange{scope.field(StateField::parallelFor).loadPointer(),
                       scope.field(StateField::pool).loadPointer(),
                       LLVM::AddressOfOp::create(e, function).getResult(),
                       scope.frame, count});
      });
}

void FunctionLowering::emitStage(Scope &scope, const Stage &stage) {
  Emitter &e = scope.e;
  switch (stage.kind) {
  case WorkKind::tokenWise: {
    int64_t chunk = kernels.tokenChunk();
    Expr rows = scope.rows(stage.onSelected);
    launch(scope, e.ceilDivide(rows, chunk), [&](Scope &task, Expr index) {
      Expr first = index * double(chunk);
      Expr last =
          task.e.minimum(first + double(chunk), task.rows(stage.onSelected));
      emitTokenWise(task, stage, first, last);
    });
    return tellLayers(scope, stage);
  }
  case WorkKind::linear:
    return launch(
        scope, e.integer(linearTaskCount(stage)),
        [&](Scope &task, Expr index) { emitLinears(task, stage, index); });
  case WorkKind::attention:
    return launch(
        scope, attentionTaskCount(scope, stage),
        [&](Scope &task, Expr index) { emitAttentions(task, stage, index); });
  case WorkKind::control:
    if (auto call = dyn_cast<func::CallOp>(stage.operations.front())) {
      return emitCall(scope, call);
    }
    return emitLoop(scope, stage);
  case WorkKind::none:
    return;
  }
}

/// Tells the caller of the layers whose cache the stage completed.
void FunctionLowering::tellLayers(Scope &scope, const Stage &stage) {
  Emitter &e = scope.e;
  for (Operation *op : stage.operations) {
    auto append = dyn_cast<transformer::AppendOp>(op);
    if (!append) {
      continue;
    }
    Pointer callback = scope.field(StateField::layerDone).loadPointer();
    Expr address(e, LLVM::PtrToIntOp::create(e, e.i64(), callback));
    e.ifThen(address != 0, [&] {
      auto type = LLVM::LLVMFunctionType::get(
          LLVM::LLVMVoidType::get(e.getContext()), {e.pointerType(), e.i64()});
      LLVM::CallOp::create(
          e, type,
          ValueRange{callback,
                     scope.field(StateField::layerContext).loadPointer(),
                     scope.index(append.getLayer())});
    });
  }
}

void FunctionLowering::emitStages(Scope &scope,
                                  const std::vector<Stage> &stages) {
  for (const Stage &stage : stages) {
    emitStage(scope, stage);
  }
}

void FunctionLowering::emitCall(Scope &scope, func::CallOp call) {
  auto callee = cast<func::FuncOp>(
      SymbolTable::lookupNearestSymbolFrom(call, call.getCalleeAttr()));
  LLVM::LLVMFuncOp lowered = lowerFunction(callee, part);
  calleeBytes = std::max(calleeBytes, part.bytesPerToken.lookup(callee));
  SmallVector<Value> arguments = {scope.state(), *calleeArena};
  for (Value operand : call.getOperands()) {
    if (isTensor(operand)) {
      arguments.push_back(scope.tensor(operand));
    } else if (isPassed(operand)) {
      arguments.push_back(scope.index(operand));
    }
  }
  for (Value result : call.getResults()) {
    if (isTensor(result)) {
      arguments.push_back(scope.tensor(result));
    }
  }
  scope.e.call(lowered, arguments);
}

/// What is carried swaps buffers with what is yielded, round by round.
void FunctionLowering::emitLoop(Scope &scope, const Stage &stage) {
  Emitter &e = scope.e;
  auto loop = cast<scf::ForOp>(stage.operations.front());
  SmallVector<std::pair<Value, Value>> swaps; // carried, yielded
  for (auto [initial, carried, yielded] :
       llvm::zip(loop.getInitArgs(), loop.getRegionIterArgs(),
                 loop.getYieldedValues())) {
    if (isTensor(carried)) {
      scope.slot(carried).store(scope.tensor(initial));
      swaps.emplace_back(carried, yielded);
    }
  }
  APInt step;
  matchPattern(loop.getStep(), m_ConstantInt(&step));
  e.loop(scope.index(loop.getLowerBound()), scope.index(loop.getUpperBound()),
         step.getSExtValue(), [&](Expr index) {
           scope.slot(loop.getInductionVar()).store(index);
           emitStages(scope, stage.body);
           for (auto [carried, yielded] : swaps) {
             Pointer made = scope.slot(yielded).loadPointer();
             scope.slot(yielded).store(scope.slot(carried).loadPointer());
             scope.slot(carried).store(made);
           }
         });
  for (auto [result, carried] :
       llvm::zip(loop.getResults(), loop.getRegionIterArgs())) {
    if (isTensor(result)) {
      scope.slot(result).store(scope.slot(carried).loadPointer());
    }
  }
}

LLVM::LLVMFuncOp tandem::x86::lowerFunction(func::FuncOp function,
                                            PartContext &part) {
  std::string name = ("run_" + function.getName()).str();
  if (auto existing =
          part.kernels.module.lookupSymbol<LLVM::LLVMFuncOp>(name)) {
    return existing;
  }
  return FunctionLowering(function, part).run();
}
