//===- Vocabulary.h - tokens by text and by id -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The tokens of a model. Filled once, then read by any number of threads.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_VOCABULARY_H
#define TANDEM_TARGETS_RUNTIME_TEXT_VOCABULARY_H

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tandem::runtime {

/// Texts and ids of tokens, each once.
class Vocabulary {
public:
  /// What finds where there is no token.
  static constexpr int32_t none = -1;

  /// False if there is a token of this text.
  bool add(std::string_view text, int32_t id);
  /// Makes ids known; an id of two tokens: exit code 3.
  void finish();

  int32_t find(std::string_view text) const;
  /// The text of a token, null if there is none.
  const std::string *findText(int32_t id) const;
  size_t size() const { return ids.size(); }
  /// One more than the largest id.
  int32_t idLimit() const { return static_cast<int32_t>(texts.size()); }

private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, int32_t, Hash, std::equal_to<>> ids;
  std::vector<const std::string *> texts; ///< keys of `ids`, which stay
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_VOCABULARY_H
