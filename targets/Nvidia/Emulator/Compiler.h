//===- Compiler.h - machine code in this process ----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_COMPILER_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_COMPILER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <memory>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace tandem::nvidia::ptx {

/// Compiles LLVM modules for this CPU. A module is compiled when a function of
/// it is first looked up.
class Compiler {
public:
  static llvm::Expected<std::unique_ptr<Compiler>> create();
  ~Compiler();

  /// Every module must be made in this context.
  llvm::LLVMContext &context();

  /// Takes a module; its names must be new.
  llvm::Error add(std::unique_ptr<llvm::Module> module);

  /// The address of a function, compiled with what it calls.
  llvm::Expected<void *> find(llvm::StringRef name);

private:
  struct State;
  explicit Compiler(std::unique_ptr<State> state);

  std::unique_ptr<State> state;
};

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_COMPILER_H
