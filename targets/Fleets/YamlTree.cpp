//===- YamlTree.cpp - a YAML text and what is wrong with it -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/targets/Fleets/YamlTree.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBufferRef.h"
#include "llvm/Support/YAMLParser.h"
#include "llvm/Support/raw_ostream.h"

using llvm::SMRange;
using llvm::StringRef;

namespace tandem {

/// No real fleet is larger or deeper; the parser recurses.
static constexpr size_t maximumBytes = 1 << 20;
static constexpr int maximumDepth = 64;

const YamlNode *YamlNode::find(StringRef key) const {
  auto found = llvm::find(keys, key);
  return found == keys.end() ? nullptr : &items[found - keys.begin()];
}

StringRef findNearest(StringRef text, llvm::ArrayRef<StringRef> names) {
  StringRef best;
  unsigned bestDistance = 1 + text.size() / 3;
  for (StringRef name : names) {
    unsigned distance = text.edit_distance(name);
    if (distance <= bestDistance && (best.empty() || distance < bestDistance)) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

namespace {

/// Copies the parser's nodes, which can be read only once, into a tree.
class TreeBuilder {
public:
  TreeBuilder(YamlText &text, const char *begin) : text(text), begin(begin) {}

  YamlNode build(llvm::yaml::Node *node, int depth) {
    YamlNode result;
    result.range = getRange(*node);
    if (depth > maximumDepth) {
      text.report(result.range, "is nested more than 64 deep");
      return result;
    }
    llvm::SmallString<64> storage;
    if (auto *scalar = llvm::dyn_cast<llvm::yaml::ScalarNode>(node)) {
      result.kind = YamlNode::Kind::scalar;
      result.text = scalar->getValue(storage).str();
    } else if (auto *block =
                   llvm::dyn_cast<llvm::yaml::BlockScalarNode>(node)) {
      result.kind = YamlNode::Kind::scalar;
      result.text = block->getValue().str();
    } else if (auto *list = llvm::dyn_cast<llvm::yaml::SequenceNode>(node)) {
      result.kind = YamlNode::Kind::list;
      for (llvm::yaml::Node &item : *list) {
        result.items.push_back(build(&item, depth + 1));
        if (text.hasErrors()) {
          break;
        }
      }
    } else if (auto *map = llvm::dyn_cast<llvm::yaml::MappingNode>(node)) {
      buildMap(result, *map, depth);
    } else if (llvm::isa<llvm::yaml::AliasNode>(node)) {
      text.report(result.range, "aliases are not supported; write the value");
    }
    return result;
  }

private:
  /// The parser's ranges of [...] and {...} begin behind the bracket.
  SMRange getRange(const llvm::yaml::Node &node) const {
    SMRange range = node.getSourceRange();
    const char *start = range.Start.getPointer();
    bool isCollection =
        llvm::isa<llvm::yaml::SequenceNode, llvm::yaml::MappingNode>(node);
    if (isCollection && start > begin &&
        (start[-1] == '[' || start[-1] == '{')) {
      range.Start = llvm::SMLoc::getFromPointer(start - 1);
      return {range.Start, range.Start};
    }
    return range;
  }

  void buildMap(YamlNode &result, llvm::yaml::MappingNode &map, int depth) {
    result.kind = YamlNode::Kind::map;
    for (llvm::yaml::KeyValueNode &entry : map) {
      llvm::SmallString<32> storage;
      auto *key =
          llvm::dyn_cast_or_null<llvm::yaml::ScalarNode>(entry.getKey());
      if (!key) {
        text.report(result.range, "has a key that is not a word");
        return;
      }
      std::string name = key->getValue(storage).str();
      if (llvm::is_contained(result.keys, name)) {
        text.report(key->getSourceRange(), "'" + name + "' stands twice");
        return;
      }
      llvm::yaml::Node *value = entry.getValue();
      if (!value) {
        return; // the parser said why
      }
      SMRange range = key->getSourceRange();
      YamlNode child = build(value, depth + 1);
      if (child.kind == YamlNode::Kind::null) {
        child.range = range;
      }
      result.keys.push_back(name);
      result.keyRanges.push_back(range);
      result.items.push_back(std::move(child));
      if (text.hasErrors()) {
        return;
      }
    }
  }

  YamlText &text;
  const char *begin; ///< of the text
};

bool isTooDeep(StringRef text) {
  int depth = 0;
  for (char c : text) {
    depth += (c == '[' || c == '{') - (c == ']' || c == '}');
    if (depth > maximumDepth) {
      return true;
    }
  }
  return false;
}

} // namespace

YamlText::YamlText(StringRef text, StringRef origin) {
  if (text.size() > maximumBytes || isTooDeep(text)) {
    messages =
        (origin + ": is larger than 1 MiB or nested more than 64 deep").str();
    return;
  }
  sources.setDiagHandler(
      [](const llvm::SMDiagnostic &diagnostic, void *context) {
        llvm::raw_string_ostream stream(*static_cast<std::string *>(context));
        diagnostic.print(nullptr, stream, /*ShowColors=*/false);
      },
      &messages);
  parse(llvm::MemoryBufferRef(text, origin));
}

void YamlText::parse(llvm::MemoryBufferRef buffer) {
  llvm::yaml::Stream stream(buffer, sources, /*ShowColors=*/false);
  auto document = stream.begin();
  if (document == stream.end()) {
    return;
  }
  if (llvm::yaml::Node *node = document->getRoot()) {
    root = TreeBuilder(*this, buffer.getBufferStart()).build(node, 0);
  }
}

void YamlText::report(SMRange range, const llvm::Twine &message) {
  // A range of several lines is marked where it starts.
  StringRef marked(range.Start.getPointer(),
                   range.End.getPointer() - range.Start.getPointer());
  if (marked.contains('\n')) {
    range.End = range.Start;
  }
  sources.PrintMessage(range.Start, llvm::SourceMgr::DK_Error, message,
                       {range});
}

void YamlText::reportUnknownKeys(const YamlNode &map,
                                 llvm::ArrayRef<StringRef> known) {
  for (auto [key, range] : llvm::zip(map.keys, map.keyRanges)) {
    if (llvm::is_contained(known, key)) {
      continue;
    }
    StringRef nearest = findNearest(key, known);
    report(range, nearest.empty()
                      ? "unknown key '" + key + "'; expected " +
                            llvm::join(known, ", ")
                      : "unknown key '" + key + "'; did you mean '" +
                            nearest.str() + "'?");
  }
}

llvm::Error YamlText::takeError() {
  if (messages.empty()) {
    return llvm::Error::success();
  }
  return llvm::createStringError("%s",
                                 StringRef(messages).rtrim().str().c_str());
}

} // namespace tandem
