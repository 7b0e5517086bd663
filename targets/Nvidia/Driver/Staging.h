//===- Staging.h - copies from memory that is not pinned -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_DRIVER_STAGING_H
#define TANDEM_TARGETS_NVIDIA_DRIVER_STAGING_H

#include "tandem/targets/Nvidia/Driver/Device.h"

namespace tandem::nvidia::driver {

/// Two pinned buffers: this CPU fills one while the chip copies the other.
class Staging {
public:
  /// Copies in pieces of `pieceBytes` on `stream`.
  Staging(const Device &device, Stream stream, uint64_t pieceBytes);

  /// Copies to the chip; `from` is read when this returns, `to` is written in
  /// the order of the stream.
  void upload(DevicePointer to, const char *from, uint64_t bytes);

private:
  struct Piece {
    PinnedMemory memory;
    Owned<Event> copied; ///< behind its last copy
  };

  const Device &device;
  Stream stream;
  uint64_t pieceBytes;
  Piece pieces[2];
  unsigned next = 0;
};

} // namespace tandem::nvidia::driver

#endif // TANDEM_TARGETS_NVIDIA_DRIVER_STAGING_H
