//===- TextInterface.cpp - text for other programs ------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The text functions of tandem-runtime.h.
//
//===----------------------------------------------------------------------===//

#include <optional>

#include "tandem/targets/Runtime/Handles.h"

using namespace tandem::runtime;

struct TandemDetokenizer {
  explicit TandemDetokenizer(const Tokenizer &tokenizer)
      : tokenizer(tokenizer) {
    start();
  }

  void start() { current.emplace(tokenizer, /*skipSpecials=*/true); }

  const Tokenizer &tokenizer;
  std::optional<Detokenizer> current;
};

EncodeOptions tandem::runtime::readEncodeFlags(uint32_t flags) {
  if (flags & ~uint32_t(TANDEM_ENCODE_ADD_SPECIALS | TANDEM_ENCODE_PLAIN)) {
    throw Failure(ExitCode::Usage, "unknown flags of a text's encoding: " +
                                       std::to_string(flags));
  }
  EncodeOptions options;
  options.addSpecials = flags & TANDEM_ENCODE_ADD_SPECIALS;
  options.specialsInText = !(flags & TANDEM_ENCODE_PLAIN);
  return options;
}

static void give(const std::string &text, TandemTextCallback write,
                 void *context) {
  if (!text.empty()) {
    write(context, text.data(), text.size());
  }
}

TandemError *tandem_text_encode(TandemBundle *bundle, const char *text,
                                uint64_t bytes, uint32_t flags,
                                TandemTokensCallback write, void *context) {
  return guard([&] {
    auto tokens =
        bundle->text.tokenizer().encode({text, bytes}, readEncodeFlags(flags));
    write(context, tokens.data(), tokens.size());
  });
}

TandemError *tandem_text_decode(TandemBundle *bundle, const int32_t *tokens,
                                uint64_t count, int32_t skipSpecials,
                                TandemTextCallback write, void *context) {
  return guard([&] {
    std::string text =
        bundle->text.tokenizer().decode({tokens, count}, skipSpecials != 0);
    write(context, text.data(), text.size());
  });
}

TandemError *tandem_detokenizer_create(TandemBundle *bundle,
                                       TandemDetokenizer **detokenizer) {
  return guard(
      [&] { *detokenizer = new TandemDetokenizer(bundle->text.tokenizer()); });
}

void tandem_detokenizer_free(TandemDetokenizer *detokenizer) {
  delete detokenizer;
}

TandemError *tandem_detokenizer_push(TandemDetokenizer *detokenizer,
                                     int32_t token, TandemTextCallback write,
                                     void *context) {
  return guard(
      [&] { give(detokenizer->current->push(token), write, context); });
}

TandemError *tandem_detokenizer_finish(TandemDetokenizer *detokenizer,
                                       TandemTextCallback write,
                                       void *context) {
  return guard([&] {
    give(detokenizer->current->finish(), write, context);
    detokenizer->start();
  });
}

TandemError *tandem_chat_render(TandemBundle *bundle, const char *variables,
                                uint64_t bytes, TandemTextCallback write,
                                void *context) {
  return guard([&] {
    std::string text = bundle->text.renderChat({variables, bytes});
    write(context, text.data(), text.size());
  });
}
