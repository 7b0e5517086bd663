//===- BenchVerb.cpp - measures a bundle ----------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <algorithm>
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

static TandemReading readOnce(const Bundle &bundle, bool ofMemory) {
  TandemReading reading = {};
  reading.size = sizeof(reading);
  reading.ofMemory = ofMemory;
  check(tandem_bundle_read_weights(bundle.get(), &reading));
  return reading;
}

static double gigabytesPerSecond(const TandemReading &reading) {
  return double(reading.bytes) / reading.seconds / 1e9;
}

namespace {
/// The best of the passes so far, and what a decode step reads.
struct Roof {
  double weights = 0, memory = 0; ///< GB/s
  TandemReading last = {};

  /// Five passes of each kind, one after the other.
  void measure(const Bundle &bundle) {
    for (int i = 0; i < 5; ++i) {
      last = readOnce(bundle, /*ofMemory=*/false);
      weights = std::max(weights, gigabytesPerSecond(last));
      memory = std::max(memory, gigabytesPerSecond(readOnce(bundle, true)));
    }
  }

  /// The end of a JSON line; `context` is the mean number of tokens in the
  /// cache.
  void print(double tokensPerSecond, double context) const {
    double bytes =
        double(last.bytes) + context * double(last.cacheBytesPerToken);
    std::printf(",\"roof_gbs\":%.2f,\"read_gbs\":%.2f,"
                "\"bytes_per_token\":%.0f,\"decode_gbs\":%.2f,"
                "\"share\":%.3f",
                weights, memory, bytes, bytes * tokensPerSecond / 1e9,
                bytes * tokensPerSecond / 1e9 / weights);
  }
};
} // namespace

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
  bool wantsRoof = arguments.has("--roof");
  // The first token is prefill's; the roof is that of later ones.
  options.newTokens = arguments.number("--new", wantsRoof ? 2 : 1, INT32_MAX);
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
    Roof roof;
    if (wantsRoof) {
      roof.measure(bundle);
    }
    TandemGenerateResult result = measure(bundle, options);
    if (wantsRoof) { // before and after: what was slow amid is seen
      roof.measure(bundle);
    }
    std::printf("{\"prefill_tok_s\":%.2f",
                double(prompt.size()) / result.firstTokenSeconds);
    double decode = double(result.tokenCount - 1) / result.laterTokenSeconds;
    if (result.tokenCount > 1) {
      std::printf(",\"decode_tok_s\":%.2f", decode);
    }
    if (result.deviceSeconds > 0) {
      std::printf(",\"device_s\":%.6f", result.deviceSeconds);
    }
    std::printf(",\"load_s\":%.4f", loadSeconds);
    if (wantsRoof) {
      roof.print(decode, double(prompt.size()) + double(options.newTokens) / 2);
    }
    std::printf("}\n");
    std::fflush(stdout);
  }
  return 0;
}

} // namespace tandem::cli
