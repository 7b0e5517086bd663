//===- TokenizerInterface.cpp - tokenizers without a bundle ---------------===////
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The functions of tandem-runtime.h that read a tokenizer.json by itself.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Handles.h"

using namespace tandem::runtime;

struct TandemTokenizer {
  Tokenizer tokenizer;
};

TandemError *tandem_tokenizer_parse(const char *json, uint64_t bytes,
                                    TandemTokenizer **tokenizer) {
  return guard([&] {
    *tokenizer = new TandemTokenizer{Tokenizer::parse({json, bytes})};
  });
}

TandemError *tandem_tokenizer_of_bundle(TandemBundle *bundle,
                                        TandemTokenizer **tokenizer) {
  return guard(
      [&] { *tokenizer = new TandemTokenizer{bundle->text.tokenizer()}; });
}

void tandem_tokenizer_free(TandemTokenizer *tokenizer) { delete tokenizer; }

TandemError *tandem_tokenizer_encode(const TandemTokenizer *tokenizer,
                                     const char *text, uint64_t bytes,
                                     uint32_t flags, TandemTokensCallback write,
                                     void *context) {
  return guard([&] {
    auto tokens =
        tokenizer->tokenizer.encode({text, bytes}, readEncodeFlags(flags));
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
