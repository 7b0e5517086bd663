//===- phase-signature.cpp - what must hold of every step -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   phase-signature BUNDLE
//
// Checks the signature of the phases on a compiled model, through the runtime's
// C interface: a prompt in pieces equals the prompt whole, rows of different
// lengths in one step equal single runs, a slot can be used again, and a
// sequence holds exactly `capacity` tokens. The bundle's capacity should be
// small (--max-context), since every length up to it is used.
//
//===----------------------------------------------------------------------===//

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "tandem/targets/Runtime/tandem-runtime.h"

namespace {

/// max |a - b| / (1 + |b|) of design section 8 for fp32.
constexpr float bound = 1e-4f;

using Ids = std::vector<int32_t>;
using Logits = std::vector<float>;

int failures = 0, checks = 0;

void expect(bool holds, const char *claim, size_t detail) {
  ++checks;
  if (holds) {
    return;
  }
  ++failures;
  std::printf("failed: %s (%zu)\n", claim, detail);
}

void require(TandemError *error) {
  if (!error) {
    return;
  }
  std::printf("error: %s\n", tandem_error_message(error));
  std::exit(1);
}

float difference(const Logits &a, const Logits &b) {
  if (a.size() != b.size()) {
    return INFINITY;
  }
  float worst = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    float one = std::fabs(a[i] - b[i]) / (1 + std::fabs(b[i]));
    worst = std::isnan(one) ? INFINITY : std::max(worst, one);
  }
  return worst;
}

/// A loaded bundle.
struct Model {
  TandemBundle *bundle = nullptr;
  TandemBundleInfo info = {};

  explicit Model(const char *path) {
    require(tandem_bundle_open(path, &bundle));
    TandemLoadOptions options = {};
    options.size = sizeof(options);
    require(tandem_bundle_load(bundle, &options));
    info.size = sizeof(info);
    require(tandem_bundle_info(bundle, &info));
  }

  /// `count` ids that differ from seed to seed.
  Ids makeIds(size_t count, uint32_t seed) const {
    Ids ids;
    for (size_t i = 0; i < count; ++i) {
      seed = seed * 1664525u + 1013904223u;
      ids.push_back((seed >> 8) % info.vocabulary);
    }
    return ids;
  }
};

/// A sequence of its own.
struct Sequence {
  TandemSequence *handle = nullptr;
  explicit Sequence(Model &model) {
    require(tandem_sequence_create(model.bundle, &handle));
  }
  ~Sequence() { tandem_sequence_free(handle); }
};

/// Runs one step and returns the logits of every token of every row.
Logits step(Model &model, const std::vector<std::pair<Sequence *, Ids>> &work) {
  std::vector<TandemRow> rows;
  for (auto &[sequence, ids] : work) {
    rows.push_back({sequence->handle, ids.data(), ids.size()});
  }
  const float *logits = nullptr;
  uint64_t count = 0;
  require(tandem_step(model.bundle, rows.data(), rows.size(), /*everyToken=*/1,
                      &logits, &count));
  return Logits(logits, logits + count * model.info.vocabulary);
}

Logits runWhole(Model &model, const Ids &ids) {
  Sequence sequence(model);
  return step(model, {{&sequence, ids}});
}

void append(Logits &to, const Logits &from) {
  to.insert(to.end(), from.begin(), from.end());
}

Ids slice(const Ids &ids, size_t begin, size_t end) {
  return Ids(ids.begin() + begin, ids.begin() + end);
}

/// prefill(a + b) = prefill(a) then prefill(b, start = |a|), at every cut.
void checkPieces(Model &model, size_t length) {
  Ids ids = model.makeIds(length, 1);
  Logits whole = runWhole(model, ids);
  for (size_t cut = 1; cut < length; ++cut) {
    Sequence sequence(model);
    Logits pieces = step(model, {{&sequence, slice(ids, 0, cut)}});
    append(pieces, step(model, {{&sequence, slice(ids, cut, length)}}));
    expect(difference(pieces, whole) <= bound, "a prompt in two pieces", cut);
  }
  Sequence sequence(model);
  Logits single;
  for (int32_t id : ids) {
    append(single, step(model, {{&sequence, Ids{id}}}));
  }
  expect(difference(single, whole) <= bound, "token by token", length);
}

/// Rows of different lengths and starts in one step equal single runs.
void checkRows(Model &model, size_t length) {
  if (model.info.maxRows < 2) {
    return expect(false, "a step of two rows", model.info.maxRows);
  }
  Ids a = model.makeIds(length, 2), b = model.makeIds(length / 2 + 1, 3);
  Sequence first(model), second(model);
  size_t cut = length / 3;
  Logits begun = step(model, {{&first, slice(a, 0, cut)}});
  Logits both = step(model, {{&second, b}, {&first, slice(a, cut, length)}});
  Logits expected = runWhole(model, b), whole = runWhole(model, a);
  expected.insert(expected.end(), whole.begin() + cut * model.info.vocabulary,
                  whole.end());
  expect(difference(both, expected) <= bound, "two rows in one step", length);
}

/// A slot that was freed or cut back starts anew.
void checkReuse(Model &model, size_t length) {
  Ids old = model.makeIds(length, 4), ids = model.makeIds(length / 2 + 1, 5);
  Logits expected = runWhole(model, ids);
  runWhole(model, old); // its slot is free now
  expect(difference(runWhole(model, ids), expected) <= bound, "a freed slot",
         length);
  Sequence sequence(model);
  step(model, {{&sequence, old}});
  tandem_sequence_truncate(sequence.handle, 0);
  expect(difference(step(model, {{&sequence, ids}}), expected) <= bound,
         "a sequence cut back to nothing", length);
}

/// Lengths 1, capacity - 1 and capacity run; one token more is an error.
void checkCapacity(Model &model) {
  size_t capacity = model.info.capacity;
  Ids ids = model.makeIds(capacity + 1, 6);
  Logits whole = runWhole(model, slice(ids, 0, capacity));
  for (size_t length : {size_t(1), capacity - 1}) {
    Logits prefix(whole.begin(),
                  whole.begin() + length * model.info.vocabulary);
    expect(difference(runWhole(model, slice(ids, 0, length)), prefix) <= bound,
           "a prompt of this length", length);
  }
  Sequence sequence(model);
  step(model, {{&sequence, slice(ids, 0, capacity)}});
  TandemRow row = {sequence.handle, &ids.back(), 1};
  const float *logits = nullptr;
  uint64_t count = 0;
  TandemError *error =
      tandem_step(model.bundle, &row, 1, /*everyToken=*/1, &logits, &count);
  expect(error != nullptr, "one token more than the capacity is an error",
         capacity);
  if (error) {
    std::printf("as expected: %s\n", tandem_error_message(error));
  }
  tandem_error_free(error);
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::printf("usage: phase-signature BUNDLE\n");
    return 2;
  }
  Model model(argv[1]);
  size_t length = std::min<uint64_t>(model.info.capacity, 24);
  checkPieces(model, length);
  checkRows(model, length);
  checkReuse(model, length);
  checkCapacity(model);
  std::printf("%d checks, %d failed\n", checks, failures);
  return failures ? 1 : 0;
}
