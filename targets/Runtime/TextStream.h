//===- TextStream.h - the text of a generation as it comes ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Tokens into text up to a stop text. Nothing that may be the beginning of one
// is given out before it is certain that it is not.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXTSTREAM_H
#define TANDEM_TARGETS_RUNTIME_TEXTSTREAM_H

#include <string>
#include <string_view>
#include <vector>

#include "tandem/targets/Runtime/Text/Tokenizer.h"

namespace tandem::runtime {

/// Finds the first of some texts to be complete in a text that comes in pieces.
class StopTexts {
public:
  /// Fails where one is empty.
  explicit StopTexts(std::vector<std::string> texts);

  /// Adds a piece; returns what is certain to stand before any stop text.
  std::string push(std::string_view piece);
  /// What was held back, when nothing follows.
  std::string finish();
  /// Whether a stop text has come; what follows it is dropped.
  bool hasStopped() const { return isStopped; }

private:
  std::vector<std::string> texts;
  std::string held;
  bool isStopped = false;
};

/// The text of tokens, without special ones, in whole characters of UTF-8.
class TextStream {
public:
  /// Fails where a stop text is empty.
  TextStream(const Tokenizer &tokenizer, std::vector<std::string> stopTexts);

  /// Adds a token; returns what is certain to stand before any stop text.
  std::string push(int32_t token);
  /// What is held back; no token may follow.
  std::string finish();
  bool hasStopped() const { return stops.hasStopped(); }

private:
  Detokenizer detokenizer;
  StopTexts stops;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXTSTREAM_H
