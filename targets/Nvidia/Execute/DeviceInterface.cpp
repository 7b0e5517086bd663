//===- DeviceInterface.cpp - the emulator as a device library -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What tandem-emulate-ptx.so exports; see targets/Runtime/DeviceAbi.h.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Execute/CheckPart.h"
#include "tandem/targets/Nvidia/Execute/EmulatedPart.h"
#include "tandem/targets/Runtime/DeviceAbi.h"
#include "tandem/targets/Runtime/Failure.h"

#include <cstdio>

using namespace tandem;
using namespace tandem::nvidia;

namespace {
/// Runs a function that may fail in either way; whether it did not.
template <class Run> bool guard(TandemDeviceError *error, Run run) {
  auto tell = [&](runtime::ExitCode code, const std::string &message) {
    error->code = static_cast<int32_t>(code);
    std::snprintf(error->message, sizeof(error->message), "%s",
                  message.c_str());
    return false;
  };
  try {
    if (llvm::Error failure = run()) {
      return tell(runtime::ExitCode::RuntimeFailure,
                  toString(std::move(failure)));
    }
  } catch (const runtime::Failure &failure) {
    return tell(failure.code, failure.what());
  }
  return true;
}
} // namespace

static int32_t checkPart(const TandemDevicePart *given,
                         TandemDeviceError *error) {
  return !guard(error, [&] {
    readCheckedPart(*given);
    return llvm::Error::success();
  });
}

static void *openPart(const TandemDevicePart *given, TandemDeviceError *error) {
  EmulatedPart *opened = nullptr;
  guard(error, [&] {
    auto description = readCheckedPart(*given);
    auto program = ptx::Program::load(
        llvm::StringRef(given->kernels, given->kernelsBytes));
    if (!program) {
      throw runtime::Failure(runtime::ExitCode::InputRejected,
                             toString(program.takeError()));
    }
    opened = new EmulatedPart(std::move(description), std::move(*program),
                              given->isLate ? ptx::Asynchrony::late
                                            : ptx::Asynchrony::eager);
    return llvm::Error::success();
  });
  return opened;
}

static const char *variantOf(void *opened) {
  return static_cast<EmulatedPart *>(opened)->isLate() ? "emulate-late"
                                                       : "emulate";
}

static int32_t runStep(void *opened, const char *phase, const TandemStep *step,
                       TandemDeviceError *error) {
  return !guard(error, [&] {
    return static_cast<EmulatedPart *>(opened)->run(phase, *step);
  });
}

// A step takes the cache out of its slots, and puts it back.
static int32_t ignoreWritten(void *, const TandemSlotRange *,
                             TandemDeviceError *) {
  return 0;
}
static void ignoreFreed(void *, const void *) {}
static double measureNothing(void *) { return 0; }

static void closePart(void *opened) {
  delete static_cast<EmulatedPart *>(opened);
}

extern "C" __attribute__((visibility("default"))) const TandemDevice *
tandem_device_query(uint64_t abiVersion) {
  static const TandemDevice device = {sizeof(TandemDevice),
                                      TANDEM_DEVICE_ABI_VERSION,
                                      checkPart,
                                      openPart,
                                      variantOf,
                                      runStep,
                                      ignoreWritten,
                                      ignoreFreed,
                                      measureNothing,
                                      closePart};
  return abiVersion == TANDEM_DEVICE_ABI_VERSION ? &device : nullptr;
}
