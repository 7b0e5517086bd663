//===- Emulator.cpp - load and launch PTX -----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Emulator.h"

#include "tandem/targets/Nvidia/Emulator/Compiler.h"
#include "tandem/targets/Nvidia/Emulator/Execution.h"
#include "tandem/targets/Nvidia/Emulator/Translator.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/Allocator.h"

using namespace llvm;
using namespace tandem::nvidia::ptx;

/// Limits of every chip since sm_70.
static constexpr uint64_t maxBlockThreads = 1024;
static constexpr uint64_t maxLocalBytes = 512 << 10;
/// What helpers need of a thread's stack, and how much it may have.
static constexpr uint64_t helperStackBytes = 128 << 10;
static constexpr uint64_t maxStackBytes = 64 << 20;

namespace {

/// What a launch of a kernel needs, functions that it calls included.
struct KernelNeeds {
  std::string symbol;
  uint64_t localBytes = 0, stackBytes = 0;
  std::vector<uint64_t> sharedAddresses; ///< by index of the variable
  uint64_t dynamicAlignment = 16;
  void *code = nullptr; ///< once it is compiled
};

/// Memory of the host, aligned as GPUs align buffers.
class AlignedBytes {
public:
  MutableArrayRef<char> reserve(uint64_t bytes) {
    if (bytes > size) {
      memory.reset(static_cast<char *>(allocate_buffer(bytes, alignment)));
      size = bytes;
    }
    return MutableArrayRef(memory.get(), bytes);
  }

private:
  static constexpr size_t alignment = 1024;
  struct Free {
    void operator()(char *memory) { deallocate_buffer(memory, 0, alignment); }
  };
  std::unique_ptr<char, Free> memory;
  uint64_t size = 0;
};

} // namespace

struct Program::State {
  std::string text;
  Syntax syntax;
  std::unique_ptr<Compiler> compiler;
  std::unique_ptr<ModuleTranslation> translation;
  std::vector<FunctionTranslation> functions; ///< as in the syntax
  std::vector<Kernel> kernels;
  std::vector<KernelNeeds> needs; ///< as `kernels`
  BumpPtrAllocator variables;     ///< values of .global and .const
  Memory ownMemory;
  AlignedBytes shared, local, parameters;
  FibreStacks stacks;
  std::vector<Program> replacements; ///< the last comes first

  Error compile(KernelNeeds &needs);
  Error placeVariables();
  Error translateFunctions();
  Error describeKernels();
  Error collect(const FunctionSyntax &function, KernelNeeds &needs,
                SetVector<unsigned> &shared, SmallVectorImpl<unsigned> &path,
                uint64_t localBytes, uint64_t stackBytes);
  Error run(Launch &launch, KernelNeeds &needs,
            ArrayRef<KernelArgument> arguments);
};

Program::Program(std::unique_ptr<State> state) : state(std::move(state)) {}
Program::Program(Program &&) = default;
Program &Program::operator=(Program &&) = default;
Program::~Program() = default;

ArrayRef<Kernel> Program::kernels() const { return state->kernels; }

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

/// Allocates the variables of .global and .const, of functions too, and writes
/// their initial values once every address is known.
Error Program::State::placeVariables() {
  SmallVector<const Variable *> placed;
  auto place = [&](const Variable &variable) -> Error {
    if (variable.space == Space::shared) {
      translation->sharedVariables.push_back(&variable);
    } else if (variable.space == Space::global ||
               variable.space == Space::constant) {
      uint64_t bytes = std::max<uint64_t>(variable.bytes(), 1);
      void *memory = variables.Allocate(
          bytes, Align(std::max<uint64_t>(variable.alignment, 16)));
      std::memset(memory, 0, bytes);
      if (!translation->addresses
               .try_emplace(variable.name, reinterpret_cast<uint64_t>(memory))
               .second) {
        return errorAt(variable.line,
                       "variable '" + variable.name + "' is declared twice");
      }
      placed.push_back(&variable);
      return ownMemory.add(variable.name, memory, bytes,
                           variable.space == Space::constant
                               ? Access::readOnly
                               : Access::readWrite);
    }
    return Error::success();
  };
  for (const Variable &variable : syntax.variables) {
    if (Error error = place(variable)) {
      return error;
    }
  }
  for (const FunctionSyntax &function : syntax.functions) {
    for (const Variable &variable : function.variables) {
      if (Error error = place(variable)) {
        return error;
      }
    }
  }
  for (const Variable *variable : placed) {
    uint64_t to = translation->addresses[variable->name];
    unsigned bytes = variable->type.bytes();
    for (const Initializer &initial : variable->initial) {
      uint64_t value = initial.value;
      if (!initial.symbol.empty()) {
        auto found = translation->addresses.find(initial.symbol);
        if (found == translation->addresses.end() || bytes != 8) {
          return errorAt(variable->line, "variable '" + variable->name +
                                             "' begins with the address of '" +
                                             initial.symbol +
                                             "', which is not modelled");
        }
        value += found->second;
      }
      std::memcpy(reinterpret_cast<void *>(to), &value,
                  std::min<size_t>(bytes, sizeof(value)));
      to += bytes;
    }
  }
  return Error::success();
}

