//===- TestBundle.h - a bundle without a compiler ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Writes bundles around a shared object that behaves as Inputs/fake-part.c, for
// unit tests and for write-test-bundle.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_TARGETS_RUNTIME_TESTBUNDLE_H
#define TANDEM_TEST_TARGETS_RUNTIME_TESTBUNDLE_H

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "llvm/Support/Error.h"

namespace tandem::test {

/// Vocabulary of the fake part.
inline constexpr uint64_t vocabulary = 97;

/// How the bundle differs from a good one of the usual size.
struct TestBundle {
  uint64_t capacity = 64;
  uint64_t maxTokens = 8;
  uint64_t maxRows = 4;
  /// "golden" (wrong logits), "no-golden", "offset", "vocabulary", "entries",
  /// "abi", "file": what is wrong with it.
  std::string fault;
  /// Shared objects of a second part, which decodes while the first runs
  /// prefill, and of the conversion between them; empty: one part runs both.
  std::string decodeCode;
  std::string handoffCode;
  /// What the conversion says it was made for; empty: the bundle's contract.
  std::string handoffContract;
  /// Files beside generation_config.json in assets/: name and contents.
  std::vector<std::pair<std::string, std::string>> assets;
  /// Called when half of the bundle is written.
  std::function<void()> onHalf;
};

/// Writes the bundle to `output` around the shared object `code`.
llvm::Error writeTestBundle(const std::string &output, const std::string &code,
                            const TestBundle &bundle = {});

/// The logits of the fake part after `tokens`.
std::vector<float> expectLogits(const std::vector<int32_t> &tokens);

} // namespace tandem::test

#endif // TANDEM_TEST_TARGETS_RUNTIME_TESTBUNDLE_H
