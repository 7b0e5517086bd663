//===- BundleText.cpp - a bundle's tokenizer and chat template ------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/BundleText.h"

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Json.h"

namespace tandem::runtime {

static constexpr uint64_t maximumConfigBytes = 16 << 20;
static constexpr uint64_t maximumTokenizerFileBytes = 64 << 20;
static const std::string tokenizerFile = "assets/tokenizer.json";
static const std::string templateFile = "assets/chat_template.jinja";

/// A JSON object of the bundle, empty where there is none.
static Json readObject(const BundleFolder &bundle, const std::string &path) {
  Json json = Json::object();
  if (bundle.manifest().findFile(path)) {
    json = parseJson(bundle.read(path, maximumConfigBytes), path);
  }
  if (!json.is_object()) {
    throw Failure(ExitCode::InputRejected,
                  "'" + path + "' is no JSON object at its top");
  }
  return json;
}

/// Calls `body` for the file `path` of the bundle, which its errors then name.
template <class Body>
static auto parseNamed(const std::string &path, Body &&body) {
  try {
    return body();
  } catch (const Failure &failure) {
    std::string what = failure.what();
    if (what.find(path) == what.npos) {
      what = "'" + path + "': " + what;
    }
    throw Failure(failure.code, what);
  }
}

const Tokenizer &BundleText::tokenizer() {
  if (!ownTokenizer) {
    if (!bundle.manifest().findFile(tokenizerFile)) {
      throw Failure(ExitCode::Unsupported,
                    "the bundle has no '" + tokenizerFile +
                        "', without which it takes token ids only; compile a "
                        "model that has a tokenizer.json beside it");
    }
    std::string text = bundle.read(tokenizerFile, maximumTokenizerFileBytes);
    ownTokenizer =
        parseNamed(tokenizerFile, [&] { return Tokenizer::parse(text); });
  }
  return *ownTokenizer;
}

/// The text of a template as tokenizer_config.json has it: itself, or a list of
/// named ones of which "default" is that for chats.
static std::string findTemplate(const Json &config) {
  auto found = config.find("chat_template");
  if (found == config.end()) {
    return "";
  }
  if (found->is_string()) {
    return found->get<std::string>();
  }
  for (const Json &named : found->is_array() ? *found : Json::array()) {
    if (named.is_object() && named.value("name", Json()) == "default" &&
        named.contains("template") && named["template"].is_string()) {
      return named["template"].get<std::string>();
    }
  }
  throw Failure(ExitCode::InputRejected,
                "'assets/tokenizer_config.json' has a chat_template that is "
                "neither a text nor a list with one called default");
}

/// A special token as tokenizer_config.json spells it: a text, or an object
/// with one.
static std::string findSpelling(const Json &config, const std::string &name) {
  auto found = config.find(name);
  if (found != config.end() && found->is_object()) {
    found = found->find("content");
    return found != config.at(name).end() && found->is_string()
               ? found->get<std::string>()
               : "";
  }
  return found != config.end() && found->is_string() ? found->get<std::string>()
                                                     : "";
}

void BundleText::readTemplate() {
  Json config = readObject(bundle, "assets/tokenizer_config.json");
  std::string source = bundle.manifest().findFile(templateFile)
                           ? bundle.read(templateFile, maximumTemplateBytes)
                           : findTemplate(config);
  if (source.empty()) {
    throw Failure(ExitCode::Unsupported,
                  "the bundle has no chat template, neither '" + templateFile +
                      "' nor one in 'assets/tokenizer_config.json'; 'run "
                      "--prompt' goes on from a text without one");
  }
  chatTemplate =
      parseNamed("chat template", [&] { return ChatTemplate::parse(source); });
  for (const std::string name : {"bos_token", "eos_token"}) {
    std::string spelling = findSpelling(config, name);
    for (const char *path :
         {"assets/generation_config.json", "assets/config.json"}) {
      Json ids = readObject(bundle, path);
      Json id = ids.value(name + "_id", Json());
      id = id.is_array() && !id.empty() ? Json(id.front()) : id;
      if (spelling.empty() && id.is_number_unsigned() &&
          id.get<uint64_t>() <= INT32_MAX) {
        int32_t token = id.get<int32_t>();
        spelling = tokenizer().decode({&token, 1}, /*skipSpecials=*/false);
      }
    }
    if (!spelling.empty()) {
      specialTokens[name] = spelling;
    }
  }
}

std::string BundleText::renderChat(std::string_view variables) {
  if (!chatTemplate) {
    readTemplate();
  }
  parseJson(variables, "the variables of a chat"); // strict: duplicates, depth
  OrderedJson given = OrderedJson::parse(variables);
  if (!given.is_object() || !given.contains("messages")) {
    throw Failure(ExitCode::Usage, "the variables of a chat are no JSON object "
                                   "with \"messages\"");
  }
  OrderedJson all = specialTokens;
  all["add_generation_prompt"] = true;
  all.update(given);
  return parseNamed("chat template", [&] { return chatTemplate->render(all); });
}

} // namespace tandem::runtime
