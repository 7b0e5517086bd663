//===- Staging.cpp - copies from memory that is not pinned -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Driver/Staging.h"

#include <algorithm>
#include <cstring>

namespace tandem::nvidia::driver {

Staging::Staging(const Device &device, Stream stream, uint64_t pieceBytes)
    : device(device), stream(stream), pieceBytes(pieceBytes) {
  for (Piece &piece : pieces) {
    piece.memory = allocatePinned(device, pieceBytes, "copies to the GPU");
    piece.copied = makeEvent(device);
  }
}

void Staging::upload(DevicePointer to, const char *from, uint64_t bytes) {
  const DriverApi &api = device.api();
  for (uint64_t done = 0; done < bytes;) {
    uint64_t count = std::min(pieceBytes, bytes - done);
    Piece &piece = pieces[next];
    next = 1 - next;
    // Of an event that was never recorded this returns at once.
    api.require(api.eventSynchronize(piece.copied.get()), "wait for a copy");
    std::memcpy(piece.memory.get(), from + done, count);
    api.require(api.copyToDevice(to + done, piece.memory.get(), count, stream),
                "copy to the GPU");
    api.require(api.eventRecord(piece.copied.get(), stream), "mark a copy");
    done += count;
  }
}

} // namespace tandem::nvidia::driver
