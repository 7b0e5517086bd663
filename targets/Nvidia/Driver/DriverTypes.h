//===- DriverTypes.h - what the driver's functions take -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Types and constants of the CUDA driver API, as its reference documents them,
// so far as they are used here: no CUDA is needed to build. Handles are opaque.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_DRIVER_DRIVERTYPES_H
#define TANDEM_TARGETS_NVIDIA_DRIVER_DRIVERTYPES_H

#include <cstddef>
#include <cstdint>

namespace tandem::nvidia::driver {

/// CUresult; 0 is success.
enum class Result : int32_t {
  success = 0,
  invalidValue = 1,
  outOfMemory = 2,
  noDevice = 100,
  invalidImage = 200,
  invalidContext = 201,
  noBinaryForDevice = 209,
  invalidHandle = 400,
  notFound = 500,
  launchFailed = 719,
  captureUnsupported = 900,
};

using DeviceNumber = int32_t;   ///< CUdevice
using DevicePointer = uint64_t; ///< CUdeviceptr
using Context = struct ContextHandle *;
using Module = struct ModuleHandle *;
using Function = struct FunctionHandle *;
using Stream = struct StreamHandle *;
using Event = struct EventHandle *;
using Graph = struct GraphHandle *;
using ExecutableGraph = struct ExecutableGraphHandle *;
using PhysicalMemory = unsigned long long; ///< CUmemGenericAllocationHandle

/// CUdevice_attribute.
enum class DeviceAttribute : int32_t {
  computeCapabilityMajor = 75,
  computeCapabilityMinor = 76,
  hasVirtualMemory = 102,
};

/// CUfunction_attribute.
enum class FunctionAttribute : int32_t {
  mostThreads = 0, ///< of a block, by the registers that the kernel takes
  mostDynamicSharedBytes = 8,
};

/// CUjit_option; values are passed as pointers.
enum class JitOption : int32_t {
  infoLog = 3,
  infoLogBytes = 4,
  errorLog = 5,
  errorLogBytes = 6,
};

/// CUstreamCaptureMode: calls of this thread alone may spoil a capture.
inline constexpr int32_t captureOfThread = 1;
inline constexpr uint32_t streamWithoutDefault = 1; ///< CU_STREAM_NON_BLOCKING
inline constexpr uint32_t eventWithoutTime = 2;     ///< CU_EVENT_DISABLE_TIMING

/// CUtensorMap: what kernels take by value to copy boxes of a tensor.
struct alignas(64) TensorMap {
  uint64_t opaque[16];
};
/// CUtensorMapDataType, -interleave, -swizzle, -L2promotion, -FloatOOBfill.
inline constexpr int32_t elementsOf16Bits = 1, withoutInterleave = 0;
inline constexpr int32_t swizzleOf128Bytes = 3, promoteTo256Bytes = 3;
inline constexpr int32_t fillWithZeros = 0;

/// CUmemLocation.
struct MemoryLocation {
  int32_t type = 1; ///< of a device
  int32_t device = 0;
};

/// CUmemAllocationProp.
struct PhysicalMemoryKind {
  int32_t type = 1; ///< pinned on the device
  int32_t handleTypes = 0;
  MemoryLocation location;
  void *handleMetaData = nullptr;
  struct {
    uint8_t compression = 0;
    uint8_t gpuDirect = 0;
    uint16_t usage = 0;
    uint8_t reserved[4] = {};
  } flags;
};

/// CUlaunchAttribute, with 64 bytes of value.
struct LaunchAttribute {
  /// CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION: the launch may
  /// start before the one before it has ended.
  static constexpr int32_t programmatic = 6;

  int32_t id = programmatic;
  int32_t reserved = 0;
  int32_t value = 1;
  int32_t unused[15] = {};
};

/// CUlaunchConfig.
struct LaunchConfig {
  uint32_t grid[3] = {1, 1, 1};
  uint32_t block[3] = {1, 1, 1};
  uint32_t sharedBytes = 0; ///< dynamic
  Stream stream = nullptr;
  LaunchAttribute *attributes = nullptr;
  uint32_t attributeCount = 0;
};

/// CUmemAccessDesc.
struct MemoryAccess {
  MemoryLocation location;
  int32_t flags = 3; ///< read and write
};

} // namespace tandem::nvidia::driver

#endif // TANDEM_TARGETS_NVIDIA_DRIVER_DRIVERTYPES_H
