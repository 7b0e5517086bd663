//===- Filters.cpp - filters of chat templates ----------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The table, and filters that give one text or number. Those that walk over
// items are in SequenceFilters.cpp.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/Filters.h"

#include <charconv>
#include <cmath>

#include "tandem/targets/Runtime/Template/TextOperations.h"
#include "tandem/targets/Runtime/Template/Unicode.h"

namespace tandem::runtime::jinja {

static Value absolute(Call &call) {
  if (std::optional<int64_t> number = call.self.index()) {
    return *number < 0 ? Value(-*number) : Value(*number);
  }
  if (const double *number = call.self.asFloat()) {
    return std::fabs(*number);
  }
  call.fail(std::string("needs a number, not '") + call.self.typeName() + "'");
}

static Value attribute(Call &call) {
  return getAttribute(call.rendering, call.self, call.text(0));
}

static Value defaultValue(Call &call) {
  bool isReplaced =
      call.self.isUndefined() || (call.flag(1, false) && !call.self.isTrue());
  return !isReplaced   ? call.self
         : call.has(0) ? *call.given[0]
                       : call.rendering.text("");
}

static Value escape(Call &call) {
  return escapeMarkup(call.rendering, call.self);
}

static Value format(Call &call) {
  const Text format = {toText(call.rendering, call.self), false, false};
  if (!call.more.named.empty()) {
    if (!call.more.positional.empty()) {
      call.fail("takes values with names or without, not both");
    }
    std::vector<std::pair<Value, Value>> entries;
    for (auto &[name, value] : call.more.named) {
      entries.emplace_back(call.rendering.text(name), std::move(value));
    }
    return formatPercent(call.rendering, format,
                         call.rendering.mapping(std::move(entries)));
  }
  return formatPercent(call.rendering, format,
                       call.rendering.tuple(std::move(call.more.positional)));
}

static Value indent(Call &call) {
  Rendering &rendering = call.rendering;
  const std::string text = call.selfText().bytes + "\n";
  TextBuilder margin(rendering);
  if (call.has(0) && call.given[0]->asText()) {
    margin.append(call.text(0));
  } else {
    margin.append(size_t(std::max<int64_t>(call.integer(0, 4), 0)), " ");
  }
  const std::string indention = margin.take();
  bool first = call.flag(1, false), blank = call.flag(2, false);
  TextBuilder result(rendering);
  bool isFirst = true;
  for (std::string_view line : splitLines(text, /*keepsEnds=*/false)) {
    if (!isFirst) {
      result.append("\n");
    }
    if (isFirst ? first : blank || !line.empty()) {
      result.append(indention);
    }
    result.append(line);
    isFirst = false;
  }
  return rendering.text(result.take(), call.selfText().isMarkup);
}

/// Python's int(text, base), or nothing.
static std::optional<int64_t> parseInteger(std::string_view text, int base) {
  text = stripLeft(stripRight(text));
  bool isNegative = text.starts_with('-');
  text.remove_prefix(isNegative || text.starts_with('+') ? 1 : 0);
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      digits += text[i];
    } else if (i == 0 || i + 1 == text.size() || text[i - 1] == '_') {
      return std::nullopt;
    }
  }
  if (base == 16 && (digits.starts_with("0x") || digits.starts_with("0X"))) {
    digits.erase(0, 2);
  }
  if (digits.empty() || digits[0] == '-') {
    return std::nullopt;
  }
  int64_t value = 0;
  auto [end, error] = std::from_chars(
      digits.data(), digits.data() + digits.size(), value, base);
  return error == std::errc() && end == digits.data() + digits.size()
             ? std::optional(isNegative ? -value : value)
             : std::nullopt;
}

/// Python's float(text), or nothing.
static std::optional<double> parseFloat(std::string_view text) {
  std::string digits(stripLeft(stripRight(text)));
  if (digits.empty() || digits.find_first_of("xXpP(") != digits.npos ||
      isSpace(char32_t(static_cast<unsigned char>(digits[0])))) {
    return std::nullopt;
  }
  std::erase(digits, '_');
  char *end = nullptr;
  double value = std::strtod(digits.c_str(), &end);
  return end == digits.c_str() + digits.size() ? std::optional(value)
                                               : std::nullopt;
}

