//===- Format.cpp - texts with places for values --------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Python's two ways to format, `"%s" % x` and `"{}".format(x)`.
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <cmath>
#include <functional>

#include "tandem/targets/Runtime/Template/Function.h"
#include "tandem/targets/Runtime/Template/Unicode.h"

namespace tandem::runtime::jinja {

namespace {
/// How one value is written, of either way.
struct Spec {
  std::string fill = " ";
  char align = '\0'; ///< '<', '>', '^' or '=': zeros behind the sign
  char sign = '-';   ///< '+' and ' ' also mark positive numbers
  bool isAlternate = false, hasCommas = false;
  size_t width = 0;
  int precision = -1;
  char type = '\0';
};

class SpecReader {
public:
  SpecReader(Rendering &rendering, std::string_view text)
      : rendering(rendering), text(text) {}

  bool atEnd() const { return position == text.size(); }
  char peek() const { return atEnd() ? '\0' : text[position]; }
  bool skip(char c) {
    bool found = peek() == c && !atEnd();
    position += found;
    return found;
  }
  size_t number() {
    size_t value = 0;
    while (peek() >= '0' && peek() <= '9') {
      value = std::min<size_t>(value * 10 + size_t(text[position++] - '0'),
                               1'000'000'000);
    }
    return value;
  }

  Rendering &rendering;
  std::string_view text;
  size_t position = 0;
};
} // namespace

/// Writes `body`, a number's sign included, into the width.
static std::string pad(Rendering &rendering, const std::string &body,
                       const Spec &spec, char usualAlign) {
  size_t length = countCodePoints(body);
  size_t missing = spec.width > length ? spec.width - length : 0;
  char align = spec.align ? spec.align : usualAlign;
  size_t sign = align == '=' && !body.empty() &&
                std::string_view("+- ").find(body[0]) != std::string::npos;
  size_t before = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
  TextBuilder result(rendering);
  result.append(body.substr(0, sign));
  result.append(before, spec.fill);
  result.append(body.substr(sign));
  result.append(missing - before, spec.fill);
  return result.take();
}

static void addCommas(std::string &digits) {
  size_t whole =
      std::min(digits.find_first_not_of("0123456789"), digits.size());
  for (size_t i = whole; i > 3; i -= 3) {
    digits.insert(i - 3, ",");
  }
}

/// The digits of a number without a sign.
static std::string digitsOf(Rendering &rendering, const Value &value,
                            const Spec &spec) {
  std::optional<int64_t> integer = value.index();
  char buffer[512];
  std::string digits;
  char type = spec.type;
  if (integer && (!type || std::string_view("dixXob").find(type) !=
                               std::string_view::npos)) {
    uint64_t magnitude =
        *integer < 0 ? 0 - uint64_t(*integer) : uint64_t(*integer);
    if (type == 'b') {
      do {
        digits.insert(digits.begin(), char('0' + (magnitude & 1)));
      } while (magnitude >>= 1);
    } else {
      const char *format = type == 'x'   ? "%llx"
                           : type == 'X' ? "%llX"
                           : type == 'o' ? "%llo"
                                         : "%llu";
      std::snprintf(buffer, sizeof(buffer), format,
                    static_cast<unsigned long long>(magnitude));
      digits = buffer;
    }
    if (spec.isAlternate && type && type != 'd' && type != 'i') {
      digits = std::string("0") + type + digits;
    }
  } else if (type &&
             std::string_view("eEfFgG%").find(type) != std::string_view::npos) {
    double number = std::fabs(*value.number()) * (type == '%' ? 100 : 1);
    int precision = spec.precision < 0 ? 6 : spec.precision;
    if (precision > 100) {
      rendering.refuse("more than 100 digits behind the point");
    }
    std::string format = "%.*" + std::string(1, type == '%' ? 'f' : type);
    std::snprintf(buffer, sizeof(buffer), format.c_str(), precision, number);
    digits = std::string(buffer) + (type == '%' ? "%" : "");
  } else if (!type && spec.precision < 0) {
    digits = floatText(std::fabs(*value.number()));
  } else {
    rendering.refuse(std::string("the format '") + type + "' of a '" +
                     value.typeName() + "'");
  }
  if (spec.hasCommas) {
    addCommas(digits);
  }
  return digits;
}

static std::string formatNumber(Rendering &rendering, const Value &value,
                                const Spec &spec, char usualAlign) {
  bool isNegative = std::signbit(*value.number());
  std::string sign = isNegative         ? "-"
                     : spec.sign == '-' ? ""
                                        : std::string(1, spec.sign);
  return pad(rendering, sign + digitsOf(rendering, value, spec), spec,
             usualAlign);
}

static std::string formatText(Rendering &rendering, const std::string &text,
                              const Spec &spec, char usualAlign) {
  size_t end = 0;
  for (int i = 0; end < text.size() && i != spec.precision; ++i) {
    nextCharacter(text, end);
  }
  return pad(rendering, text.substr(0, end), spec, usualAlign);
}

/// Reads what follows a '%' and writes the value that `take` gives.
static std::string
formatOne(SpecReader &reader,
          const std::function<Value(std::string_view name)> &take) {
  Rendering &rendering = reader.rendering;
  std::string_view name;
  bool hasName = reader.skip('(');
  if (hasName) {
    size_t end = reader.text.find(')', reader.position);
    if (end == reader.text.npos) {
      rendering.fail("a name in a format lacks its ')'");
    }
    name = reader.text.substr(reader.position, end - reader.position);
    reader.position = end + 1;
  }
  Spec spec;
  for (bool more = true; more;) {
    char flag = reader.peek();
    more = flag && std::string_view("-+ #0").find(flag) != std::string::npos;
    reader.position += more;
    spec.align = more && flag == '-' ? '<' : spec.align;
    spec.sign = more && (flag == '+' || flag == ' ') ? flag : spec.sign;
    spec.isAlternate |= flag == '#';
    if (more && flag == '0' && spec.align != '<') {
      spec.align = '=';
      spec.fill = "0";
    }
  }
  spec.width = reader.number();
  if (reader.skip('.')) {
    spec.precision = int(reader.number());
  }
  spec.type = reader.peek();
  ++reader.position;
  if (spec.type == '%') {
    return "%";
  }
  Value value = take(name);
  if (spec.type == 's' || spec.type == 'r') {
    spec.fill = " ";
    spec.align = spec.align == '=' ? '>' : spec.align;
    return formatText(rendering,
                      spec.type == 's' ? toText(rendering, value)
                                       : toSource(rendering, value),
                      spec, '>');
  }
  bool isKnown = spec.type && std::string_view("dixXoeEfFgG").find(spec.type) !=
                                  std::string::npos;
  if (!isKnown) {
    rendering.refuse(std::string("the format '%") + spec.type + "'");
  }
  if (!value.number()) {
    rendering.fail(std::string("the format '%") + spec.type +
                   "' needs a number, not '" + value.typeName() + "'");
  }
  if (value.asFloat() && (spec.type == 'd' || spec.type == 'i')) {
    value = Value(int64_t(std::clamp(*value.asFloat(), -9e18, 9e18)));
  }
  return formatNumber(rendering, value, spec, '>');
}

Value formatPercent(Rendering &rendering, const Text &format,
                    const Value &values) {
  const Sequence *sequence = values.asSequence();
  bool isTuple = sequence && sequence->form == Sequence::Form::Tuple;
  std::vector<Value> items = isTuple ? sequence->items : std::vector{values};
  size_t used = 0;
  auto take = [&](std::string_view name) {
    if (!name.empty()) {
      used = items.size();
      return getItem(rendering, values, rendering.text(std::string(name)));
    }
    if (used == items.size()) {
      rendering.fail("a format has more places than there are values");
    }
    return items[used++];
  };
  TextBuilder result(rendering);
  SpecReader reader(rendering, format.bytes);
  while (!reader.atEnd()) {
    size_t mark =
        std::min(reader.text.find('%', reader.position), reader.text.size());
    result.append(reader.text.substr(reader.position, mark - reader.position));
    reader.position = mark;
    if (reader.skip('%')) {
      if (reader.atEnd()) {
        rendering.fail("a format ends within a place");
      }
      result.append(formatOne(reader, take));
    }
  }
  if (used < items.size() && !values.asMapping()) {
    rendering.fail("a format has fewer places than there are values");
  }
  return rendering.text(result.take(), format.isMarkup);
}

/// [[fill]align][sign][#][0][width][,][.precision][type]
static Spec readSpec(Rendering &rendering, std::string_view text) {
  constexpr std::string_view aligns = "<>^=";
  Spec spec;
  SpecReader reader(rendering, text);
  size_t first = 0;
  if (!text.empty()) {
    nextCharacter(text, first);
  }
  if (first && first < text.size() && aligns.find(text[first]) != aligns.npos) {
    spec.fill = text.substr(0, first);
    spec.align = text[first];
    reader.position = first + 1;
  } else if (!text.empty() && aligns.find(text[0]) != aligns.npos) {
    spec.align = text[0];
    reader.position = 1;
  }
  for (char sign : {'+', '-', ' '}) {
    spec.sign = reader.skip(sign) ? sign : spec.sign;
  }
  spec.isAlternate = reader.skip('#');
  if (reader.skip('0') && !spec.align) {
    spec.align = '=';
    spec.fill = "0";
  }
  spec.width = reader.number();
  spec.hasCommas = reader.skip(',');
  if (reader.skip('.')) {
    spec.precision = int(reader.number());
  }
  if (!reader.atEnd()) {
    spec.type = reader.text[reader.position++];
  }
  if (!reader.atEnd()) {
    rendering.refuse("the format '" + std::string(text) + "'");
  }
  return spec;
}

/// The value of a place such as "0", "name", "0.role" or "x[key]".
static Value findField(Rendering &rendering, std::string_view field,
                       const Arguments &arguments, size_t &automatic) {
  size_t end = std::min(field.find_first_of(".["), field.size());
  std::string name(field.substr(0, end));
  bool isNumber = name.find_first_not_of("0123456789") == name.npos;
  Value value;
  if (isNumber) {
    size_t place = name.empty()      ? automatic++
                   : name.size() > 6 ? SIZE_MAX
                                     : std::stoul(name);
    if (place >= arguments.positional.size()) {
      rendering.fail("a format has more places than there are values");
    }
    value = arguments.positional[place];
  } else {
    auto found = std::find_if(
        arguments.named.begin(), arguments.named.end(),
        [&](const auto &argument) { return argument.first == name; });
    if (found == arguments.named.end()) {
      rendering.fail("a format's place '" + name + "' gets no value");
    }
    value = found->second;
  }
  while (end < field.size()) {
    bool isItem = field[end] == '[';
    size_t stop =
        isItem ? field.find(']', end) : field.find_first_of(".[", end + 1);
    stop = std::min(stop, field.size());
    std::string part(field.substr(end + 1, stop - end - 1));
    bool isIndex = isItem && !part.empty() && part.size() < 10 &&
                   part.find_first_not_of("0123456789") == part.npos;
    value = !isItem ? getAttribute(rendering, value, part)
            : isIndex
                ? getItem(rendering, value, Value(int64_t(std::stol(part))))
                : getItem(rendering, value, rendering.text(part));
    end = isItem ? stop + 1 : stop;
  }
  return value;
}

Value formatBraces(Rendering &rendering, const Text &format,
                   const Arguments &arguments) {
  TextBuilder result(rendering);
  std::string_view text = format.bytes;
  size_t automatic = 0;
  for (size_t position = 0; position < text.size(); ++position) {
    char c = text[position];
    if (c != '{' && c != '}') {
      result.append(text.substr(position, 1));
      continue;
    }
    if (position + 1 < text.size() && text[position + 1] == c) {
      result.append(text.substr(position++, 1));
      continue;
    }
    size_t end = text.find('}', position);
    if (c == '}' || end == text.npos) {
      rendering.fail("a format has a single brace; write it twice");
    }
    std::string_view field = text.substr(position + 1, end - position - 1);
    position = end;
    size_t colon = std::min(field.find(':'), field.size());
    std::string_view layout = field.substr(std::min(colon + 1, field.size()));
    size_t bang = std::min(field.substr(0, colon).find('!'), colon);
    std::string_view conversion = field.substr(bang, colon - bang);
    if (layout.find('{') != layout.npos ||
        (!conversion.empty() && conversion != "!s" && conversion != "!r")) {
      rendering.refuse("the format '{" + std::string(field) + "}'");
    }
    Value value =
        findField(rendering, field.substr(0, bang), arguments, automatic);
    if (conversion == "!r") {
      value = rendering.text(toSource(rendering, value));
    } else if (conversion == "!s") {
      value = rendering.text(toText(rendering, value));
    }
    Spec spec = readSpec(rendering, layout);
    bool isNumber = value.number() && (!value.asBoolean() || spec.type);
    if (isNumber && spec.type != 's') {
      result.append(formatNumber(rendering, value, spec, '>'));
    } else if (!spec.type || spec.type == 's') {
      result.append(formatText(rendering, toText(rendering, value), spec, '<'));
    } else {
      rendering.fail("a format needs a number, not '" +
                     std::string(value.typeName()) + "'");
    }
  }
  return rendering.text(result.take(), format.isMarkup);
}

} // namespace tandem::runtime::jinja
