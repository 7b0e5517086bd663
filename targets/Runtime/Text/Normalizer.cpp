//===- Normalizer.cpp - texts before they are cut -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/Normalizer.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>

#include <utf8proc.h>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Text/Characters.h"
#include "tandem/targets/Runtime/Text/Pattern.h"

namespace tandem::runtime {

/// Characters that came after Unicode 9 and that a normal form would decompose
/// or move. The `tokenizers` library leaves them alone, and so did whoever made
/// the texts that models have learned from.
static bool isNewerThanForms(char32_t character) {
  static constexpr std::pair<char32_t, char32_t> ranges[] = {
      {0x7FD, 0x7FD},     {0x898, 0x89F},     {0x8CA, 0x8D3},
      {0x9FE, 0x9FE},     {0xC3C, 0xC3C},     {0xD3B, 0xD3C},
      {0xEBA, 0xEBA},     {0x1715, 0x1715},   {0x1ABF, 0x1ACE},
      {0x1DF6, 0x1DFA},   {0x32FF, 0x32FF},   {0xA7F2, 0xA7F4},
      {0xA82C, 0xA82C},   {0xAB69, 0xAB69},   {0x10781, 0x10785},
      {0x10787, 0x107B0}, {0x107B2, 0x107BA}, {0x10D24, 0x10D27},
      {0x10EAB, 0x10EAC}, {0x10F46, 0x10F50}, {0x10F82, 0x10F85},
      {0x11070, 0x11070}, {0x1133B, 0x1133B}, {0x1145E, 0x1145E},
      {0x11839, 0x1183A}, {0x11930, 0x11930}, {0x11938, 0x11938},
      {0x1193D, 0x1193E}, {0x11943, 0x11943}, {0x119E0, 0x119E0},
      {0x11A34, 0x11A34}, {0x11A47, 0x11A47}, {0x11A99, 0x11A99},
      {0x11D42, 0x11D42}, {0x11D44, 0x11D45}, {0x11D97, 0x11D97},
      {0x16FF0, 0x16FF1}, {0x1E130, 0x1E136}, {0x1E2AE, 0x1E2AE},
      {0x1E2EC, 0x1E2EF}, {0x1F16C, 0x1F16C}, {0x1FBF0, 0x1FBF9}};
  auto found = std::upper_bound(
      std::begin(ranges), std::end(ranges), character,
      [](char32_t value, const auto &range) { return value < range.first; });
  return found != std::begin(ranges) && character <= std::prev(found)->second;
}

/// Appends the normal form of a text without newer characters.
static void appendForm(std::string &result, std::string_view text,
                       int options) {
  utf8proc_uint8_t *bytes = nullptr;
  auto count =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t *>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &bytes,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | options));
  if (count < 0) {
    throw Failure(ExitCode::Environment, utf8proc_errmsg(count));
  }
  std::unique_ptr<utf8proc_uint8_t, void (*)(void *)> owner(bytes, std::free);
  result.append(reinterpret_cast<const char *>(bytes), size_t(count));
}

/// One of Unicode's normal forms.
template <int options> static Normalizer makeForm(const Settings &) {
  return [](std::string text, WorkLimit &) {
    std::string_view rest = text;
    std::string result;
    for (size_t begin = 0, end = 0; begin < rest.size(); begin = end) {
      if (isNewerThanForms(nextCharacter(rest, end))) {
        appendForm(result, rest.substr(0, begin), options);
        result += rest.substr(begin, end - begin);
        rest.remove_prefix(end);
        end = 0;
      }
    }
    appendForm(result, rest, options);
    return result;
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
      if (!isMark(character)) {
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
