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

#include "tandem/targets/Nvidia/Execute/EmulatedPart.h"
#include "tandem/targets/Runtime/DeviceAbi.h"
#include "tandem/targets/Runtime/Failure.h"

#include <cstdio>

using namespace tandem;
using namespace tandem::nvidia;

static void tell(const std::string &message, char *error, uint64_t errorBytes) {
  if (errorBytes > 0) {
    std::snprintf(error, errorBytes, "%s", message.c_str());
  }
}

static void *openPart(const TandemDevicePart *given, char *error,
                      uint64_t errorBytes) {
  try {
    auto description = runtime::parsePart(
        {given->description, given->descriptionBytes}, "part.json");
    auto program = ptx::Program::load(
        llvm::StringRef(given->kernels, given->kernelsBytes));
    if (program) {
      return new EmulatedPart(std::move(description), std::move(*program),
                              given->isLate ? ptx::Asynchrony::late
                                            : ptx::Asynchrony::eager);
    }
    tell(toString(program.takeError()), error, errorBytes);
  } catch (const runtime::Failure &failure) {
    tell(failure.what(), error, errorBytes);
  }
  return nullptr;
}

static int32_t runStep(void *opened, const char *phase, const TandemStep *step,
                       char *error, uint64_t errorBytes) {
  llvm::Error failure = static_cast<EmulatedPart *>(opened)->run(phase, *step);
  if (!failure) {
    return 0;
  }
  tell(toString(std::move(failure)), error, errorBytes);
  return 1;
}

static void closePart(void *opened) {
  delete static_cast<EmulatedPart *>(opened);
}

extern "C" __attribute__((visibility("default"))) const TandemDevice *
tandem_device_query(uint64_t abiVersion) {
  static const TandemDevice device = {sizeof(TandemDevice),
                                      TANDEM_DEVICE_ABI_VERSION, openPart,
                                      runStep, closePart};
  return abiVersion == TANDEM_DEVICE_ABI_VERSION ? &device : nullptr;
}
