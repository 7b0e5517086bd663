//===- StepInputs.cpp - what a program reads of a step -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Execute/StepInputs.h"

#include "tandem/targets/Runtime/Failure.h"

#include <algorithm>
#include <cstring>

namespace tandem::nvidia {

uint64_t selectedOf(const TandemStep &step) {
  return step.allLogits ? step.tokenCount : step.rowCount;
}

const runtime::LaunchProgram &chooseProgram(const runtime::LaunchCode &code,
                                            const std::string &phase,
                                            const TandemStep &step) {
  const runtime::LaunchProgram *chosen =
      code.find(phase, step.tokenCount, step.rowCount, selectedOf(step));
  if (!chosen) {
    throw runtime::Failure(runtime::ExitCode::RuntimeFailure,
                           "no program of '" + phase + "' takes a step of " +
                               std::to_string(step.tokenCount) + " tokens in " +
                               std::to_string(step.rowCount) +
                               " rows with the logits of " +
                               std::to_string(selectedOf(step)));
  }
  return *chosen;
}

uint64_t bytesOf(const runtime::LaunchProgram &program, const char *memory) {
  uint64_t bytes = 0;
  for (const runtime::LaunchBuffer &buffer : program.buffers) {
    if (buffer.memory == memory) {
      bytes = std::max(bytes, buffer.offset + buffer.bytes);
    }
  }
  return bytes;
}

void writeStepValues(
    const runtime::LaunchProgram &program, const TandemStep &step,
    uint64_t blocksPerRow,
    const std::function<int32_t(uint64_t row, uint64_t block)> &placeOf,
    std::span<char> values) {
  auto write = [&](const char *name, const std::vector<int32_t> &numbers) {
    for (const runtime::StepValues &place : program.step) {
      if (place.name == name) {
        std::memcpy(values.data() + place.offset, numbers.data(),
                    std::min<uint64_t>(place.elements, numbers.size()) *
                        sizeof(int32_t));
      }
    }
  };
  std::vector<int32_t> positions, tokenRows, selected, lengths, blocks;
  for (uint64_t row = 0; row < step.rowCount; ++row) {
    for (int32_t i = 0; i < step.counts[row]; ++i) {
      positions.push_back(step.starts[row] + i);
      tokenRows.push_back(row);
      if (step.allLogits || i + 1 == step.counts[row]) {
        selected.push_back(positions.size() - 1);
      }
    }
    lengths.push_back(step.starts[row] + step.counts[row]);
    for (uint64_t block = 0; block < blocksPerRow; ++block) {
      blocks.push_back(placeOf(row, block));
    }
  }
  write("token_count", {int32_t(step.tokenCount)});
  write("selected_count", {int32_t(selected.size())});
  if (step.tokens) {
    write("tokens", {step.tokens, step.tokens + step.tokenCount});
  }
  write("positions", positions);
  write("token_rows", tokenRows);
  write("selected", selected);
  write("lengths", lengths);
  write("blocks", blocks);
}

uint64_t returnedRows(const runtime::LaunchProgram &program,
                      const TandemStep &step) {
  return bytesOf(program, "tokens") > 0 ? selectedOf(step) : step.tokenCount;
}

} // namespace tandem::nvidia
