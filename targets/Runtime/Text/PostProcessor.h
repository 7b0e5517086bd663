//===- PostProcessor.h - tokens around a prompt -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The component "post_processor" of tokenizer.json, for one text: the tokens
// before and behind it. What it says about offsets and pairs is left out.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_POSTPROCESSOR_H
#define TANDEM_TARGETS_RUNTIME_TEXT_POSTPROCESSOR_H

#include <cstdint>
#include <vector>

#include "tandem/targets/Runtime/Text/Settings.h"

namespace tandem::runtime {

/// Tokens that frame a text.
struct Frame {
  std::vector<int32_t> before, behind;
};

/// Reads TemplateProcessing, ByteLevel, BertProcessing, RobertaProcessing and
/// Sequence; another is exit code 4.
Frame readFrame(const Settings &settings);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_POSTPROCESSOR_H
