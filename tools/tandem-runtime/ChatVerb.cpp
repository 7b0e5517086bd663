//===- ChatVerb.cpp - answers questions -----------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The bundle's template renders the whole conversation each turn. What the
// cache holds of it already is kept and only the rest is prefilled: as a rule
// the new question, more where a template changes what came before.
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <iostream>
#include <unistd.h>
#include <vector>

#include <nlohmann/json.hpp>

#include "tandem/tools/tandem-runtime/Client.h"
#include "tandem/tools/tandem-runtime/Interrupt.h"
#include "tandem/tools/tandem-runtime/SamplingOptions.h"
#include "tandem/tools/tandem-runtime/Verbs.h"

namespace tandem::cli {

using Json = nlohmann::ordered_json;

namespace {
/// A conversation and its sequence.
class Chat {
public:
  Chat(const Bundle &bundle, const Tokenizer &tokenizer,
       const Arguments &arguments)
      : bundle(bundle), tokenizer(tokenizer), sequence(bundle),
        info(bundle.info()), mostTokens(arguments.number("-n", 1, INT32_MAX)),
        stops(arguments, options) {
    if (arguments.has("--system")) {
      system = {{"role", "system"}, {"content", arguments.text("--system")}};
    }
    options.size = sizeof(options);
    options.onToken = [](void *chat, int32_t token) {
      static_cast<Chat *>(chat)->held.push_back(token);
    };
    options.onText = [](void *chat, const char *text, uint64_t bytes) {
      std::fwrite(text, 1, bytes, stdout);
      std::fflush(stdout);
      static_cast<Chat *>(chat)->answer.append(text, bytes);
    };
    options.context = this;
    options.cancel = &interrupted;
    setSampling(arguments, options);
    reset();
  }

  /// Starts anew; the cache of what a new conversation begins with is kept.
  void reset() {
    messages = Json::array();
    if (!system.is_null()) {
      messages.push_back(system);
    }
  }

  /// Fails where the template cannot render a conversation.
  void checkTemplate() { render("?"); }

  /// Answers a question; false where there is no place for more.
  bool ask(const std::string &question) {
    std::vector<int32_t> ids = render(question);
    if (ids.size() > info.capacity) {
      return sayFull("this turn does not fit", ids.size());
    }
    messages.push_back({{"role", "user"}, {"content", question}});
    uint64_t kept = keepCommonPart(ids);
    uint64_t room = info.capacity - ids.size() + 1;
    options.prompt = ids.data() + kept;
    options.promptCount = ids.size() - kept;
    options.newTokens = std::min(mostTokens, room);
    ++options.seed; // another draw each turn
    TandemGenerateResult result = generate();
    messages.push_back({{"role", "assistant"}, {"content", answer}});
    std::fprintf(stderr,
                 "[%llu of %zu tokens prefilled, %llu answered, the first "
                 "after %.1f ms]\n",
                 static_cast<unsigned long long>(options.promptCount),
                 ids.size(), static_cast<unsigned long long>(answered),
                 result.firstTokenSeconds * 1e3);
    bool isCut = !interrupted && result.endedBy == TANDEM_END_LENGTH;
    return !isCut || room > mostTokens ||
           sayFull("the cache is full", held.size());
  }

private:
  std::vector<int32_t> render(const std::string &question) {
    Json all = messages;
    all.push_back({{"role", "user"}, {"content", question}});
    std::string variables =
        Json({{"messages", all}})
            .dump(-1, ' ', false, Json::error_handler_t::replace);
    std::string text;
    auto take = [](void *context, const char *piece, uint64_t bytes) {
      static_cast<std::string *>(context)->append(piece, bytes);
    };
    check(tandem_chat_render(bundle.get(), variables.data(), variables.size(),
                             take, &text));
    return encode(tokenizer, text, /*flags=*/0); // the template has them all
  }

  /// Cuts the sequence to what it has in common with `ids`, of which at least
  /// one is left to run; returns how many it holds.
  uint64_t keepCommonPart(const std::vector<int32_t> &ids) {
    held.resize(std::min<uint64_t>(held.size(),
                                   tandem_sequence_length(sequence.get())));
    auto [differs, unused] =
        std::mismatch(held.begin(), held.end(), ids.begin(), ids.end() - 1);
    auto kept = static_cast<uint64_t>(differs - held.begin());
    tandem_sequence_truncate(sequence.get(), kept);
    held.assign(ids.begin(), ids.end());
    return kept;
  }

  TandemGenerateResult generate() {
    answer.clear();
    uint64_t before = held.size();
    TandemGenerateResult result = {};
    result.size = sizeof(result);
    watchAnswer();
    TandemError *error = tandem_generate(sequence.get(), &options, &result);
    exitOnInterrupts();
    std::printf("\n");
    std::fflush(stdout);
    answered = held.size() - before;
    if (error && interrupted) {
      tandem_error_free(error);
      return result;
    }
    check(error);
    return result;
  }

  bool sayFull(const char *what, uint64_t used) const {
    std::fprintf(stderr,
                 "%s: %llu tokens of a capacity of %llu (%s); start again or "
                 "compile with a larger --max-context\n",
                 what, static_cast<unsigned long long>(used),
                 static_cast<unsigned long long>(info.capacity),
                 info.capacityCause);
    return false;
  }

  const Bundle &bundle;
  const Tokenizer &tokenizer;
  Sequence sequence;
  TandemBundleInfo info;
  uint64_t mostTokens;
  TandemGenerateOptions options = {};
  StopOptions stops;
  Json system;
  Json messages;
  std::vector<int32_t> held; ///< ids of the sequence; the last may be missing
  std::string answer;
  uint64_t answered = 0; ///< tokens
};
} // namespace

int chatVerb(const Arguments &arguments) {
  Bundle bundle(arguments.bundle());
  TandemLoadOptions load = loadOptions(arguments);
  Tokenizer tokenizer(bundle); // an unsupported one costs no load
  check(tandem_bundle_load(bundle.get(), &load));
  Chat chat(bundle, tokenizer, arguments);
  chat.checkTemplate();
  bool isTerminal = isatty(STDIN_FILENO);
  if (isTerminal) {
    std::fprintf(stderr,
                 "%s: Ctrl-C stops an answer, Ctrl-D ends, /reset "
                 "starts anew\n",
                 bundle.info().name);
  }
  for (std::string line;;) {
    if (isTerminal) {
      std::printf("> ");
      std::fflush(stdout);
    }
    if (!std::getline(std::cin, line)) {
      break;
    }
    if (!line.empty() && line.back() == '\r') {
      line.pop_back();
    }
    if (line == "/reset") {
      chat.reset();
    } else if (!line.empty() && !chat.ask(line)) {
      return 0;
    }
  }
  if (isTerminal) {
    std::printf("\n");
  }
  return 0;
}

} // namespace tandem::cli
