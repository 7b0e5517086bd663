//===- DeviceAbi.h - what runs launches -*- C -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Parts whose code is launches of kernels (part.json "launches") are run by a
// shared object of their format, which exports `tandem_device_query`: on the
// chip, or on this CPU in its place. A step and its cache slots are those of
// PartAbi.h, in the host's memory.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_DEVICEABI_H
#define TANDEM_TARGETS_RUNTIME_DEVICEABI_H

#include "tandem/targets/Runtime/PartAbi.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Version of everything in this header.
#define TANDEM_DEVICE_ABI_VERSION 1

/// The exported function's name.
#define TANDEM_DEVICE_QUERY "tandem_device_query"

/// A part to open. The texts are read during the call.
typedef struct TandemDevicePart {
  uint64_t size;           ///< sizeof(TandemDevicePart)
  const char *description; ///< part.json
  uint64_t descriptionBytes;
  const char *kernels; ///< the file of kernels that it names
  uint64_t kernelsBytes;
  /// Of an emulator: 0 does asynchronous copies when they are issued, 1 when
  /// the program waits for them.
  uint64_t isLate;
} TandemDevicePart;

/// Functions that report failure write a sentence into `error`.
typedef struct TandemDevice {
  uint64_t size; ///< sizeof(TandemDevice)
  uint64_t abiVersion;
  /// The opened part, or null.
  void *(*open)(const TandemDevicePart *part, char *error, uint64_t errorBytes);
  /// Runs one step of a phase; 0 where it was done.
  int32_t (*step)(void *opened, const char *phase, const TandemStep *step,
                  char *error, uint64_t errorBytes);
  void (*close)(void *opened);
} TandemDevice;

/// The type of the exported function; null for another version.
typedef const TandemDevice *(*TandemDeviceQuery)(uint64_t abiVersion);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // TANDEM_TARGETS_RUNTIME_DEVICEABI_H
