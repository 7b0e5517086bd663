//===- Metaspace.h - spaces as visible characters -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the pre-tokenizer and the decoder called Metaspace share.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_METASPACE_H
#define TANDEM_TARGETS_RUNTIME_TEXT_METASPACE_H

#include "tandem/targets/Runtime/Text/Settings.h"

namespace tandem::runtime {

/// The settings of Metaspace.
struct Metaspace {
  explicit Metaspace(const Settings &settings);

  /// Whether a word gets a mark before it.
  bool isPrepended(bool startsText) const {
    return scheme == Scheme::Always || (scheme == Scheme::First && startsText);
  }

  enum class Scheme { Always, First, Never };

  char32_t replacement; ///< stands for a space
  Scheme scheme = Scheme::Always;
  bool isCut; ///< a word ends before each mark
};

/// The one character at `key`.
char32_t readCharacter(const Settings &settings, const char *key);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_METASPACE_H
