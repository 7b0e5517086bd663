//===- PostProcessor.cpp - tokens around a prompt -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/PostProcessor.h"

namespace tandem::runtime {

static int32_t readId(const Json &value, const Settings &settings) {
  if (!value.is_number_unsigned() ||
      value.get<uint64_t>() >= uint64_t(maximumTokenIds)) {
    settings.malformed("has a token without an id below " +
                       std::to_string(maximumTokenIds));
  }
  return value.get<int32_t>();
}

static Frame readTemplate(const Settings &settings) {
  Frame frame;
  bool hasText = false;
  Settings tokens = settings.object("special_tokens");
  for (const Settings &piece : settings.objects("single")) {
    if (piece.has("Sequence")) {
      if (hasText) {
        piece.unsupported("puts the text there twice");
      }
      hasText = true;
      continue;
    }
    std::string name = piece.object("SpecialToken").text("id");
    for (const Json &id : tokens.object(name.c_str()).array("ids")) {
      (hasText ? frame.behind : frame.before).push_back(readId(id, tokens));
    }
  }
  if (!hasText) {
    settings.malformed("has no place for the text at key 'single'");
  }
  return frame;
}

/// A pair [text, id] before the text and one behind it.
static Frame readPairs(const Settings &settings) {
  auto read = [&](const char *key) {
    const Json &pair = settings.array(key);
    if (pair.size() != 2) {
      settings.malformed(std::string("has no pair of text and id at key '") +
                         key + "'");
    }
    return readId(pair[1], settings);
  };
  return {{read("cls")}, {read("sep")}};
}

static Frame readByteLevel(const Settings &) { return {}; } // offsets only

static Frame readSequence(const Settings &settings) {
  Frame frame;
  for (const Settings &part : settings.objects("processors")) {
    Frame outer = readFrame(part);
    frame.before.insert(frame.before.begin(), outer.before.begin(),
                        outer.before.end());
    frame.behind.insert(frame.behind.end(), outer.behind.begin(),
                        outer.behind.end());
  }
  return frame;
}

Frame readFrame(const Settings &settings) {
  static const std::vector<std::pair<const char *, Frame (*)(const Settings &)>>
      kinds = {
          {"BertProcessing", readPairs},        {"ByteLevel", readByteLevel},
          {"RobertaProcessing", readPairs},     {"Sequence", readSequence},
          {"TemplateProcessing", readTemplate},
      };
  return findKind(settings, kinds)(settings);
}

} // namespace tandem::runtime
