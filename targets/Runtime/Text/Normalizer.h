//===- Normalizer.h - texts before they are cut -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The component "normalizer" of tokenizer.json.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEXT_NORMALIZER_H
#define TANDEM_TARGETS_RUNTIME_TEXT_NORMALIZER_H

#include <functional>
#include <string>

#include "tandem/targets/Runtime/Text/Settings.h"
#include "tandem/targets/Runtime/Text/WorkLimit.h"

namespace tandem::runtime {

/// Turns valid UTF-8 into valid UTF-8.
using Normalizer = std::function<std::string(std::string text, WorkLimit &)>;

/// Makes the normalizer that `settings` describe: NFC, NFD, NFKC, NFKD,
/// Lowercase, Strip, StripAccents, Replace, Prepend, ByteLevel and Sequence;
/// another is exit code 4.
Normalizer makeNormalizer(const Settings &settings);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_TEXT_NORMALIZER_H
