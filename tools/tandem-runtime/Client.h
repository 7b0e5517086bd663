//===- Client.h - the C interface with C++ manners --------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Owners for the handles of tandem-runtime.h, and its errors as exceptions. The
// program uses nothing else of the library.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_RUNTIME_CLIENT_H
#define TANDEM_TOOLS_TANDEM_RUNTIME_CLIENT_H

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/tandem-runtime.h"
#include "tandem/tools/tandem-runtime/CommandLine.h"

namespace tandem::cli {

/// Throws what a call of the library returned.
inline void check(TandemError *error) {
  if (error) {
    std::unique_ptr<TandemError, void (*)(TandemError *)> owner(
        error, tandem_error_free);
    throw runtime::Failure(
        static_cast<runtime::ExitCode>(tandem_error_code(error)),
        tandem_error_message(error));
  }
}

/// An opened bundle.
class Bundle {
public:
  explicit Bundle(const std::string &path)
      : handle(nullptr, tandem_bundle_free) {
    TandemBundle *opened = nullptr;
    check(tandem_bundle_open(path.c_str(), &opened));
    handle.reset(opened);
  }

  TandemBundle *get() const { return handle.get(); }

  TandemBundleInfo info() const {
    TandemBundleInfo info = {};
    info.size = sizeof(info);
    check(tandem_bundle_info(get(), &info));
    return info;
  }

private:
  std::unique_ptr<TandemBundle, void (*)(TandemBundle *)> handle;
};

/// A sequence of a loaded bundle.
class Sequence {
public:
  explicit Sequence(const Bundle &bundle)
      : handle(nullptr, tandem_sequence_free) {
    TandemSequence *created = nullptr;
    check(tandem_sequence_create(bundle.get(), &created));
    handle.reset(created);
  }

  TandemSequence *get() const { return handle.get(); }

private:
  std::unique_ptr<TandemSequence, void (*)(TandemSequence *)> handle;
};

/// Most threads that --threads accepts.
inline constexpr uint64_t maximumThreads = 4096;

/// A tokenizer by itself.
class Tokenizer {
public:
  explicit Tokenizer(const Bundle &bundle)
      : handle(nullptr, tandem_tokenizer_free) {
    TandemTokenizer *opened = nullptr;
    check(tandem_tokenizer_of_bundle(bundle.get(), &opened));
    handle.reset(opened);
  }

  /// Reads the text of a tokenizer.json.
  explicit Tokenizer(std::string_view json)
      : handle(nullptr, tandem_tokenizer_free) {
    TandemTokenizer *opened = nullptr;
    check(tandem_tokenizer_parse(json.data(), json.size(), &opened));
    handle.reset(opened);
  }

  TandemTokenizer *get() const { return handle.get(); }

private:
  std::unique_ptr<TandemTokenizer, void (*)(TandemTokenizer *)> handle;
};

/// The token ids of `text`; `flags` as tandem_tokenizer_encode has them.
inline std::vector<int32_t> encode(const Tokenizer &tokenizer,
                                   std::string_view text, uint32_t flags) {
  std::vector<int32_t> ids;
  auto take = [](void *context, const int32_t *tokens, uint64_t count) {
    static_cast<std::vector<int32_t> *>(context)->assign(tokens,
                                                         tokens + count);
  };
  check(tandem_tokenizer_encode(tokenizer.get(), text.data(), text.size(),
                                flags, take, &ids));
  return ids;
}

/// The token ids of a prompt: with the tokens that belong around it, its
/// spelled special tokens as --no-specials-in-text says.
inline std::vector<int32_t> encodePrompt(const Bundle &bundle,
                                         const Arguments &arguments,
                                         std::string_view text) {
  uint32_t flags = TANDEM_ENCODE_ADD_SPECIALS;
  if (arguments.has("--no-specials-in-text")) {
    flags |= TANDEM_ENCODE_PLAIN;
  }
  return encode(Tokenizer(bundle), text, flags);
}

/// Load options from --threads, --verify, --emulate, --random-weights and
/// TANDEM_CPU.
inline TandemLoadOptions loadOptions(const Arguments &arguments) {
  TandemLoadOptions options = {};
  options.size = sizeof(options);
  options.cpu = std::getenv("TANDEM_CPU");
  bool isLate = options.cpu && std::string_view(options.cpu) == "emulate-late";
  if (arguments.has("--emulate") && !isLate) {
    options.cpu = "emulate";
  }
  options.threads =
      static_cast<uint32_t>(arguments.number("--threads", 0, maximumThreads));
  if (arguments.has("--verify")) {
    const std::string &which = arguments.text("--verify");
    if (which != "changed" && which != "full") {
      throw Failure(ExitCode::Usage, "option '--verify' is '" + which +
                                         "', expected 'changed' or 'full'");
    }
    options.verifiesAll = which == "full";
  }
  if (arguments.has("--random-weights")) {
    options.weightSeed = arguments.number("--random-weights", 0, UINT64_MAX);
    options.makesWeights = 1;
  }
  return options;
}

/// A TandemTextCallback that prints.
inline void printText(void *, const char *text, uint64_t bytes) {
  std::fwrite(text, 1, bytes, stdout);
}

} // namespace tandem::cli

#endif // TANDEM_TOOLS_TANDEM_RUNTIME_CLIENT_H
