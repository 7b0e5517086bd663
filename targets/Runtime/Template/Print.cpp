//===- Print.cpp - values as texts ----------------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Python's str and repr, and markup.
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <charconv>
#include <cmath>

#include "tandem/targets/Runtime/Template/Function.h"
#include "tandem/targets/Runtime/Template/Unicode.h"

namespace tandem::runtime::jinja {

std::string floatText(double value) {
  if (!std::isfinite(value)) {
    return std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
  }
  char buffer[40];
  auto end = std::to_chars(buffer, buffer + sizeof(buffer), value,
                           std::chars_format::scientific)
                 .ptr;
  std::string shortest(buffer, end); // d.ddde+XX
  size_t mark = shortest.find('e');
  int exponent = std::stoi(shortest.substr(mark + 1));
  if (exponent < -4 || exponent >= 16) {
    return shortest;
  }
  std::string text(512, '\0');
  text.resize(size_t(std::to_chars(text.data(), text.data() + text.size(),
                                   value, std::chars_format::fixed)
                         .ptr -
                     text.data()));
  return text.find('.') == text.npos ? text + ".0" : text;
}

static std::string quote(const std::string &bytes) {
  char mark = bytes.find('\'') != bytes.npos && bytes.find('"') == bytes.npos
                  ? '"'
                  : '\'';
  std::string result(1, mark);
  for (size_t position = 0; position < bytes.size();) {
    size_t start = position;
    char32_t c = nextCharacter(bytes, position);
    char buffer[16];
    if (c == char32_t(mark) || c == '\\') {
      result += '\\';
      result += char(c);
    } else if (c == '\n' || c == '\r' || c == '\t') {
      result += c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t";
    } else if (isPrintable(c)) {
      result.append(bytes, start, position - start);
    } else {
      std::snprintf(buffer, sizeof(buffer),
                    c < 0x100     ? "\\x%02x"
                    : c < 0x10000 ? "\\u%04x"
                                  : "\\U%08x",
                    unsigned(c));
      result += buffer;
    }
  }
  return result + mark;
}

static std::string listText(Rendering &rendering, const Sequence &sequence) {
  using Form = Sequence::Form;
  static const std::string_view brackets[][2] = {{"[", "]"},
                                                 {"(", ")"},
                                                 {"", ""},
                                                 {"dict_keys([", "])"},
                                                 {"dict_values([", "])"},
                                                 {"dict_items([", "])"}};
  if (sequence.form == Form::Range) {
    rendering.refuse("printing a range");
  }
  const auto &[open, close] = brackets[int(sequence.form)];
  TextBuilder result(rendering);
  result.append(open);
  for (size_t i = 0; i < sequence.items.size(); ++i) {
    result.append(i ? ", " : "");
    result.append(toSource(rendering, sequence.items[i]));
  }
  bool isSingle = sequence.form == Form::Tuple && sequence.items.size() == 1;
  result.append(isSingle ? "," : "");
  result.append(close);
  return result.take();
}

static std::string mappingText(Rendering &rendering, const Mapping &mapping) {
  TextBuilder result(rendering);
  const char *separator = "{";
  for (const auto &[key, value] : mapping.entries) {
    result.append(separator);
    result.append(toSource(rendering, key));
    result.append(": ");
    result.append(toSource(rendering, value));
    separator = ", ";
  }
  result.append(mapping.entries.empty() ? "{}" : "}");
  return result.take();
}

std::string toSource(Rendering &rendering, const Value &value) {
  if (const Text *text = value.asText()) {
    rendering.spend(text->bytes.size() / 16);
    std::string quoted = quote(text->bytes);
    return text->isMarkup ? "Markup(" + quoted + ")" : quoted;
  }
  return value.isUndefined() ? "Undefined" : toText(rendering, value);
}

std::string toText(Rendering &rendering, const Value &value) {
  Nesting level(rendering);
  rendering.spend();
  if (const Text *text = value.asText()) {
    return text->bytes;
  }
  if (value.isNone() || value.isUndefined()) {
    return value.isNone() ? "None" : "";
  }
  if (const bool *truth = value.asBoolean()) {
    return *truth ? "True" : "False";
  }
  if (std::optional<int64_t> number = value.integer()) {
    return std::to_string(*number);
  }
  if (const double *number = value.asFloat()) {
    return floatText(*number);
  }
  if (const Sequence *sequence = value.asSequence()) {
    return listText(rendering, *sequence);
  }
  if (const Mapping *mapping = value.asMapping()) {
    return mappingText(rendering, *mapping);
  }
  std::string text = value.asObject()->print();
  if (text.empty()) {
    rendering.refuse(std::string("printing a '") + value.typeName() + "'");
  }
  return text;
}

Value escapeMarkup(Rendering &rendering, const Value &value) {
  if (value.asText() && value.asText()->isMarkup) {
    return value;
  }
  TextBuilder result(rendering);
  for (char c : toText(rendering, value)) {
    switch (c) {
    case '&':
      result.append("&amp;");
      break;
    case '<':
      result.append("&lt;");
      break;
    case '>':
      result.append("&gt;");
      break;
    case '\'':
      result.append("&#39;");
      break;
    case '"':
      result.append("&#34;");
      break;
    default:
      result.append({&c, 1});
    }
  }
  return rendering.text(result.take(), /*isMarkup=*/true);
}

} // namespace tandem::runtime::jinja
