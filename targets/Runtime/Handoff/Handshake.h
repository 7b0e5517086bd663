//===- Handshake.h - two processes of one bundle ----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Both sides say what they have before a byte of cache or a token passes.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_HANDOFF_HANDSHAKE_H
#define TANDEM_TARGETS_RUNTIME_HANDOFF_HANDSHAKE_H

#include "tandem/targets/Runtime/Handoff/Channel.h"
#include "tandem/targets/Runtime/Manifest.h"

namespace tandem::runtime {

/// Exchanges versions and digests and fails, naming the field, where the peer
/// has others. `prefillPart` is the id of the part that prefill runs.
void shakeHands(Channel &channel, const Manifest &manifest,
                const std::string &prefillPart);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_HANDOFF_HANDSHAKE_H
