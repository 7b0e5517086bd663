//===- TextOperations.cpp - methods of texts that filters share -----------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Template/TextOperations.h"

#include <algorithm>

#include "tandem/targets/Runtime/Template/TextMethods.h"
#include "tandem/targets/Runtime/Template/Unicode.h"

namespace tandem::runtime::jinja {

Value sameKind(Call &call, std::string bytes) {
  call.rendering.spend(bytes.size() / 8);
  return call.rendering.text(std::move(bytes), call.selfText().isMarkup);
}

Value textCapitalize(Call &call) {
  return sameKind(call, toCapitalized(call.selfText().bytes));
}

Value textLower(Call &call) {
  return sameKind(call, toLower(call.selfText().bytes));
}

Value textUpper(Call &call) {
  return sameKind(call, toUpper(call.selfText().bytes));
}

/// Fills up to a width in code points; the left side gets `left(missing)`.
Value padText(Call &call, size_t (*left)(size_t missing, size_t width)) {
  const std::string &bytes = call.selfText().bytes;
  auto width = size_t(std::max<int64_t>(call.integer(0, 80), 0));
  std::string fill = call.given.size() > 1 && call.has(1) ? call.text(1) : " ";
  if (countCodePoints(fill) != 1) {
    call.fail("fills with one character");
  }
  size_t count = countCodePoints(bytes);
  size_t missing = width > count ? width - count : 0;
  size_t before = left(missing, width);
  TextBuilder result(call.rendering);
  result.append(before, fill);
  result.append(bytes);
  result.append(missing - before, fill);
  return sameKind(call, result.take());
}

Value textCenter(Call &call) {
  // Python puts the odd blank to the left where the width is odd.
  return padText(call, [](size_t missing, size_t width) {
    return missing / 2 + (missing & width & 1);
  });
}

/// White space, or the characters that are given, off either end.
Value stripText(Call &call, bool ofLeft, bool ofRight) {
  std::string_view text = call.selfText().bytes;
  call.rendering.spend(text.size() / 16);
  if (!call.find(0)) {
    text = ofLeft ? stripLeft(text) : text;
    text = ofRight ? stripRight(text) : text;
    return sameKind(call, std::string(text));
  }
  const std::string &set = call.text(0);
  auto isStripped = [&](size_t start, size_t end) {
    call.rendering.spend(set.size() / 32);
    std::string_view character = text.substr(start, end - start);
    return set.find(character) != set.npos;
  };
  size_t start = 0, end = text.size();
  while (ofLeft && start < end) {
    size_t next = start;
    nextCharacter(text, next);
    if (!isStripped(start, next)) {
      break;
    }
    start = next;
  }
  while (ofRight && start < end) {
    size_t previous = previousCodePoint(text, end);
    if (!isStripped(previous, end)) {
      break;
    }
    end = previous;
  }
  return sameKind(call, std::string(text.substr(start, end - start)));
}

Value textStrip(Call &call) { return stripText(call, true, true); }

std::string replaceText(Rendering &rendering, const std::string &text,
                        const std::string &old, const std::string &replacement,
                        int64_t count) {
  rendering.spend(text.size() / 16);
  TextBuilder result(rendering);
  size_t position = 0;
  for (int64_t done = 0; count < 0 || done < count; ++done) {
    if (old.empty()) {
      result.append(replacement);
      if (position == text.size()) {
        return result.take();
      }
      size_t start = position;
      nextCharacter(text, position);
      result.append(std::string_view(text).substr(start, position - start));
      continue;
    }
    size_t found = text.find(old, position);
    if (found == text.npos) {
      break;
    }
    result.append(std::string_view(text).substr(position, found - position));
    result.append(replacement);
    position = found + old.size();
  }
  result.append(std::string_view(text).substr(position));
  return result.take();
}

std::vector<std::string_view> splitLines(std::string_view text,
                                         bool keepsEnds) {
  std::vector<std::string_view> lines;
  size_t start = 0;
  for (size_t position = 0; position < text.size();) {
    size_t end = position;
    char32_t c = nextCharacter(text, position);
    bool isEnd = (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) ||
                 c == 0x85 || c == 0x2028 || c == 0x2029;
    if (!isEnd) {
      continue;
    }
    if (c == '\r' && position < text.size() && text[position] == '\n') {
      ++position;
    }
    lines.push_back(text.substr(start, (keepsEnds ? position : end) - start));
    start = position;
  }
  if (start < text.size()) {
    lines.push_back(text.substr(start));
  }
  return lines;
}

} // namespace tandem::runtime::jinja
