//===- PrefillProcess.h - a child that runs prefill -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_RUNTIME_PREFILLPROCESS_H
#define TANDEM_TOOLS_TANDEM_RUNTIME_PREFILLPROCESS_H

#include <cstdint>
#include <string>
#include <sys/types.h>

#include "tandem/targets/Runtime/tandem-runtime.h"

namespace tandem::cli {

/// This program again, as `serve-prefill` at the other end of a socket. It ends
/// when the socket is closed.
class PrefillProcess {
public:
  PrefillProcess(const std::string &bundle, const TandemLoadOptions &load);
  /// Waits for its end, and makes it end where it does not.
  ~PrefillProcess();
  PrefillProcess(const PrefillProcess &) = delete;

  /// This side's end; the library closes it.
  int socket() const { return ours; }

private:
  int ours = -1;
  pid_t child = -1;
};

} // namespace tandem::cli

#endif // TANDEM_TOOLS_TANDEM_RUNTIME_PREFILLPROCESS_H
