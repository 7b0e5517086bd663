//===- ModelConfig.h - files beside the model -------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What config.json, genai_config.json and the like say, and which files go into
// the bundle's assets.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_MODELCONFIG_H
#define TANDEM_TOOLS_TANDEM_MODELCONFIG_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "llvm/Support/Error.h"

namespace tandem {

/// Longer than any model's context; keeps sizes in bytes far from overflow.
inline constexpr int64_t maximumContextTokens = 1 << 24;

/// A context length and where it was read.
struct ContextLength {
  int64_t tokens = 0;
  std::string cause;
};

/// The context length that genai_config.json, else config.json, in `folder`
/// states; nothing where neither does. A file that is not JSON, or larger than
/// 16 MiB or nested deeper than 64, is an error.
llvm::Expected<std::optional<ContextLength>>
readContextLength(llvm::StringRef folder);

/// Names of the files in `folder` that a runtime needs beside the code:
/// tokenizer, chat template, generation and model configuration. Sorted.
std::vector<std::string> findAssets(llvm::StringRef folder);

} // namespace tandem

#endif // TANDEM_TOOLS_TANDEM_MODELCONFIG_H
