//===- RemotePrefill.cpp - prefill in another process ---------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/Handoff/RemotePrefill.h"

#include <algorithm>
#include <cstring>
#include <unistd.h>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Handoff/Handshake.h"

namespace tandem::runtime {

RemotePrefill::RemotePrefill(const Manifest &manifest,
                             const std::string &partId,
                             const PartDescription &part,
                             const HandoffLibrary &conversion,
                             PeerOptions options)
    : part(part), conversion(conversion), partId(partId),
      onDamage(options.onDamage),
      channel(std::move(options),
              "the process that runs prefill on '" + partId + "'") {
  shakeHands(channel, manifest, partId);
  uint64_t rows = std::max(part.maxTokens, part.maxRows);
  logits = lend(rows * part.vocabulary * sizeof(float));
}

RemotePrefill::~RemotePrefill() {
  try {
    channel.send(Leave());
  } catch (const Failure &) {
    // It has left before.
  }
}

Mapping RemotePrefill::lend(uint64_t bytes) {
  int descriptor = -1;
  Mapping memory = Mapping::shared(bytes, descriptor);
  leaseOf[memory.data()] = static_cast<int32_t>(leases);
  channel.send(Lend{leases++, bytes}, descriptor);
  close(descriptor);
  return memory;
}

Mapping RemotePrefill::takeSlot() {
  if (freeSlots.empty()) {
    return lend(part.slotBytes);
  }
  Mapping slot = std::move(freeSlots.back());
  freeSlots.pop_back();
  return slot;
}

void RemotePrefill::request(const RunnerStep &step) {
  Prefill request;
  request.step = ++steps;
  request.everyLogits = step.logitsOf == LogitsOf::EveryToken;
  for (const RunnerRow &row : step.rows) {
    request.leases.push_back(leaseOf.at(row.slot));
    request.starts.push_back(static_cast<int32_t>(row.start));
    request.counts.push_back(static_cast<int32_t>(row.tokens.size()));
    request.tokens.insert(request.tokens.end(), row.tokens.begin(),
                          row.tokens.end());
  }
  channel.send(request);
}

Frame RemotePrefill::receive() {
  Frame frame = channel.receive();
  if (frame.kind == MessageKind::Failed) {
    throw Failure(ExitCode::RuntimeFailure,
                  "prefill on '" + partId +
                      "' failed: " + frame.as<Failed>().message);
  }
  if (frame.kind == MessageKind::Leave) {
    throw Failure(ExitCode::RuntimeFailure,
                  "the process that runs prefill on '" + partId +
                      "' left amid a step");
  }
  return frame;
}

/// The next frame, without what is left of a damaged step.
Frame RemotePrefill::receiveOfStep() {
  for (;;) {
    Frame frame = receive();
    uint64_t step = frame.kind == MessageKind::Layer  ? frame.as<Layer>().step
                    : frame.kind == MessageKind::Done ? frame.as<Done>().step
                                                      : steps;
    if (damagedStep == 0 || step != damagedStep) {
      return frame;
    }
  }
}

static void requireChecksum(const char *message, uint64_t actual,
                            uint64_t expected) {
  if (actual != expected) {
    throw DamagedTransfer(std::string("the peer sent a '") + message +
                          "' whose checksum is " + std::to_string(actual) +
                          ", expected " + std::to_string(expected));
  }
}

static void requireField(const char *message, const char *field,
                         uint64_t actual, uint64_t expected) {
  if (actual != expected) {
    throw Failure(ExitCode::RuntimeFailure,
                  std::string("the peer sent a '") + message + "' whose " +
                      field + " is " + std::to_string(actual) + ", expected " +
                      std::to_string(expected));
  }
}

/// Checks the descriptor, the `expected`-th of the step, and the cache that it
/// describes.
void RemotePrefill::takeLayer(const RunnerStep &step, const Layer &layer,
                              uint64_t expected) {
  uint64_t row = expected % step.rows.size();
  const RunnerRow &target = step.rows[row];
  CacheRange range{expected / step.rows.size(), 1, target.start,
                   target.tokens.size()};
  requireField("layer", "step", layer.step, steps);
  requireField("layer", "layer", layer.layer, range.firstLayer);
  requireField("layer", "row", layer.row, row);
  requireField("layer", "first token", layer.firstToken, range.firstToken);
  requireField("layer", "token count", layer.tokenCount, range.tokenCount);
  requireField("layer", "bytes", layer.bytes, conversion.bytesOf(range));
  requireChecksum("layer", layer.checksum,
                  conversion.checksum(range, target.slot));
  if (row + 1 == step.rows.size() && range.firstLayer == layersDone) {
    ++layersDone; // once, also where the step is asked for again
    if (step.layerDone) {
      step.layerDone(range.firstLayer);
    }
  }
}

void RemotePrefill::takeLogits(const RunnerStep &step, const Done &done) {
  uint64_t rows = step.logitsOf == LogitsOf::EveryToken ? step.tokenCount()
                                                        : step.rows.size();
  uint64_t count = rows * part.vocabulary;
  requireField("done", "step", done.step, steps);
  requireField("done", "logit rows", done.logitRows, rows);
  std::memcpy(step.logits, logits.data(), count * sizeof(float));
  requireChecksum("done", done.checksum, checksumOf(step.logits, count));
}

void RemotePrefill::attempt(const RunnerStep &step) {
  request(step);
  uint64_t layers = conversion.layers() * step.rows.size();
  for (uint64_t i = 0; i < layers; ++i) {
    takeLayer(step, receiveOfStep().as<Layer>(), i);
  }
  takeLogits(step, receiveOfStep().as<Done>());
}

void RemotePrefill::run(const RunnerStep &step) {
  layersDone = 0;
  try {
    attempt(step);
  } catch (const DamagedTransfer &damage) {
    // A step writes the same bits to the same places however often it runs, so
    // what was taken over already stays right.
    if (onDamage) {
      onDamage(damage.what());
    }
    damagedStep = steps;
    attempt(step);
  }
}

} // namespace tandem::runtime
