//===- EvalVerb.cpp - how well a bundle predicts a text -------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The negative log-likelihood of each scored token, by log-softmax in double
// precision. Every window starts a fresh sequence. With `half`, only whole
// windows count and only tokens of their second halves, which have half a
// window of context at least: the figure that llama-perplexity prints.
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "tandem/tools/tandem-runtime/Client.h"
#include "tandem/tools/tandem-runtime/Interrupt.h"
#include "tandem/tools/tandem-runtime/TextInput.h"
#include "tandem/tools/tandem-runtime/Verbs.h"

namespace tandem::cli {

namespace {
/// How a text is cut, and which of its tokens count.
struct Scoring {
  uint64_t window; ///< tokens
  bool isHalf;

  /// The first token of a window of `tokens` that counts.
  uint64_t first(uint64_t tokens) const { return isHalf ? tokens / 2 + 1 : 1; }
};

/// The sum over what was scored so far.
struct Score {
  uint64_t tokens = 0;
  double sum = 0;

  double mean() const { return sum / double(tokens); }
};
} // namespace

/// -log softmax(logits)[token]
static double negativeLogLikelihood(std::span<const float> logits,
                                    int32_t token) {
  double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (float logit : logits) {
    sum += std::exp(logit - largest);
  }
  return std::log(sum) + largest - logits[static_cast<size_t>(token)];
}

/// Rows of logits that a step returns at most: 128 of 50,000 take 25 MB.
static constexpr uint64_t maximumRows = 128;

namespace {
/// Scores windows with one sequence.
class Scorer {
public:
  Scorer(const Bundle &bundle, const Scoring &scoring)
      : bundle(bundle), info(bundle.info()), scoring(scoring),
        sequence(bundle) {}

  Score score;

  void addWindow(std::span<const int32_t> window) {
    uint64_t first = scoring.first(window.size());
    tandem_sequence_truncate(sequence.get(), 0);
    // The row of logits of a token is about the one behind it.
    for (uint64_t start = 0; start + 1 < window.size();) {
      bool counts = start + 1 >= first;
      uint64_t end = counts ? window.size() - 1 : first - 1;
      uint64_t most =
          counts ? std::min(info.maxTokens, maximumRows) : info.maxTokens;
      uint64_t count = std::min(end - start, most);
      auto logits = step(window.subspan(start, count), counts);
      for (uint64_t i = 0; counts && i < count; ++i) {
        score.sum += negativeLogLikelihood(
            logits.subspan(i * info.vocabulary, info.vocabulary),
            window[start + i + 1]);
        ++score.tokens;
      }
      start += count;
    }
  }

private:
  std::span<const float> step(std::span<const int32_t> tokens,
                              bool everyToken) {
    if (interrupted) {
      throw Failure(ExitCode::Interrupted, "interrupted");
    }
    TandemRow row = {sequence.get(), tokens.data(), tokens.size()};
    const float *logits = nullptr;
    uint64_t rows = 0;
    check(tandem_step(bundle.get(), &row, 1, everyToken, &logits, &rows));
    return {logits, rows * info.vocabulary};
  }

  const Bundle &bundle;
  TandemBundleInfo info;
  Scoring scoring;
  Sequence sequence;
};
} // namespace

static std::vector<int32_t> readTokens(const Arguments &arguments,
                                       const Bundle &bundle) {
  if (arguments.has("--ids") == arguments.has("--text")) {
    throw Failure(ExitCode::Usage,
                  "'eval' needs --text FILE or --ids FILE.json, one of them");
  }
  auto tokens =
      arguments.has("--text")
          ? encodePrompt(bundle, arguments,
                         readTextFile(arguments.text("--text")))
          : readIds(arguments.text("--ids"), bundle.info().vocabulary);
  if (tokens.size() < 2) {
    throw Failure(ExitCode::Usage,
                  "the text has " + std::to_string(tokens.size()) +
                      " tokens, expected 2 at least: the first is not scored");
  }
  return tokens;
}

static Scoring parseScoring(const Arguments &arguments, uint64_t tokens,
                            const TandemBundleInfo &info) {
  uint64_t window = arguments.number("--window", 0, INT32_MAX);
  if (window == 1) {
    throw Failure(ExitCode::Usage, "option '--window' is '1', expected 0 (the "
                                   "whole text) or 2 at least");
  }
  bool isWhole = window == 0 || window >= tokens;
  window = isWhole ? tokens : window;
  if (window - 1 > info.capacity) { // the last token is only predicted
    throw Failure(ExitCode::Usage,
                  "a window of " + std::to_string(window) + " tokens needs " +
                      std::to_string(window - 1) +
                      " places in the cache, whose capacity is " +
                      std::to_string(info.capacity) + " tokens (" +
                      info.capacityCause +
                      "); choose a smaller --window or compile with a larger "
                      "--max-context");
  }
  std::string which = isWhole ? "all" : "half";
  if (arguments.has("--score")) {
    which = arguments.text("--score");
  }
  if (which != "half" && which != "all") {
    throw Failure(ExitCode::Usage, "option '--score' is '" + which +
                                       "', expected 'half' or 'all'");
  }
  return {window, which == "half"};
}

int evalVerb(const Arguments &arguments) {
  Bundle bundle(arguments.bundle());
  std::vector<int32_t> tokens = readTokens(arguments, bundle);
  Scoring scoring = parseScoring(arguments, tokens.size(), bundle.info());
  TandemLoadOptions load = loadOptions(arguments);
  check(tandem_bundle_load(bundle.get(), &load));
  watchInterrupts();
  Scorer scorer(bundle, scoring);
  for (std::span<const int32_t> rest = tokens; rest.size() > 1;) {
    uint64_t count = std::min<uint64_t>(scoring.window, rest.size());
    if (scoring.isHalf && count < scoring.window) {
      break;
    }
    scorer.addWindow(rest.first(count));
    rest = rest.subspan(count);
    std::fprintf(stderr, "%zu of %zu tokens, perplexity %.4f\n",
                 tokens.size() - rest.size(), tokens.size(),
                 std::exp(scorer.score.mean()));
  }
  const Score &score = scorer.score;
  std::printf(arguments.has("--json")
                  ? "{\"tokens\":%llu,\"mean_nll\":%.9f,\"perplexity\":%.9f}\n"
                  : "%llu tokens scored, mean negative log-likelihood %.6f, "
                    "perplexity %.4f\n",
              static_cast<unsigned long long>(score.tokens), score.mean(),
              std::exp(score.mean()));
  return 0;
}

} // namespace tandem::cli
