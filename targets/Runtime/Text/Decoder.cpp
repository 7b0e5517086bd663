//===- Decoder.cpp - tokens' texts into one text -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/Decoder.h"

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Text/Characters.h"
#include "tandem/targets/Runtime/Text/Metaspace.h"
#include "tandem/targets/Runtime/Text/Pattern.h"

namespace tandem::runtime {

namespace {
/// Makes one token of all.
class FuseStage : public DecoderStage {
public:
  void begin() override {
    if (!hasBegun) {
      next->begin();
    }
    hasBegun = true;
  }
  void end() override {}
  void finish() override {
    if (hasBegun) {
      next->end();
    }
    next->finish();
  }

private:
  bool hasBegun = false;
};

/// A stage that looks at whole tokens.
class TokenStage : public DecoderStage {
public:
  void begin() override { held.clear(); }
  void text(std::string_view piece) override { held += piece; }
  void end() override { token(held); }

protected:
  virtual void token(const std::string &text) = 0;

  void pass(std::string_view text) {
    next->begin();
    next->text(text);
    next->end();
  }

private:
  std::string held;
};

/// Reads the byte alphabet; a token with any other character is itself. Bytes
/// of a character come together first.
class ByteLevelStage : public FuseStage {
public:
  void begin() override {
    FuseStage::begin();
    token.clear();
  }
  void text(std::string_view piece) override { token += piece; }
  void end() override {
    std::string spelled;
    for (size_t at = 0; at < token.size();) {
      std::optional<uint8_t> byte = readByteSpelling(nextCharacter(token, at));
      if (!byte) {
        spelled = token;
        break;
      }
      spelled += static_cast<char>(*byte);
    }
    bytes += spelled;
    passCharacters();
  }
  void finish() override {
    if (!bytes.empty()) {
      next->text(replacementCharacter);
    }
    FuseStage::finish();
  }

private:
  /// Passes on all but an unfinished character at the end.
  void passCharacters() {
    std::string characters;
    size_t at = 0;
    while (at < bytes.size()) {
      std::string_view rest = std::string_view(bytes).substr(at);
      Utf8Scan scan = scanCharacter(rest);
      if (scan.kind == Utf8Scan::Incomplete) {
        break;
      }
      characters += scan.kind == Utf8Scan::Character
                        ? rest.substr(0, scan.bytes)
                        : replacementCharacter;
      at += scan.bytes;
    }
    bytes.erase(0, at);
    if (!characters.empty()) {
      next->text(characters);
    }
  }

  std::string token, bytes;
};

/// Joins tokens such as "<0xE2>" that follow one another: a text if they are
/// UTF-8, otherwise U+FFFD for each. So none is certain before the last.
class ByteFallbackStage : public TokenStage {
public:
  void finish() override {
    flush();
    next->finish();
  }

protected:
  void token(const std::string &text) override {
    int byte = readByte(text);
    if (byte >= 0) {
      bytes += static_cast<char>(byte);
      return;
    }
    flush();
    pass(text);
  }

private:
  static int readDigit(char digit) {
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
           : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                          : -1;
  }
  /// Of "<0x", two digits or '+' and one, and ">"; otherwise -1.
  static int readByte(const std::string &text) {
    if (text.size() != 6 || text.rfind("<0x", 0) != 0 || text[5] != '>') {
      return -1;
    }
    int high = text[3] == '+' ? 0 : readDigit(text[3]);
    int low = readDigit(text[4]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
  }
  void flush() {
    if (bytes.empty()) {
      return;
    }
    if (findBadByte(bytes) == bytes.size()) {
      pass(bytes);
    } else {
      for (size_t i = 0; i < bytes.size(); ++i) {
        pass(replacementCharacter);
      }
    }
    bytes.clear();
  }

  std::string bytes;
};

class ReplaceStage : public TokenStage {
public:
  ReplaceStage(const Pattern &pattern, const std::string &content)
      : pattern(pattern), content(content) {}

protected:
  void token(const std::string &text) override {
    WorkLimit limit(text.size());
    pass(pattern.replace(text, content, limit));
  }

private:
  Pattern pattern;
  std::string content;
};

/// Turns marks into spaces; in the first token they are left out.
class MetaspaceStage : public DecoderStage {
public:
  explicit MetaspaceStage(const Metaspace &settings) : settings(settings) {}

