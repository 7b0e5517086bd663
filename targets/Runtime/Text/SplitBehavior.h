//===- SplitBehavior.h - what becomes of matches -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How a pre-tokenizer makes words of the matches of its pattern.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_SPLITBEHAVIOR_H
#define TANDEM_TARGETS_RUNTIME_TEXT_SPLITBEHAVIOR_H

#include <string_view>
#include <vector>

#include "tandem/targets/Runtime/Text/Pattern.h"

namespace tandem::runtime {

/// The names are those of the file format.
enum class SplitBehavior {
  Removed,            ///< matches are no words
  Isolated,           ///< each is a word
  MergedWithPrevious, ///< belongs to the word before it
  MergedWithNext,     ///< belongs to the word behind it
  Contiguous          ///< those in a row are a word
};

/// The behaviour named at `key`.
SplitBehavior readSplitBehavior(const Settings &settings, const char *key);

/// Makes words of spans that cover a text; some may be empty.
std::vector<Span> applyBehavior(std::vector<Span> spans,
                                SplitBehavior behavior);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_SPLITBEHAVIOR_H
