//===- TemplateAssets.h - the chat template of a model ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which template a model has, and the special tokens that templates ask for,
// from the files that are published beside models. The compiler looks at the
// model's folder, the runtime at the bundle's assets.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_TEMPLATEASSETS_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_TEMPLATEASSETS_H

#include <functional>
#include <optional>

#include "tandem/targets/Runtime/Template/ChatTemplate.h"

namespace tandem::runtime {

/// Gives the bytes of the file of that name, nothing where there is none.
using ReadAsset =
    std::function<std::optional<std::string>(const std::string &name)>;

/// The text of chat_template.jinja, else of "chat_template" in
/// tokenizer_config.json: a text, or a list of objects with "name" and
/// "template" of which "default" is taken, else the only one. Nothing where the
/// model has none. Fails with InputRejected where the files are malformed.
std::optional<std::string> findChatTemplate(const ReadAsset &read);

/// Sets bos_token and eos_token of a template's variables where they are not
/// set and the model has them: from tokenizer_config.json, a text or an object
/// with "content", else the spelling in tokenizer.json of the ids in
/// generation_config.json or config.json.
void addSpecialTokens(OrderedJson &variables, const ReadAsset &read);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_TEMPLATEASSETS_H
