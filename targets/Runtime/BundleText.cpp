//===- BundleText.cpp - a bundle's tokenizer and chat template ------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/BundleText.h"

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Json.h"
#include "tandem/targets/Runtime/Template/TemplateAssets.h"

namespace tandem::runtime {

static constexpr uint64_t maximumTokenizerFileBytes = 64 << 20;
static const std::string tokenizerFile = "assets/tokenizer.json";
static const std::string templateFile = "assets/chat_template.jinja";

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

void BundleText::readTemplate() {
  ReadAsset read = [&](const std::string &name) -> std::optional<std::string> {
    std::string path = "assets/" + name;
    return bundle.manifest().findFile(path)
               ? std::optional(bundle.read(path, maximumTokenizerFileBytes))
               : std::nullopt;
  };
  std::optional<std::string> source = findChatTemplate(read);
  if (!source) {
    throw Failure(ExitCode::Unsupported,
                  "the bundle has no chat template, neither '" + templateFile +
                      "' nor one in 'assets/tokenizer_config.json'; 'run "
                      "--prompt' goes on from a text without one");
  }
  ChatTemplate parsed =
      parseNamed("chat template", [&] { return ChatTemplate::parse(*source); });
  specialTokens = OrderedJson::object();
  addSpecialTokens(specialTokens, read);
  chatTemplate = std::move(parsed);
}

std::string BundleText::renderChat(std::string_view variables) {
  if (!chatTemplate) {
    readTemplate();
  }
  OrderedJson given = parseOrderedJson(variables, "the variables of a chat");
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
