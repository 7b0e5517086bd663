//===- DriverApi.h - the driver, loaded when it is needed -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// libcuda.so.1 by dlopen: a machine without it can hold the bundle.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_DRIVER_DRIVERAPI_H
#define TANDEM_TARGETS_NVIDIA_DRIVER_DRIVERAPI_H

#include "tandem/targets/Nvidia/Driver/DriverFunctions.h"
#include "tandem/targets/Runtime/Failure.h"

#include <string>

namespace tandem::nvidia::driver {

/// Fails with exit code 7: this machine lacks `what`. Says what can be done
/// without a chip.
[[noreturn]] void lack(const std::string &what);

/// The functions of the driver. Each may be called on any thread on which a
/// context is current.
class DriverApi {
public:
  /// Loads the driver. Fails, with exit code 7, where there is none, where it
  /// lacks a function and where it is older than `leastVersion` (as
  /// cuDriverGetVersion counts: 12030 is 12.3).
  explicit DriverApi(int32_t leastVersion);

#define TANDEM_DRIVER_MEMBER(member, symbol, ...)                              \
  Result (*member)(__VA_ARGS__) = nullptr;
  TANDEM_DRIVER_FUNCTIONS(TANDEM_DRIVER_MEMBER)
#undef TANDEM_DRIVER_MEMBER

  /// "CUDA_ERROR_LAUNCH_FAILED: unspecified launch failure".
  std::string describe(Result result) const;

  /// Fails, with exit code 8, unless `result` is success: "the driver could not
  /// <what>: ...".
  void require(Result result, const std::string &what) const {
    if (result != Result::success) {
      raise(result, what);
    }
  }

private:
  [[noreturn]] void raise(Result result, const std::string &what) const;
  void loadFunctions();

  void *library = nullptr; ///< never unloaded
};

} // namespace tandem::nvidia::driver

#endif // TANDEM_TARGETS_NVIDIA_DRIVER_DRIVERAPI_H
