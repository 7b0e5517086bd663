//===- KernelModule.h - kernels of a test, emulated -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_UNIT_TARGETS_NVIDIA_KERNELS_KERNELMODULE_H
#define TANDEM_TEST_UNIT_TARGETS_NVIDIA_KERNELS_KERNELMODULE_H

#include "tandem/targets/Nvidia/Emulator/Emulator.h"
#include "tandem/targets/Nvidia/Kernels/Kernels.h"
#include "tandem/targets/Nvidia/Machine.h"

#include "gtest/gtest.h"

#include <random>

namespace tandem::nvidia {

/// Kernels that a test makes; a launch compiles those that are new.
class KernelModule {
public:
  KernelModule();

  mlir::MLIRContext context;

private:
  mlir::OwningOpRef<mlir::gpu::GPUModuleOp> module;
  llvm::Expected<ptx::Program> program;
  int64_t compiled = 0; ///< kernels

public:
  Kernels kernels;

  /// Launches `kernel` for a step of up to `tokens` tokens over buffers, which
  /// `memory` has. The message; empty if it succeeds.
  std::string launch(const Kernel &kernel, int64_t tokens,
                     llvm::ArrayRef<const void *> buffers,
                     const ptx::Memory &memory, ptx::Asynchrony asynchrony);
};

/// Pseudo-random numbers in [-1, 1], the same in every run.
std::vector<float> randomFloats(size_t count, unsigned seed);

/// A number as the nearest bf16 or f16, or as f32, and back.
uint16_t toBits(double value, mlir::Type element);
double rounded(double value, mlir::Type element);

/// `count` values every byte of which is that of a NaN.
template <typename T> std::vector<T> poisoned(size_t count) {
  std::vector<T> values(count);
  std::memset(values.data(), 0xff, count * sizeof(T));
  return values;
}

/// Lets kernels use the values.
template <typename T>
void addTo(ptx::Memory &memory, const char *name, std::vector<T> &values) {
  if (llvm::Error error =
          memory.add(name, values.data(), values.size() * sizeof(T))) {
    ADD_FAILURE() << llvm::toString(std::move(error));
  }
}

} // namespace tandem::nvidia

#endif // TANDEM_TEST_UNIT_TARGETS_NVIDIA_KERNELS_KERNELMODULE_H
