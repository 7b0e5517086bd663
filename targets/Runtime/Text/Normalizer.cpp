//===- Normalizer.cpp - texts before they are cut -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/Normalizer.h"

#include <cstdlib>
#include <memory>

#include <utf8proc.h>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Text/Characters.h"
#include "tandem/targets/Runtime/Text/Pattern.h"

namespace tandem::runtime {

/// One of Unicode's normal forms.
template <int options> static Normalizer makeForm(const Settings &) {
  return [](std::string text, WorkLimit &) {
    utf8proc_uint8_t *bytes = nullptr;
    auto count =
        utf8proc_map(reinterpret_cast<const utf8proc_uint8_t *>(text.data()),
                     static_cast<utf8proc_ssize_t>(text.size()), &bytes,
                     static_cast<utf8proc_option_t>(UTF8PROC_STABLE | options));
    if (count < 0) {
      throw Failure(ExitCode::Environment, utf8proc_errmsg(count));
    }
    std::unique_ptr<utf8proc_uint8_t, void (*)(void *)> owner(bytes, std::free);
    return std::string(reinterpret_cast<const char *>(bytes), size_t(count));
  };
}

/// Calls `use(result, character)` for each character.
template <class Use>
static std::string mapEach(std::string_view text, Use use) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    use(result, nextCharacter(text, at));
  }
  return result;
}

static Normalizer makeLowercase(const Settings &) {
  return [](std::string text, WorkLimit &) {
    return mapEach(text, appendLowercase);
  };
}

static Normalizer makeStripAccents(const Settings &) {
  return [](std::string text, WorkLimit &) {
    return mapEach(text, [](std::string &result, char32_t character) {
      if (!isNonspacingMark(character)) {
        appendCharacter(result, character);
      }
    });
  };
}

static Normalizer makeByteSpelling(const Settings &) {
  return [](std::string text, WorkLimit &) {
    std::string result;
    for (char byte : text) {
      appendByteSpelling(result, static_cast<uint8_t>(byte));
    }
    return result;
  };
}

static Normalizer makeStrip(const Settings &settings) {
  return [left = settings.flag("strip_left"),
          right = settings.flag("strip_right")](std::string text, WorkLimit &) {
    size_t begin = 0, end = text.size();
    for (size_t at = 0; left && at < end && isSpace(nextCharacter(text, at));) {
      begin = at;
    }
    while (right && end > begin && isSpace(previousCharacter(text, end))) {
      do {
        --end;
      } while ((static_cast<uint8_t>(text[end]) & 0xC0) == 0x80);
    }
    return text.substr(begin, end - begin);
  };
}

static Normalizer makeReplace(const Settings &settings) {
  return
      [pattern = Pattern(settings, "pattern"),
       content = settings.text("content")](std::string text, WorkLimit &limit) {
        return pattern.replace(text, content, limit);
      };
}

static Normalizer makePrepend(const Settings &settings) {
  return [start = settings.text("prepend")](std::string text, WorkLimit &) {
    return text.empty() ? text : start + text;
  };
}

static Normalizer makeSequence(const Settings &settings) {
  std::vector<Normalizer> parts;
  for (const Settings &part : settings.objects("normalizers")) {
    parts.push_back(makeNormalizer(part));
  }
  return [parts](std::string text, WorkLimit &limit) {
    for (const Normalizer &part : parts) {
      text = part(std::move(text), limit);
    }
    return text;
  };
}

Normalizer makeNormalizer(const Settings &settings) {
  static const std::vector<
      std::pair<const char *, Normalizer (*)(const Settings &)>>
      kinds = {
          {"ByteLevel", makeByteSpelling},
          {"Lowercase", makeLowercase},
          {"NFC", makeForm<UTF8PROC_COMPOSE>},
          {"NFD", makeForm<UTF8PROC_DECOMPOSE>},
          {"NFKC", makeForm<UTF8PROC_COMPOSE | UTF8PROC_COMPAT>},
          {"NFKD", makeForm<UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT>},
          {"Prepend", makePrepend},
          {"Replace", makeReplace},
          {"Sequence", makeSequence},
          {"Strip", makeStrip},
          {"StripAccents", makeStripAccents},
      };
  return findKind(settings, kinds)(settings);
}

} // namespace tandem::runtime
