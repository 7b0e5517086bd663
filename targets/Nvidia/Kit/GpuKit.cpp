//===- GpuKit.cpp - the kit's program -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// tandem-gpu-kit compare A.npy B.npy BOUND
// tandem-gpu-kit check PART_FOLDER...
// tandem-gpu-kit measure ROOFS.ptx ARCHITECTURE PROGRAMS CONTEXT
// [PART_FOLDER...]
//   ROOFS.ptx: what write-roof-kernels wrote, or '-' to compare with nothing
//   PROGRAMS: all, prefill, decode, or the name of one; CONTEXT: tokens in the
//   cache where it decodes
// Exit codes are those of targets/Runtime/Failure.h.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kit/Chip.h"

#include <cstdio>
#include <cstdlib>

using namespace tandem::nvidia;
using tandem::runtime::ExitCode;
using tandem::runtime::Failure;

static void compare(const std::string &a, const std::string &b, double bound) {
  double difference = kit::compareLogits(a, b);
  if (!(difference <= bound)) {
    throw Failure(ExitCode::VerificationFailed,
                  "'" + a + "' differs from '" + b +
                      "': largest |a-b|/(1+|b|) " + std::to_string(difference) +
                      ", bound " + std::to_string(bound));
  }
  std::printf("equal largest |a-b|/(1+|b|) %.1e, bound %.1e\n", difference,
              bound);
}

static void measure(const std::vector<std::string> &words) {
  const Architecture *architecture = findArchitecture(words[1]);
  if (!architecture) {
    throw Failure(ExitCode::Usage,
                  "there is no architecture '" + words[1] + "'");
  }
  driver::Device device(*architecture, architecture->driver);
  kit::Roofs roofs;
  if (words[0] != "-") {
    roofs = kit::measureRoofs(device, words[0]);
  }
  for (size_t i = 4; i < words.size(); ++i) {
    kit::measurePart(device, words[i],
                     {words[2], std::strtoull(words[3].c_str(), nullptr, 10)},
                     roofs);
  }
}

int main(int argc, char **argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  std::string verb = words.empty() ? "" : words.front();
  if (!words.empty()) {
    words.erase(words.begin());
  }
  try {
    if (verb == "compare" && words.size() == 3) {
      compare(words[0], words[1], std::strtod(words[2].c_str(), nullptr));
    } else if (verb == "check" && !words.empty()) {
      for (const std::string &folder : words) {
        kit::PartFiles files(folder);
        std::printf("%s: %zu programs, %zu kernels\n", folder.c_str(),
                    files.part.launches->programs.size(),
                    files.part.launches->kernels.size());
      }
    } else if (verb == "measure" && words.size() >= 4) {
      measure(words);
    } else {
      std::fprintf(stderr,
                   "usage: tandem-gpu-kit compare A.npy B.npy BOUND\n"
                   "       tandem-gpu-kit check PART_FOLDER...\n"
                   "       tandem-gpu-kit measure ROOFS.ptx ARCHITECTURE "
                   "PROGRAMS CONTEXT [PART_FOLDER...]\n");
      return static_cast<int>(ExitCode::Usage);
    }
    return 0;
  } catch (const Failure &failure) {
    std::fprintf(stderr, "error: %s\n", failure.what());
    return static_cast<int>(failure.code);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return static_cast<int>(ExitCode::InternalError);
  }
}
