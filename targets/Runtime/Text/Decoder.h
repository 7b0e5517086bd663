//===- Decoder.h - tokens' texts into one text -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The component "decoder" of tokenizer.json as a chain of stages that tokens
// run through one by one. Whole texts are decoded by the same stages, so what
// is streamed cannot differ.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_DECODER_H
#define TANDEM_TARGETS_RUNTIME_TEXT_DECODER_H

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/targets/Runtime/Text/Settings.h"

namespace tandem::runtime {

/// Gets tokens, each as begin, any number of pieces of its text (whole
/// characters), end; after the last one, finish. What a stage does not override
/// goes to the next one as it is.
class DecoderStage {
public:
  virtual ~DecoderStage() = default;
  virtual void begin() { next->begin(); }
  virtual void text(std::string_view piece) { next->text(piece); }
  virtual void end() { next->end(); }
  virtual void finish() { next->finish(); }

  DecoderStage *next = nullptr;
};

/// Makes the stages of one text.
using DecoderFactory =
    std::function<void(std::vector<std::unique_ptr<DecoderStage>> &)>;

/// Reads ByteLevel, ByteFallback, Fuse, Metaspace, Replace, Strip and Sequence;
/// another is exit code 4.
DecoderFactory makeDecoder(const Settings &settings);

/// Where there is no decoder: a space between two tokens.
DecoderFactory makeJoiningDecoder();

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_DECODER_H
