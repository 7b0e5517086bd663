//===- Tokenizer.cpp - texts into tokens and back -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/Tokenizer.h"

#include <unordered_map>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Text/AddedTokens.h"
#include "tandem/targets/Runtime/Text/BytePairs.h"
#include "tandem/targets/Runtime/Text/Characters.h"
#include "tandem/targets/Runtime/Text/Decoder.h"
#include "tandem/targets/Runtime/Text/Normalizer.h"
#include "tandem/targets/Runtime/Text/PostProcessor.h"
#include "tandem/targets/Runtime/Text/PreTokenizer.h"

namespace tandem::runtime {

/// What the file says; never changed once it is read.
struct Tokenizer::Parts {
  explicit Parts(TokenizerFile &file);

  void encodePlain(std::string_view text, bool startsText, bool findsSpecials,
                   WorkLimit &limit, std::vector<int32_t> &ids) const;
  const std::string *findText(int32_t id) const;

  BytePairs model;
  std::vector<AddedToken> added;
  std::unordered_map<int32_t, const AddedToken *> addedById;
  Normalizer normalizer; ///< null: none, as for the next one
  PreTokenizer preTokenizer;
  Frame frame;
  DecoderFactory decoder;
  /// Those looked for before and behind the normalizer.
  std::optional<AddedTokenFinder> early, late;
};

/// What `make` makes of the component at `key`; without one, `fallback`.
template <class Part>
static Part makePart(const TokenizerFile &file, const char *key,
                     Part (*make)(const Settings &), Part fallback) {
  auto found = file.settings.find(key);
  return found == file.settings.end() || found->is_null()
             ? fallback
             : make(Settings(*found, key));
}

/// The component "model".
static Settings findModel(const TokenizerFile &file) {
  Settings settings(file.settings, "the file");
  settings.object("model"); // says that it is missing
  return Settings(file.settings["model"], "model");
}

Tokenizer::Parts::Parts(TokenizerFile &file)
    : model(findModel(file), file),
      added(readAddedTokens(Settings(file.settings, "the file"))),
      normalizer(
          makePart<Normalizer>(file, "normalizer", makeNormalizer, nullptr)),
      preTokenizer(makePart<PreTokenizer>(file, "pre_tokenizer",
                                          makePreTokenizer, nullptr)),
      frame(makePart<Frame>(file, "post_processor", readFrame, {})),
      decoder(makePart<DecoderFactory>(file, "decoder", makeDecoder,
                                       makeJoiningDecoder())) {
  std::vector<std::pair<std::string, const AddedToken *>> plain, normalized;
  for (const AddedToken &token : added) {
    addedById[token.id] = &token;
    int32_t known = model.vocabulary().find(token.content);
    if (known != Vocabulary::none && known != token.id) {
      throw Failure(ExitCode::InputRejected,
                    "tokenizer.json: token '" + token.content + "' has id " +
                        std::to_string(token.id) + " in added_tokens and id " +
                        std::to_string(known) + " in model.vocab");
    }
    std::string spelling = token.content;
    if (token.isNormalized && normalizer) {
      WorkLimit limit(spelling.size());
      spelling = normalizer(std::move(spelling), limit);
    }
    (token.isNormalized ? normalized : plain).emplace_back(spelling, &token);
  }
  early.emplace(std::move(plain));
  late.emplace(std::move(normalized));
}

const std::string *Tokenizer::Parts::findText(int32_t id) const {
  auto found = addedById.find(id);
  return found != addedById.end() ? &found->second->content
                                  : model.vocabulary().findText(id);
}

void Tokenizer::Parts::encodePlain(std::string_view text, bool startsText,
                                   bool findsSpecials, WorkLimit &limit,
                                   std::vector<int32_t> &ids) const {
  std::string normal(text);
  if (normalizer) {
    normal = normalizer(std::move(normal), limit);
  }
  for (const AddedTokenFinder::Piece &piece :
       late->split(normal, findsSpecials)) {
    if (piece.token) {
      ids.push_back(piece.token->id);
      continue;
    }
    std::vector<Word> words = {
        {normal.substr(piece.begin, piece.end - piece.begin),
         startsText && piece.begin == 0}};
    if (preTokenizer) {
      preTokenizer(words, limit);
    }
    for (const Word &word : words) {
      model.encode(word.text, ids);
    }
  }
}

Tokenizer::Tokenizer(std::shared_ptr<const Parts> parts)
    : parts(std::move(parts)) {}

Tokenizer Tokenizer::parse(std::string_view json) {
  TokenizerFile file = TokenizerFile::parse(json);
  return Tokenizer(std::make_shared<const Parts>(file));
}

std::vector<int32_t> Tokenizer::encode(std::string_view text,
                                       EncodeOptions options) const {
  size_t bad = findBadByte(text);
  if (bad < text.size()) {
    throw Failure(ExitCode::InputRejected,
                  "the text is no UTF-8 from byte " + std::to_string(bad));
  }
  WorkLimit limit(text.size());
  std::vector<int32_t> ids;
  if (options.addSpecials) {
    ids = parts->frame.before;
  }
  for (const AddedTokenFinder::Piece &piece :
       parts->early->split(text, options.specialsInText)) {
    if (piece.token) {
      ids.push_back(piece.token->id);
    } else {
      parts->encodePlain(text.substr(piece.begin, piece.end - piece.begin),
                         piece.begin == 0, options.specialsInText, limit, ids);
    }
  }
  if (options.addSpecials) {
    ids.insert(ids.end(), parts->frame.behind.begin(),
               parts->frame.behind.end());
  }
  return ids;
}

std::string Tokenizer::decode(std::span<const int32_t> tokens,
                              bool skipSpecials) const {
  Detokenizer detokenizer(*this, skipSpecials);
  std::string text;
  for (int32_t token : tokens) {
    text += detokenizer.push(token);
  }
  return text + detokenizer.finish();
}

std::optional<int32_t> Tokenizer::findToken(std::string_view text) const {
  for (const AddedToken &token : parts->added) {
    if (token.content == text) {
      return token.id;
    }
  }
  int32_t id = parts->model.vocabulary().find(text);
  return id == Vocabulary::none ? std::nullopt : std::optional(id);
}

int32_t Tokenizer::idLimit() const {
  int32_t limit = parts->model.vocabulary().idLimit();
  for (const AddedToken &token : parts->added) {
    limit = std::max(limit, token.id + 1);
  }
  return limit;
}

namespace {
/// The end of the chain: collects.
class CollectStage : public DecoderStage {
public:
  void begin() override {}
  void text(std::string_view piece) override { collected += piece; }
  void end() override {}
  void finish() override {}

