//===- KernelModule.cpp - kernels of a test, emulated -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelModule.h"

#include "tandem/targets/Nvidia/Emit/Ptx.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tandem::nvidia;

static const Architecture &architecture = allArchitectures().front();

static OwningOpRef<gpu::GPUModuleOp> makeModule(MLIRContext &context) {
  DialectRegistry registry;
  registry.insert<arith::ArithDialect, gpu::GPUDialect, LLVM::LLVMDialect,
                  NVVM::NVVMDialect, scf::SCFDialect, vector::VectorDialect>();
  registerTranslations(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  OpBuilder builder(&context);
  return gpu::GPUModuleOp::create(builder, builder.getUnknownLoc(), "kernels");
}

KernelModule::KernelModule()
    : module(makeModule(context)),
      program(llvm::createStringError("not compiled")), kernels(*module) {}

std::string KernelModule::launch(const Kernel &kernel, int64_t tokens,
                                 ArrayRef<const void *> buffers,
                                 const ptx::Memory &memory,
                                 ptx::Asynchrony asynchrony) {
  auto functions = module->getOps<LLVM::LLVMFuncOp>();
  if (int64_t made = llvm::range_size(functions); compiled != made) {
    compiled = made;
    if (!program) {
      llvm::consumeError(program.takeError());
    }
    // Kernels are taken out of the module that becomes text.
    OwningOpRef<gpu::GPUModuleOp> copy(module->clone());
    auto text = compileKernels(*copy, architecture);
    program = text ? ptx::Program::load(*text) : text.takeError();
  }
  if (!program) {
    std::string message = llvm::toString(program.takeError());
    program = llvm::createStringError(message);
    return message;
  }
  ptx::LaunchShape shape;
  shape.grid = {uint32_t(kernel.blocksPerRow),
                uint32_t(llvm::divideCeil(tokens, kernel.rowsPerBlock)),
                uint32_t(kernel.splits)};
  shape.block = {uint32_t(kernel.threads)};
  shape.dynamicSharedBytes = kernel.sharedBytes;
  std::vector<ptx::KernelArgument> arguments;
  for (const void *buffer : buffers) {
    arguments.push_back(ptx::KernelArgument::of(buffer));
  }
  for (const MatrixMap &map : kernel.maps) {
    ptx::EncodedTensorMap encoded = llvm::cantFail(
        ptx::encode({.base = buffers[map.argument],
                     .elementBytes = 2,
                     .sizes = {uint64_t(map.columns), uint64_t(map.rows)},
                     .strides = {uint64_t(map.rowBytes)},
                     .box = {uint32_t(tileDepth), uint32_t(map.boxRows)},
                     .swizzleBytes = 128}));
    arguments[map.argument] = ptx::KernelArgument::of(encoded);
  }
  llvm::Error error =
      program->launch(LLVM::LLVMFuncOp(kernel.function).getName(), shape,
                      arguments, memory, {.asynchrony = asynchrony});
  return error ? llvm::toString(std::move(error)) : "";
}

std::vector<float> tandem::nvidia::randomFloats(size_t count, unsigned seed) {
  std::mt19937 generator(seed);
  std::vector<float> numbers(count);
  for (float &number : numbers) {
    number = float(int(generator() % 2049) - 1024) / 1024;
  }
  return numbers;
}

static APFloat roundTo(double value, Type element) {
  APFloat number(float{static_cast<float>(value)});
  bool losesInfo;
  number.convert(cast<FloatType>(element).getFloatSemantics(),
                 APFloat::rmNearestTiesToEven, &losesInfo);
  return number;
}

uint16_t tandem::nvidia::toBits(double value, Type element) {
  return roundTo(value, element).bitcastToAPInt().getZExtValue();
}

double tandem::nvidia::rounded(double value, Type element) {
  return roundTo(value, element).convertToDouble();
}
