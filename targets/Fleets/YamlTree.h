//===- YamlTree.h - a YAML text and what is wrong with it -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads YAML into a plain tree with the place of every key and value, and
// collects errors with line and caret, so that a reader can go on after the
// first one.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_FLEETS_YAMLTREE_H
#define TANDEM_TARGETS_FLEETS_YAMLTREE_H

#include <string>
#include <vector>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/SourceMgr.h"

namespace tandem {

/// A scalar, a list or a map, and where it stands.
struct YamlNode {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  llvm::SMRange range;
  std::string text;              ///< of a scalar
  std::vector<YamlNode> items;   ///< of a list, and values of a map
  std::vector<std::string> keys; ///< of a map, as many as items
  std::vector<llvm::SMRange> keyRanges;

  /// The value under `key`, or null.
  const YamlNode *find(llvm::StringRef key) const;
};

/// One YAML document and its errors. `text` must outlive it.
class YamlText {
public:
  /// Parses `text`; `origin` names it in errors. Texts above 1 MiB or nested
  /// beyond 64 levels are refused.
  YamlText(llvm::StringRef text, llvm::StringRef origin);

  const YamlNode &getRoot() const { return root; }

  /// Adds an error at `range`.
  void report(llvm::SMRange range, const llvm::Twine &message);
  /// Adds an error for each key of `map` that is not among `known`, with the
  /// nearest known one.
  void reportUnknownKeys(const YamlNode &map,
                         llvm::ArrayRef<llvm::StringRef> known);
  bool hasErrors() const { return !messages.empty(); }
  /// All errors as one, or success.
  llvm::Error takeError();

private:
  void parse(llvm::MemoryBufferRef buffer);

  llvm::SourceMgr sources;
  YamlNode root;
  std::string messages;
};

/// The name of `names` that `text` was probably meant to be, or nothing.
llvm::StringRef findNearest(llvm::StringRef text,
                            llvm::ArrayRef<llvm::StringRef> names);

} // namespace tandem

#endif // TANDEM_TARGETS_FLEETS_YAMLTREE_H
