//===- PreTokenizer.h - texts cut into words -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The component "pre_tokenizer" of tokenizer.json: what the model may not merge
// across.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_PRETOKENIZER_H
#define TANDEM_TARGETS_RUNTIME_TEXT_PRETOKENIZER_H

#include <functional>
#include <string>
#include <vector>

#include "tandem/targets/Runtime/Text/Settings.h"
#include "tandem/targets/Runtime/Text/WorkLimit.h"

namespace tandem::runtime {

/// A piece of a text, never empty.
struct Word {
  std::string text;
  bool startsText; ///< nothing of the user's text is before it
};

/// Cuts and rewrites words.
using PreTokenizer = std::function<void(std::vector<Word> &, WorkLimit &)>;

/// Makes the pre-tokenizer that `settings` describe: ByteLevel, Digits,
/// Metaspace, Punctuation, Split, Whitespace, WhitespaceSplit,
/// CharDelimiterSplit, BertPreTokenizer and Sequence; another is exit code 4.
PreTokenizer makePreTokenizer(const Settings &settings);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_PRETOKENIZER_H
