//===- PrefillServer.h - the process that runs prefill ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs steps for the process that decodes, in slots that this one lends.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_HANDOFF_PREFILLSERVER_H
#define TANDEM_TARGETS_RUNTIME_HANDOFF_PREFILLSERVER_H

#include "tandem/targets/Runtime/Engine.h"
#include "tandem/targets/Runtime/Handoff/Channel.h"

namespace tandem::runtime {

/// Loads the bundle's prefill part and serves the peer until it leaves. Fails
/// where the peer is lost or breaks the protocol; it is told why.
void servePrefill(BundleFolder &bundle, const LoadOptions &load,
                  PeerOptions options);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_HANDOFF_PREFILLSERVER_H
