//===- SplitBehavior.cpp - what becomes of matches -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/SplitBehavior.h"

#include <algorithm>

namespace tandem::runtime {

SplitBehavior readSplitBehavior(const Settings &settings, const char *key) {
  static const std::pair<const char *, SplitBehavior> names[] = {
      {"Removed", SplitBehavior::Removed},
      {"Isolated", SplitBehavior::Isolated},
      {"MergedWithPrevious", SplitBehavior::MergedWithPrevious},
      {"MergedWithNext", SplitBehavior::MergedWithNext},
      {"Contiguous", SplitBehavior::Contiguous}};
  std::string text = settings.text(key);
  for (auto [name, behavior] : names) {
    if (text == name) {
      return behavior;
    }
  }
  settings.unsupported("has behavior '" + text + "'");
}

/// Joins a match to the span before it, if that is no match.
static std::vector<Span> mergeWithPrevious(const std::vector<Span> &spans) {
  std::vector<Span> words;
  bool wasMatch = false;
  for (Span span : spans) {
    if (span.isMatch && !wasMatch && !words.empty()) {
      words.back().end = span.end;
    } else {
      words.push_back(span);
    }
    wasMatch = span.isMatch;
  }
  return words;
}

/// The same from the end of the text.
static std::vector<Span> mergeWithNext(const std::vector<Span> &spans) {
  std::vector<Span> words;
  bool wasMatch = false;
  for (size_t i = spans.size(); i-- > 0;) {
    Span span = spans[i];
    if (span.isMatch && !wasMatch && !words.empty()) {
      words.back().begin = span.begin;
    } else {
      words.push_back(span);
    }
    wasMatch = span.isMatch;
  }
  std::reverse(words.begin(), words.end());
  return words;
}

static std::vector<Span> mergeEqual(const std::vector<Span> &spans) {
  std::vector<Span> words;
  bool wasMatch = false;
  for (Span span : spans) {
    if (span.isMatch == wasMatch && !words.empty()) {
      words.back().end = span.end;
    } else {
      words.push_back(span);
    }
    wasMatch = span.isMatch;
  }
  return words;
}

std::vector<Span> applyBehavior(std::vector<Span> spans,
                                SplitBehavior behavior) {
  switch (behavior) {
  case SplitBehavior::Removed:
    std::erase_if(spans, [](Span span) { return span.isMatch; });
    return spans;
  case SplitBehavior::Isolated:
    return spans;
  case SplitBehavior::MergedWithPrevious:
    return mergeWithPrevious(spans);
  case SplitBehavior::MergedWithNext:
    return mergeWithNext(spans);
  case SplitBehavior::Contiguous:
    return mergeEqual(spans);
  }
  return spans;
}

} // namespace tandem::runtime
