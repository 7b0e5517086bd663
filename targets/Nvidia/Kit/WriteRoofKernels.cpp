//===- WriteRoofKernels.cpp - PTX of the roofs -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// write-roof-kernels ARCHITECTURE FILE: writes the kernels of RoofKernels.h, by
// the generator that makes the kernels of parts.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emit/Ptx.h"
#include "tandem/targets/Nvidia/Kernels/Matrix.h"
#include "tandem/targets/Nvidia/Kit/RoofKernels.h"

#include "tandem/targets/Nvidia/Kernels/WarpGroup.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace tandem::nvidia;
using namespace tandem::nvidia::kit;

/// A kernel of two addresses.
static void define(gpu::GPUModuleOp module, StringRef name,
                   function_ref<void(Code &, Pointer, Pointer)> write) {
  Code code(module.getLoc(), module.getContext());
  code.setInsertionPointToEnd(module.getBody());
  Type address = LLVM::LLVMPointerType::get(code.getContext(), 1);
  auto function = LLVM::LLVMFuncOp::create(
      code, name,
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(code.getContext()),
                                  {address, address}));
  function->setAttr(NVVM::NVVMDialect::getKernelFuncAttrName(),
                    code.getUnitAttr());
  function->setAttr(NVVM::NVVMDialect::getMaxntidAttrName(),
                    code.getDenseI32ArrayAttr({int32_t(roofThreads), 1, 1}));
  Block *entry = function.addEntryBlock(code);
  code.setInsertionPointToStart(entry);
  write(code, Pointer(code, entry->getArgument(0)),
        Pointer(code, entry->getArgument(1)));
  LLVM::ReturnOp::create(code, ValueRange());
}

/// This thread's number in the grid.
static Expr threadOfGrid(Code &code) {
  return code.blockX() * double(roofThreads) + code.thread();
}

static void defineRead(gpu::GPUModuleOp module) {
  define(module, readKernel, [](Code &code, Pointer from, Pointer sums) {
    Expr thread = threadOfGrid(code);
    Pointer own = from + thread * 4.0;
    constexpr int64_t unrolled = 8;
    Exprs sum = {code.constant(code.floats(4), 0)};
    sum = code.loop(code.integer(0), code.integer(readRounds), unrolled, sum,
                    [&](Expr round, const Exprs &carried) {
                      Exprs loaded;
                      for (int64_t i = 0; i < unrolled; ++i) {
                        loaded.push_back(
                            (own + (round + double(i)) * double(readStride / 4))
                                .loadFloats(4));
                      }
                      Expr total = carried[0];
                      for (Expr value : loaded) {
                        total = total + value;
                      }
                      return Exprs{total};
                    });
    (sums + thread).store(code.sumLanes(sum[0]));
  });
}

static void defineMultiply(gpu::GPUModuleOp module) {
  define(module, multiplyKernel, [](Code &code, Pointer from, Pointer sums) {
    Expr thread = threadOfGrid(code);
    Type bf16 = code.getBF16Type();
    Exprs a = loadRegisters(from + code.thread() * 4.0);
    Exprs b = {a[1], a[2]};
    Exprs sum(4 * multiplySums, code.real(0));
    sum = code.loop(code.integer(0), code.integer(multiplyRounds), 1, sum,
                    [&](Expr, const Exprs &carried) {
                      Exprs next;
                      for (int64_t i = 0; i < multiplySums; ++i) {
                        next.append(multiplyTiles(
                            bf16, a, b, ArrayRef(carried).slice(4 * i, 4)));
                      }
                      return next;
                    });
    Expr total = sum[0];
    for (Expr value : ArrayRef(sum).drop_front()) {
      total = total + value;
    }
    (sums + thread).store(total);
  });
}

/// Both groups of a block multiply the same tiles.
static void defineMultiplyByGroups(gpu::GPUModuleOp module) {
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto type = LLVM::LLVMArrayType::get(builder.getI8Type(), groupTileBytes);
  auto tiles = LLVM::GlobalOp::create(
      builder, module.getLoc(), type, /*isConstant=*/false,
      LLVM::Linkage::Internal, "tiles", Attribute(), /*alignment=*/1024,
      /*addrSpace=*/3);
  define(module, groupKernel, [&](Code &code, Pointer from, Pointer sums) {
    Pointer shared(code, LLVM::AddressOfOp::create(code, tiles));
    code.loop(code.thread() * 16.0, code.integer(groupTileBytes),
              roofThreads * 16, [&](Expr byte) {
                shared.bytes(byte).store(
                    from.bytes(byte).load(VectorType::get({4}, code.i32())));
              });
    fenceStores(code);
    code.barrier();
    Exprs sum = {zeroSums(code, groupColumns)};
    sum = code.loop(code.integer(0), code.integer(groupRounds), 1, sum,
                    [&](Expr, const Exprs &carried) {
                      Expr next = carried[0];
                      beginProducts(code);
                      for (int64_t byte = 0; byte < 128; byte += 32) {
                        Pointer a = shared.bytes(code.integer(byte));
                        Pointer b = shared.bytes(code.integer(64 * 128 + byte));
                        next = multiplyShared(a, b, next, groupColumns);
                      }
                      endProducts(code);
                      waitForProducts(code, 1);
                      return Exprs{next};
                    });
    waitForProducts(code, 0);
    Expr total = sumAt(sum[0], 0);
    for (int64_t i = 1; i < groupColumns / 2; ++i) {
      total = total + sumAt(sum[0], i);
    }
    (sums + threadOfGrid(code)).store(total);
  });
}

int main(int argc, char **argv) {
  const Architecture *architecture =
      argc == 3 ? findArchitecture(argv[1]) : nullptr;
  if (!architecture) {
    llvm::errs() << "usage: write-roof-kernels ARCHITECTURE FILE.ptx\n";
    return 2;
  }
  DialectRegistry registry;
  registry.insert<arith::ArithDialect, gpu::GPUDialect, LLVM::LLVMDialect,
                  NVVM::NVVMDialect, scf::SCFDialect, vector::VectorDialect>();
  registerTranslations(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  OpBuilder builder(&context);
  Location location = builder.getUnknownLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(location);
  builder.setInsertionPointToEnd(module->getBody());
  auto kernels = gpu::GPUModuleOp::create(builder, location, "kernels");
  defineRead(kernels);
  defineMultiply(kernels);
  if (architecture->hasWarpGroups) {
    defineMultiplyByGroups(kernels);
  }
  llvm::Expected<std::string> ptx = compileKernels(kernels, *architecture);
  if (!ptx) {
    llvm::errs() << "error: " << toString(ptx.takeError()) << "\n";
    return 1;
  }
  std::error_code error;
  llvm::raw_fd_ostream file(argv[2], error);
  file << *ptx;
  file.close();
  return error || file.has_error() ? 1 : 0;
}
