//===- KernelFunctions.cpp - modules and launches -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Functions.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace tandem::standin {

using namespace nvidia;

/// Writes the log that a caller asked for.
static void writeLog(uint32_t count, const JitOption *options, void **values,
                     const std::string &text) {
  char *log = nullptr;
  size_t bytes = 0;
  for (uint32_t i = 0; i < count; ++i) {
    if (options[i] == JitOption::errorLog) {
      log = static_cast<char *>(values[i]);
    } else if (options[i] == JitOption::errorLogBytes) {
      bytes = reinterpret_cast<size_t>(values[i]);
    }
  }
  if (log && bytes > 0) {
    std::snprintf(log, bytes, "%s", text.c_str());
  }
}

Result cuModuleLoadDataEx(Module *module, const void *image, uint32_t count,
                          JitOption *options, void **values) {
  Call call("cuModuleLoadDataEx");
  if (!call) {
    return call.entered;
  }
  auto *text = static_cast<const char *>(image);
  if (std::strncmp(text, "\177ELF", 4) == 0) {
    return Result::noBinaryForDevice; // there is no emulator of machine code
  }
  auto program = ptx::Program::load(text);
  if (!program) {
    writeLog(count, options, values, toString(program.takeError()));
    return Result::invalidImage;
  }
  auto loaded = std::make_unique<ModuleState>(std::move(*program));
  for (const ptx::Kernel &kernel : loaded->program.kernels()) {
    loaded->functions[kernel.name] = {&loaded->program, &kernel};
  }
  return give(module, std::move(loaded), call.state.modules);
}

Result cuModuleUnload(Module module) {
  Call call("cuModuleUnload");
  call.state.finishAll();
  return take(module, call.state.modules);
}

Result cuModuleGetFunction(Function *function, Module module,
                           const char *name) {
  Call call("cuModuleGetFunction");
  auto &functions = reinterpret_cast<ModuleState *>(module)->functions;
  auto found = functions.find(name);
  if (found == functions.end()) {
    return Result::notFound;
  }
  *function = reinterpret_cast<Function>(&found->second);
  return call.entered;
}

Result cuFuncGetAttribute(int32_t *value, FunctionAttribute attribute,
                          Function function) {
  Call call("cuFuncGetAttribute");
  const auto &state = *reinterpret_cast<FunctionState *>(function);
  *value = attribute == FunctionAttribute::mostThreads
               ? int32_t(std::min(state.kernel->maxThreads,
                                  call.state.settings.mostThreads))
               : int32_t(state.mostSharedBytes);
  return call.entered;
}

Result cuFuncSetAttribute(Function function, FunctionAttribute attribute,
                          int32_t value) {
  Call call("cuFuncSetAttribute");
  if (attribute != FunctionAttribute::mostDynamicSharedBytes) {
    return Result::invalidValue;
  }
  reinterpret_cast<FunctionState *>(function)->mostSharedBytes = value;
  return call.entered;
}

Result cuTensorMapEncodeTiled(TensorMap *encoded, int32_t element,
                              uint32_t rank, void *address,
                              const uint64_t *sizes, const uint64_t *strides,
                              const uint32_t *box, const uint32_t *steps,
                              int32_t interleave, int32_t swizzle, int32_t,
                              int32_t) {
  Call call("cuTensorMapEncodeTiled");
  bool isKnown = element == elementsOf16Bits && rank == 2 && steps[0] == 1 &&
                 steps[1] == 1 && interleave == withoutInterleave &&
                 swizzle == swizzleOf128Bytes;
  if (!isKnown) {
    return Result::invalidValue;
  }
  ptx::TensorMap map;
  map.base = address;
  map.elementBytes = 2;
  map.sizes.assign(sizes, sizes + rank);
  map.strides.assign(strides, strides + rank - 1);
  map.box.assign(box, box + rank);
  map.swizzleBytes = 128;
  auto made = ptx::encode(map);
  if (!made) {
    std::fprintf(stderr, "stand-in driver: %s\n",
                 toString(made.takeError()).c_str());
    return Result::invalidValue;
  }
  static_assert(sizeof(*made) == sizeof(*encoded));
  std::memcpy(encoded, &*made, sizeof(*made));
  return call.entered;
}

/// Runs a kernel when its turn comes.
static Result run(const FunctionState &function, const ptx::LaunchShape &shape,
                  const std::vector<ptx::KernelArgument> &arguments) {
  DriverState &state = DriverState::get();
  if (++state.launches == state.settings.failingLaunch) {
    return Result::launchFailed;
  }
  ptx::LaunchOptions options;
  options.asynchrony = state.settings.asynchrony;
  llvm::Error error = function.program->launch(
      function.kernel->name, shape, arguments, state.memory.usable(), options);
  if (!error) {
    state.log("did: " + function.kernel->name);
    return Result::success;
  }
  std::fprintf(stderr, "stand-in driver: %s\n",
               toString(std::move(error)).c_str());
  return Result::launchFailed;
}

/// Whether the attributes ask for a programmatic launch, which must be behind
/// another one of the same recording.
static Result takeAttributes(const LaunchConfig &config, bool &isProgrammatic) {
  for (uint32_t i = 0; i < config.attributeCount; ++i) {
    const LaunchAttribute &attribute = config.attributes[i];
    if (attribute.id != LaunchAttribute::programmatic) {
      std::fprintf(stderr, "stand-in driver: launch attribute %d\n",
                   attribute.id);
      return Result::invalidValue;
    }
    isProgrammatic |= attribute.value != 0;
  }
  if (isProgrammatic && of(config.stream)->recording.empty()) {
    std::fprintf(stderr, "stand-in driver: a programmatic launch begins a "
                         "recording\n");
    return Result::invalidValue;
  }
  return Result::success;
}

Result cuLaunchKernelEx(const LaunchConfig *config, Function function,
                        void **parameters, void **) {
  Call call("cuLaunchKernelEx");
  if (!call) {
    return call.entered;
  }
  const auto &kernel = *reinterpret_cast<FunctionState *>(function);
  if (config->sharedBytes > kernel.mostSharedBytes) {
    return Result::invalidValue;
  }
  ptx::LaunchShape shape;
  if (Result result = takeAttributes(*config, shape.isProgrammatic);
      result != Result::success) {
    return result;
  }
  call.state.log(shape.isProgrammatic ? "programmatic" : "ordinary");
  std::vector<ptx::KernelArgument> arguments;
  for (const ptx::Kernel::Parameter &parameter : kernel.kernel->parameters) {
    ptx::KernelArgument &argument = arguments.emplace_back();
    auto *bytes = static_cast<const char *>(parameters[arguments.size() - 1]);
    argument.bytes.assign(bytes, bytes + parameter.bytes);
  }
  const uint32_t *grid = config->grid, *block = config->block;
  shape.grid = {grid[0], grid[1], grid[2]};
  shape.block = {block[0], block[1], block[2]};
  shape.dynamicSharedBytes = config->sharedBytes;
  of(config->stream)->push([&kernel, shape, arguments] {
    return run(kernel, shape, arguments);
  });
  return Result::success;
}

} // namespace tandem::standin
