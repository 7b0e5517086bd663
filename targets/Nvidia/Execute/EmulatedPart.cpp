//===- EmulatedPart.cpp - a part run by the emulator -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Execute/EmulatedPart.h"

#include "tandem/targets/Nvidia/Execute/StepInputs.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace tandem;
using namespace tandem::nvidia;

/// Every byte of a NaN in any width.
static constexpr char poison = char(0xff);

/// Block `block` of row `row` lies at this place of the cache: backwards, so
/// that neighbours in a sequence are none in memory.
static uint64_t placeOf(uint64_t row, uint64_t block, uint64_t rows,
                        uint64_t blocksPerRow) {
  return rows * blocksPerRow - 1 - (row * blocksPerRow + block);
}

void EmulatedPart::loadCache(const TandemStep &step) {
  cache.assign(step.rowCount * part.slotBytes, poison);
  for (uint64_t row = 0; row < step.rowCount; ++row) {
    for (uint64_t block = 0; step.starts[row] && block < blocksPerRow();
         ++block) {
      std::memcpy(
          cache.data() +
              placeOf(row, block, step.rowCount, blocksPerRow()) * cacheBytes(),
          static_cast<const char *>(step.slots[row]) + block * cacheBytes(),
          cacheBytes());
    }
  }
}

void EmulatedPart::storeCache(const TandemStep &step) const {
  for (uint64_t row = 0; row < step.rowCount; ++row) {
    for (uint64_t block = 0; block < blocksPerRow(); ++block) {
      std::memcpy(static_cast<char *>(step.slots[row]) + block * cacheBytes(),
                  cache.data() +
                      placeOf(row, block, step.rowCount, blocksPerRow()) *
                          cacheBytes(),
                  cacheBytes());
    }
  }
}

char *EmulatedPart::addressOf(const runtime::LaunchBuffer &buffer,
                              const TandemStep &step) {
  if (buffer.memory == "weights") {
    return static_cast<char *>(const_cast<void *>(step.weights[*buffer.entry]));
  }
  return (buffer.memory == "cache"     ? cache
          : buffer.memory == "scratch" ? scratch
          : buffer.memory == "step"    ? stepValues
          : buffer.memory == "input"   ? input
          : buffer.memory == "logits"  ? logits
                                       : tokens)
      .data();
}

llvm::Error EmulatedPart::addMemory(const runtime::LaunchProgram &chosen,
                                    const TandemStep &step,
                                    ptx::Memory &memory) {
  std::pair<const char *, Bytes *> owned[] = {
      {"step", &stepValues}, {"scratch", &scratch}, {"cache", &cache},
      {"input", &input},     {"logits", &logits},   {"tokens", &tokens}};
  for (auto [name, bytes] : owned) {
    if (!bytes->empty()) {
      if (llvm::Error error = memory.add(name, bytes->data(), bytes->size())) {
        return error;
      }
    }
  }
  for (const runtime::LaunchBuffer &buffer : chosen.buffers) {
    const char *address = addressOf(buffer, step);
    bool isNew = buffer.memory == "weights" &&
                 !memory.find(reinterpret_cast<uint64_t>(address), 1);
    if (isNew) {
      const runtime::WeightRecord &weight = part.weights[*buffer.entry];
      if (llvm::Error error = memory.add(weight.source, address, weight.bytes,
                                         ptx::Access::readOnly)) {
        return error;
      }
    }
  }
  return llvm::Error::success();
}

static llvm::Expected<ptx::KernelArgument>
argumentOf(const runtime::LaunchBuffer &buffer, char *address) {
  if (!buffer.map) {
    return ptx::KernelArgument::of(address);
  }
  ptx::TensorMap map;
  map.base = address;
  map.elementBytes = 2;
  map.sizes = {buffer.map->columns, buffer.map->rows};
  map.strides = {buffer.map->rowBytes};
  map.box = {uint32_t(buffer.map->boxColumns), uint32_t(buffer.map->boxRows)};
  map.swizzleBytes = 128;
  llvm::Expected<ptx::EncodedTensorMap> encoded = encode(map);
  if (!encoded) {
    return encoded.takeError();
  }
  return ptx::KernelArgument::of(*encoded);
}