  std::string take() { return std::exchange(collected, {}); }

private:
  std::string collected;
};
} // namespace

struct Detokenizer::State {
  std::shared_ptr<const Tokenizer::Parts> parts;
  bool skipsSpecials;
  std::vector<std::unique_ptr<DecoderStage>> stages;
  CollectStage last;
};

Detokenizer::Detokenizer(const Tokenizer &tokenizer, bool skipSpecials)
    : state(new State{tokenizer.parts, skipSpecials, {}, {}}) {
  state->parts->decoder(state->stages);
  for (size_t i = 0; i < state->stages.size(); ++i) {
    state->stages[i]->next = i + 1 < state->stages.size()
                                 ? state->stages[i + 1].get()
                                 : &state->last;
  }
}

Detokenizer::~Detokenizer() = default;
Detokenizer::Detokenizer(Detokenizer &&) noexcept = default;

std::string Detokenizer::push(int32_t token) {
  auto added = state->parts->addedById.find(token);
  bool isSkipped = state->skipsSpecials &&
                   added != state->parts->addedById.end() &&
                   added->second->isSpecial;
  const std::string *text = state->parts->findText(token);
  if (!text || isSkipped) {
    return "";
  }
  DecoderStage &first =
      state->stages.empty() ? state->last : *state->stages.front();
  first.begin();
  first.text(*text);
  first.end();
  return state->last.take();
}

std::string Detokenizer::finish() {
  DecoderStage &first =
      state->stages.empty() ? state->last : *state->stages.front();
  first.finish();
  return state->last.take();
}

} // namespace tandem::runtime
