//===- TextMethods.cpp - methods of texts ---------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Methods of Python's str. Places count code points.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/TextMethods.h"

#include <algorithm>

#include "tandem/targets/Runtime/Template/TextOperations.h"
#include "tandem/targets/Runtime/Template/Unicode.h"

namespace tandem::runtime::jinja {

/// The part that parameters `first` and `first + 1` choose, as a slice.
static std::string chosenPart(Call &call, size_t first) {
  auto bound = [&](size_t i) { return call.has(i) ? *call.given[i] : Value(); };
  return getSlice(call.rendering, call.self, bound(first), bound(first + 1),
                  Value())
      .asText()
      ->bytes;
}

/// The place of the text that is looked for, or -1.
static int64_t findPlace(Call &call, bool fromRight) {
  std::string part = chosenPart(call, 1);
  call.rendering.spend(part.size() / 16);
  size_t found = fromRight ? part.rfind(call.text(0)) : part.find(call.text(0));
  if (found == part.npos) {
    return -1;
  }
  int64_t start = call.find(1) ? call.integer(1, 0) : 0;
  auto count = int64_t(countCodePoints(call.selfText().bytes));
  start = start < 0 ? std::max<int64_t>(start + count, 0) : start;
  return start + int64_t(countCodePoints(part.substr(0, found)));
}

template <bool fromRight> static Value find(Call &call) {
  return findPlace(call, fromRight);
}

template <bool fromRight> static Value index(Call &call) {
  int64_t place = findPlace(call, fromRight);
  if (place < 0) {
    call.fail("does not find the text");
  }
  return place;
}

static Value count(Call &call) {
  std::string part = chosenPart(call, 1);
  const std::string &wanted = call.text(0);
  call.rendering.spend(part.size() / 16);
  if (wanted.empty()) {
    return int64_t(countCodePoints(part)) + 1;
  }
  int64_t result = 0;
  for (size_t place = part.find(wanted); place != part.npos;
       place = part.find(wanted, place + wanted.size())) {
    ++result;
  }
  return result;
}

/// Whether the text starts or ends with a text, or with one of a tuple.
template <bool atEnd> static Value hasAffix(Call &call) {
  std::string part =
      call.has(1) || call.has(2) ? chosenPart(call, 1) : call.selfText().bytes;
  std::vector<Value> wanted = {*call.given[0]};
  if (const Sequence *sequence = call.given[0]->asSequence()) {
    wanted = sequence->items;
  }
  for (const Value &affix : wanted) {
    if (!affix.asText()) {
      call.fail(std::string("needs a text or a tuple of texts, not '") +
                affix.typeName() + "'");
    }
    const std::string &bytes = affix.asText()->bytes;
    call.rendering.spend();
    if (atEnd ? part.ends_with(bytes) : part.starts_with(bytes)) {
      return true;
    }
  }
  return false;
}

static Value removePrefix(Call &call) {
  const std::string &bytes = call.selfText().bytes;
  bool has = bytes.starts_with(call.text(0));
  return sameKind(call, bytes.substr(has ? call.text(0).size() : 0));
}

static Value removeSuffix(Call &call) {
  const std::string &bytes = call.selfText().bytes;
  bool has = bytes.ends_with(call.text(0));
  return sameKind(
      call, bytes.substr(0, bytes.size() - (has ? call.text(0).size() : 0)));
}

/// Parts between white space; after `most` cuts the rest is one part.
static std::vector<std::string> splitSpace(std::string_view text, int64_t most,
                                           bool fromRight) {
  std::vector<std::string> parts;
  while (true) {
    text = fromRight ? stripRight(text) : stripLeft(text);
    if (text.empty()) {
      break;
    }
    if (most >= 0 && int64_t(parts.size()) == most) {
      parts.emplace_back(text);
      break;
    }
    size_t position = fromRight ? text.size() : 0, end = position;
    while (fromRight ? position > 0 : position < text.size()) {
      size_t next = fromRight ? previousCodePoint(text, position) : position;
      size_t after = next;
      if (isSpace(nextCharacter(text, after))) {
        break;
      }
      position = fromRight ? next : after;
    }
    end = position;
    parts.emplace_back(fromRight ? text.substr(end) : text.substr(0, end));
    text = fromRight ? text.substr(0, end) : text.substr(end);
  }
  return parts;
}

static std::vector<std::string> splitAt(std::string_view text,
                                        const std::string &separator,
                                        int64_t most, bool fromRight) {
  std::vector<std::string> parts;
  while (most < 0 || int64_t(parts.size()) < most) {
    size_t found = fromRight ? text.rfind(separator) : text.find(separator);
    if (found == text.npos) {
      break;
    }
    size_t behind = found + separator.size();
    parts.emplace_back(fromRight ? text.substr(behind) : text.substr(0, found));
    text = fromRight ? text.substr(0, found) : text.substr(behind);
  }
  parts.emplace_back(text);
  return parts;
}

template <bool fromRight> static Value split(Call &call) {
  const std::string &text = call.selfText().bytes;
  call.rendering.spend(text.size() / 16);
  int64_t most = call.integer(1, -1);
  if (call.find(0) && call.text(0).empty()) {
    call.fail("needs a separator that is not empty");
  }
  std::vector<std::string> parts =
      call.find(0) ? splitAt(text, call.text(0), most, fromRight)
                   : splitSpace(text, most, fromRight);
  if (fromRight) {
    std::reverse(parts.begin(), parts.end());
  }
  std::vector<Value> items;
  for (std::string &part : parts) {
    items.push_back(sameKind(call, std::move(part)));
  }
  return call.rendering.list(std::move(items));
}

template <bool fromRight> static Value partition(Call &call) {
  const std::string &text = call.selfText().bytes;
  const std::string &separator = call.text(0);
  if (separator.empty()) {
    call.fail("needs a separator that is not empty");
  }
  size_t found = fromRight ? text.rfind(separator) : text.find(separator);
  bool isFound = found != text.npos;
  size_t cut = isFound ? found : fromRight ? 0 : text.size();
  size_t behind = isFound ? cut + separator.size() : cut;
  return call.rendering.tuple(
      {sameKind(call, text.substr(0, cut)),
       sameKind(call, isFound ? separator : std::string()),
       sameKind(call, text.substr(behind))});
}

static Value lines(Call &call) {
  std::vector<Value> items;
  for (std::string_view line :
       splitLines(call.selfText().bytes, call.flag(0, false))) {
    items.push_back(sameKind(call, std::string(line)));
  }
  return call.rendering.list(std::move(items));
}

static Value join(Call &call) {
  TextBuilder result(call.rendering);
  bool isFirst = true;
  for (const Value &item : iterate(call.rendering, *call.given[0])) {
    if (!item.asText()) {
      call.fail(std::string("joins texts, not '") + item.typeName() + "'");
    }
    result.append(isFirst ? "" : call.selfText().bytes);
    result.append(item.asText()->bytes);
    isFirst = false;
  }
  return sameKind(call, result.take());
}

static Value replace(Call &call) {
  return sameKind(call,
                  replaceText(call.rendering, call.selfText().bytes,
                              call.text(0), call.text(1), call.integer(2, -1)));
}

static Value swapCase(Call &call) {
  std::string result;
  const std::string &text = call.selfText().bytes;
  for (size_t position = 0; position < text.size();) {
    size_t start = position;
    char32_t c = nextCharacter(text, position);
    std::string one = text.substr(start, position - start);
    result += isUpper(c) ? toLower(one) : isLower(c) ? toUpper(one) : one;
  }
  return sameKind(call, std::move(result));
}

static Value fillWithZeros(Call &call) {
  const std::string &text = call.selfText().bytes;
  auto width = size_t(std::max<int64_t>(call.integer(0, 0), 0));
  size_t sign = text.starts_with('-') || text.starts_with('+');
  size_t length = countCodePoints(text);
  TextBuilder result(call.rendering);
  result.append(text.substr(0, sign));
  result.append(width > length ? width - length : 0, "0");
  result.append(text.substr(sign));
  return sameKind(call, result.take());
}

/// Whether the text has characters and all are of a kind.
template <bool (*isOfKind)(char32_t), bool whenEmpty = false>
static Value areAll(Call &call) {
  const std::string &text = call.selfText().bytes;
  for (size_t position = 0; position < text.size();) {
    if (!isOfKind(nextCharacter(text, position))) {
      return false;
    }
  }
  return whenEmpty || !text.empty();
}

static Value askTest(Call &call) { // islower, isupper
  return applyTest(call.rendering, std::string(call.function.name.substr(2)),
                   call.self, {});
}

static const Function methods[] = {
    {"capitalize", "", textCapitalize},
    {"casefold", "", nullptr},
    {"center", "width fillchar?", textCenter},
    {"count", "sub start? end?", count},
    {"encode", "encoding? errors?", nullptr},
    {"endswith", "suffix start? end?", hasAffix<true>},
    {"expandtabs", "tabsize?", nullptr},
    {"find", "sub start? end?", find<false>},
    {"format", "*",
     [](Call &c) { return formatBraces(c.rendering, c.selfText(), c.more); }},
    {"format_map", "mapping", nullptr},
    {"index", "sub start? end?", index<false>},
    {"isalnum", "", areAll<isAlphanumeric>},
    {"isalpha", "", areAll<isAlpha>},
    {"isascii", "", [](Call &c) { return Value(c.selfText().isAscii); }},
    {"isdecimal", "", areAll<isDecimal>},
    {"isdigit", "", areAll<isDecimal>},
    {"isidentifier", "", nullptr},
    {"islower", "", askTest},
    {"isnumeric", "", areAll<isDecimal>},
    {"isprintable", "", areAll<isPrintable, true>},
    {"isspace", "", areAll<isSpace>},
    {"istitle", "", nullptr},
    {"isupper", "", askTest},
    {"join", "iterable", join},
    {"ljust", "width fillchar?",
     [](Call &c) {
       return padText(c, [](size_t, size_t) { return size_t(0); });
     }},
    {"lower", "", textLower},
    {"lstrip", "chars?", [](Call &c) { return stripText(c, true, false); }},
    {"maketrans", "*", nullptr},
    {"partition", "sep", partition<false>},
    {"removeprefix", "prefix", removePrefix},
    {"removesuffix", "suffix", removeSuffix},
    {"replace", "old new count?", replace},
    {"rfind", "sub start? end?", find<true>},
    {"rindex", "sub start? end?", index<true>},
    {"rjust", "width fillchar?",
     [](Call &c) { return padText(c, [](size_t m, size_t) { return m; }); }},
    {"rpartition", "sep", partition<true>},
    {"rsplit", "sep? maxsplit?", split<true>},
    {"rstrip", "chars?", [](Call &c) { return stripText(c, false, true); }},
    {"split", "sep? maxsplit?", split<false>},
    {"splitlines", "keepends?", lines},
    {"startswith", "prefix start? end?", hasAffix<false>},
    {"strip", "chars?", textStrip},
    {"swapcase", "", swapCase},
    {"title", "",
     [](Call &c) { return sameKind(c, toTitle(c.selfText().bytes)); }},
    {"translate", "table", nullptr},
    {"upper", "", textUpper},
    {"zfill", "width", fillWithZeros},
};

const Function *findTextMethod(std::string_view name) {
  return findIn(methods, name);
}

} // namespace tandem::runtime::jinja
