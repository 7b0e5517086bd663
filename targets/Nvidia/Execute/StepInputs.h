//===- StepInputs.h - what a program reads of a step -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What whoever runs a part of launches, on the chip or by the emulator, does
// alike before a step. Free of LLVM.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EXECUTE_STEPINPUTS_H
#define TANDEM_TARGETS_NVIDIA_EXECUTE_STEPINPUTS_H

#include "tandem/targets/Runtime/PartAbi.h"
#include "tandem/targets/Runtime/PartDescription.h"

#include <functional>
#include <span>

namespace tandem::nvidia {

/// Tokens of the step whose logits are asked for.
uint64_t selectedOf(const TandemStep &step);

/// The program for a step of a phase. Fails where none is large enough.
const runtime::LaunchProgram &chooseProgram(const runtime::LaunchCode &code,
                                            const std::string &phase,
                                            const TandemStep &step);

/// Bytes that the program's buffers take of a memory.
uint64_t bytesOf(const runtime::LaunchProgram &program, const char *memory);

/// Writes the values of a step into `values`, which the program's take whole;
/// what the step does not fill stays. `placeOf` is where block `block` of row
/// `row` lies, in blocks from the cache's first.
void writeStepValues(
    const runtime::LaunchProgram &program, const TandemStep &step,
    uint64_t blocksPerRow,
    const std::function<int32_t(uint64_t row, uint64_t block)> &placeOf,
    std::span<char> values);

/// Rows of fp32 that a step returns: of the tokens that were asked for or, in a
/// stage before the last, of every token.
uint64_t returnedRows(const runtime::LaunchProgram &program,
                      const TandemStep &step);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_EXECUTE_STEPINPUTS_H
