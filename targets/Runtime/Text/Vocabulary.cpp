//===- Vocabulary.cpp - tokens by text and by id -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/Vocabulary.h"

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::runtime {

bool Vocabulary::add(std::string_view text, int32_t id) {
  if (static_cast<size_t>(id) >= texts.size()) {
    texts.resize(static_cast<size_t>(id) + 1);
  }
  return ids.emplace(text, id).second;
}

void Vocabulary::finish() {
  for (const auto &[text, id] : ids) {
    const std::string *&other = texts[static_cast<size_t>(id)];
    if (other) {
      throw Failure(ExitCode::InputRejected,
                    "tokenizer.json: model.vocab gives id " +
                        std::to_string(id) + " to '" + std::min(*other, text) +
                        "' and to '" + std::max(*other, text) + "'");
    }
    other = &text;
  }
}

int32_t Vocabulary::find(std::string_view text) const {
  auto found = ids.find(text);
  return found == ids.end() ? none : found->second;
}

const std::string *Vocabulary::findText(int32_t id) const {
  return id >= 0 && id < idLimit() ? texts[static_cast<size_t>(id)] : nullptr;
}

} // namespace tandem::runtime