  void begin() override {
    dropsMarks = isFirst && settings.scheme != Metaspace::Scheme::Never;
    isFirst = false;
    next->begin();
  }
  void text(std::string_view piece) override {
    std::string result;
    for (size_t at = 0; at < piece.size();) {
      char32_t character = nextCharacter(piece, at);
      if (character != settings.replacement) {
        appendCharacter(result, character);
      } else if (!dropsMarks) {
        result += ' ';
      }
    }
    next->text(result);
  }

private:
  Metaspace settings;
  bool isFirst = true, dropsMarks = false;
};

/// Takes a character away from the start and the end of each token, some times
/// at most. What may be the end is held back.
class StripStage : public DecoderStage {
public:
  StripStage(char32_t character, size_t fromStart, size_t fromEnd)
      : character(character), fromStart(fromStart), fromEnd(fromEnd) {}

  void begin() override {
    startLeft = fromStart;
    held = 0;
    next->begin();
  }
  void text(std::string_view piece) override {
    std::string result;
    for (size_t at = 0; at < piece.size();) {
      char32_t other = nextCharacter(piece, at);
      bool isStripped = other == character;
      if (isStripped && startLeft > 0) {
        --startLeft;
        continue;
      }
      startLeft = 0;
      if (isStripped && held < fromEnd) {
        ++held;
        continue;
      }
      if (!isStripped) {
        for (; held > 0; --held) {
          appendCharacter(result, character);
        }
      }
      appendCharacter(result, other);
    }
    next->text(result);
  }

private:
  char32_t character;
  size_t fromStart, fromEnd;
  size_t startLeft = 0, held = 0;
};

/// Puts a space between tokens.
class JoinStage : public DecoderStage {
public:
  void begin() override {
    next->begin();
    if (!isFirst) {
      next->text(" ");
    }
    isFirst = false;
  }

private:
  bool isFirst = true;
};
} // namespace

/// A factory of one stage, made from copies of `values`.
template <class Stage, class... Values>
static DecoderFactory makeStage(Values... values) {
  return [=](std::vector<std::unique_ptr<DecoderStage>> &stages) {
    stages.push_back(std::make_unique<Stage>(values...));
  };
}

template <class Stage> static DecoderFactory makePlain(const Settings &) {
  return makeStage<Stage>();
}

static DecoderFactory makeMetaspace(const Settings &settings) {
  return makeStage<MetaspaceStage>(Metaspace(settings));
}

static DecoderFactory makeReplace(const Settings &settings) {
  return makeStage<ReplaceStage>(Pattern(settings, "pattern"),
                                 settings.text("content"));
}

static DecoderFactory makeStrip(const Settings &settings) {
  constexpr int64_t most = 1 << 20;
  return makeStage<StripStage>(readCharacter(settings, "content"),
                               size_t(settings.number("start", most)),
                               size_t(settings.number("stop", most)));
}

static DecoderFactory makeSequence(const Settings &settings) {
  std::vector<DecoderFactory> parts;
  for (const Settings &part : settings.objects("decoders")) {
    parts.push_back(makeDecoder(part));
  }
  return [parts](std::vector<std::unique_ptr<DecoderStage>> &stages) {
    for (const DecoderFactory &part : parts) {
      part(stages);
    }
  };
}

DecoderFactory makeDecoder(const Settings &settings) {
  static const std::vector<
      std::pair<const char *, DecoderFactory (*)(const Settings &)>>
      kinds = {
          {"ByteFallback", makePlain<ByteFallbackStage>},
          {"ByteLevel", makePlain<ByteLevelStage>},
          {"Fuse", makePlain<FuseStage>},
          {"Metaspace", makeMetaspace},
          {"Replace", makeReplace},
          {"Sequence", makeSequence},
          {"Strip", makeStrip},
      };
  return findKind(settings, kinds)(settings);
}

DecoderFactory makeJoiningDecoder() { return makeStage<JoinStage>(); }

} // namespace tandem::runtime
