//===- JsonText.cpp - values as JSON --------------------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Python's json.dumps, to the byte.
//
//===----------------------------------------------------------------------===//

#include <cmath>
#include <list>

#include "tandem/targets/Runtime/Template/Function.h"
#include "tandem/targets/Runtime/Template/Unicode.h"

namespace tandem::runtime::jinja {

namespace {
class JsonWriter {
public:
  JsonWriter(Rendering &rendering, const JsonStyle &style)
      : rendering(rendering), style(style), result(rendering) {}

  void write(const Value &value, size_t level);
  std::string take() { return result.take(); }

private:
  void writeText(const std::string &bytes);
  void writeSequence(const Sequence &sequence, size_t level);
  void writeMapping(const Mapping &mapping, size_t level);
  std::string keyText(const Value &key);
  void startLine(size_t level) {
    if (style.indent) {
      result.append("\n");
      result.append(level, *style.indent);
    }
  }

  Rendering &rendering;
  const JsonStyle &style;
  TextBuilder result;
};
} // namespace

void JsonWriter::writeText(const std::string &bytes) {
  static constexpr std::string_view special = "\"\\\b\f\n\r\t";
  static constexpr std::string_view letters = "\"\\bfnrt";
  rendering.spend(bytes.size() / 8);
  result.append("\"");
  for (size_t position = 0; position < bytes.size();) {
    size_t start = position;
    char32_t c = nextCharacter(bytes, position);
    char buffer[16];
    if (size_t which = c < 0x80 ? special.find(char(c)) : special.npos;
        which != special.npos) {
      result.append("\\");
      result.append(letters.substr(which, 1));
    } else if (c >= 0x10000 && style.escapesNonAscii) {
      std::snprintf(buffer, sizeof(buffer), "\\u%04x\\u%04x",
                    unsigned(0xD800 + ((c - 0x10000) >> 10)),
                    unsigned(0xDC00 + ((c - 0x10000) & 0x3FF)));
      result.append(buffer);
    } else if (c < 0x20 || (c > 0x7E && style.escapesNonAscii)) {
      std::snprintf(buffer, sizeof(buffer), "\\u%04x", unsigned(c));
      result.append(buffer);
    } else {
      result.append(std::string_view(bytes).substr(start, position - start));
    }
  }
  result.append("\"");
}

static std::string jsonFloat(double value) {
  return std::isnan(value)   ? "NaN"
         : std::isinf(value) ? (value < 0 ? "-Infinity" : "Infinity")
                             : floatText(value);
}

std::string JsonWriter::keyText(const Value &key) {
  if (const Text *text = key.asText()) {
    return text->bytes;
  }
  if (key.isNone()) {
    return "null";
  }
  if (const bool *truth = key.asBoolean()) {
    return *truth ? "true" : "false";
  }
  if (const double *number = key.asFloat()) {
    return jsonFloat(*number);
  }
  if (std::optional<int64_t> number = key.integer()) {
    return std::to_string(*number);
  }
  rendering.fail(std::string("'") + key.typeName() +
                 "' cannot be a key in JSON");
}

void JsonWriter::writeSequence(const Sequence &sequence, size_t level) {
  result.append("[");
  for (size_t i = 0; i < sequence.items.size(); ++i) {
    result.append(i ? style.itemSeparator : "");
    startLine(level + 1);
    write(sequence.items[i], level + 1);
  }
  if (!sequence.items.empty()) {
    startLine(level);
  }
  result.append("]");
}

void JsonWriter::writeMapping(const Mapping &mapping, size_t level) {
  std::list<const std::pair<Value, Value> *> entries; // its sort is stable
  for (const auto &entry : mapping.entries) {
    entries.push_back(&entry);
  }
  if (style.sortsKeys) {
    entries.sort([&](auto *a, auto *b) {
      return compare(rendering, a->first, b->first) == Order::Less;
    });
  }
  result.append("{");
  bool isFirst = true;
  for (const auto *entry : entries) {
    result.append(isFirst ? "" : style.itemSeparator);
    startLine(level + 1);
    writeText(keyText(entry->first));
    result.append(style.keySeparator);
    write(entry->second, level + 1);
    isFirst = false;
  }
  if (!entries.empty()) {
    startLine(level);
  }
  result.append("}");
}

void JsonWriter::write(const Value &value, size_t level) {
  Nesting nesting(rendering);
  rendering.spend();
  const Sequence *sequence = value.asSequence();
  if (const Text *text = value.asText()) {
    writeText(text->bytes);
  } else if (value.isNone()) {
    result.append("null");
  } else if (const bool *truth = value.asBoolean()) {
    result.append(*truth ? "true" : "false");
  } else if (std::optional<int64_t> number = value.integer()) {
    result.append(std::to_string(*number));
  } else if (const double *number = value.asFloat()) {
    result.append(jsonFloat(*number));
  } else if (sequence && sequence->form <= Sequence::Form::Tuple) {
    writeSequence(*sequence, level);
  } else if (const Mapping *mapping = value.asMapping()) {
    writeMapping(*mapping, level);
  } else {
    rendering.fail(std::string("'") + value.typeName() +
                   "' cannot be written as JSON" +
                   (value.isUndefined()    ? ": " + *value.asUndefined()->why
                    : value.as<Iterator>() ? "; make it a list first"
                                           : ""));
  }
}

std::string toJson(Rendering &rendering, const Value &value,
                   const JsonStyle &style) {
  JsonWriter writer(rendering, style);
  writer.write(value, 0);
  return writer.take();
}

} // namespace tandem::runtime::jinja
