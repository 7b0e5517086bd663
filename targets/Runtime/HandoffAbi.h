//===- HandoffAbi.h - the binary interface of a conversion --------*- C -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a generated conversion between the cache layouts of two parts and its
// caller agree on. It is a shared object like a part (PartAbi.h): one exported
// symbol, no undefined one, no state. Calls for different ranges may run at
// once.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_HANDOFFABI_H
#define TANDEM_TARGETS_RUNTIME_HANDOFFABI_H

#include "tandem/targets/Runtime/PartAbi.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Raised when a struct or function changes meaning.
#define TANDEM_HANDOFF_ABI_VERSION 2

/// The name of the exported function, a TandemHandoffQuery.
#define TANDEM_HANDOFF_QUERY "tandem_handoff_query"

/// Layers and tokens of one sequence.
typedef struct TandemHandoffRange {
  uint64_t size;      ///< sizeof(TandemHandoffRange)
  const void *source; ///< slot in the producer's layout
  void *destination;  ///< slot in the consumer's layout, 64-byte aligned
  uint64_t firstLayer;
  uint64_t layerCount;
  uint64_t firstToken;
  uint64_t tokenCount;
  uint64_t sourceCapacity;      ///< tokens that the source holds
  uint64_t destinationCapacity; ///< tokens that the destination holds
  const TandemThreads *threads; ///< null: all on the caller's thread
} TandemHandoffRange;

/// What the query returns; constant.
typedef struct TandemHandoff {
  uint64_t size;       ///< sizeof(TandemHandoff)
  uint64_t abiVersion; ///< TANDEM_HANDOFF_ABI_VERSION of the compiler
  uint64_t layers;     ///< layers of a slot
  uint64_t tokenBytes; ///< of one token's keys and values in one layer, source
  /// The digest of the cache contract that it was made for, as manifest.json
  /// shows it: "blake3:" and 64 hex digits.
  const char *contract;
  /// Writes the range of the destination; nothing else of it changes. Returns
  /// TANDEM_STEP_OK or TANDEM_STEP_SIZE.
  int32_t (*convert)(const TandemHandoffRange *range);
  /// A checksum of the range of the source; `destination` is not used. Equal on
  /// every CPU. Finds damage, not malice.
  uint64_t (*checksum)(const TandemHandoffRange *range);
} TandemHandoff;

/// Null where the version is not the object's.
typedef const TandemHandoff *(*TandemHandoffQuery)(uint64_t abiVersion);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // TANDEM_TARGETS_RUNTIME_HANDOFFABI_H
