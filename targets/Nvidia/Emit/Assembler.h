//===- Assembler.h - machine code by ptxas -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMIT_ASSEMBLER_H
#define TANDEM_TARGETS_NVIDIA_EMIT_ASSEMBLER_H

#include "tandem/targets/Nvidia/Machine.h"
#include "tandem/targets/Runtime/LaunchCode.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace tandem::nvidia {

/// What ptxas made of a text.
struct Assembled {
  std::string binary;
  std::vector<runtime::AssembledKernel> kernels;
};

/// The path of ptxas: in PATH, in $CUDA_HOME/bin, or of the package
/// nvidia-cuda-nvcc in $VIRTUAL_ENV; empty where there is none.
std::string findAssembler();

/// Runs ptxas as a child process. Fails with what it says.
llvm::Expected<Assembled> assemble(const std::string &assembler,
                                   llvm::StringRef ptx,
                                   const Architecture &architecture);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_EMIT_ASSEMBLER_H
