//===- AddedTokens.cpp - tokens found in texts as they are -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/AddedTokens.h"

#include <algorithm>
#include <set>

#include "tandem/targets/Runtime/Text/Characters.h"

namespace tandem::runtime {

std::vector<AddedToken> readAddedTokens(const Settings &file) {
  std::vector<AddedToken> tokens;
  std::set<int32_t> ids;
  std::set<std::string> contents;
  if (!file.has("added_tokens")) {
    return tokens;
  }
  for (const Settings &entry : file.objects("added_tokens")) {
    AddedToken token = {
        static_cast<int32_t>(entry.number("id", maximumTokenIds - 1)),
        entry.text("content"),
        entry.flag("special"),
        entry.flag("normalized"),
        entry.flag("single_word"),
        entry.flag("lstrip"),
        entry.flag("rstrip")};
    if (!ids.insert(token.id).second) {
      entry.malformed("has id " + std::to_string(token.id) +
                      ", which another has");
    }
    if (!contents.insert(token.content).second) {
      entry.malformed("has content '" + token.content + "', which another has");
    }
    tokens.push_back(std::move(token));
  }
  return tokens;
}

AddedTokenFinder::AddedTokenFinder(
    std::vector<std::pair<std::string, const AddedToken *>> given)
    : spellings(std::move(given)) {
  std::erase_if(spellings,
                [](const auto &entry) { return entry.first.empty(); });
  std::sort(spellings.begin(), spellings.end(),
            [](const auto &a, const auto &b) { return a.first < b.first; });
  for (const auto &[spelling, token] : spellings) {
    firstBytes.set(static_cast<uint8_t>(spelling[0]));
  }
}

/// The longest spelling that `text` starts with: narrows the sorted ones byte
/// by byte.
AddedTokenFinder::Match AddedTokenFinder::findAt(std::string_view text) const {
  Match match;
  auto first = spellings.begin(), last = spellings.end();
  for (size_t depth = 0; depth < text.size() && first != last; ++depth) {
    auto byteAt = [depth](const auto &entry) {
      return depth < entry.first.size()
                 ? static_cast<int>(static_cast<uint8_t>(entry.first[depth]))
                 : -1;
    };
    int byte = static_cast<uint8_t>(text[depth]);
    first = std::partition_point(
        first, last, [&](const auto &entry) { return byteAt(entry) < byte; });
    last = std::partition_point(
        first, last, [&](const auto &entry) { return byteAt(entry) <= byte; });
    if (first != last && first->first.size() == depth + 1) {
      match = {depth + 1, first->second};
    }
  }
  return match;
}

static bool isWordBefore(std::string_view text, size_t offset) {
  return offset > 0 && isWord(previousCharacter(text, offset));
}

static bool isWordAt(std::string_view text, size_t offset) {
  return offset < text.size() && isWord(nextCharacter(text, offset));
}

static size_t skipSpaceBefore(std::string_view text, size_t offset) {
  while (offset > 0 && isSpace(previousCharacter(text, offset))) {
    do {
      --offset;
    } while ((static_cast<uint8_t>(text[offset]) & 0xC0) == 0x80);
  }
  return offset;
}

static size_t skipSpaceBehind(std::string_view text, size_t offset) {
  for (size_t next = offset;
       next < text.size() && isSpace(nextCharacter(text, next));) {
    offset = next;
  }
  return offset;
}

std::vector<AddedTokenFinder::Piece>
AddedTokenFinder::split(std::string_view text, bool findsSpecials) const {
  std::vector<Piece> pieces;
  size_t covered = 0;
  for (size_t at = 0; at < text.size();) {
    Match match;
    if (firstBytes.test(static_cast<uint8_t>(text[at]))) {
      match = findAt(text.substr(at));
    }
    if (!match.token) {
      ++at;
      continue;
    }
    size_t begin = at, end = at + match.bytes;
    at = end;
    bool isFound = (findsSpecials || !match.token->isSpecial) &&
                   !(match.token->isWholeWord &&
                     (isWordBefore(text, begin) || isWordAt(text, end)));
    if (!isFound) {
      continue; // nothing within it is looked for either
    }
    if (match.token->takesSpaceBefore) {
      begin = std::max(skipSpaceBefore(text, begin), covered);
    }
    if (match.token->takesSpaceBehind) {
      end = skipSpaceBehind(text, end);
    }
    if (begin > covered) {
      pieces.push_back({covered, begin, nullptr});
    }
    pieces.push_back({begin, end, match.token});
    covered = end;
  }
  if (covered < text.size()) {
    pieces.push_back({covered, text.size(), nullptr});
  }
  return pieces;
}

} // namespace tandem::runtime