Error Program::State::translateFunctions() {
  for (const FunctionSyntax &function : syntax.functions) {
    FunctionTranslation &translated = functions.emplace_back();
    if (!function.isDefined) {
      continue;
    }
    auto result = Translator(*translation, function).run();
    if (!result) {
      return result.takeError();
    }
    translated = std::move(*result);
    if (Error error = compiler->add(std::move(translated.module))) {
      return error;
    }
  }
  return Error::success();
}

/// Adds what `function` and what it calls need; `path` leads to it.
Error Program::State::collect(const FunctionSyntax &function,
                              KernelNeeds &needs, SetVector<unsigned> &shared,
                              SmallVectorImpl<unsigned> &path,
                              uint64_t localBytes, uint64_t stackBytes) {
  unsigned index = &function - syntax.functions.data();
  const FunctionTranslation &translated = functions[index];
  if (is_contained(path, index)) {
    return errorAt(function.line, "function '" + function.name +
                                      "' calls itself, which is not modelled");
  }
  localBytes += translated.localBytes;
  stackBytes += translated.stackBytes;
  if (localBytes > maxLocalBytes || stackBytes > maxStackBytes) {
    return errorAt(function.line,
                   "function '" + function.name + "' and its callers need " +
                       Twine(localBytes) +
                       " bytes of local memory, expected "
                       "at most " +
                       Twine(maxLocalBytes) + ", or are too long");
  }
  needs.localBytes = std::max(needs.localBytes, localBytes);
  needs.stackBytes = std::max(needs.stackBytes, stackBytes);
  shared.insert_range(translated.sharedVariables);
  path.push_back(index);
  for (const FunctionSyntax *callee : translated.callees) {
    if (Error error =
            collect(*callee, needs, shared, path, localBytes, stackBytes)) {
      return error;
    }
  }
  path.pop_back();
  return Error::success();
}

Error Program::State::describeKernels() {
  for (const FunctionSyntax &function : syntax.functions) {
    if (!function.isEntry || !function.isDefined) {
      continue;
    }
    Kernel &kernel = kernels.emplace_back();
    KernelNeeds &need = needs.emplace_back();
    kernel.name = function.name.str();
    kernel.line = function.line;
    kernel.maxThreads = std::min(function.maxThreads, maxBlockThreads);
    for (const Variable &parameter : function.parameters) {
      kernel.parameters.push_back(
          {parameter.name.str(), parameter.bytes(), parameter.alignment});
    }
    need.symbol = symbolName(syntax, function);
    SetVector<unsigned> shared;
    SmallVector<unsigned> path;
    if (Error error = collect(function, need, shared, path, 0, 0)) {
      return error;
    }
    // Static variables first, dynamic memory behind them.
    need.sharedAddresses.resize(translation->sharedVariables.size());
    uint64_t bytes = 0;
    for (unsigned index : shared) {
      const Variable &variable = *translation->sharedVariables[index];
      if (variable.isExternal) {
        need.dynamicAlignment =
            std::max(need.dynamicAlignment, variable.alignment);
        continue;
      }
      bytes = alignTo(bytes, variable.alignment);
      need.sharedAddresses[index] = sharedOrigin + bytes;
      bytes += variable.bytes();
    }
    kernel.staticSharedBytes = bytes;
    for (unsigned index : shared) {
      if (translation->sharedVariables[index]->isExternal) {
        need.sharedAddresses[index] =
            alignTo(sharedOrigin + bytes, need.dynamicAlignment);
      }
    }
  }
  return Error::success();
}

Expected<Program> Program::load(StringRef text) {
  auto state = std::make_unique<State>();
  state->text = text.str();
  auto syntax = parse(state->text);
  if (!syntax) {
    return syntax.takeError();
  }
  state->syntax = std::move(*syntax);
  auto compiler = Compiler::create();
  if (!compiler) {
    return compiler.takeError();
  }
  state->compiler = std::move(*compiler);
  state->translation = std::make_unique<ModuleTranslation>(
      ModuleTranslation{state->syntax, state->compiler->context(), {}, {}, {}});
  if (Error error = state->placeVariables()) {
    return std::move(error);
  }
  if (Error error = state->translateFunctions()) {
    return std::move(error);
  }
  if (Error error = state->describeKernels()) {
    return std::move(error);
  }
  return Program(std::move(state));
}

//===----------------------------------------------------------------------===//
// Launching
//===----------------------------------------------------------------------===//

static Error refuse(StringRef kernel, const Twine &why) {
  return createStringError("launch of '" + kernel + "': " + why);
}

static Error checkShape(const Kernel &kernel, const LaunchShape &shape,
                        uint64_t sharedBytes, uint64_t available) {
  uint64_t threads = shape.block.count();
  if (threads == 0 || shape.grid.count() == 0) {
    return refuse(kernel.name, "grid or block has an extent of 0");
  }
  if (threads > kernel.maxThreads) {
    return refuse(kernel.name, "a block has " + Twine(threads) +
                                   " threads, expected at most " +
                                   Twine(kernel.maxThreads));
  }
  if (sharedBytes > available) {
    return refuse(kernel.name, "a block needs " + Twine(sharedBytes) +
                                   " bytes of shared memory, the chip has " +
                                   Twine(available));
  }
  return Error::success();
}

