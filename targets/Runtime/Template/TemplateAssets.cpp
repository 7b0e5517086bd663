//===- TemplateAssets.cpp - the chat template of a model ------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/TemplateAssets.h"

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Json.h"

namespace tandem::runtime {

/// The file as an object; an empty one where there is no such file.
static Json readObject(const ReadAsset &read, const std::string &name) {
  std::optional<std::string> text = read(name);
  Json value = text ? parseJson(*text, name) : Json::object();
  if (!value.is_object()) {
    throw Failure(ExitCode::InputRejected, "'" + name + "' is no object");
  }
  return value;
}

[[noreturn]] static void failTemplate(const std::string &what) {
  throw Failure(ExitCode::InputRejected,
                "'chat_template' of 'tokenizer_config.json' " + what);
}

/// The text under `key` of an entry of the list.
static std::string textOf(const Json &entry, const char *key) {
  auto found = entry.is_object() ? entry.find(key) : entry.end();
  if (!entry.is_object() || found == entry.end() || !found->is_string()) {
    failTemplate(std::string("has an entry without a text '") + key + "'");
  }
  return found->get<std::string>();
}

std::optional<std::string> findChatTemplate(const ReadAsset &read) {
  if (std::optional<std::string> text = read("chat_template.jinja")) {
    return text;
  }
  Json config = readObject(read, "tokenizer_config.json");
  auto found = config.find("chat_template");
  if (found == config.end() || found->is_null()) {
    return std::nullopt;
  }
  if (found->is_string()) {
    return found->get<std::string>();
  }
  if (!found->is_array()) {
    failTemplate("is neither a text nor a list");
  }
  for (const Json &entry : *found) {
    if (textOf(entry, "name") == "default" || found->size() == 1) {
      return textOf(entry, "template");
    }
  }
  failTemplate("has several templates and none is named 'default'");
}

/// The id under `key`, the first where there are several.
static std::optional<int64_t> findId(const ReadAsset &read,
                                     const std::string &key) {
  for (const char *file : {"generation_config.json", "config.json"}) {
    Json config = readObject(read, file);
    auto found = config.find(key);
    if (found == config.end() || found->is_null()) {
      continue;
    }
    Json id = found->is_array() && !found->empty() ? found->front() : *found;
    if (id.is_number_integer()) {
      return id.get<int64_t>();
    }
  }
  return std::nullopt;
}

/// How tokenizer.json, `tokenizer`, spells an added token.
static std::optional<std::string> findSpelling(const Json &tokenizer,
                                               int64_t id) {
  auto added = tokenizer.find("added_tokens");
  if (added == tokenizer.end() || !added->is_array()) {
    return std::nullopt;
  }
  for (const Json &token : *added) {
    if (token.is_object() && token.value("id", Json()) == id &&
        token.value("content", Json()).is_string()) {
      return token["content"].get<std::string>();
    }
  }
  return std::nullopt;
}

void addSpecialTokens(OrderedJson &variables, const ReadAsset &read) {
  Json config = readObject(read, "tokenizer_config.json");
  std::optional<Json> tokenizer; // a large file: read when needed, once
  for (const std::string name : {"bos_token", "eos_token"}) {
    if (variables.contains(name)) {
      continue;
    }
    Json token = config.value(name, Json());
    if (token.is_object()) {
      token = token.value("content", Json());
    }
    if (token.is_string()) {
      variables[name] = token.get<std::string>();
    } else if (std::optional<int64_t> id = findId(read, name + "_id")) {
      if (!tokenizer) {
        tokenizer = readObject(read, "tokenizer.json");
      }
      if (std::optional<std::string> text = findSpelling(*tokenizer, *id)) {
        variables[name] = *text;
      }
    }
  }
}

} // namespace tandem::runtime
