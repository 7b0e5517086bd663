//===- TokenizerFile.h - tokenizer.json as tables -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads tokenizer.json without building a tree of its vocabulary: tokens and
// merges, which are nearly all of it, go straight into tables. Size, depth and
// number of other values are bounded.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_TOKENIZERFILE_H
#define TANDEM_TARGETS_RUNTIME_TEXT_TOKENIZERFILE_H

#include <string>
#include <string_view>
#include <vector>

#include "tandem/targets/Runtime/Json.h"
#include "tandem/targets/Runtime/Text/Vocabulary.h"

namespace tandem::runtime {

/// Pairs of texts in the order of the file.
class MergeList {
public:
  void add(std::string_view left, std::string_view right);
  size_t size() const { return sizes.size(); }
  /// Calls `use(left, right)` for each.
  template <class Use> void forEach(Use &&use) const {
    size_t at = 0;
    for (auto [left, right] : sizes) {
      use(std::string_view(texts).substr(at, left),
          std::string_view(texts).substr(at + left, right));
      at += size_t(left) + right;
    }
  }

private:
  std::string texts;
  std::vector<std::pair<uint32_t, uint32_t>> sizes;
};

/// The file's contents.
struct TokenizerFile {
  /// Everything but model.vocab and model.merges.
  Json settings;
  Vocabulary vocabulary;
  MergeList merges;
  /// Whether the file has the two, an object and an array; models of another
  /// kind need not.
  bool hasVocabulary = false, hasMerges = false;

  /// Reads `text`; malformed, or with a token or an id twice: exit code 3.
  static TokenizerFile parse(std::string_view text);
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_TOKENIZERFILE_H
