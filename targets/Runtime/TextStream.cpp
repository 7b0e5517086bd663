//===- TextStream.cpp - the text of a generation as it comes --------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/TextStream.h"

#include <algorithm>
#include <utility>

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::runtime {

StopTexts::StopTexts(std::vector<std::string> given) : texts(std::move(given)) {
  for (const std::string &text : texts) {
    if (text.empty()) {
      throw Failure(ExitCode::Usage,
                    "a stop text is empty, expected one character at least");
    }
  }
}

/// The most bytes at the end of `held` that begin `text`.
static size_t overlap(const std::string &held, const std::string &text) {
  size_t bytes = std::min(held.size(), text.size() - 1);
  while (bytes > 0 &&
         held.compare(held.size() - bytes, bytes, text, 0, bytes) != 0) {
    --bytes;
  }
  return bytes;
}

std::string StopTexts::push(std::string_view piece) {
  if (isStopped) {
    return "";
  }
  held += piece;
  // The one that is complete first, however the text is cut into pieces; of
  // several that end together the one that begins first.
  size_t first = 0, end = held.npos;
  for (const std::string &text : texts) {
    size_t found = held.find(text);
    if (found != held.npos &&
        std::pair(found + text.size(), found) < std::pair(end, first)) {
      first = found;
      end = found + text.size();
    }
  }
  if (end != held.npos) {
    isStopped = true;
    return std::exchange(held, "").substr(0, first);
  }
  size_t kept = 0;
  for (const std::string &text : texts) {
    kept = std::max(kept, overlap(held, text));
  }
  std::string certain = held.substr(0, held.size() - kept);
  held.erase(0, certain.size());
  return certain;
}

std::string StopTexts::finish() { return std::exchange(held, ""); }

TextStream::TextStream(const Tokenizer &tokenizer,
                       std::vector<std::string> stopTexts)
    : detokenizer(tokenizer, /*skipSpecials=*/true),
      stops(std::move(stopTexts)) {}

std::string TextStream::push(int32_t token) {
  return stops.push(detokenizer.push(token));
}

std::string TextStream::finish() {
  std::string certain = stops.push(detokenizer.finish());
  return certain + stops.finish();
}

} // namespace tandem::runtime
