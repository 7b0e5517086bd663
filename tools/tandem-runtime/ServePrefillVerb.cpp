//===- ServePrefillVerb.cpp - the child of 'run --processes 2' ------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <csignal>
#include <unistd.h>

#include "tandem/tools/tandem-runtime/Client.h"
#include "tandem/tools/tandem-runtime/Verbs.h"

namespace tandem::cli {

/// Nobody wants the step that is being computed: do not finish it.
static void endWithoutPeer(void *) {
  constexpr char message[] =
      "error: the process that decodes is gone amid a prefill\n";
  [[maybe_unused]] ssize_t written =
      write(STDERR_FILENO, message, sizeof(message) - 1);
  _exit(static_cast<int>(ExitCode::RuntimeFailure));
}

int servePrefillVerb(const Arguments &arguments) {
  if (!arguments.has("--socket")) {
    throw Failure(ExitCode::Usage, "'serve-prefill' needs --socket N");
  }
  TandemPeer peer = {};
  peer.size = sizeof(peer);
  peer.socket = static_cast<int32_t>(arguments.number("--socket", 0, 1 << 20));
  peer.onLost = endWithoutPeer;
  // An interrupt reaches both; the process that decodes ends this one.
  std::signal(SIGINT, SIG_IGN);
  TandemLoadOptions load = loadOptions(arguments);
  Bundle bundle(arguments.bundle());
  check(tandem_bundle_serve_prefill(bundle.get(), &load, &peer));
  return 0;
}

} // namespace tandem::cli
