//===- fake-handoff.c - a conversion for the tests of the runtime ---------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// From the slots of fake-part.c, one i64 for a token, to those of the same with
// REVERSED, in which the first token of 64 lies last.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/HandoffAbi.h"

static int32_t convert(const TandemHandoffRange *range) {
  if (range->size < sizeof(TandemHandoffRange)) {
    return TANDEM_STEP_SIZE;
  }
  const int64_t *source = (const int64_t *)range->source;
  int64_t *destination = (int64_t *)range->destination;
  for (uint64_t i = 0; i < range->tokenCount; ++i) {
    uint64_t token = range->firstToken + i;
    destination[63 - token] = source[token];
  }
  return TANDEM_STEP_OK;
}

static uint64_t checksum(const TandemHandoffRange *range) {
  const int64_t *source = (const int64_t *)range->source;
  uint64_t sum = 0;
  for (uint64_t i = 0; i < range->tokenCount; ++i) {
    sum = sum * 31 + (uint64_t)source[range->firstToken + i];
  }
  return sum;
}

/* Whoever puts the object into a bundle writes the digest here. */
static const char contract[] = "blake3:00000000000000000000000000000000"
                               "00000000000000000000000000000000";

static const TandemHandoff handoff = {sizeof(TandemHandoff),
                                      TANDEM_HANDOFF_ABI_VERSION,
                                      1,
                                      sizeof(int64_t),
                                      contract,
                                      convert,
                                      checksum};

__attribute__((visibility("default"))) const TandemHandoff *
tandem_handoff_query(uint64_t abiVersion) {
  return abiVersion == TANDEM_HANDOFF_ABI_VERSION ? &handoff : 0;
}
