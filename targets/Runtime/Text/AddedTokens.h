//===- AddedTokens.h - tokens found in texts as they are -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The array "added_tokens" of tokenizer.json: tokens that are looked for before
// the model sees a text, among them the special ones.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_ADDEDTOKENS_H
#define TANDEM_TARGETS_RUNTIME_TEXT_ADDEDTOKENS_H

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/targets/Runtime/Text/Settings.h"

namespace tandem::runtime {

/// One of them.
struct AddedToken {
  int32_t id;
  std::string content;
  bool isSpecial;    ///< left out when decoding without specials
  bool isNormalized; ///< looked for behind the normalizer
  bool isWholeWord;  ///< only where no word character is beside it
  bool takesSpaceBefore, takesSpaceBehind;
};

/// Reads the array; an id or a content twice is exit code 3.
std::vector<AddedToken> readAddedTokens(const Settings &file);

/// Finds some of them in texts.
class AddedTokenFinder {
public:
  /// A piece of a text, in bytes, and its token, null for plain text.
  struct Piece {
    size_t begin, end;
    const AddedToken *token;
  };

  /// Each is looked for as it is spelled beside it; they outlive this object.
  explicit AddedTokenFinder(
      std::vector<std::pair<std::string, const AddedToken *>> spellings);

  /// Cuts `text`: of the tokens that start first, the longest is taken. Without
  /// `findsSpecials`, special ones are text.
  std::vector<Piece> split(std::string_view text, bool findsSpecials) const;

private:
  struct Match {
    size_t bytes = 0;
    const AddedToken *token = nullptr;
  };
  Match findAt(std::string_view text) const;

  /// Sorted by their bytes, none empty.
  std::vector<std::pair<std::string, const AddedToken *>> spellings;
  std::bitset<256> firstBytes;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_ADDEDTOKENS_H
