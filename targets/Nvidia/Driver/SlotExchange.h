//===- SlotExchange.h - cache between slots on the host and the chip -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Both sides have the same blocks; on the host those of a slot lie one behind
// the other. Copies run on a stream of their own, beside the program's.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_DRIVER_SLOTEXCHANGE_H
#define TANDEM_TARGETS_NVIDIA_DRIVER_SLOTEXCHANGE_H

#include "tandem/targets/Nvidia/Driver/CachePool.h"
#include "tandem/targets/Nvidia/Driver/Staging.h"
#include "tandem/targets/Runtime/DeviceAbi.h"
#include "tandem/targets/Runtime/LaunchCode.h"

#include <span>

namespace tandem::nvidia::driver {

/// Moves tokens of layers.
class SlotExchange {
public:
  SlotExchange(const Device &device, CachePool &pool,
               const runtime::CacheBlocks &cache);

  /// Copies a range of a slot to the chip; the host's is read when this
  /// returns.
  void upload(const TandemSlotRange &range);
  /// Makes `stream` wait for what was uploaded.
  void order(Stream stream);

  /// Copies each layer's new tokens of the step into its slots and calls
  /// `layerDone`, while the chip goes on. `layerEnds` are events behind each
  /// layer's last launch.
  void download(const TandemStep &step, std::span<const Event> layerEnds);

private:
  /// A layer's part of a block, on both sides.
  struct Part {
    DevicePointer chip;
    char *host;
  };
  std::vector<Part> partsOf(const TandemStep &step);
  void enqueue(const std::vector<Part> &parts, uint64_t layer, Event end);
  void uploadPart(DevicePointer to, const char *from, uint64_t first,
                  uint64_t last);

  const Device &device;
  CachePool &pool;
  runtime::CacheBlocks cache;
  Owned<Stream> stream;
  Owned<Event> uploaded;
  Staging staging;
  /// Two layers are on their way at a time.
  PinnedMemory landing[2];
  Owned<Event> landed[2];
  uint64_t landingBytes = 0;
};

} // namespace tandem::nvidia::driver

#endif // TANDEM_TARGETS_NVIDIA_DRIVER_SLOTEXCHANGE_H
