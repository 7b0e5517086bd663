//===- SlotExchange.cpp - cache between slots on the host and the chip -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Driver/SlotExchange.h"

#include <algorithm>
#include <cstring>

namespace tandem::nvidia::driver {

/// Of copies to the chip: a layer's part of a block at most.
static constexpr uint64_t mostPieceBytes = uint64_t(4) << 20;

SlotExchange::SlotExchange(const Device &device, CachePool &pool,
                           const runtime::CacheBlocks &cache)
    : device(device), pool(pool), cache(cache), stream(makeStream(device)),
      uploaded(makeEvent(device)),
      staging(device, stream.get(),
              std::min(mostPieceBytes, cache.layerBytes())),
      landed{makeEvent(device), makeEvent(device)} {}

/// Tokens [first, last) of a layer's part of a block. Where they begin it, all
/// of it is copied: behind a sequence's end nothing is read.
void SlotExchange::uploadPart(DevicePointer to, const char *from,
                              uint64_t first, uint64_t last) {
  if (first == 0) {
    staging.upload(to, from, cache.layerBytes());
    return;
  }
  uint64_t offset = 0;
  for (uint64_t bytes : {cache.keyBytes, cache.valueBytes}) {
    for (uint64_t head = 0; head < cache.heads; ++head) {
      uint64_t place = offset + first * bytes;
      staging.upload(to + place, from + place, (last - first) * bytes);
      offset += cache.tokens * bytes;
    }
  }
}

void SlotExchange::upload(const TandemSlotRange &range) {
  uint64_t end = range.firstToken + range.tokenCount;
  const std::vector<int32_t> &blocks = pool.reserve(range.slot, end);
  auto *slot = static_cast<const char *>(range.slot);
  for (uint64_t token = range.firstToken; token < end;) {
    uint64_t block = token / cache.tokens, first = token % cache.tokens;
    uint64_t last = std::min(cache.tokens, first + end - token);
    for (uint64_t i = 0; i < range.layerCount; ++i) {
      uint64_t offset = (range.firstLayer + i) * cache.layerBytes();
      uploadPart(pool.addressOf(blocks[block]) + offset,
                 slot + block * cache.bytes + offset, first, last);
    }
    token += last - first;
  }
  device.api().require(device.api().eventRecord(uploaded.get(), stream.get()),
                       "mark a copy");
}

void SlotExchange::order(Stream other) {
  // An event that was never recorded holds nobody up.
  device.api().require(device.api().streamWaitEvent(other, uploaded.get(), 0),
                       "wait for a copy");
}

std::vector<SlotExchange::Part> SlotExchange::partsOf(const TandemStep &step) {
  std::vector<Part> parts;
  for (uint64_t row = 0; row < step.rowCount; ++row) {
    uint64_t start = step.starts[row], end = start + step.counts[row];
    const auto &blocks = pool.reserve(step.slots[row], end);
    for (uint64_t block = start / cache.tokens; block * cache.tokens < end;
         ++block) {
      parts.push_back(
          {pool.addressOf(blocks[block]),
           static_cast<char *>(step.slots[row]) + block * cache.bytes});
    }
  }
  return parts;
}

void SlotExchange::enqueue(const std::vector<Part> &parts, uint64_t layer,
                           Event end) {
  const DriverApi &api = device.api();
  api.require(api.streamWaitEvent(stream.get(), end, 0), "wait for a layer");
  auto *to = static_cast<char *>(landing[layer % 2].get());
  for (const Part &part : parts) {
    api.require(api.copyToHost(to, part.chip + layer * cache.layerBytes(),
                               cache.layerBytes(), stream.get()),
                "copy from the GPU");
    to += cache.layerBytes();
  }
  api.require(api.eventRecord(landed[layer % 2].get(), stream.get()),
              "mark a copy");
}

void SlotExchange::download(const TandemStep &step,
                            std::span<const Event> layerEnds) {
  const DriverApi &api = device.api();
  std::vector<Part> parts = partsOf(step);
  if (parts.size() * cache.layerBytes() > landingBytes) {
    landingBytes = parts.size() * cache.layerBytes();
    for (PinnedMemory &memory : landing) {
      memory = allocatePinned(device, landingBytes, "copies from the GPU");
    }
  }
  for (uint64_t layer = 0; layer < std::min<uint64_t>(2, layerEnds.size());
       ++layer) {
    enqueue(parts, layer, layerEnds[layer]);
  }
  for (uint64_t layer = 0; layer < layerEnds.size(); ++layer) {
    api.require(api.eventSynchronize(landed[layer % 2].get()),
                "run the launches of layer " + std::to_string(layer));
    auto *from = static_cast<const char *>(landing[layer % 2].get());
    for (const Part &part : parts) {
      std::memcpy(part.host + layer * cache.layerBytes(), from,
                  cache.layerBytes());
      from += cache.layerBytes();
    }
    if (layer + 2 < layerEnds.size()) {
      enqueue(parts, layer + 2, layerEnds[layer + 2]);
    }
    step.layerDone(step.layerContext, layer);
  }
}

} // namespace tandem::nvidia::driver
