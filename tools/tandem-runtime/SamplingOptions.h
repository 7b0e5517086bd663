//===- SamplingOptions.h - how run and chat choose tokens -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The options, and what they mean for the library. Without --seed each run
// draws another one and says which, so that it can be repeated.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_RUNTIME_SAMPLINGOPTIONS_H
#define TANDEM_TOOLS_TANDEM_RUNTIME_SAMPLINGOPTIONS_H

#include <cstdio>
#include <random>
#include <vector>

#include "tandem/targets/Runtime/tandem-runtime.h"
#include "tandem/tools/tandem-runtime/CommandLine.h"

namespace tandem::cli {

/// The options of a verb that samples.
inline std::vector<Option> samplingOptions() {
  return {
      {"--temperature", "T", "0",
       "0: the likeliest token; above: draw, the higher the more freely"},
      {"--top-p", "P", "1", "draw from the likeliest that reach this sum"},
      {"--top-k", "K", "0", "draw from the K likeliest; 0: all"},
      {"--seed", "N", nullptr, "the same seed draws the same tokens"},
  };
}

/// Puts them into `options`.
inline void setSampling(const Arguments &arguments,
                        TandemGenerateOptions &options) {
  options.temperature = arguments.real("--temperature");
  options.topP = arguments.real("--top-p");
  options.topK = arguments.number("--top-k", 0, INT32_MAX);
  if (options.topP <= 0) { // which the library takes as not given
    throw Failure(ExitCode::Usage, "option '--top-p' is '" +
                                       arguments.text("--top-p") +
                                       "', expected more than 0, at most 1");
  }
  if (arguments.has("--seed")) {
    options.seed = arguments.number("--seed", 0, UINT64_MAX);
  } else if (options.temperature > 0) {
    options.seed = std::random_device()();
    std::fprintf(stderr, "--seed %llu\n",
                 static_cast<unsigned long long>(options.seed));
  }
}

/// The texts of --stop, and `options` set to them for its lifetime.
class StopOptions {
public:
  StopOptions(const Arguments &arguments, TandemGenerateOptions &options)
      : texts(arguments.texts("--stop")) {
    for (const std::string &text : texts) {
      if (text.empty()) {
        throw Failure(ExitCode::Usage, "option '--stop' is empty, expected the "
                                       "text to end before");
      }
      pointers.push_back(text.c_str());
    }
    options.stopTexts = pointers.data();
    options.stopTextCount = pointers.size();
  }
  StopOptions(const StopOptions &) = delete;

private:
  std::vector<std::string> texts;
  std::vector<const char *> pointers;
};

} // namespace tandem::cli

#endif // TANDEM_TOOLS_TANDEM_RUNTIME_SAMPLINGOPTIONS_H
