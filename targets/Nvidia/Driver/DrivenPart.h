//===- DrivenPart.h - a part run by the driver -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_DRIVER_DRIVENPART_H
#define TANDEM_TARGETS_NVIDIA_DRIVER_DRIVENPART_H

#include "tandem/targets/Nvidia/Driver/LaunchGraph.h"
#include "tandem/targets/Nvidia/Driver/SlotExchange.h"
#include "tandem/targets/Runtime/PartDescription.h"

#include <optional>

namespace tandem::nvidia::driver {

/// A part of a bundle with its weights, cache and programs on a GPU. One call
/// at a time, on any thread.
class DrivenPart {
public:
  /// Chooses the GPU, loads the kernels and uploads the weights. The part has
  /// been checked. Fails with exit code 7 where this machine lacks something,
  /// with 8 where the driver fails.
  DrivenPart(runtime::PartDescription description,
             const TandemDevicePart &files);
  ~DrivenPart();

  /// Runs a step. Fails with exit code 8 where no program of the phase is large
  /// enough or the driver fails.
  void run(const std::string &phase, const TandemStep &step);

  void slotWritten(const TandemSlotRange &range);
  void slotFreed(const void *slot);

  const std::string &variant() const { return kernels.variant(); }
  double seconds() const { return deviceSeconds; }

private:
  /// A program, recorded when it first runs: whole, and in pieces that end with
  /// the layers where somebody waits for those.
  struct Recorded {
    std::optional<LaunchGraph> whole;
    std::vector<LaunchGraph> byLayer;
  };
  /// Memory on both sides.
  struct Exchanged {
    DeviceMemory chip;
    PinnedMemory host;
  };

  void uploadWeights(const void *const *table);
  void allocateMemories();
  Exchanged exchange(const char *memory, uint64_t bytes);
  DevicePointer addressOf(const runtime::LaunchBuffer &buffer) const;
  LaunchGraph record(const runtime::LaunchProgram &program, size_t first,
                     size_t last);
  void sendInputs(const runtime::LaunchProgram &program,
                  const TandemStep &step);
  void launch(const runtime::LaunchProgram &program, bool byLayer);

  runtime::PartDescription part;
  Device device;
  KernelModule kernels;
  Owned<Stream> stream;
  DeviceMemory weightMemory;
  std::vector<DevicePointer> weights; ///< by entry of the table
  DeviceMemory scratch, tokens;
  Exchanged stepValues, input, logits;
  CachePool pool;
  SlotExchange slots;
  std::map<const runtime::LaunchProgram *, Recorded> recorded;
  std::vector<Owned<Event>> layerEnds;
  Owned<Event> begin, end;
  double deviceSeconds = 0;
};

} // namespace tandem::nvidia::driver

#endif // TANDEM_TARGETS_NVIDIA_DRIVER_DRIVENPART_H
