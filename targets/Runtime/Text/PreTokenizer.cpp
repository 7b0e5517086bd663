//===- PreTokenizer.cpp - texts cut into words -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/PreTokenizer.h"

#include "tandem/targets/Runtime/Text/Characters.h"
#include "tandem/targets/Runtime/Text/Metaspace.h"
#include "tandem/targets/Runtime/Text/Pattern.h"
#include "tandem/targets/Runtime/Text/SplitBehavior.h"

namespace tandem::runtime {

/// Finds spans that cover a text.
using Splitter =
    std::function<std::vector<Span>(std::string_view, WorkLimit &)>;

/// Replaces each word by its pieces.
static PreTokenizer makeCut(Splitter find, SplitBehavior behavior,
                            bool isInverted = false) {
  return [=](std::vector<Word> &words, WorkLimit &limit) {
    std::vector<Word> pieces;
    for (const Word &word : words) {
      std::vector<Span> spans = find(word.text, limit);
      if (isInverted) {
        for (Span &span : spans) {
          span.isMatch = !span.isMatch;
        }
      }
      for (Span span : applyBehavior(std::move(spans), behavior)) {
        if (span.end > span.begin) {
          pieces.push_back({word.text.substr(span.begin, span.end - span.begin),
                            word.startsText && span.begin == 0});
        }
      }
    }
    words.swap(pieces);
  };
}

/// Single characters for which `isMatch` is true, and what is between them.
template <class Predicate> static Splitter findEach(Predicate isMatch) {
  return [=](std::string_view text, WorkLimit &) {
    std::vector<Span> spans;
    size_t covered = 0;
    for (size_t begin = 0, end = 0; begin < text.size(); begin = end) {
      if (!isMatch(nextCharacter(text, end))) {
        continue;
      }
      if (begin > covered) {
        spans.push_back({covered, begin, false});
      }
      spans.push_back({begin, end, true});
      covered = end;
    }
    if (covered < text.size()) {
      spans.push_back({covered, text.size(), false});
    }
    return spans;
  };
}

/// Runs of word characters and runs of others as matches, space between them.
static std::vector<Span> findRuns(std::string_view text, WorkLimit &) {
  std::vector<Span> spans;
  int previous = -1;
  for (size_t begin = 0, end = 0; begin < text.size(); begin = end) {
    char32_t character = nextCharacter(text, end);
    int kind = isWord(character) ? 1 : isSpace(character) ? 0 : 2;
    if (kind == previous) {
      spans.back().end = end;
    } else {
      spans.push_back({begin, end, kind != 0});
    }
    previous = kind;
  }
  return spans;
}

static PreTokenizer makeByteLevel(const Settings &settings) {
  bool addsSpace = settings.flag("add_prefix_space");
  PreTokenizer cut;
  if (settings.flag("use_regex", true)) {
    // GPT-2's expression, in our spelling: contractions, then letters, numbers
    // or others with one space before them, then space.
    static const Pattern gpt2(
        R"('s|'t|'re|'ve|'m|'ll|'d|\x20?\p{L}+|\x20?\p{N}+|)"
        R"(\x20?[^\x09-\x0D\x85\p{Z}\p{L}\p{N}]+|)"
        R"([\x09-\x0D\x85\p{Z}]+(?![^\x09-\x0D\x85\p{Z}])|[\x09-\x0D\x85\p{Z}]+)");
    cut = makeCut([](std::string_view text,
                     WorkLimit &limit) { return gpt2.split(text, limit); },
                  SplitBehavior::Isolated);
  }
  return [=](std::vector<Word> &words, WorkLimit &limit) {
    for (Word &word : words) {
      if (addsSpace && word.text[0] != ' ') {
        word.text.insert(0, " ");
      }
    }
    if (cut) {
      cut(words, limit);
    }
    for (Word &word : words) {
      std::string spelling;
      for (char byte : word.text) {
        appendByteSpelling(spelling, static_cast<uint8_t>(byte));
      }
      word.text.swap(spelling);
    }
  };
}

static PreTokenizer makeMetaspace(const Settings &settings) {
  Metaspace metaspace(settings);
  std::string mark;
  appendCharacter(mark, metaspace.replacement);
  PreTokenizer cut =
      makeCut(findEach([character = metaspace.replacement](char32_t other) {
                return other == character;
              }),
              SplitBehavior::MergedWithNext);
  return [=](std::vector<Word> &words, WorkLimit &limit) {
    for (Word &word : words) {
      std::string text;
      for (char byte : word.text) {
        byte == ' ' ? text += mark : text += byte;
      }
      if (metaspace.isPrepended(word.startsText) && text.rfind(mark, 0) != 0) {
        text.insert(0, mark);
      }
      word.text.swap(text);
    }
    if (metaspace.isCut) {
      cut(words, limit);
    }
  };
}

static PreTokenizer makeSplit(const Settings &settings) {
  return makeCut([pattern = Pattern(settings, "pattern")](
                     std::string_view text,
                     WorkLimit &limit) { return pattern.split(text, limit); },
                 readSplitBehavior(settings, "behavior"),
                 settings.flag("invert"));
}

static PreTokenizer makeDigits(const Settings &settings) {
  return makeCut(findEach(isNumeric), settings.flag("individual_digits")
                                          ? SplitBehavior::Isolated
                                          : SplitBehavior::Contiguous);
}

static PreTokenizer makePunctuation(const Settings &settings) {
  return makeCut(findEach(isPunctuation),
                 settings.has("behavior")
                     ? readSplitBehavior(settings, "behavior")
                     : SplitBehavior::Isolated);
}

static PreTokenizer makeWhitespace(const Settings &) {
  return makeCut(findRuns, SplitBehavior::Removed, /*isInverted=*/true);
}

static PreTokenizer makeWhitespaceSplit(const Settings &) {
  return makeCut(findEach(isSpace), SplitBehavior::Removed);
}

static PreTokenizer makeDelimiter(const Settings &settings) {
  return makeCut(findEach([delimiter = readCharacter(settings, "delimiter")](
                              char32_t other) { return other == delimiter; }),
                 SplitBehavior::Removed);
}

static PreTokenizer makeSequenceOf(std::vector<PreTokenizer> parts) {
  return [parts](std::vector<Word> &words, WorkLimit &limit) {
    for (const PreTokenizer &part : parts) {
      part(words, limit);
    }
  };
}

static PreTokenizer makeBert(const Settings &settings) {
  return makeSequenceOf(
      {makeWhitespaceSplit(settings),
       makeCut(findEach(isPunctuation), SplitBehavior::Isolated)});
}

static PreTokenizer makeSequence(const Settings &settings) {
  std::vector<PreTokenizer> parts;
  for (const Settings &part : settings.objects("pretokenizers")) {
    parts.push_back(makePreTokenizer(part));
  }
  return makeSequenceOf(std::move(parts));
}

PreTokenizer makePreTokenizer(const Settings &settings) {
  static const std::vector<
      std::pair<const char *, PreTokenizer (*)(const Settings &)>>
      kinds = {
          {"BertPreTokenizer", makeBert},
          {"ByteLevel", makeByteLevel},
          {"CharDelimiterSplit", makeDelimiter},
          {"Digits", makeDigits},
          {"Metaspace", makeMetaspace},
          {"Punctuation", makePunctuation},
          {"Sequence", makeSequence},
          {"Split", makeSplit},
          {"Whitespace", makeWhitespace},
          {"WhitespaceSplit", makeWhitespaceSplit},
      };
  return findKind(settings, kinds)(settings);
}

} // namespace tandem::runtime
