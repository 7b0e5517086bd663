//===- DriverApi.cpp - the driver, loaded when it is needed -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Driver/DriverApi.h"

#include "tandem/targets/Nvidia/Architecture.h"

#include <dlfcn.h>

namespace tandem::nvidia::driver {

using runtime::ExitCode;
using runtime::Failure;

static constexpr const char *libraryName = "libcuda.so.1";

[[noreturn]] void lack(const std::string &what) {
  throw Failure(ExitCode::Environment,
                what + "; 'tandem verify BUNDLE --emulate' runs the kernels on "
                       "this CPU");
}

void DriverApi::loadFunctions() {
  auto load = [&](auto &member, const char *symbol) {
    member = reinterpret_cast<std::remove_reference_t<decltype(member)>>(
        dlsym(library, symbol));
    if (!member) {
      lack(std::string("the NVIDIA driver on this machine lacks '") + symbol +
           "', which came with CUDA 11.8; install a newer one");
    }
  };
#define TANDEM_DRIVER_LOAD(member, symbol, ...) load(member, #symbol);
  TANDEM_DRIVER_FUNCTIONS(TANDEM_DRIVER_LOAD)
#undef TANDEM_DRIVER_LOAD
}

DriverApi::DriverApi(int32_t leastVersion) {
  // It has threads and handlers of its own, and stays.
  library = dlopen(libraryName, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!library) {
    lack(std::string("this machine has no NVIDIA driver (") + dlerror() + ")");
  }
  loadFunctions();
  int32_t version = 0;
  require(driverGetVersion(&version), "tell its version");
  if (version < leastVersion) {
    lack("the NVIDIA driver on this machine is for CUDA " +
         driverText(version) + ", this bundle needs one for CUDA " +
         driverText(leastVersion) + " or later");
  }
  Result result = init(0);
  if (result == Result::noDevice) {
    lack("the NVIDIA driver on this machine finds no GPU (" + describe(result) +
         "); see nvidia-smi and CUDA_VISIBLE_DEVICES");
  }
  if (result != Result::success) {
    lack("the NVIDIA driver on this machine does not start: " +
         describe(result));
  }
}

std::string DriverApi::describe(Result result) const {
  const char *name = nullptr, *sentence = nullptr;
  getErrorName(result, &name);
  getErrorString(result, &sentence);
  std::string text =
      name ? name : "error " + std::to_string(static_cast<int32_t>(result));
  return sentence ? text + ": " + sentence : text;
}

void DriverApi::raise(Result result, const std::string &what) const {
  throw Failure(ExitCode::RuntimeFailure,
                "the driver could not " + what + ": " + describe(result));
}

} // namespace tandem::nvidia::driver