static Value toInteger(Call &call) {
  Value fallback = call.has(0) ? *call.given[0] : Value(int64_t(0));
  std::optional<double> number = call.self.number();
  if (call.self.isUndefined()) {
    call.rendering.failUndefined(call.self);
  }
  if (std::optional<int64_t> integer = call.self.index()) {
    return *integer;
  }
  if (const Text *text = call.self.asText()) {
    int64_t base = call.integer(1, 10);
    if (base < 2 || base > 36) {
      call.fail("needs a base from 2 to 36");
    }
    if (auto integer = parseInteger(text->bytes, int(base))) {
      return *integer;
    }
    number = parseFloat(text->bytes);
  }
  if (!number || !std::isfinite(*number)) {
    return fallback;
  }
  if (std::fabs(*number) >= 0x1p63) {
    call.rendering.refuse("an integer beyond 64 bits");
  }
  return int64_t(*number);
}

static Value toFloat(Call &call) {
  if (call.self.isUndefined()) {
    call.rendering.failUndefined(call.self);
  }
  std::optional<double> number = call.self.asText()
                                     ? parseFloat(call.self.asText()->bytes)
                                     : call.self.number();
  return number ? Value(*number) : call.has(0) ? *call.given[0] : Value(0.0);
}

static Value length(Call &call) {
  const Value &value = call.self;
  if (const Text *text = value.asText()) {
    call.rendering.spend(text->bytes.size() / 64);
    return int64_t(countCodePoints(text->bytes));
  }
  if (value.asSequence()) {
    return int64_t(value.asSequence()->items.size());
  }
  if (value.asMapping()) {
    return int64_t(value.asMapping()->entries.size());
  }
  if (value.isUndefined()) {
    return int64_t(0);
  }
  call.fail(std::string("applies to texts, lists and mappings, not to '") +
            value.typeName() + "'");
}

static Value replace(Call &call) {
  Rendering &rendering = call.rendering;
  std::string old = toText(rendering, *call.given[0]);
  std::string replacement = toText(rendering, *call.given[1]);
  int64_t count = call.find(2) ? call.integer(2, -1) : -1;
  return rendering.text(replaceText(rendering, toText(rendering, call.self),
                                    old, replacement, count));
}

