//===- DrivenPart.cpp - a part run by the driver -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Driver/DrivenPart.h"

#include "tandem/targets/Nvidia/Execute/StepInputs.h"

#include <algorithm>
#include <cstring>

namespace tandem::nvidia::driver {

/// Of weights that are copied at once; two of them are pinned.
static constexpr uint64_t weightPieceBytes = uint64_t(16) << 20;
/// Alignment of an entry on the chip: of the widest copies.
static constexpr uint64_t weightAlignment = 256;

DrivenPart::DrivenPart(runtime::PartDescription description,
                       const TandemDevicePart &files)
    : part(std::move(description)),
      device(*findArchitecture(part.launches->device),
             parseDriver(part.launches->leastDriver),
             part.launches->chipNumber),
      kernels(device, files, *part.launches), stream(makeStream(device)),
      pool(device, part.launches->cache.bytes, part.launches->cache.tokens,
           part.slotBytes),
      slots(device, pool, part.launches->cache), begin(makeEvent(device, true)),
      end(makeEvent(device, true)) {
  for (uint64_t i = 0; i < part.launches->cache.layers; ++i) {
    layerEnds.push_back(makeEvent(device));
  }
  allocateMemories();
  uploadWeights(files.weights);
}

DrivenPart::~DrivenPart() {
  // What members hold may be in use still, and is freed on this thread.
  try {
    device.makeCurrent();
  } catch (const runtime::Failure &) {
  }
  device.api().streamSynchronize(stream.get());
}

DrivenPart::Exchanged DrivenPart::exchange(const char *memory, uint64_t bytes) {
  return {allocate(device, bytes, memory),
          allocatePinned(device, bytes, memory)};
}

/// Programs never run two at a time: each memory is as large as the largest
/// needs it.
void DrivenPart::allocateMemories() {
  auto largest = [&](const char *memory) {
    uint64_t bytes = 0;
    for (const runtime::LaunchProgram &program : part.launches->programs) {
      bytes = std::max(bytes, bytesOf(program, memory));
    }
    return bytes;
  };
  uint64_t stepBytes = 0;
  for (const runtime::LaunchProgram &program : part.launches->programs) {
    stepBytes = std::max(stepBytes, program.stepBytes);
  }
  scratch = allocate(device, part.arenaBytes(), "scratch memory");
  tokens = allocate(device, largest("tokens"), "tokens");
  stepValues = exchange("the values of a step", stepBytes);
  input = exchange("activations", largest("input"));
  logits = exchange("logits", largest("logits"));
}

void DrivenPart::uploadWeights(const void *const *table) {
  std::map<const void *, uint64_t> places; // entries may share their bytes
  uint64_t bytes = 0;
  for (size_t i = 0; i < part.weights.size(); ++i) {
    if (places.try_emplace(table[i], bytes).second) {
      bytes += (part.weights[i].bytes + weightAlignment - 1) / weightAlignment *
               weightAlignment;
    }
  }
  weightMemory = allocate(device, bytes, "weights");
  Staging staging(device, stream.get(), std::min(weightPieceBytes, bytes));
  std::map<const void *, uint64_t> sent;
  for (size_t i = 0; i < part.weights.size(); ++i) {
    weights.push_back(weightMemory.get() + places[table[i]]);
    if (sent.emplace(table[i], 0).second) {
      staging.upload(weights.back(), static_cast<const char *>(table[i]),
                     part.weights[i].bytes);
    }
  }
  device.api().require(device.api().streamSynchronize(stream.get()),
                       "upload weights");
}

DevicePointer DrivenPart::addressOf(const runtime::LaunchBuffer &buffer) const {
  DevicePointer base = buffer.memory == "weights"   ? weights[*buffer.entry]
                       : buffer.memory == "cache"   ? pool.base()
                       : buffer.memory == "scratch" ? scratch.get()
                       : buffer.memory == "step"    ? stepValues.chip.get()
                       : buffer.memory == "input"   ? input.chip.get()
                       : buffer.memory == "logits"  ? logits.chip.get()
                                                    : tokens.get();
  return base + buffer.offset;
}

LaunchGraph DrivenPart::record(const runtime::LaunchProgram &program,
                               size_t first, size_t last) {
  return LaunchGraph(device, stream.get(), kernels, program, first, last,
                     [this](const runtime::LaunchBuffer &buffer) {
                       return addressOf(buffer);
                     });
}

void DrivenPart::launch(const runtime::LaunchProgram &program, bool byLayer) {
  Recorded &graphs = recorded[&program];
  if (!byLayer) {
    if (!graphs.whole) {
      graphs.whole.emplace(record(program, 0, program.launches.size()));
    }
    graphs.whole->launch(stream.get());
    return;
  }
  // The launches up to the end of each layer, then the rest.
  std::vector<size_t> ends = findLayerEnds(program, part.launches->cache);
  ends.push_back(program.launches.size());
  for (size_t i = graphs.byLayer.size(); i < ends.size(); ++i) {
    graphs.byLayer.push_back(record(program, i ? ends[i - 1] : 0, ends[i]));
  }
  for (size_t i = 0; i < ends.size(); ++i) {
    graphs.byLayer[i].launch(stream.get());
    if (i < layerEnds.size()) {
      device.api().require(
          device.api().eventRecord(layerEnds[i].get(), stream.get()),
          "mark the end of a layer");
    }
  }
}

/// Fills the pinned sides and copies them.
void DrivenPart::sendInputs(const runtime::LaunchProgram &program,
                            const TandemStep &step) {
  std::vector<const std::vector<int32_t> *> blocks;
  for (uint64_t row = 0; row < step.rowCount; ++row) {
    blocks.push_back(&pool.reserve(step.slots[row], uint64_t(step.starts[row]) +
                                                        step.counts[row]));
  }
  auto *values = static_cast<char *>(stepValues.host.get());
  std::memset(values, 0, program.stepBytes);
  writeStepValues(program, step, part.slotBytes / part.launches->cache.bytes,
                  [&](uint64_t row, uint64_t block) {
                    return block < blocks[row]->size() ? (*blocks[row])[block]
                                                       : 0;
                  },
                  {values, program.stepBytes});
  const DriverApi &api = device.api();
  api.require(api.copyToDevice(stepValues.chip.get(), values, program.stepBytes,
                               stream.get()),
              "copy the values of a step");
  if (step.activations) {
    uint64_t bytes =
        bytesOf(program, "input") / program.tokens * step.tokenCount;
    std::memcpy(input.host.get(), step.activations, bytes);
    api.require(api.copyToDevice(input.chip.get(), input.host.get(), bytes,
                                 stream.get()),
                "copy activations");
  }
}

void DrivenPart::run(const std::string &phase, const TandemStep &step) {
  const DriverApi &api = device.api();
  device.makeCurrent();
  const runtime::LaunchProgram &program =
      chooseProgram(*part.launches, phase, step);
  api.require(api.eventRecord(begin.get(), stream.get()), "mark a step");
  sendInputs(program, step);
  slots.order(stream.get());
  launch(program, step.layerDone != nullptr);
  uint64_t bytes =
      returnedRows(program, step) * part.vocabulary * sizeof(float);
  api.require(
      api.copyToHost(logits.host.get(), logits.chip.get(), bytes, stream.get()),
      "copy logits");
  api.require(api.eventRecord(end.get(), stream.get()), "mark a step");
  if (step.layerDone) {
    std::vector<Event> ends;
    for (const Owned<Event> &layer : layerEnds) {
      ends.push_back(layer.get());
    }
    slots.download(step, ends);
  }
  api.require(api.streamSynchronize(stream.get()),
              "run program '" + program.name + "'");
  std::memcpy(step.logits, logits.host.get(), bytes);
  float milliseconds = 0;
  api.require(api.eventElapsedTime(&milliseconds, begin.get(), end.get()),
              "measure a step");
  deviceSeconds += double(milliseconds) / 1e3;
}

void DrivenPart::slotWritten(const TandemSlotRange &range) {
  device.makeCurrent();
  slots.upload(range);
}

void DrivenPart::slotFreed(const void *slot) { pool.release(slot); }

} // namespace tandem::nvidia::driver
