//===- Metaspace.cpp - spaces as visible characters -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/Metaspace.h"

#include "tandem/targets/Runtime/Text/Characters.h"

namespace tandem::runtime {

char32_t readCharacter(const Settings &settings, const char *key) {
  std::string text = settings.text(key);
  size_t end = 0;
  char32_t character = text.empty() ? 0 : nextCharacter(text, end);
  if (text.empty() || end != text.size()) {
    settings.malformed(std::string("has '") + text + "' at key '" + key +
                       "', expected one character");
  }
  return character;
}

Metaspace::Metaspace(const Settings &settings)
    : replacement(readCharacter(settings, "replacement")),
      isCut(settings.flag("split", true)) {
  std::string name = settings.has("prepend_scheme")
                         ? settings.text("prepend_scheme")
                         : "always";
  if (name == "first") {
    scheme = Scheme::First;
  } else if (name == "never") {
    scheme = Scheme::Never;
  } else if (name != "always") {
    settings.malformed("has prepend_scheme '" + name +
                       "', expected 'always', 'first' or 'never'");
  }
  // The older key says the same with two values.
  if (!settings.flag("add_prefix_space", true)) {
    if (settings.has("prepend_scheme") && scheme != Scheme::Never) {
      settings.malformed("has add_prefix_space false and prepend_scheme '" +
                         name + "'");
    }
    scheme = Scheme::Never;
  }
}

} // namespace tandem::runtime
