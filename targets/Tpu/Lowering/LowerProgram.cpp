//===- LowerProgram.cpp - one program of a part -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loops over layers are unrolled into calls of the layer's function, because
// each layer has weights of its own and weights are arguments.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/Lowering/LowerProgram.h"

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/targets/Tpu/Lowering/Scope.h"
#include "tandem/targets/Tpu/Lowering/StoredWeights.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::tpu;
using namespace tandem::transformer;

namespace {

/// Where a weight stands in the table: `base`, or `base + layer * stride` for
/// the layer a function is called for.
struct WeightPlace {
  int64_t base = 0, stride = 0;

  explicit WeightPlace(deploy::WeightOp op) : base(op.getBase()) {
    stride = op.getStride().value_or(0);
  }
  std::pair<int64_t, int64_t> key() const { return {base, stride}; }
};

/// The weights a function takes, in the order of their first use.
using WeightUses = llvm::SetVector<std::pair<int64_t, int64_t>>;

class ProgramLowering {
public:
  ProgramLowering(deploy::PartOp part, const Program &program)
      : part(part), program(program), module(ModuleOp::create(part.getLoc())),
        b(part.getLoc(), part.getContext()) {}

  OwningOpRef<ModuleOp> run();

private:
  /// The weights of the function being lowered, each by its payloads.
  using Weights =
      llvm::DenseMap<std::pair<int64_t, int64_t>, SmallVector<Value>>;

  func::FuncOp startFunction(StringRef name, FunctionType type);
  func::FuncOp lowerMain(func::FuncOp source);
  func::FuncOp lowerCallee(func::FuncOp source, TypeRange operands,
                           func::CallOp call, Scope &caller);
  void lowerBlock(Block &block, Scope &scope, const Weights &weights);
  void lowerLoop(scf::ForOp loop, Scope &scope, const Weights &weights);
  void lowerCall(func::CallOp call, Scope &scope, const Weights &weights);
  void lowerConstant(onnx::ConstantOp op, Scope &scope);
  SmallVector<Value> flatten(ValueRange values, Scope &scope);
  void copy(Value from, Value to, Scope &scope);

  deploy::PartOp part;
  const Program &program;
  OwningOpRef<ModuleOp> module;
  StableHloBuilder b;
  llvm::DenseMap<Operation *, func::FuncOp> callees;
};

} // namespace

static WeightUses weightsOf(func::FuncOp function) {
  WeightUses uses;
  function.walk(
      [&](deploy::WeightOp op) { uses.insert(WeightPlace(op).key()); });
  return uses;
}

static std::pair<RankedTensorType, RankedTensorType>
cacheTypes(KvCacheType type, int64_t capacityTokens) {
  auto of = [&](int64_t dim) {
    return RankedTensorType::get(
        {type.getLayers(), type.getHeads(), capacityTokens, dim},
        type.getElementType());
  };
  return {of(type.getKeyDim()), of(type.getValueDim())};
}

func::FuncOp ProgramLowering::startFunction(StringRef name, FunctionType type) {
  b.setInsertionPointToEnd(module->getBody());
  auto function = func::FuncOp::create(b, name, type);
  b.setInsertionPointToStart(function.addEntryBlock());
  return function;
}

/// Lets the results take the place of the cache's arguments.
static void aliasCache(func::FuncOp main) {
  Builder builder(main.getContext());
  for (unsigned i : {0u, 1u}) {
    main.setArgAttr(keysArgument + i, "tf.aliasing_output",
                    builder.getI32IntegerAttr(keysResult + i));
  }
}

