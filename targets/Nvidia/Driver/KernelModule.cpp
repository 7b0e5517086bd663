//===- KernelModule.cpp - the kernels of a part, loaded -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Driver/KernelModule.h"

namespace tandem::nvidia::driver {

/// A function may have so much dynamic shared memory without asking for it.
static constexpr uint64_t freeSharedBytes = 48 << 10;

KernelModule::KernelModule(const Device &device, const TandemDevicePart &part,
                           const runtime::LaunchCode &code)
    : device(device), name(code.device) {
  const DriverApi &api = device.api();
  if (part.binary) {
    Module loaded = nullptr;
    Result result = api.moduleLoad(&loaded, part.binary, 0, nullptr, nullptr);
    // Machine code of a newer assembler than the driver knows: the text is the
    // same kernels.
    bool isForeign =
        result == Result::noBinaryForDevice || result == Result::invalidImage;
    if (!isForeign) {
      api.require(result, "load " + *code.binary);
      module = {loaded, api.moduleUnload};
    }
  }
  if (!module.get()) {
    loadText(part, code);
  }
  findFunctions(code);
}

void KernelModule::loadText(const TandemDevicePart &part,
                            const runtime::LaunchCode &code) {
  const DriverApi &api = device.api();
  std::string text(part.kernels, part.kernelsBytes); // ends in 0
  std::string log(16384, '\0');
  JitOption options[] = {JitOption::errorLog, JitOption::errorLogBytes};
  void *values[] = {log.data(), reinterpret_cast<void *>(log.size())};
  Module loaded = nullptr;
  Result result = api.moduleLoad(&loaded, text.c_str(), 2, options, values);
  log.resize(log.find('\0'));
  api.require(result, "compile " + code.file + " for this GPU" +
                          (log.empty() ? "" : " (it says: " + log + ")"));
  module = {loaded, api.moduleUnload};
  name += " (kernels compiled by the driver)";
}

void KernelModule::findFunctions(const runtime::LaunchCode &code) {
  const DriverApi &api = device.api();
  for (const runtime::LaunchedKernel &kernel : code.kernels) {
    Function &function = functions[kernel.name];
    api.require(
        api.moduleGetFunction(&function, module.get(), kernel.name.c_str()),
        "find kernel '" + kernel.name + "'");
    // Asked for here, a function is also loaded before launches are recorded.
    int32_t mostThreads = 0;
    api.require(api.functionGetAttribute(
                    &mostThreads, FunctionAttribute::mostThreads, function),
                "describe kernel '" + kernel.name + "'");
    if (kernel.threads > uint64_t(mostThreads)) {
      throw runtime::Failure(
          runtime::ExitCode::RuntimeFailure,
          "kernel '" + kernel.name + "' is launched with " +
              std::to_string(kernel.threads) +
              " threads in a block, and its registers let it have " +
              std::to_string(mostThreads) + " on this GPU");
    }
    if (kernel.sharedBytes > freeSharedBytes) {
      api.require(
          api.functionSetAttribute(function,
                                   FunctionAttribute::mostDynamicSharedBytes,
                                   int32_t(kernel.sharedBytes)),
          "give " + std::to_string(kernel.sharedBytes) +
              " bytes of shared memory to kernel '" + kernel.name + "'");
    }
  }
}

} // namespace tandem::nvidia::driver
