//===- BundleText.h - a bundle's tokenizer and chat template ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads the files that the compiler copied beside the model, each when it is
// first needed: a bundle with an unsupported tokenizer still runs token ids.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_BUNDLETEXT_H
#define TANDEM_TARGETS_RUNTIME_BUNDLETEXT_H

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tandem/targets/Runtime/BundleFolder.h"
#include "tandem/targets/Runtime/Template/ChatTemplate.h"
#include "tandem/targets/Runtime/Text/Tokenizer.h"

namespace tandem::runtime {

/// Text in and out of a bundle.
class BundleText {
public:
  /// `bundle` must outlive it.
  explicit BundleText(const BundleFolder &bundle) : bundle(bundle) {}

  /// That of assets/tokenizer.json. Fails with Unsupported where there is none
  /// or it has a component that is not supported, which the message names.
  const Tokenizer &tokenizer();

  /// Renders assets/chat_template.jinja, else "chat_template" of
  /// assets/tokenizer_config.json, with the members of the JSON object
  /// `variables`. Where it has none, add_generation_prompt is true, and
  /// bos_token and eos_token are those of tokenizer_config.json or else of the
  /// ids in generation_config.json and config.json. Fails as tokenizer does.
  std::string renderChat(std::string_view variables);

private:
  void readTemplate();

  const BundleFolder &bundle;
  std::optional<Tokenizer> ownTokenizer;
  std::optional<ChatTemplate> chatTemplate;
  OrderedJson specialTokens; ///< bos_token and eos_token, as far as known
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_BUNDLETEXT_H
