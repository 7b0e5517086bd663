//===- BytePairs.cpp - words into tokens by merging pairs -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/BytePairs.h"

#include <algorithm>
#include <cstdio>
#include <queue>

#include "tandem/targets/Runtime/Text/Characters.h"

namespace tandem::runtime {

/// A token of a word that is being merged.
struct BytePairs::Symbol {
  int32_t id;             ///< none: merged into the one before
  int32_t previous, next; ///< -1 at the ends
};

/// A pair that could be merged when it was found.
struct BytePairs::Candidate {
  int32_t rank, position, merged;

  /// Of the queue: lowest rank first, then the leftmost.
  bool operator<(const Candidate &other) const {
    return rank != other.rank ? rank > other.rank : position > other.position;
  }
};

BytePairs::BytePairs(const Settings &settings, TokenizerFile &file)
    : tokens(std::move(file.vocabulary)),
      fusesUnknown(settings.flag("fuse_unk", false)),
      fallsBackToBytes(settings.flag("byte_fallback", false)),
      prefersWhole(settings.flag("ignore_merges", false)) {
  // Old files leave the type out; only this model has merges.
  if (settings.has("type") && settings.text("type") != "BPE") {
    settings.unsupported("is '" + settings.text("type") + "'; Tandem has BPE");
  }
  if (!file.hasVocabulary || !file.hasMerges) {
    settings.malformed("has no object at key 'vocab' or no array at key "
                       "'merges'");
  }
  if (settings.has("dropout") && settings.json()["dropout"] != 0.0) {
    settings.unsupported("has dropout, which is for training");
  }
  for (const char *affix :
       {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (settings.has(affix) && !settings.text(affix).empty()) {
      settings.unsupported(std::string("has a ") + affix);
    }
  }
  for (unsigned byte = 0; byte < bytes.size(); ++byte) {
    char name[8];
    std::snprintf(name, sizeof(name), "<0x%02X>", byte);
    bytes[byte] = tokens.find(name);
  }
  if (settings.has("unk_token")) {
    unknown = tokens.find(settings.text("unk_token"));
    if (unknown == Vocabulary::none) {
      settings.malformed("has unk_token '" + settings.text("unk_token") +
                         "', which is no token of its vocabulary");
    }
  }
  readMerges(settings, file.merges);
}

void BytePairs::readMerges(const Settings &settings, const MergeList &list) {
  merges.reserve(list.size());
  std::string merged;
  list.forEach([&](std::string_view left, std::string_view right) {
    auto rank = static_cast<int32_t>(merges.size());
    merged.assign(left).append(right);
    Merge merge = {tokens.find(left), tokens.find(right), rank,
                   tokens.find(merged)};
    const std::pair<int32_t, std::string_view> names[] = {
        {merge.left, left}, {merge.right, right}, {merge.merged, merged}};
    for (auto [id, name] : names) {
      if (id == Vocabulary::none) {
        settings.malformed("has merges[" + std::to_string(rank) + "] '" +
                           std::string(left) + "' '" + std::string(right) +
                           "', but no token '" + std::string(name) + "'");
      }
    }
    merges.push_back(merge);
  });
  std::sort(merges.begin(), merges.end(), [](const Merge &a, const Merge &b) {
    return std::tie(a.left, a.right, a.rank) <
           std::tie(b.left, b.right, b.rank);
  });
  // Of a pair that is there twice, the later one counts.
  auto kept = std::unique(merges.rbegin(), merges.rend(),
                          [](const Merge &a, const Merge &b) {
                            return a.left == b.left && a.right == b.right;
                          });
  merges.erase(merges.begin(), kept.base());
  firstOf.assign(static_cast<size_t>(tokens.idLimit()) + 1, 0);
  for (const Merge &merge : merges) {
    ++firstOf[static_cast<size_t>(merge.left) + 1];
  }
  for (size_t i = 1; i < firstOf.size(); ++i) {
    firstOf[i] += firstOf[i - 1];
  }
}

const BytePairs::Merge *BytePairs::findMerge(int32_t left,
                                             int32_t right) const {
  auto first = merges.begin() + firstOf[static_cast<size_t>(left)];
  auto last = merges.begin() + firstOf[static_cast<size_t>(left) + 1];
  auto found =
      std::lower_bound(first, last, right, [](const Merge &merge, int32_t id) {
        return merge.right < id;
      });
  return found != last && found->right == right ? &*found : nullptr;
}

bool BytePairs::addBytes(std::string_view character,
                         std::vector<Symbol> &symbols) const {
  for (char byte : character) {
    if (bytes[static_cast<uint8_t>(byte)] == Vocabulary::none) {
      return false;
    }
  }
  for (char byte : character) {
    symbols.push_back({bytes[static_cast<uint8_t>(byte)], 0, 0});
  }
  return true;
}

std::vector<BytePairs::Symbol>
BytePairs::findSymbols(std::string_view word) const {
  std::vector<Symbol> symbols;
  // An unknown one is added late, so that more can be fused with it; bytes in
  // between do not end it. Both are as the file's other readers do.
  bool isUnknownPending = false;
  auto addUnknown = [&] {
    if (isUnknownPending) {
      symbols.push_back({unknown, 0, 0});
    }
    isUnknownPending = false;
  };
  for (size_t begin = 0, end = 0; begin < word.size(); begin = end) {
    nextCharacter(word, end);
    std::string_view character = word.substr(begin, end - begin);
    int32_t id = tokens.find(character);
    if (id != Vocabulary::none) {
      addUnknown();
      symbols.push_back({id, 0, 0});
    } else if (!(fallsBackToBytes && addBytes(character, symbols)) &&
               unknown != Vocabulary::none) {
      if (!fusesUnknown) {
        addUnknown();
      }
      isUnknownPending = true;
    }
  }
  addUnknown();
  for (size_t i = 0; i < symbols.size(); ++i) {
    symbols[i].previous = static_cast<int32_t>(i) - 1;
    symbols[i].next = i + 1 < symbols.size() ? static_cast<int32_t>(i) + 1 : -1;
  }
  return symbols;
}

void BytePairs::mergePairs(std::vector<Symbol> &symbols) const {
  std::priority_queue<Candidate> queue;
  auto at = [&](int32_t position) -> Symbol & {
    return symbols[static_cast<size_t>(position)];
  };
  auto consider = [&](int32_t position) {
    if (position < 0 || at(position).next < 0) {
      return;
    }
    int32_t right = at(at(position).next).id;
    if (const Merge *merge = findMerge(at(position).id, right)) {
      queue.push({merge->rank, position, merge->merged});
    }
  };
  for (size_t i = 0; i < symbols.size(); ++i) {
    consider(static_cast<int32_t>(i));
  }
  while (!queue.empty()) {
    Candidate top = queue.top();
    queue.pop();
    Symbol &left = at(top.position);
    if (left.id == Vocabulary::none || left.next < 0) {
      continue;
    }
    Symbol &right = at(left.next);
    const Merge *merge = findMerge(left.id, right.id);
    if (!merge || merge->merged != top.merged) {
      continue; // one of the two was merged since
    }
    left.id = top.merged;
    left.next = right.next;
    right.id = Vocabulary::none;
    if (left.next >= 0) {
      at(left.next).previous = top.position;
    }
    consider(left.previous);
    consider(top.position);
  }
}

void BytePairs::encode(std::string_view word, std::vector<int32_t> &ids) const {
  if (prefersWhole) {
    int32_t whole = tokens.find(word);
    if (whole != Vocabulary::none) {
      ids.push_back(whole);
      return;
    }
  }
  std::vector<Symbol> symbols = findSymbols(word);
  mergePairs(symbols);
  for (const Symbol &symbol : symbols) {
    if (symbol.id != Vocabulary::none) {
      ids.push_back(symbol.id);
    }
  }
}

} // namespace tandem::runtime
