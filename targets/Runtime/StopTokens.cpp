//===- StopTokens.cpp - ids that end a generation -------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/StopTokens.h"

#include <string>

#include "tandem/targets/Runtime/Records.h"

namespace tandem::runtime {

static constexpr uint64_t maximumConfigBytes = 16 << 20;

static std::vector<int32_t> toIds(const Json &value, const std::string &where) {
  std::vector<int32_t> ids;
  if (value.is_array()) {
    readValue(value, ids, where);
  } else if (!value.is_null()) {
    readValue(value, ids.emplace_back(), where);
  }
  return ids;
}

std::vector<int32_t> readStopTokens(const BundleFolder &bundle) {
  const std::string key = "eos_token_id";
  for (const char *name :
       {"generation_config.json", "genai_config.json", "config.json"}) {
    std::string path = std::string("assets/") + name;
    if (!bundle.manifest().findFile(path)) {
      continue;
    }
    Json config = parseJson(bundle.read(path, maximumConfigBytes), path);
    if (config.is_object() && config.contains("model") &&
        config["model"].is_object()) {
      config = Json(config["model"]);
    }
    if (config.is_object() && config.contains(key)) {
      return toIds(config[key], path + "." + key);
    }
  }
  return {};
}

} // namespace tandem::runtime
