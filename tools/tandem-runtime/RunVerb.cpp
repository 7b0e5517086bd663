//===- RunVerb.cpp - generates tokens -------------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "tandem/tools/tandem-runtime/Client.h"
#include "tandem/tools/tandem-runtime/Interrupt.h"
#include "tandem/tools/tandem-runtime/NpyFile.h"
#include "tandem/tools/tandem-runtime/PrefillProcess.h"
#include "tandem/tools/tandem-runtime/SamplingOptions.h"
#include "tandem/tools/tandem-runtime/TextInput.h"
#include "tandem/tools/tandem-runtime/Verbs.h"

namespace tandem::cli {

static bool wantsAllLogits(const Arguments &arguments) {
  const std::string &which = arguments.text("--logits");
  if (which != "last" && which != "all") {
    throw Failure(ExitCode::Usage, "option '--logits' is '" + which +
                                       "', expected 'last' or 'all'");
  }
  return which == "all";
}

namespace {
/// Where text, tokens and logits go while they are made.
struct Output {
  bool isJson;
  bool isText; ///< show words, not ids
  std::vector<int32_t> tokens;
  std::string text;
  std::optional<NpyFile> logits;
  std::optional<Failure> failure; ///< kept: it may not pass the C interface

  static void onToken(void *context, int32_t token) {
    auto &output = *static_cast<Output *>(context);
    if (!output.isJson && !output.isText) {
      std::printf(output.tokens.empty() ? "%d" : ",%d", token);
      std::fflush(stdout);
    }
    output.tokens.push_back(token);
  }

  static void onText(void *context, const char *text, uint64_t bytes) {
    auto &output = *static_cast<Output *>(context);
    if (!output.isJson) {
      std::fwrite(text, 1, bytes, stdout);
      std::fflush(stdout);
    }
    output.text.append(text, bytes);
  }

  static void onLogits(void *context, const float *values, uint64_t rows) {
    auto &output = *static_cast<Output *>(context);
    try {
      if (!output.failure) {
        output.logits->append(values, rows);
      }
    } catch (const Failure &failure) {
      output.failure.emplace(failure);
      interrupted = 1;
    }
  }
};
} // namespace

static void printJson(const Output &output, double first, double later,
                      const TandemGenerateResult &result) {
  std::printf("{\"tokens\":[");
  for (size_t i = 0; i < output.tokens.size(); ++i) {
    std::printf(i ? ",%d" : "%d", output.tokens[i]);
  }
  std::printf("],");
  if (output.isText) {
    std::printf("\"text\":%s,", nlohmann::json(output.text).dump().c_str());
  }
  std::printf("\"ttft_ms\":%.3f,\"tpot_ms\":%.3f,\"converted_bytes\":%llu",
              first, later,
              static_cast<unsigned long long>(result.convertedBytes));
  if (result.deviceSeconds > 0) {
    std::printf(",\"device_ms\":%.3f", result.deviceSeconds * 1e3);
  }
  std::printf("}\n");
}

static void printResult(const Output &output,
                        const TandemGenerateResult &result) {
  double first = result.firstTokenSeconds * 1e3;
  double later = result.tokenCount > 1 ? result.laterTokenSeconds * 1e3 /
                                             double(result.tokenCount - 1)
                                       : 0;
  if (output.isJson) {
    printJson(output, first, later, result);
  } else {
    std::printf("\n");
  }
  std::fprintf(stderr,
               "%zu tokens, the first after %.1f ms, then %.1f ms each\n",
               output.tokens.size(), first, later);
}

static void narrate(const Arguments &arguments, const TandemBundleInfo &info) {
  std::fprintf(stderr, "%s: %s, variant %s, capacity %llu tokens (%s)\n",
               arguments.bundle().c_str(), info.name, info.variant,
               static_cast<unsigned long long>(info.capacity),
               info.capacityCause);
}

static void sayAskedAgain(void * /*context*/, const char *message) {
  std::fprintf(stderr, "warning: %s; asking for the step once more\n", message);
}

static void requireSplit(const Bundle &bundle) {
  if (!bundle.info().isSplit) {
    throw Failure(ExitCode::Usage,
                  "option '--processes' is 2, but one part of the bundle runs "
                  "both phases; compile with --prefill and --decode on two "
                  "chips");
  }
}

static std::vector<int32_t> readPrompt(const Arguments &arguments,
                                       const Bundle &bundle) {
  return arguments.has("--prompt")
             ? encodePrompt(bundle, arguments, arguments.text("--prompt"))
             : parseIds(arguments.text("--tokens"), "--tokens");
}

/// What -n says. Who gives a text need not count its tokens: without -n it is
/// what fits.
static uint64_t countNewTokens(const Arguments &arguments, uint64_t prompt,
                               const TandemBundleInfo &info) {
  if (arguments.has("-n")) {
    return arguments.number("-n", 1, INT32_MAX);
  }
  if (!arguments.has("--prompt")) {
    return 16;
  }
  uint64_t room = info.capacity - std::min(info.capacity, prompt) + 1;
  return std::min<uint64_t>(128, room);
}

int runVerb(const Arguments &arguments) {
  if (arguments.has("--tokens") == arguments.has("--prompt")) {
    throw Failure(ExitCode::Usage,
                  "'run' needs --prompt TEXT or --tokens IDS, one of them");
  }
  Output output = {
      arguments.has("--json"), arguments.has("--prompt"), {}, {}, {}, {}};
  uint64_t processes = arguments.number("--processes", 1, 2);
  TandemLoadOptions load = loadOptions(arguments);

  TandemGenerateOptions options = {};
  options.size = sizeof(options);
  options.ignoreStops = arguments.has("--ignore-eos");
  options.everyLogits = wantsAllLogits(arguments);
  options.onToken = Output::onToken;
  options.onText = output.isText ? Output::onText : nullptr;
  options.context = &output;
  options.cancel = &interrupted;
  setSampling(arguments, options);
  StopOptions stops(arguments, options);

  std::optional<PrefillProcess> child; // ends after the bundle has let it go
  Bundle bundle(arguments.bundle());
  std::vector<int32_t> prompt = readPrompt(arguments, bundle);
  options.prompt = prompt.data();
  options.promptCount = prompt.size();
  options.newTokens = countNewTokens(arguments, prompt.size(), bundle.info());
  check(tandem_generate_check(bundle.get(), &options));
  if (processes == 2) {
    requireSplit(bundle);
    child.emplace(arguments.bundle(), load);
    TandemPeer peer = {};
    peer.size = sizeof(peer);
    peer.socket = child->socket();
    peer.cancel = &interrupted;
    peer.onDamage = sayAskedAgain;
    check(tandem_bundle_load_decode(bundle.get(), &load, &peer));
  } else {
    check(tandem_bundle_load(bundle.get(), &load));
  }
  narrate(arguments, bundle.info());
  watchInterrupts();
  if (arguments.has("--save-logits")) {
    output.logits.emplace(arguments.text("--save-logits"),
                          bundle.info().vocabulary);
    options.onLogits = Output::onLogits;
  }
  Sequence sequence(bundle);
  TandemGenerateResult result = {};
  result.size = sizeof(result);
  TandemError *error = tandem_generate(sequence.get(), &options, &result);
  if (output.failure) {
    tandem_error_free(error);
    throw *output.failure;
  }
  check(error);
  if (output.logits) {
    output.logits->finish();
  }
  printResult(output, result);
  return 0;
}

} // namespace tandem::cli
