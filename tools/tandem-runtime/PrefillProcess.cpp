//===- PrefillProcess.cpp - a child that runs prefill ---------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/tools/tandem-runtime/PrefillProcess.h"

#include <chrono>
#include <csignal>
#include <cstring>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::cli {

using runtime::ExitCode;
using runtime::Failure;

[[noreturn]] static void fail(const char *what, int error) {
  throw Failure(ExitCode::Environment,
                std::string("cannot ") + what + ": " + std::strerror(error));
}

PrefillProcess::PrefillProcess(const std::string &bundle,
                               const TandemLoadOptions &load) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    fail("make a socket", errno);
  }
  ours = ends[0];
  constexpr int childSocket = 3;
  std::vector<std::string> words = {"tandem-runtime",
                                    "serve-prefill",
                                    bundle,
                                    "--socket",
                                    std::to_string(childSocket),
                                    "--threads",
                                    std::to_string(load.threads),
                                    "--verify",
                                    load.verifiesAll ? "full" : "changed"};
  if (load.makesWeights) {
    words.insert(words.end(),
                 {"--random-weights", std::to_string(load.weightSeed)});
  }
  std::vector<char *> arguments;
  for (std::string &word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // Also where both are the same number: the copy survives exec.
  posix_spawn_file_actions_adddup2(&actions, ends[1], childSocket);
  int error = posix_spawn(&child, "/proc/self/exe", &actions, nullptr,
                          arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error != 0) {
    close(ours);
    fail("start the process that runs prefill", error);
  }
}

PrefillProcess::~PrefillProcess() {
  for (int i = 0; i < 200; ++i) { // two seconds
    if (waitpid(child, nullptr, WNOHANG) != 0) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

} // namespace tandem::cli
