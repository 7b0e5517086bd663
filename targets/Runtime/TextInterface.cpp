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
#include "tandem/targets/Runtime/TextStream.h"

using namespace tandem::runtime;

struct TandemTokenizer {
  Tokenizer tokenizer; // shares its tables with its copies
};

struct TandemDetokenizer {
  TextStream &stream() {
    if (!current) {
      current.emplace(tokenizer, stopTexts);
    }
    return *current;
  }

  Tokenizer tokenizer;
  std::vector<std::string> stopTexts;
  std::optional<TextStream> current; // of a text whose first token has come
};

static EncodeOptions readFlags(uint32_t flags) {
  if (flags & ~uint32_t(TANDEM_ENCODE_ADD_SPECIALS | TANDEM_ENCODE_PLAIN)) {
    throw Failure(ExitCode::Usage, "unknown flags of a text's encoding: " +
                                       std::to_string(flags));
  }
  EncodeOptions options;
  options.addSpecials = flags & TANDEM_ENCODE_ADD_SPECIALS;
  options.specialsInText = !(flags & TANDEM_ENCODE_PLAIN);
  return options;
}

TandemError *tandem_tokenizer_of_bundle(TandemBundle *bundle,
                                        TandemTokenizer **tokenizer) {
  return guard(
      [&] { *tokenizer = new TandemTokenizer{bundle->text.tokenizer()}; });
}

TandemError *tandem_tokenizer_parse(const char *json, uint64_t bytes,
                                    TandemTokenizer **tokenizer) {
  return guard([&] {
    *tokenizer = new TandemTokenizer{Tokenizer::parse({json, bytes})};
  });
}

void tandem_tokenizer_free(TandemTokenizer *tokenizer) { delete tokenizer; }

TandemError *tandem_tokenizer_encode(const TandemTokenizer *tokenizer,
                                     const char *text, uint64_t bytes,
                                     uint32_t flags, TandemTokensCallback write,
                                     void *context) {
  return guard([&] {
    auto tokens = tokenizer->tokenizer.encode({text, bytes}, readFlags(flags));
    write(context, tokens.data(), tokens.size());
  });
}

TandemError *tandem_tokenizer_decode(const TandemTokenizer *tokenizer,
                                     const int32_t *tokens, uint64_t count,
                                     int32_t skipSpecials,
                                     TandemTextCallback write, void *context) {
  return guard([&] {
    Detokenizer detokenizer(tokenizer->tokenizer, skipSpecials != 0);
    for (uint64_t i = 0; i < count; ++i) {
      std::string piece = detokenizer.push(tokens[i]);
      write(context, piece.data(), piece.size());
    }
    std::string rest = detokenizer.finish();
    write(context, rest.data(), rest.size());
  });
}

TandemError *tandem_detokenizer_create(const TandemTokenizer *tokenizer,
                                       TandemDetokenizer **detokenizer) {
  return guard([&] {
    *detokenizer = new TandemDetokenizer{tokenizer->tokenizer, {}, {}};
  });
}

void tandem_detokenizer_free(TandemDetokenizer *detokenizer) {
  delete detokenizer;
}

TandemError *tandem_detokenizer_stop_at(TandemDetokenizer *detokenizer,
                                        const char *text, uint64_t bytes) {
  return guard([&] {
    if (detokenizer->current) {
      throw Failure(ExitCode::Usage,
                    "a stop text comes after a token of the text, expected "
                    "before its first; finish the text");
    }
    std::string stop(text, bytes);
    StopTexts({stop}); // fails where it is none
    detokenizer->stopTexts.push_back(std::move(stop));
  });
}

TandemError *tandem_detokenizer_push(TandemDetokenizer *detokenizer,
                                     int32_t token, TandemTextCallback write,
                                     void *context) {
  return guard(
      [&] { giveText(detokenizer->stream().push(token), write, context); });
}

int32_t tandem_detokenizer_has_stopped(const TandemDetokenizer *detokenizer) {
  return detokenizer->current && detokenizer->current->hasStopped();
}

TandemError *tandem_detokenizer_finish(TandemDetokenizer *detokenizer,
                                       TandemTextCallback write,
                                       void *context) {
  return guard([&] {
    giveText(detokenizer->stream().finish(), write, context);
    detokenizer->current.reset();
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
