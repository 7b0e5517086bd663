//===- Pattern.h - what a tokenizer looks for in texts -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The patterns of pre-tokenizers, normalizers and decoders: a text as it is or
// a regular expression, whose work is bounded whatever file it comes from.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_PATTERN_H
#define TANDEM_TARGETS_RUNTIME_TEXT_PATTERN_H

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/targets/Runtime/Text/Settings.h"
#include "tandem/targets/Runtime/Text/WorkLimit.h"

namespace tandem::runtime {

/// A piece of a text, in bytes.
struct Span {
  size_t begin, end;
  bool isMatch; ///< or what lies between two matches
};

/// A compiled pattern; used by any number of threads.
class Pattern {
public:
  /// The object {"String": ...} or {"Regex": ...} at `key`; malformed: exit
  /// code 3, a construct that Tandem has not: exit code 4.
  Pattern(const Settings &settings, const char *key);
  /// A regular expression of ours.
  explicit Pattern(const std::string &expression);

  /// Cuts `text`, valid UTF-8, into matches and what is between them; together
  /// they cover it. An expression that takes too long is exit code 3.
  std::vector<Span> split(std::string_view text, WorkLimit &limit) const;

  /// `text` with each match replaced.
  std::string replace(std::string_view text, const std::string &replacement,
                      WorkLimit &limit) const;

private:
  class Expression;

  std::string literal; ///< where there is no expression
  std::shared_ptr<const Expression> expression;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_PATTERN_H
