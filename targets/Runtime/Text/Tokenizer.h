//===- Tokenizer.h - texts into tokens and back -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What tokenizer.json says, as the `tokenizers` library would do it. Nothing of
// it is in compiled parts. Relies on PCRE2 and utf8proc.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_TOKENIZER_H
#define TANDEM_TARGETS_RUNTIME_TEXT_TOKENIZER_H

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::runtime {

/// How to encode.
struct EncodeOptions {
  /// With the tokens that the post-processor puts around a prompt.
  bool addSpecials = false;
  /// Special tokens spelled in the text are those tokens; otherwise they are
  /// text, as for what an untrusted user wrote.
  bool specialsInText = true;
};

/// Byte pair encoding with what is around it. Copies share their tables; used
/// by any number of threads.
class Tokenizer {
public:
  /// Reads a tokenizer.json. Malformed or hostile: a Failure with exit code 3;
  /// valid, but with a component that Tandem has not: exit code 4 and its name.
  /// "truncation" and "padding" are not looked at: they are for batches.
  static Tokenizer parse(std::string_view json);

  /// The tokens of `text`. Bytes that are no UTF-8 are exit code 3: whoever
  /// has such bytes knows what they should be. So are a text and expressions of
  /// the file that together take too long.
  std::vector<int32_t> encode(std::string_view text,
                              EncodeOptions options) const;

  /// The text of `tokens`; bytes that are no UTF-8 become U+FFFD. Ids of no
  /// token are left out, and with `skipSpecials` special tokens.
  std::string decode(std::span<const int32_t> tokens, bool skipSpecials) const;

  /// The id of the token spelled `text`, as templates name them.
  std::optional<int32_t> findToken(std::string_view text) const;
  /// One more than the largest id.
  int32_t idLimit() const;

private:
  friend class Detokenizer;
  struct Parts;
  explicit Tokenizer(std::shared_ptr<const Parts> parts);

  std::shared_ptr<const Parts> parts;
};

/// Decodes while tokens come: what it has returned so far, and finish, are
/// together what decode returns for the same tokens.
class Detokenizer {
public:
  Detokenizer(const Tokenizer &tokenizer, bool skipSpecials);
  ~Detokenizer();
  Detokenizer(Detokenizer &&) noexcept;

  /// The text that is certain since the last call: whole characters, perhaps
  /// none.
  std::string push(int32_t token);
  /// The rest; no token may follow.
  std::string finish();

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_TOKENIZER_H
