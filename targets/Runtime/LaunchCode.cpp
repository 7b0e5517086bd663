//===- LaunchCode.cpp - kernels and the launches of a step -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/LaunchCode.h"

#include <algorithm>
#include <array>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Manifest.h"

namespace tandem::runtime {

static constexpr std::array<const char *, 7> memories = {
    "weights", "cache", "scratch", "step", "input", "logits", "tokens"};

const LaunchProgram *LaunchCode::find(const std::string &phase, uint64_t tokens,
                                      uint64_t rows, uint64_t selected) const {
  const LaunchProgram *best = nullptr;
  auto isOfPhase = [&](const LaunchProgram &program) {
    return program.phase == phase;
  };
  bool hasPhase = std::any_of(programs.begin(), programs.end(), isOfPhase);
  for (const LaunchProgram &program : programs) {
    bool fits = (!hasPhase || isOfPhase(program)) && program.tokens >= tokens &&
                program.rows >= rows && program.selected >= selected;
    if (fits && (!best || program.tokens < best->tokens)) {
      best = &program;
    }
  }
  return best;
}

[[noreturn]] static void reject(const std::string &where,
                                const std::string &what) {
  throw Failure(ExitCode::VerificationFailed, where + " " + what);
}

static void checkBuffer(const LaunchBuffer &buffer,
                        const LaunchProgram &program, uint64_t weights,
                        const std::string &name) {
  if (std::find(memories.begin(), memories.end(), buffer.memory) ==
      memories.end()) {
    reject(name, "has a buffer in memory '" + buffer.memory +
                     "', which is none of a part's");
  }
  bool isWeights = buffer.memory == "weights";
  if (isWeights != buffer.entry.has_value() ||
      (isWeights && *buffer.entry >= weights)) {
    reject(name, "has a buffer of an entry that is not in the table of " +
                     std::to_string(weights) + " weights");
  }
  uint64_t most = buffer.memory == "scratch" ? program.arenaBytes
                  : buffer.memory == "step"  ? program.stepBytes
                                             : UINT64_MAX;
  if (buffer.offset > most || buffer.bytes > most - buffer.offset) {
    reject(name, "has a buffer of " + std::to_string(buffer.bytes) +
                     " bytes at byte " + std::to_string(buffer.offset) +
                     " of " + std::to_string(most) + " bytes of " +
                     buffer.memory);
  }
}

static void checkLaunch(const KernelLaunch &launch, uint64_t buffers,
                        const std::string &name) {
  auto isNone = [&](uint64_t index) { return index >= buffers; };
  if (launch.grid.size() != 3 ||
      std::count(launch.grid.begin(), launch.grid.end(), 0) > 0 ||
      launch.threads == 0 || launch.threads > 1024) {
    reject(name, "launches '" + launch.kernel + "' on a grid of " +
                     std::to_string(launch.grid.size()) + " sizes with " +
                     std::to_string(launch.threads) +
                     " threads, expected 3 above 0 and 1 to 1024");
  }
  if (std::any_of(launch.reads.begin(), launch.reads.end(), isNone) ||
      std::any_of(launch.writes.begin(), launch.writes.end(), isNone)) {
    reject(name, "launches '" + launch.kernel +
                     "' over a buffer that is none of its " +
                     std::to_string(buffers));
  }
}

void checkLaunchCode(const LaunchCode &code, uint64_t weights,
                     const std::string &name) {
  if (!whyNotBundlePath(code.file).empty()) {
    reject(name, "has kernels in a bad file name '" + code.file + "'");
  }
  if (code.binary && !whyNotBundlePath(*code.binary).empty()) {
    reject(name, "has machine code in a bad file name '" + *code.binary + "'");
  }
  if (code.programs.empty()) {
    reject(name, "has kernels without programs");
  }
  for (const LaunchProgram &program : code.programs) {
    std::string where = name + ": program '" + program.name + "'";
    for (const StepValues &values : program.step) {
      if (values.offset % 4 != 0 || values.offset > program.stepBytes ||
          values.elements > (program.stepBytes - values.offset) / 4) {
        reject(where, "has values '" + values.name + "' beyond its " +
                          std::to_string(program.stepBytes) + " bytes");
      }
    }
    for (const LaunchBuffer &buffer : program.buffers) {
      checkBuffer(buffer, program, weights, where);
    }
    for (const KernelLaunch &launch : program.launches) {
      checkLaunch(launch, program.buffers.size(), where);
    }
  }
}

} // namespace tandem::runtime
