//===- LaunchGraph.h - launches that are recorded once -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_DRIVER_LAUNCHGRAPH_H
#define TANDEM_TARGETS_NVIDIA_DRIVER_LAUNCHGRAPH_H

#include "tandem/targets/Nvidia/Driver/KernelModule.h"

#include <functional>
#include <span>

namespace tandem::nvidia::driver {

/// Where a buffer of a program begins on the chip.
using AddressOf = std::function<DevicePointer(const runtime::LaunchBuffer &)>;

/// Launches one after the other as one graph: what they read of a step they
/// read from memory, so it stays right for every step.
class LaunchGraph {
public:
  /// Records launches [first, last) of the program on `stream`, which runs
  /// nothing meanwhile.
  LaunchGraph(const Device &device, Stream stream, const KernelModule &kernels,
              const runtime::LaunchProgram &program, size_t first, size_t last,
              const AddressOf &addressOf);

  void launch(Stream stream) const;

private:
  const Device *device;
  std::string name; ///< of the program, for messages
  Owned<ExecutableGraph> executable;
};

/// For each layer, how many of the program's launches have run when its cache
/// is complete; layers end in order.
std::vector<size_t> findLayerEnds(const runtime::LaunchProgram &program,
                                  const runtime::CacheBlocks &cache);

} // namespace tandem::nvidia::driver

#endif // TANDEM_TARGETS_NVIDIA_DRIVER_LAUNCHGRAPH_H
