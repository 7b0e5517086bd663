//===- Launches.h - launches of a test --------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_UNIT_TARGETS_NVIDIA_EMULATOR_LAUNCHES_H
#define TANDEM_TEST_UNIT_TARGETS_NVIDIA_EMULATOR_LAUNCHES_H

#include "tandem/targets/Nvidia/Emulator/Emulator.h"

#include "gtest/gtest.h"

#include <functional>
#include <string>
#include <vector>

namespace tandem::nvidia::ptx {

/// `functions` behind a module's first three lines.
std::string moduleText(llvm::StringRef functions);

/// The text of kernel `k`, whose `.entry` is in line 4: `parameters` is
/// ".param .u64 p, ...", registers %r0 to %r63, %f0 to %f63, %rs0 to %rs15,
/// %rd0 to %rd31 and %p0 to %p7 are declared in line 5, and `body` begins in
/// line 6.
std::string kernelText(llvm::StringRef parameters, llvm::StringRef body);

/// The message of `Program::load`; empty if it succeeds.
std::string loadError(llvm::StringRef text);

/// Kernel `k` of a text over buffers of the test.
class Launcher {
public:
  explicit Launcher(llvm::StringRef text);

  /// Lets kernels use the values; they must stay where they are.
  template <typename T>
  Launcher &buffer(llvm::StringRef name, std::vector<T> &values,
                   Access access = Access::readWrite) {
    check(memory.add(name, values.data(), values.size() * sizeof(T), access));
    arguments.push_back(KernelArgument::of(values.data()));
    return *this;
  }

  template <typename T> Launcher &argument(const T &value) {
    arguments.push_back(KernelArgument::of(value));
    return *this;
  }

  /// The message of the launch; empty if it succeeds.
  std::string run(const LaunchShape &shape, Asynchrony asynchrony,
                  uint64_t maxSteps = 1 << 20);

  Memory memory;
  std::vector<KernelArgument> arguments;

private:
  static void check(llvm::Error error);

  llvm::Expected<Program> program;
};

/// Whether a message is as expected; shows it if not.
testing::AssertionResult startsWith(const std::string &message,
                                    llvm::StringRef expected);
testing::AssertionResult endsWith(const std::string &message,
                                  llvm::StringRef expected);
testing::AssertionResult contains(const std::string &message,
                                  llvm::StringRef expected);

/// Both modes, for loops over them.
inline constexpr Asynchrony bothModes[] = {Asynchrony::eager, Asynchrony::late};

/// `text` with its first `from` replaced; the test fails if there is none.
std::string replaced(std::string text, llvm::StringRef from,
                     llvm::StringRef to);

/// Pseudo-random numbers in [-1, 1], the same in every run, each a bf16 number.
std::vector<float> randomNumbers(size_t count, unsigned seed);

/// The upper half of a float, whose lower half must be 0.
uint16_t toBfloat(float value);

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TEST_UNIT_TARGETS_NVIDIA_EMULATOR_LAUNCHES_H
