//===- LowerPart.cpp - a part as a module of target code --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Lowering/LowerPart.h"

#include "tandem/targets/Runtime/PartAbi.h"
#include "tandem/targets/X86/Emit/Object.h"
#include "tandem/targets/X86/Lowering/LowerFunction.h"
#include "tandem/targets/X86/Packing.h"

#include <cstddef>

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

static AttentionKinds attentionsOf(deploy::PartOp part) {
  AttentionKinds kinds;
  part.walk([&](transformer::CachedAttentionOp op) {
    transformer::KvCacheType cache = op.getCache().getType();
    int64_t group = op.getHeads() / cache.getHeads();
    if (!llvm::is_contained(kinds.groups, group)) {
      kinds.groups.push_back(group);
    }
    kinds.keyHeads = std::max(kinds.keyHeads, cache.getHeads());
    kinds.partialElements =
        std::max(kinds.partialElements,
                 cache.getHeads() * Kernels::maxSegments *
                     Kernels::partialElements(group, cache.getValueDim()));
  });
  return kinds;
}

/// The entry of a phase: fills the state and runs the phase's function.
static LLVM::LLVMFuncOp defineEntry(func::FuncOp phase, PartContext &context,
                                    ArenaNeed &need) {
  Kernels &kernels = context.kernels;
  LLVM::LLVMFuncOp body = lowerFunction(phase, context);
  Emitter e(phase.getLoc(), kernels.variant);
  e.setInsertionPointToEnd(kernels.module.getBody());
  auto entry = LLVM::LLVMFuncOp::create(
      e, ("entry_" + phase.getName()).str(),
      LLVM::LLVMFunctionType::get(e.getI32Type(), {e.pointerType()}),
      LLVM::Linkage::Internal);
  Block *block = entry.addEntryBlock(e);
  e.setInsertionPointToStart(block);
  Pointer step(e, block->getArgument(0));
  Expr isTooSmall = step.loadInteger() < double(sizeof(TandemStep));
  Pointer state = e.stack(stateBytes(context.attentions.groups.size()) / 4);
  e.ifElse(
      isTooSmall, [] {},
      [&] {
        ArenaNeed indices;
        Pointer arena =
            fillState(e, kernels, step, state, context.attentions, indices);
        SmallVector<Value> arguments = {state, arena};
        for (Value argument : phase.getArguments()) {
          if (auto type = dyn_cast<RankedTensorType>(argument.getType())) {
            size_t field = isa<FloatType>(type.getElementType())
                               ? offsetof(TandemStep, activations)
                               : offsetof(TandemStep, tokens);
            arguments.push_back(step.bytes(field).loadPointer());
          }
        }
        arguments.push_back(
            step.bytes(offsetof(TandemStep, logits)).loadPointer());
        e.call(body, arguments);
        need.fixed = std::max(need.fixed, indices.fixed);
        need.perRow = std::max(need.perRow, indices.perRow);
        need.perToken =
            std::max(need.perToken,
                     indices.perToken + context.bytesPerToken.lookup(phase));
      });
  Expr code = e.select(isTooSmall, e.constant(e.getI32Type(), TANDEM_STEP_SIZE),
                       e.constant(e.getI32Type(), TANDEM_STEP_OK));
  LLVM::ReturnOp::create(e, ValueRange(code.value));
  return entry;
}

/// A constant array of the entries.
static LLVM::GlobalOp defineTable(Emitter &e,
                                  ArrayRef<LLVM::LLVMFuncOp> entries) {
  auto type = LLVM::LLVMArrayType::get(e.pointerType(), entries.size());
  auto table =
      LLVM::GlobalOp::create(e, type, /*isConstant=*/true,
                             LLVM::Linkage::Internal, "entries", Attribute());
  OpBuilder::InsertionGuard guard(e);
  e.createBlock(&table.getInitializerRegion());
  Value array = LLVM::UndefOp::create(e, type);
  for (auto [i, entry] : llvm::enumerate(entries)) {
    array = LLVM::InsertValueOp::create(
        e, array, LLVM::AddressOfOp::create(e, entry), int64_t(i));
  }
  LLVM::ReturnOp::create(e, array);
  return table;
}

