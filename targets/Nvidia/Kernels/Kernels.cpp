//===- Kernels.cpp - definitions of kernels -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Kernels.h"

#include "tandem/targets/Nvidia/IR/PlanOps.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr unsigned globalMemory = 1, sharedMemory = 3;
static constexpr StringLiteral sharedName = "shared_memory";
/// Tiles that groups of warps multiply begin at a multiple of it.
static constexpr int64_t sharedAlignment = 1024;

std::string CacheBlocks::name() const {
  std::string name;
  llvm::raw_string_ostream(name)
      << layers << "x" << heads << "x" << tokens << "x" << keyDim << "x"
      << valueDim << "_of_" << blocksPerRow;
  if (!element.isF32()) {
    llvm::raw_string_ostream(name) << "_" << element;
  }
  return name;
}

/// The dynamic shared memory of every kernel.
static LLVM::GlobalOp sharedGlobal(gpu::GPUModuleOp module) {
  if (auto known = module.lookupSymbol<LLVM::GlobalOp>(sharedName)) {
    return known;
  }
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), 0);
  return LLVM::GlobalOp::create(builder, module.getLoc(), type,
                                /*isConstant=*/false, LLVM::Linkage::External,
                                sharedName, Attribute(), sharedAlignment,
                                sharedMemory);
}

static bool isMap(const Kernel &kernel, int64_t argument) {
  return llvm::any_of(kernel.maps, [&](const MatrixMap &map) {
    return map.argument == argument;
  });
}

/// A tensor map is an argument of 128 bytes, whose address copies take.
static void setMapAttributes(LLVM::LLVMFuncOp function, int64_t argument) {
  Builder builder(function.getContext());
  auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), tensorMapBytes);
  function.setArgAttr(argument, LLVM::LLVMDialect::getByValAttrName(),
                      TypeAttr::get(type));
  function.setArgAttr(argument, LLVM::LLVMDialect::getAlignAttrName(),
                      builder.getI64IntegerAttr(64));
  function.setArgAttr(argument, NVVM::NVVMDialect::getGridConstantAttrName(),
                      builder.getUnitAttr());
}

static void setAttributes(const Kernel &kernel, int64_t arguments,
                          function_ref<bool(int64_t)> isConstant) {
  LLVM::LLVMFuncOp function = kernel.function;
  Builder builder(function.getContext());
  function->setAttr(NVVM::NVVMDialect::getKernelFuncAttrName(),
                    builder.getUnitAttr());
  function->setAttr(
      NVVM::NVVMDialect::getMaxntidAttrName(),
      builder.getDenseI32ArrayAttr({int32_t(kernel.threads), 1, 1}));
  function->setAttr(sharedBytesAttribute,
                    builder.getI64IntegerAttr(kernel.sharedBytes));
  for (int64_t i = 0; i < arguments; ++i) {
    if (isMap(kernel, i)) {
      setMapAttributes(function, i);
      continue;
    }
    function.setArgAttr(i, LLVM::LLVMDialect::getAlignAttrName(),
                        builder.getI64IntegerAttr(16));
    // Loads through such an argument may be kept in caches that are not told of
    // writes.
    if (i > 0 && isConstant(i - 1)) {
      function.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(),
                          builder.getUnitAttr());
      function.setArgAttr(i, LLVM::LLVMDialect::getReadonlyAttrName(),
                          builder.getUnitAttr());
    }
  }
}

Kernel Kernels::define(const std::string &name, int64_t buffers, Kernel shape,
                       function_ref<bool(int64_t)> isConstant,
                       function_ref<void(const Body &)> write,
                       function_ref<void(Code &, ArrayRef<Pointer>)> prepare) {
  if (auto known = module.lookupSymbol<LLVM::LLVMFuncOp>(name)) {
    shape.function = known;
    return shape;
  }
  Code code(module.getLoc(), module.getContext());
  code.setInsertionPointToEnd(module.getBody());
  SmallVector<Type> types;
  for (int64_t i = 0; i < buffers + 1; ++i) {
    types.push_back(LLVM::LLVMPointerType::get(
        code.getContext(), isMap(shape, i) ? 0 : globalMemory));
  }
  auto type = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(code.getContext()), types);
  shape.function = LLVM::LLVMFuncOp::create(code, name, type);
  setAttributes(shape, buffers + 1, isConstant);
  Block *entry = shape.function.addEntryBlock(code);
  code.setInsertionPointToStart(entry);
  SmallVector<Pointer> arguments;
  for (Value argument : entry->getArguments()) {
    arguments.emplace_back(code, argument);
  }
  if (prepare) {
    prepare(code, ArrayRef(arguments).drop_front());
  }
  // All threads, those that leave at once too: a launch has ended for the next
  // one only where the launches before it have. The next one may start now,
  // since it waits for the end of this one itself.
  for (NVVM::GridDepActionKind action :
       {NVVM::GridDepActionKind::wait,
        NVVM::GridDepActionKind::launch_dependents}) {
    NVVM::GriddepcontrolOp::create(code, action);
  }
  Value shared = entry->getArgument(0); // of no use without shared memory
  if (shape.sharedBytes > 0) {
    shared = LLVM::AddressOfOp::create(code, sharedGlobal(module));
  }
  Expr row = code.blockY() * double(shape.rowsPerBlock);
  Expr count = arguments[0].loadInteger();
  code.ifThen(row < count, [&] {
    write({code, ArrayRef(arguments).drop_front(), Pointer(code, shared), row,
           count});
  });
  LLVM::ReturnOp::create(code, ValueRange());
  return shape;
}

Kernel Kernels::defineEach(const std::string &name, int64_t buffers,
                           int64_t count,
                           function_ref<void(const Body &, Expr)> write) {
  constexpr int64_t threads = 128;
  Kernel shape;
  shape.threads = threads;
  shape.blocksPerRow = (count + threads - 1) / threads;
  return define(
      name, buffers, shape, [](int64_t) { return false; },
      [&](const Body &body) {
        Expr i = body.code.blockX() * double(threads) + body.code.thread();
        body.code.ifThen(i < double(count), [&] { write(body, i); });
      });
}
