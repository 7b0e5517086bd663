//===- TokenizerFile.cpp - tokenizer.json as tables -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Text/TokenizerFile.h"

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Text/Settings.h"

namespace tandem::runtime {

/// Larger than any published file (33 MB).
static constexpr size_t maximumBytes = 64 << 20;
/// Values outside vocabulary and merges; an added token has eight.
static constexpr size_t maximumValues = 1 << 20;

void MergeList::add(std::string_view left, std::string_view right) {
  texts.append(left).append(right);
  sizes.emplace_back(static_cast<uint32_t>(left.size()),
                     static_cast<uint32_t>(right.size()));
}

namespace {
/// Takes the parser's events: builds the tree, except within model.vocab and
/// model.merges.
class FileEvents : public nlohmann::json_sax<Json> {
public:
  explicit FileEvents(TokenizerFile &file) : file(file) {}

  bool null() override { return scalar(nullptr); }
  bool boolean(bool value) override { return scalar(value); }
  bool number_integer(int64_t value) override { return scalar(value); }
  bool number_unsigned(uint64_t value) override {
    if (mode == Mode::Vocabulary && depth() == 3) {
      addToken(value);
      return true;
    }
    return scalar(value);
  }
  bool number_float(double value, const std::string &) override {
    return scalar(value);
  }
  bool string(std::string &value) override {
    if (mode == Mode::Merges) {
      addMergeText(value);
      return true;
    }
    return scalar(value);
  }
  bool binary(Json::binary_t &) override { return false; } // JSON has none
  bool start_object(size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }
  bool key(std::string &name) override;
  bool parse_error(size_t position, const std::string &,
                   const Json::exception &error) override {
    std::string what = error.what();
    size_t colon = what.find(": ");
    fail("is no valid JSON at byte " + std::to_string(position) + ": " +
         what.substr(colon == what.npos ? 0 : colon + 2));
  }

private:
  enum class Mode { Tree, Vocabulary, Merges, Ignored };

  [[noreturn]] static void fail(const std::string &what) {
    throw Failure(ExitCode::InputRejected, "tokenizer.json: " + what);
  }
  size_t depth() const { return path.size() + inner; }
  bool scalar(Json value);
  bool open(Json empty);
  bool close();
  void store(Json value);
  void addToken(uint64_t id);
  void addMergeText(const std::string &text);

  TokenizerFile &file;
  std::vector<Json *> path; ///< open containers of the tree
  std::string name;         ///< the latest key
  Mode mode = Mode::Tree;
  size_t inner = 0; ///< open containers that are not in the tree
  size_t values = 0;
  std::vector<std::string> merge; ///< of the open array
};
} // namespace

bool FileEvents::key(std::string &text) {
  name = text;
  if (mode == Mode::Tree && path.back()->contains(name)) {
    fail("has key '" + name + "' twice in one object");
  }
  return true;
}

void FileEvents::store(Json value) {
  if (++values > maximumValues) {
    fail("has more than " + std::to_string(maximumValues) +
         " values beside vocabulary and merges");
  }
  if (path.empty()) {
    file.settings = std::move(value);
  } else if (path.back()->is_object()) {
    (*path.back())[name] = std::move(value);
  } else {
    path.back()->push_back(std::move(value));
  }
}

bool FileEvents::scalar(Json value) {
  if (mode == Mode::Tree) {
    store(std::move(value));
  } else if (mode == Mode::Vocabulary) {
    fail("model.vocab has no whole number for token '" + name + "'");
  } else if (mode == Mode::Merges) {
    fail("model.merges[" + std::to_string(file.merges.size()) +
         "] is neither a text nor a pair of texts");
  }
  return true;
}

bool FileEvents::open(Json empty) {
  if (depth() >= maximumJsonDepth) {
    fail("is nested deeper than " + std::to_string(maximumJsonDepth));
  }
  if (mode == Mode::Tree) {
    bool isInModel = path.size() == 2 && path[0]->is_object() &&
                     path[0]->contains("model") &&
                     &(*path[0])["model"] == path[1] && path[1]->is_object();
    if (isInModel && (name == "vocab" || name == "merges")) {
      // Of another kind of model, whose type is refused later.
      bool isPlain = empty.is_object() == (name == "vocab");
      mode = !isPlain          ? Mode::Ignored
             : name == "vocab" ? Mode::Vocabulary
                               : Mode::Merges;
      (name == "vocab" ? file.hasVocabulary : file.hasMerges) |= isPlain;
      store(nullptr); // so that a second one is seen
      inner = 1;
      return true;
    }
    store(std::move(empty));
    path.push_back(path.empty()               ? &file.settings
                   : path.back()->is_object() ? &(*path.back())[name]
                                              : &path.back()->back());
    return true;
  }
  ++inner;
  if (mode == Mode::Vocabulary ||
      (mode == Mode::Merges && (inner > 2 || empty.is_object()))) {
    scalar(nullptr); // says what is wrong
  }
  merge.clear();
  return true;
}

bool FileEvents::close() {
  if (mode == Mode::Tree) {
    path.pop_back();
    return true;
  }
  if (mode == Mode::Merges && inner == 2) {
    if (merge.size() != 2) {
      fail("model.merges[" + std::to_string(file.merges.size()) + "] has " +
           std::to_string(merge.size()) + " texts, expected 2");
    }
    file.merges.add(merge[0], merge[1]);
  }
  if (--inner == 0) {
    mode = Mode::Tree;
  }
  return true;
}

void FileEvents::addToken(uint64_t id) {
  if (id >= maximumTokenIds) {
    fail("token '" + name + "' has id " + std::to_string(id) +
         ", expected less than " + std::to_string(maximumTokenIds));
  }
  if (!file.vocabulary.add(name, static_cast<int32_t>(id))) {
    fail("model.vocab has token '" + name + "' twice");
  }
}

void FileEvents::addMergeText(const std::string &text) {
  if (inner == 2) {
    merge.push_back(text);
    if (merge.size() > 2) {
      close(); // says what is wrong
    }
    return;
  }
  if (text.rfind("#version", 0) == 0) {
    return; // a line of merges.txt that old files have kept
  }
  size_t space = text.find(' ');
  if (space == text.npos || text.find(' ', space + 1) != text.npos) {
    fail("model.merges[" + std::to_string(file.merges.size()) + "] is '" +
         text + "', expected two tokens with a space between");
  }
  file.merges.add(std::string_view(text).substr(0, space),
                  std::string_view(text).substr(space + 1));
}

TokenizerFile TokenizerFile::parse(std::string_view text) {
  if (text.size() > maximumBytes) {
    throw Failure(ExitCode::InputRejected,
                  "tokenizer.json: is larger than " +
                      std::to_string(maximumBytes >> 20) + " MiB");
  }
  TokenizerFile file;
  FileEvents events(file);
  Json::sax_parse(text.begin(), text.end(), &events);
  file.vocabulary.finish();
  return file;
}

} // namespace tandem::runtime
