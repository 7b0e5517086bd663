//===- DriverFunctions.h - the functions of the driver -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// TANDEM_DRIVER_FUNCTIONS(X) lists those that are used: X(member, symbol,
// argument types). A symbol's suffix is the version of its types.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_DRIVER_DRIVERFUNCTIONS_H
#define TANDEM_TARGETS_NVIDIA_DRIVER_DRIVERFUNCTIONS_H

#include "tandem/targets/Nvidia/Driver/DriverTypes.h"

// clang-format off
#define TANDEM_DRIVER_FUNCTIONS(X) \
  X(init, cuInit, uint32_t) \
  X(getErrorName, cuGetErrorName, Result, const char **) \
  X(getErrorString, cuGetErrorString, Result, const char **) \
  X(driverGetVersion, cuDriverGetVersion, int32_t *) \
  X(deviceGetCount, cuDeviceGetCount, int32_t *) \
  X(deviceGet, cuDeviceGet, DeviceNumber *, int32_t) \
  X(deviceGetName, cuDeviceGetName, char *, int32_t, DeviceNumber) \
  X(deviceGetAttribute, cuDeviceGetAttribute, int32_t *, DeviceAttribute, DeviceNumber) \
  X(deviceTotalMemory, cuDeviceTotalMem_v2, size_t *, DeviceNumber) \
  X(primaryContextRetain, cuDevicePrimaryCtxRetain, Context *, DeviceNumber) \
  X(primaryContextRelease, cuDevicePrimaryCtxRelease_v2, DeviceNumber) \
  X(contextSetCurrent, cuCtxSetCurrent, Context) \
  X(memoryGetInfo, cuMemGetInfo_v2, size_t *, size_t *) \
  X(memoryAllocate, cuMemAlloc_v2, DevicePointer *, size_t) \
  X(memoryFree, cuMemFree_v2, DevicePointer) \
  X(memoryAllocateHost, cuMemAllocHost_v2, void **, size_t) \
  X(memoryFreeHost, cuMemFreeHost, void *) \
  X(memoryGetGranularity, cuMemGetAllocationGranularity, size_t *, const PhysicalMemoryKind *, int32_t) \
  X(memoryAddressReserve, cuMemAddressReserve, DevicePointer *, size_t, size_t, DevicePointer, unsigned long long) \
  X(memoryAddressFree, cuMemAddressFree, DevicePointer, size_t) \
  X(memoryCreate, cuMemCreate, PhysicalMemory *, size_t, const PhysicalMemoryKind *, unsigned long long) \
  X(memoryRelease, cuMemRelease, PhysicalMemory) \
  X(memoryMap, cuMemMap, DevicePointer, size_t, size_t, PhysicalMemory, unsigned long long) \
  X(memoryUnmap, cuMemUnmap, DevicePointer, size_t) \
  X(memorySetAccess, cuMemSetAccess, DevicePointer, size_t, const MemoryAccess *, size_t) \
  X(copyToDevice, cuMemcpyHtoDAsync_v2, DevicePointer, const void *, size_t, Stream) \
  X(copyToHost, cuMemcpyDtoHAsync_v2, void *, DevicePointer, size_t, Stream) \
  X(streamCreate, cuStreamCreate, Stream *, uint32_t) \
  X(streamDestroy, cuStreamDestroy_v2, Stream) \
  X(streamSynchronize, cuStreamSynchronize, Stream) \
  X(streamWaitEvent, cuStreamWaitEvent, Stream, Event, uint32_t) \
  X(streamBeginCapture, cuStreamBeginCapture_v2, Stream, int32_t) \
  X(streamEndCapture, cuStreamEndCapture, Stream, Graph *) \
  X(eventCreate, cuEventCreate, Event *, uint32_t) \
  X(eventDestroy, cuEventDestroy_v2, Event) \
  X(eventRecord, cuEventRecord, Event, Stream) \
  X(eventSynchronize, cuEventSynchronize, Event) \
  X(eventElapsedTime, cuEventElapsedTime, float *, Event, Event) \
  X(moduleLoad, cuModuleLoadDataEx, Module *, const void *, uint32_t, JitOption *, void **) \
  X(moduleUnload, cuModuleUnload, Module) \
  X(moduleGetFunction, cuModuleGetFunction, Function *, Module, const char *) \
  X(functionGetAttribute, cuFuncGetAttribute, int32_t *, FunctionAttribute, Function) \
  X(functionSetAttribute, cuFuncSetAttribute, Function, FunctionAttribute, int32_t) \
  X(launchKernel, cuLaunchKernelEx, const LaunchConfig *, Function, void **, void **) \
  X(tensorMapEncode, cuTensorMapEncodeTiled, TensorMap *, int32_t, uint32_t, void *, const uint64_t *, const uint64_t *, const uint32_t *, const uint32_t *, int32_t, int32_t, int32_t, int32_t) \
  X(graphInstantiate, cuGraphInstantiateWithFlags, ExecutableGraph *, Graph, unsigned long long) \
  X(graphLaunch, cuGraphLaunch, ExecutableGraph, Stream) \
  X(graphDestroy, cuGraphDestroy, Graph) \
  X(graphExecutableDestroy, cuGraphExecDestroy, ExecutableGraph)
// clang-format on

#endif // TANDEM_TARGETS_NVIDIA_DRIVER_DRIVERFUNCTIONS_H