func::FuncOp ProgramLowering::lowerMain(func::FuncOp source) {
  auto type = cast<KvCacheType>(source.getArgumentTypes()[2]);
  auto [keys, values] = cacheTypes(type, program.capacityTokens);
  Type i32 = b.getI32Type();
  SmallVector<Type> inputs = {RankedTensorType::get({program.tokens}, i32),
                              RankedTensorType::get({1}, i32),
                              RankedTensorType::get({1}, i32), keys, values};
  for (auto slot : part.getWeights().getAsRange<deploy::SlotAttr>()) {
    llvm::append_range(inputs, argumentTypes(slot.getSource()));
  }
  auto logits = cast<RankedTensorType>(source.getResultTypes()[0]);
  int64_t rows = program.keepsAllTokens ? program.tokens : 1;
  Type result = logits.clone({rows, logits.getShape().back()});
  func::FuncOp main =
      startFunction("main", b.getFunctionType(inputs, {result, keys, values}));
  aliasCache(main);

  Scope scope(b, program);
  Block::BlockArgListType arguments = main.getArguments();
  scope.set(source.getArgument(0), arguments[0]);
  scope.count = b.reshape(arguments[1], {});
  scope.start = b.reshape(arguments[2], {});
  scope.caches[source.getArgument(2)] = {arguments[keysArgument],
                                         arguments[keysArgument + 1]};
  Weights weights;
  auto next = arguments.begin() + stateArguments;
  for (int64_t i = 0; i < int64_t(part.getWeights().size()); ++i) {
    size_t count = onnx::getPayloads(part.getSlot(i).getSource()).size();
    weights[{i, 0}].assign(next, next + count);
    next += count;
  }
  lowerBlock(source.getBody().front(), scope, weights);
  return main;
}

/// Values as a program passes them: a cache is two tensors; rows, the weight
/// table and what is left of scalars are passed by other means.
SmallVector<Value> ProgramLowering::flatten(ValueRange values, Scope &scope) {
  SmallVector<Value> flat;
  for (Value value : values) {
    if (auto cache = scope.caches.find(value); cache != scope.caches.end()) {
      flat.append({cache->second.keys, cache->second.values});
    } else if (isa<IndexType>(value.getType())) {
      flat.push_back(scope.getIndex(value));
    } else if (isa<RankedTensorType>(value.getType())) {
      flat.push_back(scope.get(value));
    }
  }
  return flat;
}

/// Makes the function that a call names, for the types of its operands.
func::FuncOp ProgramLowering::lowerCallee(func::FuncOp source,
                                          TypeRange operands, func::CallOp call,
                                          Scope &caller) {
  OpBuilder::InsertionGuard guard(b);
  func::FuncOp function =
      startFunction(source.getSymName(), b.getFunctionType(operands, {}));
  function.setPrivate();
  Scope scope(b, program);
  auto next = function.getArguments().begin();
  scope.count = *next++;
  scope.start = *next++;
  for (auto [argument, operand] :
       llvm::zip(source.getArguments(), call.getOperands())) {
    if (caller.caches.contains(operand)) {
      Value keys = *next++, values = *next++;
      scope.caches[argument] = {keys, values};
    } else if (isa<RankedTensorType, IndexType>(argument.getType())) {
      scope.set(argument, *next++);
    }
  }
  Weights weights;
  // Layers that share a function have weights of equal types.
  for (std::pair<int64_t, int64_t> place : weightsOf(source)) {
    auto slot = part.getSlot(place.first);
    size_t count = onnx::getPayloads(slot.getSource()).size();
    weights[place].assign(next, next + count);
    next += count;
  }
  lowerBlock(source.getBody().front(), scope, weights);
  return function;
}

void ProgramLowering::lowerCall(func::CallOp call, Scope &scope,
                                const Weights &weights) {
  auto source = part.lookupSymbol<func::FuncOp>(call.getCallee());
  SmallVector<Value> operands = {scope.count, scope.start};
  llvm::append_range(operands, flatten(call.getOperands(), scope));
  int64_t layer = 0;
  for (Value operand : call.getOperands()) {
    if (isa<IndexType>(operand.getType())) {
      layer = scope.knownIndices.at(operand);
    }
  }
  for (auto [base, stride] : weightsOf(source)) {
    llvm::append_range(operands, weights.at({base + layer * stride, 0}));
  }
  func::FuncOp &callee = callees[source];
  if (!callee) {
    callee = lowerCallee(source, TypeRange(ValueRange(operands)), call, scope);
  }
  auto lowered = func::CallOp::create(b, callee, operands);
  auto next = lowered.getResults().begin();
  for (Value result : call.getResults()) {
    if (isa<KvCacheType>(result.getType())) {
      Value keys = *next++, values = *next++;
      scope.caches[result] = {keys, values};
    } else {
      scope.set(result, *next++);
    }
  }
}

