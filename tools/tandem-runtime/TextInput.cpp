//===- TextInput.cpp - texts and token ids from files ---------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/tools/tandem-runtime/TextInput.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <nlohmann/json.hpp>

#include "tandem/tools/tandem-runtime/CommandLine.h"

namespace tandem::cli {

static constexpr size_t maximumBytes = 256 << 20;

[[noreturn]] static void reject(const std::string &path,
                                const std::string &what) {
  throw Failure(ExitCode::InputRejected, "'" + path + "' " + what);
}

std::string readTextFile(const std::string &path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(
      std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) {
    reject(path, std::string("cannot be read: ") + std::strerror(errno));
  }
  std::string text;
  char buffer[1 << 16];
  while (size_t got = std::fread(buffer, 1, sizeof(buffer), file.get())) {
    text.append(buffer, got);
    if (text.size() > maximumBytes) {
      reject(path, "has more than 256 MiB");
    }
  }
  if (std::ferror(file.get())) {
    reject(path, std::string("cannot be read: ") + std::strerror(errno));
  }
  return text;
}

std::vector<int32_t> readIds(const std::string &path, uint64_t bound) {
  auto json = nlohmann::json::parse(readTextFile(path), nullptr,
                                    /*allow_exceptions=*/false);
  auto list = json.is_object() ? json.find("ids") : json.end();
  if (list == json.end() || !list->is_array()) {
    reject(path, "is no JSON object with a list \"ids\"");
  }
  std::vector<int32_t> ids;
  for (const auto &id : *list) {
    if (!id.is_number_unsigned() || id.get<uint64_t>() >= bound) {
      reject(path, "ids[" + std::to_string(ids.size()) + "] is " +
                       id.dump(-1, ' ', false,
                               nlohmann::json::error_handler_t::replace) +
                       ", expected 0 to " + std::to_string(bound - 1));
    }
    ids.push_back(id.get<int32_t>());
  }
  return ids;
}

std::vector<int32_t> parseIds(const std::string &text,
                              const std::string &option) {
  std::vector<int32_t> tokens;
  for (size_t start = 0; start <= text.size();) {
    size_t end = std::min(text.find(',', start), text.size());
    std::string word = text.substr(start, end - start);
    bool isNegative = !word.empty() && word[0] == '-';
    uint64_t number = 0;
    if (!parseNumber(word.substr(isNegative), INT32_MAX, number)) {
      throw Failure(ExitCode::Usage,
                    "option '" + option + "' has '" + word +
                        "', expected token ids with commas between: 1,15043");
    }
    auto token = static_cast<int32_t>(number);
    tokens.push_back(isNegative ? -token : token);
    start = end + 1;
  }
  return tokens;
}

} // namespace tandem::cli
