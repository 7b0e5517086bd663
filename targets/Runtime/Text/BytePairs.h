//===- BytePairs.h - words into tokens by merging pairs -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The model "BPE" of tokenizer.json. Relies on vocabulary and merges having
// been read.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_BYTEPAIRS_H
#define TANDEM_TARGETS_RUNTIME_TEXT_BYTEPAIRS_H

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tandem/targets/Runtime/Text/Settings.h"
#include "tandem/targets/Runtime/Text/TokenizerFile.h"

namespace tandem::runtime {

/// Byte pair encoding; used by any number of threads.
class BytePairs {
public:
  /// Takes vocabulary and merges of `file`, whose model `settings` describe.
  /// Another model, dropout and affixes of tokens are exit code 4; a merge that
  /// names no token, or makes none, is exit code 3.
  BytePairs(const Settings &settings, TokenizerFile &file);

  /// Appends the tokens of `word`, valid UTF-8: its characters, of which the
  /// pair with the lowest rank is merged, the first such, until none is left.
  /// Takes n log n steps. A character that is no token is its bytes, or the
  /// unknown token, or nothing, as the file says.
  void encode(std::string_view word, std::vector<int32_t> &ids) const;

  const Vocabulary &vocabulary() const { return tokens; }

private:
  struct Merge {
    int32_t left, right, rank, merged;
  };
  struct Symbol;
  struct Candidate;

  void readMerges(const Settings &settings, const MergeList &list);
  const Merge *findMerge(int32_t left, int32_t right) const;
  std::vector<Symbol> findSymbols(std::string_view word) const;
  bool addBytes(std::string_view character, std::vector<Symbol> &symbols) const;
  void mergePairs(std::vector<Symbol> &symbols) const;

  Vocabulary tokens;
  std::vector<Merge> merges;      ///< sorted by left, then right
  std::vector<uint32_t> firstOf;  ///< by left id; the end of one is the next
  std::array<int32_t, 256> bytes; ///< "<0x0A>" and the like
  int32_t unknown = Vocabulary::none;
  bool fusesUnknown, fallsBackToBytes, prefersWhole;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_BYTEPAIRS_H