llvm::Error EmulatedPart::launchAll(const runtime::LaunchProgram &chosen,
                                    const TandemStep &step) {
  ptx::Memory memory;
  if (llvm::Error error = addMemory(chosen, step, memory)) {
    return error;
  }
  for (const runtime::KernelLaunch &launch : chosen.launches) {
    std::vector<ptx::KernelArgument> arguments;
    for (const std::vector<uint64_t> *indices :
         {&launch.reads, &launch.writes}) {
      for (uint64_t index : *indices) {
        const runtime::LaunchBuffer &buffer = chosen.buffers[index];
        llvm::Expected<ptx::KernelArgument> argument =
            argumentOf(buffer, addressOf(buffer, step) + buffer.offset);
        if (!argument) {
          return argument.takeError();
        }
        arguments.push_back(*argument);
      }
    }
    ptx::LaunchShape shape;
    shape.grid = {uint32_t(launch.grid[0]), uint32_t(launch.grid[1]),
                  uint32_t(launch.grid[2])};
    shape.block = {uint32_t(launch.threads)};
    shape.dynamicSharedBytes = launch.sharedBytes;
    shape.isProgrammatic = launch.programmatic;
    ptx::LaunchOptions options;
    options.asynchrony = asynchrony;
    if (llvm::Error error =
            program.launch(launch.kernel, shape, arguments, memory, options)) {
      return error;
    }
  }
  return llvm::Error::success();
}

llvm::Error EmulatedPart::checkTokens(uint64_t rows) const {
  for (uint64_t row = 0; row < rows; ++row) {
    const float *first =
        reinterpret_cast<const float *>(logits.data()) + row * part.vocabulary;
    const float *end = first + part.vocabulary;
    if (std::any_of(first, end,
                    [](float value) { return std::isnan(value); })) {
      continue; // what compares logits says so
    }
    int32_t chosen = reinterpret_cast<const int32_t *>(tokens.data())[row];
    int32_t largest = std::max_element(first, end) - first;
    if (chosen != largest) {
      return llvm::createStringError(
          "the kernels chose token " + std::to_string(chosen) + " of row " +
          std::to_string(row) + ", expected " + std::to_string(largest) +
          ", the first of the largest logit");
    }
  }
  return llvm::Error::success();
}

llvm::Error EmulatedPart::run(const std::string &phase,
                              const TandemStep &step) {
  const runtime::LaunchProgram &chosen =
      chooseProgram(*part.launches, phase, step);
  stepValues.assign(chosen.stepBytes, poison);
  writeStepValues(
      chosen, step, blocksPerRow(),
      [&](uint64_t row, uint64_t block) {
        return placeOf(row, block, step.rowCount, blocksPerRow());
      },
      stepValues);
  loadCache(step);
  scratch.assign(chosen.arenaBytes, poison);
  logits.assign(bytesOf(chosen, "logits"), poison);
  tokens.assign(bytesOf(chosen, "tokens"), poison);
  input.assign(bytesOf(chosen, "input"), poison);
  uint64_t rowBytes = input.size() / chosen.tokens;
  if (step.activations) {
    std::memcpy(input.data(), step.activations, step.tokenCount * rowBytes);
  }
  if (llvm::Error error = launchAll(chosen, step)) {
    return error;
  }
  storeCache(step);
  bool selects = bytesOf(chosen, "tokens") > 0;
  if (llvm::Error error = checkTokens(selects ? selectedOf(step) : 0)) {
    return error;
  }
  std::memcpy(step.logits, logits.data(),
              returnedRows(chosen, step) * part.vocabulary * sizeof(float));
  for (uint64_t layer = 0;
       step.layerDone && layer < part.launches->cache.layers; ++layer) {
    step.layerDone(step.layerContext, layer);
  }
  return llvm::Error::success();
}