void ProgramLowering::copy(Value from, Value to, Scope &scope) {
  if (scope.caches.contains(from)) {
    scope.caches[to] = CacheTensors(scope.caches.at(from));
  } else {
    scope.set(to, scope.get(from));
  }
}

void ProgramLowering::lowerLoop(scf::ForOp loop, Scope &scope,
                                const Weights &weights) {
  for (auto [initial, carried] :
       llvm::zip(loop.getInitArgs(), loop.getRegionIterArgs())) {
    copy(initial, carried, scope);
  }
  int64_t last = scope.knownIndices.at(loop.getUpperBound());
  int64_t step = scope.knownIndices.at(loop.getStep());
  for (int64_t i = scope.knownIndices.at(loop.getLowerBound()); i < last;
       i += step) {
    scope.knownIndices[loop.getInductionVar()] = i;
    lowerBlock(*loop.getBody(), scope, weights);
    for (auto [yielded, carried] :
         llvm::zip(loop.getYieldedValues(), loop.getRegionIterArgs())) {
      copy(yielded, carried, scope);
    }
  }
  for (auto [carried, result] :
       llvm::zip(loop.getRegionIterArgs(), loop.getResults())) {
    copy(carried, result, scope);
  }
}

void ProgramLowering::lowerConstant(onnx::ConstantOp op, Scope &scope) {
  // The widths of a Split are in its results' types.
  auto elements = dyn_cast<DenseElementsAttr>(op.getValue());
  if (elements && isa<FloatType>(elements.getElementType())) {
    scope.set(op,
              stablehlo::ConstantOp::create(b, elements.getType(), elements));
  }
}

void ProgramLowering::lowerBlock(Block &block, Scope &scope,
                                 const Weights &weights) {
  for (Operation &op : block) {
    llvm::TypeSwitch<Operation *>(&op)
        .Case([&](deploy::WeightOp weight) {
          const SmallVector<Value> &payloads =
              weights.at(WeightPlace(weight).key());
          if (transformer::isEncoded(weight.getType())) {
            scope.payloads[weight] = payloads;
          } else {
            scope.set(weight, payloads.front());
          }
        })
        .Case([&](arith::ConstantIndexOp constant) {
          scope.knownIndices[constant] = constant.value();
        })
        .Case(
            [&](onnx::ConstantOp constant) { lowerConstant(constant, scope); })
        .Case([&](onnx::NodeOp node) { lowerPrimitive(node, scope); })
        .Case([&](scf::ForOp loop) { lowerLoop(loop, scope, weights); })
        .Case([&](func::CallOp call) { lowerCall(call, scope, weights); })
        .Case([&](func::ReturnOp end) {
          SmallVector<Value> results = flatten(end.getOperands(), scope);
          auto function = cast<func::FuncOp>(b.getBlock()->getParentOp());
          function.setFunctionType(b.getFunctionType(
              function.getArgumentTypes(), TypeRange(ValueRange(results))));
          func::ReturnOp::create(b, results);
        })
        .Case<onnx::NoneOp, scf::YieldOp>([](auto) {})
        .Default([&](Operation *op) { lowerTransformer(op, scope); });
  }
}

OwningOpRef<ModuleOp> ProgramLowering::run() {
  lowerMain(part.lookupSymbol<func::FuncOp>(program.phase));
  return std::move(module);
}

OwningOpRef<ModuleOp> tandem::tpu::lowerProgram(deploy::PartOp part,
                                                const Program &program) {
  return ProgramLowering(part, program).run();
}
