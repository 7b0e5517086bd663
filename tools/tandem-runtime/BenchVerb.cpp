//===- BenchVerb.cpp - measures a bundle ----------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <chrono>
#include <vector>

#include "tandem/tools/tandem-runtime/Client.h"
#include "tandem/tools/tandem-runtime/Interrupt.h"
#include "tandem/tools/tandem-runtime/Verbs.h"

namespace tandem::cli {

/// Ids that differ and are the same in every run; their values do not matter.
static std::vector<int32_t> makePrompt(uint64_t count, uint64_t vocabulary) {
  std::vector<int32_t> prompt(count);
  for (uint64_t i = 0; i < count; ++i) {
    prompt[i] = static_cast<int32_t>((i * 7919 + 1) % vocabulary);
  }
  return prompt;
}

static TandemGenerateResult measure(const Bundle &bundle,
                                    const TandemGenerateOptions &options) {
  Sequence sequence(bundle);
  TandemGenerateResult result = {};
  result.size = sizeof(result);
  check(tandem_generate(sequence.get(), &options, &result));
  return result;
}

int benchVerb(const Arguments &arguments) {
  auto start = std::chrono::steady_clock::now();
  Bundle bundle(arguments.bundle());
  TandemLoadOptions load = loadOptions(arguments);
  std::vector<int32_t> prompt = makePrompt(
      arguments.number("--prompt", 1, INT32_MAX), bundle.info().vocabulary);

  TandemGenerateOptions options = {};
  options.size = sizeof(options);
  options.prompt = prompt.data();
  options.promptCount = prompt.size();
  options.newTokens = arguments.number("--new", 2, INT32_MAX);
  options.ignoreStops = 1;
  options.cancel = &interrupted;
  check(tandem_generate_check(bundle.get(), &options));
  check(tandem_bundle_load(bundle.get(), &load));
  double loadSeconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  std::fprintf(stderr, "%s: variant %s, %zu prompt tokens, %llu new ones\n",
               arguments.bundle().c_str(), bundle.info().variant, prompt.size(),
               static_cast<unsigned long long>(options.newTokens));
  watchInterrupts();
  measure(bundle, options); // touches memory for the first time; not counted
  for (uint64_t i = arguments.number("--repeat", 1, 1000000); i > 0; --i) {
    TandemGenerateResult result = measure(bundle, options);
    std::printf("{\"prefill_tok_s\":%.2f,\"decode_tok_s\":%.2f,"
                "\"load_s\":%.4f}\n",
                double(prompt.size()) / result.firstTokenSeconds,
                double(result.tokenCount - 1) / result.laterTokenSeconds,
                loadSeconds);
    std::fflush(stdout);
  }
  return 0;
}

} // namespace tandem::cli
