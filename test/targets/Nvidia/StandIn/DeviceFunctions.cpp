//===- DeviceFunctions.cpp - the device, contexts and memory -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Functions.h"

#include <cstdio>
#include <cstring>

namespace tandem::standin {

Result cuInit(uint32_t) {
  Call call("cuInit", false);
  return call.state.settings.hasDevice ? call.entered : Result::noDevice;
}

Result cuDriverGetVersion(int32_t *version) {
  Call call("cuDriverGetVersion", false);
  *version = call.state.settings.version;
  return call.entered;
}

static std::pair<const char *, const char *> wordsOf(Result result) {
  switch (result) {
  case Result::success:
    return {"CUDA_SUCCESS", "no error"};
  case Result::outOfMemory:
    return {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"};
  case Result::noDevice:
    return {"CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"};
  case Result::launchFailed:
    return {"CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"};
  default:
    return {nullptr, nullptr};
  }
}

Result cuGetErrorName(Result result, const char **name) {
  *name = wordsOf(result).first;
  return *name ? Result::success : Result::invalidValue;
}

Result cuGetErrorString(Result result, const char **sentence) {
  *sentence = wordsOf(result).second;
  return *sentence ? Result::success : Result::invalidValue;
}

Result cuDeviceGetCount(int32_t *count) {
  Call call("cuDeviceGetCount", false);
  *count = call.state.settings.devices;
  return call.entered;
}

Result cuDeviceGet(DeviceNumber *device, int32_t ordinal) {
  Call call("cuDeviceGet", false);
  *device = ordinal;
  return ordinal < call.state.settings.devices ? call.entered
                                               : Result::invalidValue;
}

Result cuDeviceGetName(char *name, int32_t bytes, DeviceNumber) {
  Call call("cuDeviceGetName", false);
  std::snprintf(name, bytes, "stand-in GPU");
  return call.entered;
}

Result cuDeviceGetAttribute(int32_t *value, DeviceAttribute attribute,
                            DeviceNumber) {
  Call call("cuDeviceGetAttribute", false);
  const Settings &settings = call.state.settings;
  *value = attribute == DeviceAttribute::computeCapabilityMajor ? settings.major
           : attribute == DeviceAttribute::computeCapabilityMinor
               ? settings.minor
               : 1;
  return call.entered;
}

Result cuDeviceTotalMem_v2(size_t *bytes, DeviceNumber) {
  Call call("cuDeviceTotalMem", false);
  *bytes = call.state.memory.totalBytes();
  return call.entered;
}

Result cuDevicePrimaryCtxRetain(Context *context, DeviceNumber device) {
  Call call("cuDevicePrimaryCtxRetain", false);
  call.state.log("context of device " + std::to_string(device));
  *context = reinterpret_cast<Context>(&call.state);
  ++call.state.contexts;
  return call.entered;
}

Result cuDevicePrimaryCtxRelease_v2(DeviceNumber) {
  Call call("cuDevicePrimaryCtxRelease", false);
  if (--call.state.contexts == 0 && call) {
    call.state.checkNothingIsLeft();
  }
  return Result::success;
}

Result cuCtxSetCurrent(Context context) {
  Call call("cuCtxSetCurrent", false);
  hasContext = context != nullptr;
  return call.entered;
}

Result cuMemGetInfo_v2(size_t *free, size_t *total) {
  Call call("cuMemGetInfo");
  *free = call.state.memory.freeBytes();
  *total = call.state.memory.totalBytes();
  return call.entered;
}

Result cuMemAlloc_v2(DevicePointer *address, size_t bytes) {
  Call call("cuMemAlloc");
  return call ? call.state.memory.allocate(address, bytes) : call.entered;
}

Result cuMemFree_v2(DevicePointer address) {
  Call call("cuMemFree");
  call.state.finishAll(); // as the driver does
  return call.state.memory.free(address);
}

Result cuMemAllocHost_v2(void **address, size_t bytes) {
  Call call("cuMemAllocHost");
  return call ? call.state.memory.allocatePinned(address, bytes) : call.entered;
}

Result cuMemFreeHost(void *address) {
  Call call("cuMemFreeHost");
  call.state.finishAll();
  return call.state.memory.freePinned(address);
}

Result cuMemGetAllocationGranularity(size_t *bytes, const PhysicalMemoryKind *,
                                     int32_t) {
  Call call("cuMemGetAllocationGranularity");
  *bytes = size_t(2) << 20;
  return call.entered;
}

Result cuMemAddressReserve(DevicePointer *address, size_t bytes, size_t,
                           DevicePointer, unsigned long long) {
  Call call("cuMemAddressReserve");
  return call ? call.state.memory.reserve(address, bytes) : call.entered;
}

Result cuMemAddressFree(DevicePointer address, size_t bytes) {
  Call call("cuMemAddressFree");
  return call.state.memory.freeReserved(address, bytes);
}

Result cuMemCreate(PhysicalMemory *piece, size_t bytes,
                   const PhysicalMemoryKind *, unsigned long long) {
  Call call("cuMemCreate");
  return call ? call.state.memory.create(piece, bytes) : call.entered;
}

Result cuMemRelease(PhysicalMemory piece) {
  Call call("cuMemRelease");
  return call.state.memory.release(piece);
}

Result cuMemMap(DevicePointer address, size_t bytes, size_t,
                PhysicalMemory piece, unsigned long long) {
  Call call("cuMemMap");
  return call ? call.state.memory.map(address, bytes, piece) : call.entered;
}

Result cuMemUnmap(DevicePointer address, size_t bytes) {
  Call call("cuMemUnmap");
  call.state.finishAll();
  return call.state.memory.unmap(address, bytes);
}

Result cuMemSetAccess(DevicePointer address, size_t bytes, const MemoryAccess *,
                      size_t) {
  Call call("cuMemSetAccess");
  return call ? call.state.memory.open(address, bytes) : call.entered;
}

} // namespace tandem::standin
