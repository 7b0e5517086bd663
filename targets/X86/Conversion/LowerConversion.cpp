//===- LowerConversion.cpp - a conversion as one module -------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Conversion/LowerConversion.h"

#include "tandem/targets/Runtime/HandoffAbi.h"

#include <cstddef>

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

/// Tokens of a task, a multiple of every tile.
static constexpr int64_t taskTokens = 512;

namespace {

class ConversionModule {
public:
  ConversionModule(const CacheConversion &conversion, const Variant &variant,
                   Location location)
      : conversion(conversion), module(ModuleOp::create(location)),
        kernels(*module, variant, Machine()),
        keys{conversion.source.keys.getResult(0),
             conversion.destination.keys.getResults(), conversion.shape.keyDim},
        values{conversion.source.values.getResult(0),
               conversion.destination.values.getResults(),
               conversion.shape.valueDim},
        types(location, variant) {}

  OwningOpRef<ModuleOp> run() {
    defineTask();
    LLVM::LLVMFuncOp functions[] = {defineConvert(), defineChecksum()};
    defineQuery(functions);
    return std::move(module);
  }

private:
  static Expr field(Pointer range, size_t offset) {
    return range.bytes(offset).loadInteger();
  }
  static Expr isTooSmall(Pointer range) {
    return range.loadInteger() < double(sizeof(TandemHandoffRange));
  }
  static Expr lastToken(Pointer range) {
    return field(range, offsetof(TandemHandoffRange, firstToken)) +
           field(range, offsetof(TandemHandoffRange, tokenCount));
  }
  /// Numbers of the first task's tokens and of those behind the last.
  static Expr firstChunk(Pointer range) {
    return field(range, offsetof(TandemHandoffRange, firstToken)) /
           double(taskTokens);
  }
  static Expr chunkCount(Emitter &e, Pointer range) {
    return e.ceilDivide(lastToken(range), taskTokens) - firstChunk(range);
  }

  LLVM::LLVMFuncOp defineFunction(StringRef name, Type result,
                                  function_ref<Expr(Emitter &, Pointer)> body);
  void defineTask();
  LLVM::LLVMFuncOp defineConvert();
  LLVM::LLVMFuncOp defineChecksum();
  LLVM::GlobalOp defineContract(Emitter &e);
  void defineQuery(ArrayRef<LLVM::LLVMFuncOp> functions);

  const CacheConversion &conversion;
  OwningOpRef<ModuleOp> module;
  Kernels kernels;
  CacheHalf keys, values;
  Emitter types;
  LLVM::LLVMFuncOp task;
};

} // namespace

LLVM::LLVMFuncOp
ConversionModule::defineFunction(StringRef name, Type result,
                                 function_ref<Expr(Emitter &, Pointer)> body) {
  Emitter e(module->getLoc(), kernels.variant);
  e.setInsertionPointToEnd(module->getBody());
  auto function = LLVM::LLVMFuncOp::create(
      e, name, LLVM::LLVMFunctionType::get(result, {e.pointerType()}),
      LLVM::Linkage::Internal);
  Block *block = function.addEntryBlock(e);
  e.setInsertionPointToStart(block);
  Expr value = body(e, {e, block->getArgument(0)});
  LLVM::ReturnOp::create(e, ValueRange(value.value));
  return function;
}

/// (range, index): one half of a head for some tokens of a layer.
void ConversionModule::defineTask() {
  LLVM::LLVMFuncOp half[] = {
      defineConvertHead(kernels, "convert_keys", keys, conversion),
      defineConvertHead(kernels, "convert_values", values, conversion)};
  task = kernels.define(
      "convert_task", {types.pointerType(), types.i64()},
      [&](Emitter &e, ValueRange arguments) {
        Pointer range(e, arguments[0]);
        Expr index(e, arguments[1]), chunks = chunkCount(e, range);
        double heads = conversion.shape.heads;
        Expr token = (firstChunk(range) + index % chunks) * double(taskTokens);
        Expr first = e.maximum(
            token, field(range, offsetof(TandemHandoffRange, firstToken)));
        Expr last = e.minimum(token + double(taskTokens), lastToken(range));
        Expr rest = index / chunks;
        Expr layer = field(range, offsetof(TandemHandoffRange, firstLayer)) +
                     rest / (2 * heads);
        Expr head = rest / 2.0 % conversion.shape.heads;
        e.ifElse(
            rest % 2 == 0,
            [&] { e.call(half[0], {range, layer, head, first, last}); },
            [&] { e.call(half[1], {range, layer, head, first, last}); });
        // Streamed stores become visible in no order without it.
        LLVM::CallIntrinsicOp::create(e, e.getStringAttr("llvm.x86.sse.sfence"),
                                      ValueRange());
      });
}

