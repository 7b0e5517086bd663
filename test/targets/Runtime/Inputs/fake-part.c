//===- fake-part.c - a part without a model -------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Follows PartAbi.h as compiled parts do, with logits that depend on every
// token and position before them: a slot keeps the ids, logit v of a token is
// weight[v] * (h * (v + 3) mod 1009) / 1009 with h the sum of (id + 1) * (i +
// 1) over positions i, mod 1000003. The test bundle's golden vectors agree.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/PartAbi.h"

enum { vocabulary = 97 };

/* Where a token's element lies; a second layout lies the other way round. */
#ifdef REVERSED
#define PLACE(i) (63 - (i))
#else
#define PLACE(i) (i)
#endif

/* What a step counts to, for tests that must come in between two. */
#ifndef DELAY
#define DELAY 0
#endif

struct LogitsTask {
  const TandemStep *step;
  uint64_t token; // index of the token in the step
  const int64_t *slot;
  uint64_t position;
  float *logits;
};

static void computeLogits(const struct LogitsTask *task) {
  const float *weights = (const float *)task->step->weights[0];
  uint64_t h = 0;
  for (uint64_t i = 0; i <= task->position; ++i) {
    h = (h + (uint64_t)(task->slot[PLACE(i)] + 1) * (i + 1)) % 1000003;
  }
  for (uint64_t v = 0; v < vocabulary; ++v) {
    task->logits[v] = weights[v] * (float)(h * (v + 3) % 1009) / 1009.0f;
  }
}

static void runTask(void *context, uint64_t index) {
  computeLogits((const struct LogitsTask *)context + index);
}

static int32_t runStep(const TandemStep *step) {
  if (step->size < sizeof(TandemStep)) {
    return TANDEM_STEP_SIZE;
  }
  for (volatile uint64_t i = 0; i < DELAY; i = i + 1) {
  }
  struct LogitsTask *tasks = (struct LogitsTask *)step->arena;
  uint64_t taskCount = 0, token = 0;
  for (uint64_t row = 0; row < step->rowCount; ++row) {
    int64_t *slot = (int64_t *)step->slots[row];
    for (int32_t i = 0; i < step->counts[row]; ++i, ++token) {
      uint64_t position = (uint64_t)(step->starts[row] + i);
      slot[PLACE(position)] = step->tokens[token];
      if (step->allLogits || i + 1 == step->counts[row]) {
        struct LogitsTask task = {step, token, slot, position,
                                  step->logits + taskCount * vocabulary};
        tasks[taskCount++] = task;
      }
    }
  }
  if (step->layerDone) {
    step->layerDone(step->layerContext, 0);
  }
  step->threads->parallelFor(step->threads->pool, runTask, tasks, taskCount);
  return TANDEM_STEP_OK;
}

#ifndef ENTRIES
#define ENTRIES 2
#endif

static const TandemEntry entries[] = {runStep, runStep};
static const TandemPart part = {sizeof(TandemPart), TANDEM_PART_ABI_VERSION,
                                ENTRIES, entries};

__attribute__((visibility("default"))) const TandemPart *
tandem_part_query(uint64_t abiVersion) {
  return abiVersion == TANDEM_PART_ABI_VERSION ? &part : 0;
}

#ifdef EXPORT_ANOTHER_SYMBOL
__attribute__((visibility("default"))) int another(void) { return 1; }
#endif
