//===- DeviceAbi.h - what runs launches -*- C -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Parts whose code is launches of kernels (part.json "launches") are run by a
// shared object of their format, which exports `tandem_device_query`: on the
// chip, or on this CPU in its place.
//
// A step and its cache slots are those of PartAbi.h, in the host's memory. A
// device may keep the cache in memory of its own: then a slot on the host is
// where cache passes from part to part. A layer's new tokens are in it when
// `layerDone` says so, and only in steps that ask for that; what the host
// writes into it is told by `slotWritten`.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_DEVICEABI_H
#define TANDEM_TARGETS_RUNTIME_DEVICEABI_H

#include "tandem/targets/Runtime/PartAbi.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Version of everything in this header.
#define TANDEM_DEVICE_ABI_VERSION 2

/// The exported function's name.
#define TANDEM_DEVICE_QUERY "tandem_device_query"

/// A part. The texts are read during a call.
typedef struct TandemDevicePart {
  uint64_t size;           ///< sizeof(TandemDevicePart)
  const char *description; ///< part.json
  uint64_t descriptionBytes;
  const char *kernels; ///< the file of kernels that it names
  uint64_t kernelsBytes;
  const char *binary; ///< the file of machine code that it names, or null
  uint64_t binaryBytes;
  /// The table of weights, as a step has it; null for a check. What it points
  /// to stays as long as the part is open.
  const void *const *weights;
  /// Of an emulator: 0 does asynchronous copies when they are issued, 1 when
  /// the program waits for them.
  uint64_t isLate;
} TandemDevicePart;

/// Layers and tokens of a slot.
typedef struct TandemSlotRange {
  uint64_t size; ///< sizeof(TandemSlotRange)
  const void *slot;
  uint64_t firstLayer;
  uint64_t layerCount;
  uint64_t firstToken;
  uint64_t tokenCount;
} TandemSlotRange;

/// What went wrong.
typedef struct TandemDeviceError {
  uint64_t size;      ///< sizeof(TandemDeviceError)
  int32_t code;       ///< exit code of Failure.h
  char message[4096]; ///< a sentence
} TandemDeviceError;

/// Functions that can fail write into `error` where they do.
typedef struct TandemDevice {
  uint64_t size; ///< sizeof(TandemDevice)
  uint64_t abiVersion;
  /// Compares part.json with kernels and machine code, without a chip; 0 where
  /// they fit.
  int32_t (*check)(const TandemDevicePart *part, TandemDeviceError *error);
  /// The opened part, or null. Checks first.
  void *(*open)(const TandemDevicePart *part, TandemDeviceError *error);
  /// What runs the part, in a few words; as long as it is open.
  const char *(*variant)(void *opened);
  /// Runs one step of a phase; 0 where it was done.
  int32_t (*step)(void *opened, const char *phase, const TandemStep *step,
                  TandemDeviceError *error);
  /// The host wrote a range of a slot, behind the tokens that were there; on
  /// any thread, never beside another call. 0 where it was taken note of.
  int32_t (*slotWritten)(void *opened, const TandemSlotRange *range,
                         TandemDeviceError *error);
  /// The sequence in a slot has ended; its address comes again with another.
  void (*slotFreed)(void *opened, const void *slot);
  /// Seconds that the chip worked on steps since the part was opened; 0 where
  /// nobody measures.
  double (*seconds)(void *opened);
  void (*close)(void *opened);
} TandemDevice;

/// The type of the exported function; null for another version.
typedef const TandemDevice *(*TandemDeviceQuery)(uint64_t abiVersion);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // TANDEM_TARGETS_RUNTIME_DEVICEABI_H