LLVM::LLVMFuncOp ConversionModule::defineConvert() {
  return defineFunction(
      "convert", types.getI32Type(), [&](Emitter &e, Pointer range) {
        Expr tooSmall = isTooSmall(range);
        e.ifElse(
            tooSmall, [] {},
            [&] {
              Expr count =
                  chunkCount(e, range) *
                  field(range, offsetof(TandemHandoffRange, layerCount)) *
                  double(2 * conversion.shape.heads);
              Pointer threads =
                  range.bytes(offsetof(TandemHandoffRange, threads))
                      .loadPointer();
              Expr address(e, LLVM::PtrToIntOp::create(e, e.i64(), threads));
              e.ifElse(
                  address == 0,
                  [&] {
                    e.loop(e.integer(0), count, 1,
                           [&](Expr i) { e.call(task, {range, i}); });
                  },
                  [&] {
                    auto type = LLVM::LLVMFunctionType::get(
                        LLVM::LLVMVoidType::get(e.getContext()),
                        {e.pointerType(), e.pointerType(), e.pointerType(),
                         e.i64()});
                    LLVM::CallOp::create(
                        e, type,
                        ValueRange{
                            threads.bytes(offsetof(TandemThreads, parallelFor))
                                .loadPointer(),
                            threads.bytes(offsetof(TandemThreads, pool))
                                .loadPointer(),
                            LLVM::AddressOfOp::create(e, task).getResult(),
                            range, count});
                  });
            });
        return e.select(tooSmall, e.constant(e.getI32Type(), TANDEM_STEP_SIZE),
                        e.constant(e.getI32Type(), TANDEM_STEP_OK));
      });
}

LLVM::LLVMFuncOp ConversionModule::defineChecksum() {
  LLVM::LLVMFuncOp half[] = {
      defineSumHead(kernels, "sum_keys", keys, conversion),
      defineSumHead(kernels, "sum_values", values, conversion)};
  return defineFunction(
      "checksum", types.i64(), [&](Emitter &e, Pointer range) {
        Pointer sums = e.stack(checksumWords);
        e.loop(e.integer(0), e.integer(checksumWords), 1, [&](Expr i) {
          (sums + i).store(e.constant(e.getI32Type(), 1));
        });
        e.ifElse(
            isTooSmall(range), [] {},
            [&] {
              Expr first =
                  field(range, offsetof(TandemHandoffRange, firstLayer));
              Expr count =
                  field(range, offsetof(TandemHandoffRange, layerCount));
              e.loop(first, first + count, 1, [&](Expr layer) {
                e.loop(e.integer(0), e.integer(conversion.shape.heads), 1,
                       [&](Expr head) {
                         e.call(half[0], {range, layer, head, sums});
                         e.call(half[1], {range, layer, head, sums});
                       });
              });
            });
        return foldSums(e, sums);
      });
}

/// The digest of the contract as a text that ends with 0.
LLVM::GlobalOp ConversionModule::defineContract(Emitter &e) {
  std::string text = conversion.contract + '\0';
  auto type = LLVM::LLVMArrayType::get(IntegerType::get(e.getContext(), 8),
                                       text.size());
  return LLVM::GlobalOp::create(e, type, /*isConstant=*/true,
                                LLVM::Linkage::Internal, "contract",
                                e.getStringAttr(text));
}

void ConversionModule::defineQuery(ArrayRef<LLVM::LLVMFuncOp> functions) {
  Emitter e(module->getLoc(), kernels.variant);
  e.setInsertionPointToEnd(module->getBody());
  LLVM::GlobalOp contract = defineContract(e);
  auto type = LLVM::LLVMStructType::getLiteral(
      e.getContext(), {e.i64(), e.i64(), e.i64(), e.i64(), e.pointerType(),
                       e.pointerType(), e.pointerType()});
  auto description =
      LLVM::GlobalOp::create(e, type, /*isConstant=*/true,
                             LLVM::Linkage::Internal, "handoff", Attribute());
  {
    OpBuilder::InsertionGuard guard(e);
    e.createBlock(&description.getInitializerRegion());
    const CacheShape &shape = conversion.shape;
    int64_t tokenBytes = shape.heads * (shape.keyDim + shape.valueDim) *
                         conversion.source.elementType.getIntOrFloatBitWidth() /
                         8;
    SmallVector<Value> fields = {e.integer(sizeof(TandemHandoff)),
                                 e.integer(TANDEM_HANDOFF_ABI_VERSION),
                                 e.integer(shape.layers), e.integer(tokenBytes),
                                 LLVM::AddressOfOp::create(e, contract)};
    for (LLVM::LLVMFuncOp function : functions) {
      fields.push_back(LLVM::AddressOfOp::create(e, function));
    }
    Value value = LLVM::UndefOp::create(e, type);
    for (auto [i, member] : llvm::enumerate(fields)) {
      value = LLVM::InsertValueOp::create(e, value, member, int64_t(i));
    }
    LLVM::ReturnOp::create(e, value);
  }
  auto query = LLVM::LLVMFuncOp::create(
      e, TANDEM_HANDOFF_QUERY,
      LLVM::LLVMFunctionType::get(e.pointerType(), {e.i64()}));
  Block *block = query.addEntryBlock(e);
  e.setInsertionPointToStart(block);
  Expr isKnown = Expr(e, block->getArgument(0)) == TANDEM_HANDOFF_ABI_VERSION;
  Expr result =
      e.select(isKnown, Expr(e, LLVM::AddressOfOp::create(e, description)),
               Expr(e, LLVM::ZeroOp::create(e, e.pointerType())));
  LLVM::ReturnOp::create(e, ValueRange(result.value));
}

OwningOpRef<ModuleOp>
tandem::x86::lowerConversion(const CacheConversion &conversion,
                             const Variant &variant, Location location) {
  return ConversionModule(conversion, variant, location).run();
}