/// Lays the arguments out as the kernel's parameters.
static Error layOut(const Kernel &kernel, ArrayRef<KernelArgument> arguments,
                    SmallVectorImpl<char> &bytes) {
  if (arguments.size() != kernel.parameters.size()) {
    return refuse(kernel.name, "has " + Twine(kernel.parameters.size()) +
                                   " parameters, got " +
                                   Twine(arguments.size()) + " arguments");
  }
  for (auto [parameter, argument] : zip(kernel.parameters, arguments)) {
    if (argument.bytes.size() != parameter.bytes) {
      return refuse(kernel.name, "parameter '" + parameter.name + "' has " +
                                     Twine(parameter.bytes) +
                                     " bytes, its argument " +
                                     Twine(argument.bytes.size()));
    }
    bytes.resize(alignTo(bytes.size(), parameter.alignment));
    bytes.append(argument.bytes.begin(), argument.bytes.end());
  }
  return Error::success();
}

Error Program::State::compile(KernelNeeds &need) {
  if (!need.code) {
    auto code = compiler->find(need.symbol);
    if (!code) {
      return code.takeError();
    }
    need.code = *code;
  }
  return Error::success();
}

Error Program::compile() {
  for (KernelNeeds &need : state->needs) {
    if (Error error = state->compile(need)) {
      return error;
    }
  }
  return Error::success();
}

Error Program::replace(StringRef text) {
  auto program = load(text);
  if (!program) {
    return program.takeError();
  }
  state->replacements.push_back(std::move(*program));
  return Error::success();
}

Error Program::State::run(Launch &launch, KernelNeeds &need,
                          ArrayRef<KernelArgument> arguments) {
  const Kernel &kernel = *launch.kernel;
  uint64_t sharedBytes =
      alignTo(kernel.staticSharedBytes,
              launch.shape.dynamicSharedBytes ? need.dynamicAlignment : 1) +
      launch.shape.dynamicSharedBytes;
  if (Error error = checkShape(kernel, launch.shape, sharedBytes,
                               launch.options.sharedBytesPerBlock)) {
    return error;
  }
  SmallVector<char, 256> argumentBytes;
  if (Error error = layOut(kernel, arguments, argumentBytes)) {
    return error;
  }
  if (Error error = compile(need)) {
    return error;
  }
  uint64_t threads = launch.shape.block.count();
  if (Error error =
          stacks.reserve(threads + 1, need.stackBytes + helperStackBytes)) {
    return error;
  }
  MutableArrayRef<char> parameterMemory =
      parameters.reserve(std::max<size_t>(argumentBytes.size(), 1));
  copy(argumentBytes, parameterMemory.begin());
  MutableArrayRef<char> sharedMemory =
      shared.reserve(std::max<uint64_t>(sharedBytes, 1));
  MutableArrayRef<char> localMemory =
      local.reserve(std::max<uint64_t>(threads * need.localBytes, 1));

  // Generic addresses reach shared memory and parameters, too.
  Memory own = ownMemory;
  cantFail(own.add("shared memory", sharedMemory.data(), sharedMemory.size()));
  cantFail(own.add("parameters", parameterMemory.data(), parameterMemory.size(),
                   Access::readOnly));
  launch.ownMemory = &own;
  launch.code = reinterpret_cast<void (*)(ThreadRegisters *)>(need.code);
  launch.stacks = &stacks;
  for (Site &site : translation->sites) { // buffers may be others now
    site.cachedBase = site.cachedStarts = 0;
  }
  runBlocks(launch, sharedMemory.take_front(sharedBytes),
            localMemory.take_front(threads * need.localBytes),
            parameterMemory.data(), need.sharedAddresses.data());
  return launch.hasFailed ? createStringError(launch.error) : Error::success();
}

Error Program::launch(StringRef name, const LaunchShape &shape,
                      ArrayRef<KernelArgument> arguments, const Memory &memory,
                      const LaunchOptions &options) {
  for (Program &replacement : reverse(state->replacements)) {
    if (any_of(replacement.kernels(),
               [&](const Kernel &kernel) { return kernel.name == name; })) {
      return replacement.launch(name, shape, arguments, memory, options);
    }
  }
  const Kernel *kernel = find_if(state->kernels, [&](const Kernel &kernel) {
                           return kernel.name == name;
                         }).base();
  if (kernel == state->kernels.data() + state->kernels.size()) {
    return refuse(name, "the module has no kernel of this name");
  }
  Launch launch = {};
  launch.kernel = kernel;
  launch.shape = shape;
  launch.options = options;
  launch.memory = &memory;
  launch.stepsLeft = options.maxSteps;
  return state->run(launch, state->needs[kernel - state->kernels.data()],
                    arguments);
}
