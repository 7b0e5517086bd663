//===- PartAbi.h - the binary interface of a compiled part --------*- C -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a compiled part (a shared object in a bundle) and its caller agree on.
// A part exports one symbol, `tandem_part_query`; it has no undefined symbols
// and no globals that change. Threads come in through a function table, so an
// embedder's own pool can be used. Every struct starts with its own size in
// bytes: a part refuses a struct that is smaller than the one it was built for.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_PARTABI_H
#define TANDEM_TARGETS_RUNTIME_PARTABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Version of everything in this header; raised when a struct or a rule
/// changes.
#define TANDEM_PART_ABI_VERSION 2

/// One unit of parallel work; `index` runs from 0 to count-1 in any order.
typedef void (*TandemTask)(void *context, uint64_t index);

/// How a part runs tasks on its caller's threads.
typedef struct TandemThreads {
  uint64_t size; ///< sizeof(TandemThreads)
  void *pool;    ///< passed back as the first argument
  /// Runs `task(context, i)` for each i in [0, count) and returns when all are
  /// done. The number of threads never changes a result: work is cut by sizes.
  void (*parallelFor)(void *pool, TandemTask task, void *context,
                      uint64_t count);
} TandemThreads;

/// Arguments of one step. A step processes `tokenCount` new tokens that belong
/// to `rowCount` rows (sequences); row r contributes `counts[r]` of them, in
/// order, starting at position `starts[r]` of its cache slot.
typedef struct TandemStep {
  uint64_t size;              ///< sizeof(TandemStep)
  const void *const *weights; ///< table, in the order of part.json "weights"
  const TandemThreads *threads;
  void *arena;           ///< scratch, 64-byte aligned; bytes: see part.json
  void *const *slots;    ///< [rowCount] base of each row's cache slot, 64-byte
                         ///< aligned; bytes per slot: see part.json
  const int32_t *tokens; ///< [tokenCount] token ids, row after row
  const int32_t *counts; ///< [rowCount] new tokens of each row, >= 1
  const int32_t *starts; ///< [rowCount] tokens already in the row's slot
  uint64_t rowCount;     ///< 1 .. part.json "max_rows"
  uint64_t tokenCount;   ///< sum of counts, 1 .. part.json "max_tokens"
  uint64_t capacity;  ///< tokens a slot can hold; starts + counts <= capacity
  uint64_t allLogits; ///< 0: the last token of each row; 1: every token
  float *logits;      ///< [rowCount or tokenCount][vocabulary], row-major fp32
  /// Called on the caller's thread when the cache of a layer holds all tokens
  /// of the step, layers in order; null: not wanted.
  void (*layerDone)(void *context, uint64_t layer);
  void *layerContext; ///< first argument of layerDone
  /// [tokenCount][width], row-major fp32: what the stage before made; null in
  /// the first stage. A stage before the last writes its own into `logits`.
  const float *activations;
} TandemStep;

/// Runs one step; 0, or one of the codes below (nothing was written then).
typedef int32_t (*TandemEntry)(const TandemStep *step);

enum {
  TANDEM_STEP_OK = 0,
  TANDEM_STEP_SIZE = 1 ///< `size` is smaller than this part needs
};

/// What `tandem_part_query` returns: the entries, in the order of part.json.
typedef struct TandemPart {
  uint64_t size;       ///< sizeof(TandemPart)
  uint64_t abiVersion; ///< TANDEM_PART_ABI_VERSION of the compiler
  uint64_t entryCount;
  const TandemEntry *entries;
} TandemPart;

/// The type of the only exported symbol, `tandem_part_query`; null when the
/// caller's `abiVersion` is not the part's.
typedef const TandemPart *(*TandemPartQuery)(uint64_t abiVersion);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // TANDEM_TARGETS_RUNTIME_PARTABI_H
