//===- Settings.cpp - how the stand-in driver behaves -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Settings.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace tandem::standin {

Settings Settings::ofEnvironment() {
  Settings settings;
  const char *given = std::getenv("TANDEM_STANDIN");
  std::istringstream words(given ? given : "");
  for (std::string word; std::getline(words, word, ',');) {
    std::string name = word.substr(0, word.find('='));
    std::string value = word.substr(std::min(word.size(), name.size() + 1));
    if (name == "no-device") {
      settings.hasDevice = false;
    } else if (name == "driver") {
      settings.version = std::atoi(value.c_str());
    } else if (name == "capability") {
      std::sscanf(value.c_str(), "%d.%d", &settings.major, &settings.minor);
    } else if (name == "devices") {
      settings.devices = std::atoi(value.c_str());
    } else if (name == "memory") {
      settings.memoryBytes = std::strtoull(value.c_str(), nullptr, 10);
    } else if (name == "failing-launch") {
      settings.failingLaunch = std::strtoull(value.c_str(), nullptr, 10);
    } else if (name == "threads") {
      settings.mostThreads = std::strtoull(value.c_str(), nullptr, 10);
    } else if (name == "log") {
      settings.log = value;
    } else if (name == "eager") {
      settings.asynchrony = nvidia::ptx::Asynchrony::eager;
    } else {
      std::fprintf(stderr, "stand-in driver: TANDEM_STANDIN has '%s'\n",
                   word.c_str());
      std::abort();
    }
  }
  return settings;
}

} // namespace tandem::standin