static Value roundNumber(Call &call) {
  std::optional<double> number = call.self.number();
  int64_t precision = call.integer(0, 0);
  std::string method = call.has(1) ? call.text(1) : "common";
  if (!number) {
    call.fail("needs a number");
  }
  if (precision < -300 || precision > 300) {
    call.fail("needs a precision from -300 to 300");
  }
  double scale = std::pow(10.0, double(precision));
  if (method == "ceil" || method == "floor") {
    double scaled = *number * scale;
    return (method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / scale;
  }
  if (method != "common") {
    call.fail("needs the method 'common', 'ceil' or 'floor'");
  }
  if (call.self.index() && precision >= 0) {
    return *call.self.index();
  }
  if (precision < 0) {
    double rounded = std::nearbyint(*number * scale) / scale;
    return call.self.index() ? Value(int64_t(rounded)) : Value(rounded);
  }
  char buffer[700]; // printf rounds the exact binary value, as Python does
  std::snprintf(buffer, sizeof(buffer), "%.*f", int(precision), *number);
  return std::strtod(buffer, nullptr);
}

static Value safe(Call &call) {
  return call.rendering.text(toText(call.rendering, call.self),
                             /*isMarkup=*/true);
}

static Value toJsonText(Call &call) {
  JsonStyle style;
  style.escapesNonAscii = call.flag(0, false);
  style.sortsKeys = call.flag(3, false);
  if (call.find(1)) {
    style.itemSeparator = ",";
    if (call.given[1]->asText()) {
      style.indent = call.text(1);
    } else {
      TextBuilder blanks(call.rendering);
      blanks.append(size_t(std::max<int64_t>(call.integer(1, 0), 0)), " ");
      style.indent = blanks.take();
    }
  }
  if (call.find(2)) {
    std::vector<Value> separators = iterate(call.rendering, *call.given[2]);
    if (separators.size() != 2 || !separators[0].asText() ||
        !separators[1].asText()) {
      call.fail("needs separators as a pair of texts");
    }
    style.itemSeparator = separators[0].asText()->bytes;
    style.keySeparator = separators[1].asText()->bytes;
  }
  return call.rendering.text(toJson(call.rendering, call.self, style));
}

/// A filter that is a method of texts, applied to the value's text.
template <Value (*method)(Call &)> static Value onText(Call &call) {
  if (!call.self.asText()) {
    call.self = call.rendering.text(toText(call.rendering, call.self));
  }
  return method(call);
}

/// Words are capitalised behind white space and opening brackets.
static Value title(Call &call) {
  std::string text = toText(call.rendering, call.self);
  std::string result;
  size_t start = 0;
  auto flush = [&](size_t end) {
    std::string_view word = std::string_view(text).substr(start, end - start);
    if (!word.empty()) {
      size_t first = 0;
      nextCharacter(word, first);
      result += toUpper(word.substr(0, first)) + toLower(word.substr(first));
    }
  };
  for (size_t position = 0; position < text.size();) {
    size_t here = position;
    char32_t c = nextCharacter(text, position);
    bool isBreak =
        isSpace(c) || (c < 0x80 && std::string_view("-({[<").find(char(c)) !=
                                       std::string::npos);
    if (isBreak) {
      flush(here);
      result.append(text, here, position - here);
      start = position;
    }
  }
  flush(text.size());
  return call.rendering.text(std::move(result));
}

static Value wordCount(Call &call) {
  std::string text = toText(call.rendering, call.self);
  int64_t count = 0;
  bool inWord = false;
  for (size_t position = 0; position < text.size();) {
    char32_t c = nextCharacter(text, position);
    bool isWord = c == '_' || isAlphanumeric(c);
    count += isWord && !inWord;
    inWord = isWord;
  }
  return count;
}

static const Function filters[] = {
    {"abs", "", absolute},
    {"attr", "name", attribute},
    {"batch", "linecount fill_with?", filterBatch},
    {"capitalize", "", onText<textCapitalize>},
    {"center", "width?", onText<textCenter>},
    {"count", "", length},
    {"d", "default_value? boolean?", defaultValue},
    {"default", "default_value? boolean?", defaultValue},
    {"dictsort", "case_sensitive? by? reverse?", filterDictSort},
    {"e", "", escape},
    {"escape", "", escape},
    {"filesizeformat", "binary?", nullptr},
    {"first", "", filterFirst},
    {"float", "default?", toFloat},
    {"forceescape", "", nullptr},
    {"format", "*", format},
    {"groupby", "attribute default? case_sensitive?", nullptr},
    {"indent", "width? first? blank?", indent},
    {"int", "default? base?", toInteger},
    {"items", "", filterItems},
    {"join", "d? attribute?", filterJoin},
    {"last", "", filterLast},
    {"length", "", length},
    {"list", "", filterList},
    {"lower", "", onText<textLower>},
    {"map", "*", filterMap},
    {"max", "case_sensitive? attribute?", filterMax},
    {"min", "case_sensitive? attribute?", filterMin},
    {"pprint", "", nullptr},
    {"random", "", nullptr},
    {"reject", "*", filterReject},
    {"rejectattr", "*", filterRejectAttribute},
    {"replace", "old new count?", replace},
    {"reverse", "", filterReverse},
    {"round", "precision? method?", roundNumber},
    {"safe", "", safe},
    {"select", "*", filterSelect},
    {"selectattr", "*", filterSelectAttribute},
    {"slice", "slices fill_with?", nullptr},
    {"sort", "reverse? case_sensitive? attribute?", filterSort},
    {"string", "",
     [](Call &c) {
       return c.self.asText() ? c.self
                              : c.rendering.text(toText(c.rendering, c.self));
     }},
    {"striptags", "", nullptr},
    {"sum", "attribute? start?", filterSum},
    {"title", "", title},
    {"tojson", "ensure_ascii? indent? separators? sort_keys?", toJsonText},
    {"trim", "chars?", onText<textStrip>},
    {"truncate", "length? killwords? end? leeway?", nullptr},
    {"unique", "case_sensitive? attribute?", filterUnique},
    {"upper", "", onText<textUpper>},
    {"urlencode", "", nullptr},
    {"urlize", "*", nullptr},
    {"wordcount", "", wordCount},
    {"wordwrap", "width? break_long_words? wrapstring? break_on_hyphens?",
     nullptr},
    {"xmlattr", "autospace?", nullptr},
};

const Function *findFilter(std::string_view name) {
  return findIn(filters, name);
}

} // namespace tandem::runtime::jinja
