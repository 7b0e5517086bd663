//===- TokenizeVerb.cpp - texts into tokens and back -----------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <iostream>
#include <vector>

#include <nlohmann/json.hpp>

#include "tandem/tools/tandem-runtime/Client.h"
#include "tandem/tools/tandem-runtime/TextInput.h"
#include "tandem/tools/tandem-runtime/Verbs.h"

namespace tandem::cli {

using Json = nlohmann::json;

/// Of a file whose name ends with .json, or of a bundle.
static Tokenizer openTokenizer(const std::string &path) {
  return path.ends_with(".json") ? Tokenizer(readTextFile(path))
                                 : Tokenizer(Bundle(path));
}

/// The value of a line of JSON.
template <class T>
static T parseLine(const std::string &line, uint64_t number,
                   const char *expected) {
  try {
    return Json::parse(line).get<T>();
  } catch (const Json::exception &) {
    throw Failure(ExitCode::InputRejected,
                  "line " + std::to_string(number) + " is not " + expected);
  }
}

static std::vector<std::string> decodeLine(const Tokenizer &tokenizer,
                                           const std::vector<int32_t> &tokens,
                                           bool skipSpecials) {
  std::vector<std::string> pieces;
  auto take = [](void *context, const char *text, uint64_t bytes) {
    static_cast<std::vector<std::string> *>(context)->emplace_back(text, bytes);
  };
  check(tandem_tokenizer_decode(tokenizer.get(), tokens.data(), tokens.size(),
                                skipSpecials, take, &pieces));
  return pieces;
}

static void printTokens(const std::vector<int32_t> &tokens, bool asJson) {
  std::cout << (asJson ? "{\"tokens\":[" : "");
  for (size_t i = 0; i < tokens.size(); ++i) {
    std::cout << (i ? "," : "") << tokens[i];
  }
  std::cout << (asJson ? "]}\n" : "\n");
}

static void printPieces(const std::vector<std::string> &pieces, bool asJson) {
  std::string text;
  for (const std::string &piece : pieces) {
    text += piece;
  }
  if (asJson) { // which fails where a piece is not whole characters
    text = Json{{"text", text}, {"pieces", pieces}}.dump(-1, ' ',
                                                         /*ensure_ascii=*/true);
  }
  std::cout << text << "\n";
}

int tokenizeVerb(const Arguments &arguments) {
  Tokenizer tokenizer = openTokenizer(arguments.bundle());
  bool asJson = arguments.has("--json");
  uint32_t flags =
      (arguments.has("--add-specials") ? TANDEM_ENCODE_ADD_SPECIALS : 0) |
      (arguments.has("--no-specials-in-text") ? TANDEM_ENCODE_PLAIN : 0);
  std::string line;
  for (uint64_t number = 1; std::getline(std::cin, line); ++number) {
    if (!arguments.has("--decode")) {
      if (asJson) {
        line = parseLine<std::string>(line, number, "a JSON string");
      }
      printTokens(encode(tokenizer, line, flags), asJson);
      continue;
    }
    auto tokens = parseLine<std::vector<int32_t>>(
        asJson ? line : "[" + line + "]", number,
        asJson ? "a JSON array of token ids" : "token ids with commas between");
    printPieces(decodeLine(tokenizer, tokens, arguments.has("--skip-specials")),
                asJson);
  }
  std::cout.flush();
  return 0;
}

} // namespace tandem::cli
