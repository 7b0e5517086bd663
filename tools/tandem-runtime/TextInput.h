//===- TextInput.h - texts and token ids from files -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a user hands to the program in files and lists. Errors name the file or
// the option and what was expected.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_RUNTIME_TEXTINPUT_H
#define TANDEM_TOOLS_TANDEM_RUNTIME_TEXTINPUT_H

#include <cstdint>
#include <string>
#include <vector>

namespace tandem::cli {

/// The whole file at `path`, at most 256 MiB.
std::string readTextFile(const std::string &path);

/// The list "ids" of the JSON object in the file at `path`, each below `bound`.
std::vector<int32_t> readIds(const std::string &path, uint64_t bound);

/// The token ids in `text`, "1,15043", of option `option`.
std::vector<int32_t> parseIds(const std::string &text,
                              const std::string &option);

} // namespace tandem::cli

#endif // TANDEM_TOOLS_TANDEM_RUNTIME_TEXTINPUT_H
