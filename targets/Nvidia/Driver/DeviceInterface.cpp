//===- DeviceInterface.cpp - the driver as a device library -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What tandem-run-ptx.so exports; see targets/Runtime/DeviceAbi.h.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Driver/DrivenPart.h"
#include "tandem/targets/Nvidia/Execute/CheckPart.h"

#include <cstdio>

using namespace tandem::nvidia;
using tandem::nvidia::driver::DrivenPart;
using tandem::runtime::Failure;

namespace {
/// Runs a function; 0 where it did not fail.
template <class Run> int32_t guard(TandemDeviceError *error, Run run) {
  try {
    run();
    return 0;
  } catch (const Failure &failure) {
    error->code = static_cast<int32_t>(failure.code);
    std::snprintf(error->message, sizeof(error->message), "%s", failure.what());
    return 1;
  }
}

DrivenPart &partOf(void *opened) { return *static_cast<DrivenPart *>(opened); }
} // namespace

static int32_t checkPart(const TandemDevicePart *part,
                         TandemDeviceError *error) {
  return guard(error, [&] { readCheckedPart(*part); });
}

static void *openPart(const TandemDevicePart *part, TandemDeviceError *error) {
  DrivenPart *opened = nullptr;
  guard(error, [&] { opened = new DrivenPart(readCheckedPart(*part), *part); });
  return opened;
}

static const char *variantOf(void *opened) {
  return partOf(opened).variant().c_str();
}

static int32_t runStep(void *opened, const char *phase, const TandemStep *step,
                       TandemDeviceError *error) {
  return guard(error, [&] { partOf(opened).run(phase, *step); });
}

static int32_t takeWritten(void *opened, const TandemSlotRange *range,
                           TandemDeviceError *error) {
  return guard(error, [&] { partOf(opened).slotWritten(*range); });
}

static void freeSlot(void *opened, const void *slot) {
  partOf(opened).slotFreed(slot);
}

static double secondsOf(void *opened) { return partOf(opened).seconds(); }

static void closePart(void *opened) { delete &partOf(opened); }

extern "C" __attribute__((visibility("default"))) const TandemDevice *
tandem_device_query(uint64_t abiVersion) {
  static const TandemDevice device = {sizeof(TandemDevice),
                                      TANDEM_DEVICE_ABI_VERSION,
                                      checkPart,
                                      openPart,
                                      variantOf,
                                      runStep,
                                      takeWritten,
                                      freeSlot,
                                      secondsOf,
                                      closePart};
  return abiVersion == TANDEM_DEVICE_ABI_VERSION ? &device : nullptr;
}
