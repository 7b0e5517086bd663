//===- Handshake.cpp - two processes of one bundle ------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Handoff/Handshake.h"

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::runtime {

static void requireEqual(const char *field, const std::string &theirs,
                         const std::string &ours) {
  if (theirs != ours) {
    // What a peer sends is shown only as far as a digest is long.
    throw Failure(ExitCode::RuntimeFailure,
                  std::string("the peer's ") + field + " is '" +
                      theirs.substr(0, 80) + "', ours is '" + ours +
                      "'; give both processes the same bundle");
  }
}

void shakeHands(Channel &channel, const Manifest &manifest,
                const std::string &prefillPart) {
  const Hello ours{manifest.createdBy.version, manifest.contract.digest,
                   manifest.weights.setDigest, prefillPart};
  channel.send(ours);
  Hello theirs = channel.receive().as<Hello>();
  requireEqual("tool version", theirs.tool, ours.tool);
  requireEqual("contract digest", theirs.contract, ours.contract);
  requireEqual("weight set digest", theirs.weights, ours.weights);
  requireEqual("prefill part", theirs.part, ours.part);
}

} // namespace tandem::runtime
