//===- Pattern.cpp - what a tokenizer looks for in texts -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/Pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Text/Characters.h"
#include "tandem/targets/Runtime/Text/PatternSyntax.h"

namespace tandem::runtime {

/// Longer than any published expression (2 KB).
static constexpr size_t maximumPatternBytes = 16 << 10;
/// Of one match: steps, and more for a text whose runs are long; nested
/// choices; memory.
static constexpr size_t maximumSteps = 500'000, stepsPerByte = 4;
static constexpr uint32_t maximumDepth = 250'000, maximumHeapKib = 48 << 10;
/// Bytes in which one call looks for the start of a match.
static constexpr size_t windowBytes = 256;

namespace {
template <class T, void (*release)(T *)> struct Releaser {
  void operator()(T *object) const { release(object); }
};
template <class T, void (*release)(T *)>
using Owner = std::unique_ptr<T, Releaser<T, release>>;
using CodeOwner = Owner<pcre2_code, pcre2_code_free>;
using CompileOwner = Owner<pcre2_compile_context, pcre2_compile_context_free>;
using MatchOwner = Owner<pcre2_match_context, pcre2_match_context_free>;
using DataOwner = Owner<pcre2_match_data, pcre2_match_data_free>;
} // namespace

static std::string describeError(int code) {
  PCRE2_UCHAR text[128] = {};
  pcre2_get_error_message(code, text, sizeof(text));
  return reinterpret_cast<const char *>(text);
}

/// Compiled by PCRE2.
class Pattern::Expression {
public:
  /// `errorCode` gets 0 or why there is no expression.
  Expression(const std::string &text, int &errorCode) {
    CompileOwner context(pcre2_compile_context_create(nullptr));
    pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
    size_t offset = 0;
    errorCode = 0;
    code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()),
                             text.size(),
                             PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C |
                                 PCRE2_NO_AUTO_CAPTURE | PCRE2_USE_OFFSET_LIMIT,
                             &errorCode, &offset, context.get()));
    errorCode = code ? 0 : errorCode;
  }

  void findMatches(std::string_view text, WorkLimit &limit,
                   std::vector<Span> &spans) const;

private:
  CodeOwner code;
};

/// The first character that starts behind `offset`.
static size_t skipCharacter(std::string_view text, size_t offset) {
  if (offset < text.size()) {
    nextCharacter(text, offset);
    return offset;
  }
  return offset + 1;
}

void Pattern::Expression::findMatches(std::string_view text, WorkLimit &limit,
                                      std::vector<Span> &spans) const {
  MatchOwner context(pcre2_match_context_create(nullptr));
  DataOwner data(pcre2_match_data_create(1, nullptr));
  size_t steps = maximumSteps + stepsPerByte * text.size();
  pcre2_set_match_limit(
      context.get(), static_cast<uint32_t>(std::min<size_t>(steps, 1 << 30)));
  pcre2_set_depth_limit(context.get(), maximumDepth);
  pcre2_set_heap_limit(context.get(), maximumHeapKib);
  size_t covered = 0;
  bool hasMatched = false;
  for (size_t offset = 0; offset <= text.size();) {
    limit.check();
    size_t last = offset + windowBytes; // where a match may start
    while (last < text.size() &&
           (static_cast<uint8_t>(text[last]) & 0xC0) == 0x80) {
      ++last;
    }
    pcre2_set_offset_limit(context.get(), std::min(last, text.size()));
    int code = pcre2_match(
        this->code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()),
        text.size(), offset, PCRE2_NO_UTF_CHECK, data.get(), context.get());
    if (code == PCRE2_ERROR_NOMATCH) {
      offset = skipCharacter(text, last);
      continue;
    }
    if (code < 0) {
      throw Failure(ExitCode::InputRejected,
                    "tokenizer.json: a pattern takes too long on this text (" +
                        describeError(code) + ")");
    }
    const size_t *found = pcre2_get_ovector_pointer(data.get());
    size_t begin = found[0], end = found[1];
    if (begin == end && hasMatched && end == covered) {
      offset = skipCharacter(text, offset); // none right behind another
      continue;
    }
    if (begin > covered) {
      spans.push_back({covered, begin, false});
    }
    spans.push_back({begin, end, true});
    covered = offset = end;
    hasMatched = true;
  }
  if (covered < text.size()) {
    spans.push_back({covered, text.size(), false});
  }
}

Pattern::Pattern(const Settings &settings, const char *key) {
  Settings pattern = settings.object(key);
  if (pattern.has("String")) {
    literal = pattern.text("String");
    return;
  }
  if (!pattern.has("Regex")) {
    pattern.malformed("has neither key 'String' nor key 'Regex'");
  }
  std::string source = pattern.text("Regex");
  if (source.size() > maximumPatternBytes) {
    pattern.malformed("is a pattern of " + std::to_string(source.size()) +
                      " bytes, expected at most " +
                      std::to_string(maximumPatternBytes));
  }
  int error = 0;
  expression =
      std::make_shared<Expression>(translatePattern(source, pattern), error);
  switch (error) {
  case 0:
    return;
  case PCRE2_ERROR_UNKNOWN_UNICODE_PROPERTY:
  case PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH:
    pattern.unsupported("has a pattern that Tandem cannot compile (" +
                        describeError(error) + "): '" + source + "'");
  default:
    pattern.malformed("has a pattern that is none (" + describeError(error) +
                      "): '" + source + "'");
  }
}

Pattern::Pattern(const std::string &text) {
  int error = 0;
  expression = std::make_shared<Expression>(text, error);
  if (error) {
    throw Failure(ExitCode::InternalError, describeError(error));
  }
}

std::vector<Span> Pattern::split(std::string_view text,
                                 WorkLimit &limit) const {
  std::vector<Span> spans;
  if (expression) {
    expression->findMatches(text, limit, spans);
    return spans;
  }
  size_t covered = 0;
  while (!literal.empty()) {
    limit.check();
    size_t begin = text.find(literal, covered);
    if (begin == text.npos) {
      break;
    }
    if (begin > covered) {
      spans.push_back({covered, begin, false});
    }
    covered = begin + literal.size();
    spans.push_back({begin, covered, true});
  }
  if (covered < text.size()) {
    spans.push_back({covered, text.size(), false});
  }
  return spans;
}

std::string Pattern::replace(std::string_view text,
                             const std::string &replacement,
                             WorkLimit &limit) const {
  std::string result;
  for (Span span : split(text, limit)) {
    result += span.isMatch ? std::string_view(replacement)
                           : text.substr(span.begin, span.end - span.begin);
  }
  return result;
}

} // namespace tandem::runtime
