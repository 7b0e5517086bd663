//===- KernelLibrary.cpp - kernels compiled for a test ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelLibrary.h"

#include "QuantizedPanels.h"
#include "tandem/targets/X86/Emit/Object.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/TargetParser/Host.h"

#include <cmath>
#include <dlfcn.h>
#include <random>

using namespace mlir;
using namespace tandem::x86;

bool tandem::x86::canRun(const Variant &variant) {
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  return llvm::all_of(variant.features,
                      [&](StringRef feature) { return host.lookup(feature); });
}

static void writeAllKernels(Kernels &kernels) {
  kernels.multiplyPacked();
  kernels.multiplyRows();
  kernels.multiplyStrip();
  kernels.packRows();
  kernels.rmsNorm();
  kernels.layerNorm();
  for (StringRef name : {"silu", "gelu_erf", "gelu_tanh", "gelu_quick", "relu",
                         "relu_squared"}) {
    kernels.unary(name);
    kernels.binary(("glu_" + name).str(), Operand::tensor, Operand::tensor);
  }
  kernels.copyRows();
  kernels.gatherRows();
  kernels.gatherColumns();
  kernels.rotary(false);
  kernels.rotary(true);
  kernels.append();
  kernels.attendTile();
  for (const PanelFormat &format : storedFormats) {
    kernels.spreadRow(format);
    kernels.multiplySpread(format);
    kernels.unpackPanel(format);
    kernels.gatherStored(format);
  }
  kernels.quantizeRows();
  for (const PanelFormat &format : blockFormats()) {
    kernels.multiplyBlocks(format);
  }
}

/// Adds `tandem_part_query(i64 index)`, which returns function `index`.
static void writeQuery(ModuleOp module, const Variant &variant,
                       ArrayRef<LLVM::LLVMFuncOp> functions) {
  Emitter e(module.getLoc(), variant);
  e.setInsertionPointToEnd(module.getBody());
  auto query = LLVM::LLVMFuncOp::create(
      e, querySymbol, LLVM::LLVMFunctionType::get(e.pointerType(), {e.i64()}));
  Block *block = query.addEntryBlock(e);
  e.setInsertionPointToStart(block);
  Pointer table = e.stack(2 * functions.size());
  for (auto [i, function] : llvm::enumerate(functions)) {
    (table + 2 * i).store(LLVM::AddressOfOp::create(e, function));
  }
  Expr index{e, block->getArgument(0)};
  LLVM::ReturnOp::create(e,
                         ValueRange((table + index * 2.0).loadPointer().value));
}

KernelLibrary::KernelLibrary(const Variant &variant, const Machine &machine)
    : variant(variant), machine(machine) {
  DialectRegistry registry;
  registerTranslations(registry);
  MLIRContext context(registry);
  context.loadDialect<arith::ArithDialect, scf::SCFDialect,
                      vector::VectorDialect, LLVM::LLVMDialect>();
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  Kernels kernels(*module, variant, machine);
  writeAllKernels(kernels);
  SmallVector<LLVM::LLVMFuncOp> functions(module->getOps<LLVM::LLVMFuncOp>());
  for (auto [i, function] : llvm::enumerate(functions)) {
    indices[function.getName().str()] = i;
  }
  writeQuery(*module, variant, functions);
  TranslatedModule translated = llvm::cantFail(translate(*module));
  auto compiled = llvm::cantFail(compileObject(*translated.module, variant));
  object.assign(compiled.begin(), compiled.end());
  auto linked = llvm::cantFail(linkShared(object));
  sharedObject.assign(linked.begin(), linked.end());
  if (!canRun(variant)) {
    return;
  }
  SmallString<128> path;
  int file;
  llvm::sys::fs::createTemporaryFile("tandem-kernels", "so", file, path);
  llvm::raw_fd_ostream(file, /*shouldClose=*/true)
      .write(sharedObject.data(), sharedObject.size());
  void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  llvm::sys::fs::remove(path);
  query =
      reinterpret_cast<void *(*)(uint64_t)>(dlsym(handle, querySymbol.data()));
}

void *KernelLibrary::lookup(const std::string &name) const {
  return query(indices.at(name));
}

const KernelLibrary &KernelLibrary::best() {
  static const KernelLibrary library = [] {
    for (const Variant &variant : llvm::reverse(variants())) {
      if (canRun(variant)) {
        return KernelLibrary(variant);
      }
    }
    llvm::report_fatal_error("this CPU runs no variant");
  }();
  return library;
}

std::vector<float> tandem::x86::randomValues(size_t count, float range,
                                             unsigned seed) {
  std::mt19937 generator(seed);
  std::vector<float> values(count);
  for (float &value : values) {
    value = range * (generator() * (2.0f / 4294967296.0f) - 1);
  }
  return values;
}

std::vector<float> tandem::x86::packPanels(const std::vector<float> &matrix,
                                           int64_t n, int64_t k) {
  std::vector<float> panels((n + 15) / 16 * 16 * k);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < k; ++j) {
      panels[(i / 16 * k + j) * 16 + i % 16] = matrix[i * k + j];
    }
  }
  return panels;
}

double tandem::x86::largestError(const std::vector<float> &actual,
                                 const std::vector<double> &expected) {
  double largest = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    double error =
        std::abs(actual[i] - expected[i]) / (1 + std::abs(expected[i]));
    largest = std::isnan(error) ? INFINITY : std::max(largest, error);
  }
  return largest;
}