/// The constant TandemPart that the query returns.
static LLVM::GlobalOp defineDescription(Emitter &e, LLVM::GlobalOp table,
                                        int64_t count) {
  auto type = LLVM::LLVMStructType::getLiteral(
      e.getContext(), {e.i64(), e.i64(), e.i64(), e.pointerType()});
  auto description =
      LLVM::GlobalOp::create(e, type, /*isConstant=*/true,
                             LLVM::Linkage::Internal, "part", Attribute());
  OpBuilder::InsertionGuard guard(e);
  e.createBlock(&description.getInitializerRegion());
  Value fields[] = {e.integer(sizeof(TandemPart)),
                    e.integer(TANDEM_PART_ABI_VERSION), e.integer(count),
                    LLVM::AddressOfOp::create(e, table)};
  Value value = LLVM::UndefOp::create(e, type);
  for (auto [i, field] : llvm::enumerate(fields)) {
    value = LLVM::InsertValueOp::create(e, value, field, int64_t(i));
  }
  LLVM::ReturnOp::create(e, value);
  return description;
}

static void defineQuery(Kernels &kernels, ArrayRef<LLVM::LLVMFuncOp> entries) {
  Emitter e(kernels.module.getLoc(), kernels.variant);
  e.setInsertionPointToEnd(kernels.module.getBody());
  LLVM::GlobalOp description =
      defineDescription(e, defineTable(e, entries), entries.size());
  auto query = LLVM::LLVMFuncOp::create(
      e, querySymbol, LLVM::LLVMFunctionType::get(e.pointerType(), {e.i64()}));
  Block *block = query.addEntryBlock(e);
  e.setInsertionPointToStart(block);
  Expr isKnown = Expr(e, block->getArgument(0)) == TANDEM_PART_ABI_VERSION;
  Expr result =
      e.select(isKnown, Expr(e, LLVM::AddressOfOp::create(e, description)),
               Expr(e, LLVM::ZeroOp::create(e, e.pointerType())));
  LLVM::ReturnOp::create(e, ValueRange(result.value));
}

LoweredPart tandem::x86::lowerPart(deploy::PartOp part, const Variant &variant,
                                   const Machine &machine) {
  LoweredPart lowered;
  lowered.module = ModuleOp::create(part.getLoc());
  Kernels kernels(*lowered.module, variant, machine);
  PartContext context{kernels, planPacking(part), attentionsOf(part),
                      llvm::DenseMap<Operation *, int64_t>()};
  // Phases that do the same are one entry under two numbers.
  SmallVector<func::FuncOp> phases;
  SmallVector<LLVM::LLVMFuncOp> entries;
  for (auto name : part.getPhases().getAsRange<StringAttr>()) {
    auto phase = cast<func::FuncOp>(SymbolTable::lookupSymbolIn(part, name));
    auto *same = llvm::find_if(phases, [&](func::FuncOp earlier) {
      return OperationEquivalence::isRegionEquivalentTo(
          &earlier.getBody(), &phase.getBody(),
          OperationEquivalence::IgnoreLocations);
    });
    entries.push_back(same != phases.end()
                          ? entries[same - phases.begin()]
                          : defineEntry(phase, context, lowered.arena));
    phases.push_back(phase);
  }
  defineQuery(kernels, entries);
  return lowered;
}

LogicalResult tandem::x86::verifyLowered(ModuleOp module) {
  LogicalResult result = success();
  auto offend = [&](Operation *op, const Twine &why) {
    result = op->emitError() << why;
  };
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    if (function.isExternal()) {
      offend(function, "is called but not defined");
    }
    if (function.getLinkage() != LLVM::Linkage::Internal &&
        function.getName() != querySymbol) {
      offend(function, "is exported");
    }
  }
  module.walk([&](Operation *op) {
    StringRef name = op->getName().getStringRef();
    if (name.starts_with("memref.") || name.starts_with("bufferization.") ||
        name.starts_with("llvm.intr.mem")) {
      offend(op, "allocates or copies");
    }
  });
  for (auto global : module.getOps<LLVM::GlobalOp>()) {
    if (!global.getConstant()) {
      offend(global, "is a global that changes");
    }
  }
  return result;
}
