//===- Emulator.h - run PTX on this CPU -------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Takes the text of a PTX module, translates it to LLVM IR, compiles that in
// process and runs kernel launches over host memory: one fibre per GPU thread,
// blocks one after another. README.md says what is modelled and what is not.
//
//   auto module = ptx::Program::load(text);
//   ptx::Memory memory;
//   memory.add("x", x.data(), x.size() * sizeof(float));
//   module->launch("scale", {.grid = {4}, .block = {128}},
//                  {ptx::KernelArgument::of(x.data()),
//                  ptx::KernelArgument::of(2.0f)}, memory, {.asynchrony =
//                  ptx::Asynchrony::late});
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_EMULATOR_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_EMULATOR_H

#include "tandem/targets/Nvidia/Emulator/Memory.h"
#include "tandem/targets/Nvidia/Emulator/TensorMap.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace tandem::nvidia::ptx {

/// When asynchronous work (cp.async, bulk tensor copies, wgmma) takes effect. A
/// correct kernel gives the same in both modes; a missing wait shows in `late`,
/// a buffer that is overwritten too soon in `eager`. Blocks and threads
/// also run in opposite orders. Until asynchronous work takes effect in `late`,
/// what it will write is all ones (NaN as a float of any width).
enum class Asynchrony {
  eager, ///< when it is issued
  late,  ///< when a wait that covers it would otherwise not return
};

/// Extents in x, y, z; none may be zero.
struct Dimensions {
  uint32_t x = 1, y = 1, z = 1;

  uint64_t count() const { return uint64_t(x) * y * z; }
};

/// What a launch says besides its arguments.
struct LaunchShape {
  Dimensions grid = {};            ///< blocks
  Dimensions block = {};           ///< threads of a block, at most 1024
  uint32_t dynamicSharedBytes = 0; ///< beside the kernel's static variables
  /// May run beside the launch before, which threads have to wait for.
  bool isProgrammatic = false;
};

/// How a launch is run.
struct LaunchOptions {
  Asynchrony asynchrony = Asynchrony::eager;
  /// Shared memory of one block that the chip has, static and dynamic.
  uint32_t sharedBytesPerBlock = 232448;
  /// Backward branches of all threads together, after which the launch is taken
  /// to be endless.
  uint64_t maxSteps = uint64_t(1) << 34;
};

/// The bytes of one kernel argument. Pointers are host addresses.
struct KernelArgument {
  llvm::SmallVector<char, 16> bytes;

  /// A scalar, a pointer or an EncodedTensorMap.
  template <typename T> static KernelArgument of(const T &value) {
    static_assert(std::is_trivially_copyable_v<T>);
    KernelArgument argument;
    argument.bytes.resize(sizeof(T));
    std::memcpy(argument.bytes.data(), &value, sizeof(T));
    return argument;
  }
};

/// What a module says about one of its kernels.
struct Kernel {
  struct Parameter {
    std::string name;
    uint64_t bytes, alignment;
  };

  std::string name;
  unsigned line; ///< of its `.entry`
  std::vector<Parameter> parameters;
  /// Static shared memory in bytes: variables that it or what it calls names.
  uint64_t staticSharedBytes;
  /// Threads of a block: `.maxntid` or `.reqntid`, else 1024.
  uint64_t maxThreads;
};

/// A PTX module. Its `.global` variables keep their values between launches.
class Program {
public:
  /// Parses and translates `text`. Anything that is not understood, an opcode
  /// or a modifier of one, is an error `PTX line 12: ...` that names it.
  /// Machine code is made when a kernel is first launched.
  static llvm::Expected<Program> load(llvm::StringRef text);

  Program(Program &&);
  Program &operator=(Program &&);
  ~Program();

  /// In the order of the text.
  llvm::ArrayRef<Kernel> kernels() const;

  /// Makes the machine code of all kernels now.
  llvm::Error compile();

  /// From now on the kernels of `text` are launched in place of those of the
  /// same names; what `load` refuses is an error.
  llvm::Error replace(llvm::StringRef text);

  /// Runs `kernel` over the buffers of `memory` and returns when every block is
  /// done. An error stops the launch where it is and names the kernel, the PTX
  /// line, block and thread: an access outside `memory`, misaligned or before
  /// the launch before has ended, a barrier used wrongly, lanes that diverge at
  /// a warp-wide instruction, threads that wait for ever (who waits where),
  /// `trap`, too many steps. Arguments must be as many and as wide as the
  /// parameters. Not reentrant.
  llvm::Error launch(llvm::StringRef kernel, const LaunchShape &shape,
                     llvm::ArrayRef<KernelArgument> arguments,
                     const Memory &memory, const LaunchOptions &options = {});

private:
  struct State;
  explicit Program(std::unique_ptr<State> state);

  std::unique_ptr<State> state;
};

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_EMULATOR_H
