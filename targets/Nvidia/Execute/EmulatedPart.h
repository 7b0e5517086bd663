//===- EmulatedPart.h - a part run by the emulator -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs a part's own PTX on this CPU. All memory that a kernel may not count on
// is NaN: scratch memory and logits before each step, and the cache behind a
// row's tokens. Blocks of the cache lie in another order than in a slot.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EXECUTE_EMULATEDPART_H
#define TANDEM_TARGETS_NVIDIA_EXECUTE_EMULATEDPART_H

#include "tandem/targets/Nvidia/Emulator/Emulator.h"
#include "tandem/targets/Runtime/PartAbi.h"
#include "tandem/targets/Runtime/PartDescription.h"

namespace tandem::nvidia {

/// A part of a bundle with the memory of its chip.
class EmulatedPart {
public:
  EmulatedPart(runtime::PartDescription description, ptx::Program program,
               ptx::Asynchrony asynchrony)
      : part(std::move(description)), program(std::move(program)),
        asynchrony(asynchrony) {}

  /// Runs a step. Fails where no program of the phase is large enough, or with
  /// what the emulator says of a launch.
  llvm::Error run(const std::string &phase, const TandemStep &step);

  bool isLate() const { return asynchrony == ptx::Asynchrony::late; }

private:
  using Bytes = std::vector<char>;

  void loadCache(const TandemStep &step);
  void storeCache(const TandemStep &step) const;
  /// The host's address of a memory, whose buffers take `bytes` bytes.
  char *addressOf(const runtime::LaunchBuffer &buffer, const TandemStep &step);
  llvm::Error addMemory(const runtime::LaunchProgram &chosen,
                        const TandemStep &step, ptx::Memory &memory);
  llvm::Error launchAll(const runtime::LaunchProgram &chosen,
                        const TandemStep &step);
  /// Fails where a chosen token is not the first of the largest logit: nobody
  /// else looks at them here.
  llvm::Error checkTokens(uint64_t rows) const;
  uint64_t blocksPerRow() const { return part.slotBytes / cacheBytes(); }
  uint64_t cacheBytes() const { return part.launches->cache.bytes; }

  runtime::PartDescription part;
  ptx::Program program;
  ptx::Asynchrony asynchrony;
  Bytes stepValues, scratch, cache, input, logits, tokens;
};

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_EXECUTE_EMULATEDPART_H
