//===- KernelModule.h - the kernels of a part, loaded -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_DRIVER_KERNELMODULE_H
#define TANDEM_TARGETS_NVIDIA_DRIVER_KERNELMODULE_H

#include "tandem/targets/Nvidia/Driver/Device.h"
#include "tandem/targets/Runtime/DeviceAbi.h"
#include "tandem/targets/Runtime/LaunchCode.h"

#include <map>

namespace tandem::nvidia::driver {

/// The entries of a module.
class KernelModule {
public:
  /// Loads machine code where the part has some that the driver takes, else
  /// has the driver compile the text. Fails with what the driver says of it.
  KernelModule(const Device &device, const TandemDevicePart &part,
               const runtime::LaunchCode &code);

  Function function(const std::string &kernel) const {
    return functions.at(kernel);
  }
  /// "sm_90a", or "sm_90a (kernels compiled by the driver)".
  const std::string &variant() const { return name; }

private:
  void loadText(const TandemDevicePart &part, const runtime::LaunchCode &code);
  void findFunctions(const runtime::LaunchCode &code);

  const Device &device;
  std::string name;
  Owned<Module> module;
  std::map<std::string, Function> functions;
};

} // namespace tandem::nvidia::driver

#endif // TANDEM_TARGETS_NVIDIA_DRIVER_KERNELMODULE_H
