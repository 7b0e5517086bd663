//===- ModelConfig.cpp - files beside the model -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "ModelConfig.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using llvm::StringRef;

namespace tandem {

static constexpr uint64_t maximumBytes = 16 << 20;
static constexpr int maximumDepth = 64;

static std::string join(StringRef folder, StringRef name) {
  llvm::SmallString<256> path(folder);
  llvm::sys::path::append(path, name);
  return path.str().str();
}

/// The parser recurses, so depth is checked first.
static bool isTooDeep(StringRef text) {
  int depth = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (inString) {
      inString = text[i] != '"';
      i += text[i] == '\\'; // the escaped character is not looked at
      continue;
    }
    inString = text[i] == '"';
    depth += (text[i] == '[' || text[i] == '{');
    depth -= (text[i] == ']' || text[i] == '}');
    if (depth > maximumDepth) {
      return true;
    }
  }
  return false;
}

/// The object in file `name` of `folder`; nothing where there is no such file.
static llvm::Expected<std::optional<llvm::json::Object>>
readObject(StringRef folder, StringRef name) {
  std::string path = join(folder, name);
  uint64_t bytes = 0;
  if (!llvm::sys::fs::is_regular_file(path) ||
      llvm::sys::fs::file_size(path, bytes)) {
    return std::nullopt;
  }
  if (bytes > maximumBytes) {
    return llvm::createStringError("%s: is larger than 16 MiB",
                                   name.str().c_str());
  }
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer) {
    return llvm::createStringError("%s: %s", name.str().c_str(),
                                   buffer.getError().message().c_str());
  }
  if (isTooDeep((*buffer)->getBuffer())) {
    return llvm::createStringError("%s: is nested deeper than %d",
                                   name.str().c_str(), maximumDepth);
  }
  llvm::Expected<llvm::json::Value> value =
      llvm::json::parse((*buffer)->getBuffer());
  if (!value) {
    return llvm::createStringError("%s: is not JSON: %s", name.str().c_str(),
                                   llvm::toString(value.takeError()).c_str());
  }
  if (llvm::json::Object *object = value->getAsObject()) {
    return std::optional(std::move(*object));
  }
  return llvm::createStringError("%s: is not a JSON object",
                                 name.str().c_str());
}

/// The key of `keys` that `object` has as a positive integer.
static std::optional<ContextLength> findLength(const llvm::json::Object &object,
                                               StringRef file,
                                               llvm::ArrayRef<StringRef> keys) {
  for (StringRef key : keys) {
    if (std::optional<int64_t> tokens = object.getInteger(key);
        tokens && *tokens > 0 && *tokens <= maximumContextTokens) {
      return ContextLength{*tokens, (file + " " + key).str()};
    }
  }
  return std::nullopt;
}

llvm::Expected<std::optional<ContextLength>>
readContextLength(StringRef folder) {
  auto genai = readObject(folder, "genai_config.json");
  if (!genai) {
    return genai.takeError();
  }
  if (*genai) {
    if (const llvm::json::Object *model = (*genai)->getObject("model")) {
      if (auto length =
              findLength(*model, "genai_config.json", {"context_length"})) {
        return length;
      }
    }
  }
  auto config = readObject(folder, "config.json");
  if (!config) {
    return config.takeError();
  }
  if (*config) {
    return findLength(**config, "config.json",
                      {"max_position_embeddings", "n_positions", "n_ctx",
                       "max_seq_len", "seq_length"});
  }
  return std::nullopt;
}

std::vector<std::string> findAssets(StringRef folder) {
  static const StringRef known[] = {
      "added_tokens.json",
      "chat_template.jinja",
      "config.json",
      "genai_config.json",
      "generation_config.json",
      "merges.txt",
      "special_tokens_map.json",
      "tokenizer.json",
      "tokenizer.model",
      "tokenizer_config.json",
      "vocab.json",
  };
  std::vector<std::string> found;
  for (StringRef name : known) {
    if (llvm::sys::fs::is_regular_file(join(folder, name))) {
      found.push_back(name.str());
    }
  }
  return found;
}

} // namespace tandem
