//===- StopTokens.h - ids that end a generation -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Read from the assets that the compiler copied beside the model.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_STOPTOKENS_H
#define TANDEM_TARGETS_RUNTIME_STOPTOKENS_H

#include <cstdint>
#include <vector>

#include "tandem/targets/Runtime/BundleFolder.h"

namespace tandem::runtime {

/// `eos_token_id` of the first of assets/generation_config.json,
/// assets/genai_config.json ("model") and assets/config.json that has it, one
/// id or a list; empty if none has.
std::vector<int32_t> readStopTokens(const BundleFolder &bundle);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_STOPTOKENS_H
