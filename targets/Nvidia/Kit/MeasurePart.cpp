//===- MeasurePart.cpp - times of a part's kernels -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Neither weights nor a cache of a model are needed: kernels take as long for
// any numbers. Each kernel of a program is timed in all its launches together,
// so that every layer has matrices of its own, and then the whole program.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Execute/StepInputs.h"
#include "tandem/targets/Nvidia/Kit/Chip.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>

namespace tandem::nvidia::kit {
namespace {

using runtime::KernelLaunch;
using runtime::LaunchBuffer;
using runtime::LaunchProgram;

/// What a launch moves and multiplies at least.
struct Work {
  double bytes = 0, operations = 0;
  uint64_t rows = 0, columns = 0, depth = 0; ///< of its product, or 0
};

class MeasuredPart {
public:
  MeasuredPart(const Device &device, const std::string &folder,
               const Selection &selection, const Roofs &roofs)
      : device(device), folder(folder), roofs(roofs), selection(selection),
        files(folder), part(files.part),
        kernels(device, files.files, *part.launches),
        stream(driver::makeStream(device)) {
    allocate();
  }

  void run() {
    std::printf("part  %s: %s\n", folder.c_str(), kernels.variant().c_str());
    for (const LaunchProgram &program : part.launches->programs) {
      if (selection.programs == "all" || selection.programs == program.phase ||
          selection.programs == program.name) {
        measure(program);
      }
    }
  }

private:
  void allocate();
  void writeStep(const LaunchProgram &program);
  void measure(const LaunchProgram &program);
  double secondsOf(const LaunchProgram &program);
  DevicePointer addressOf(const LaunchBuffer &buffer) const;
  Work workOf(const LaunchProgram &program, const KernelLaunch &launch) const;
  void print(const std::string &name, size_t launches, double seconds,
             const Work &work);

  /// As many rows of one token as a step of decode may have; a prompt is one.
  static uint64_t rowsOf(const LaunchProgram &program) {
    return program.phase == "decode" ? std::min(program.rows, program.tokens)
                                     : 1;
  }
  uint64_t startOf(const LaunchProgram &program) const {
    return program.phase == "decode" ? selection.contextTokens : 0;
  }

  const Device &device;
  std::string folder;
  Roofs roofs;
  Selection selection;
  PartFiles files;
  const runtime::PartDescription &part;
  driver::KernelModule kernels;
  driver::Owned<Stream> stream;
  std::map<std::string, DeviceMemory> memories;
  std::vector<uint64_t> weightOffsets; ///< by entry
};

void MeasuredPart::allocate() {
  uint64_t weightBytes = 0, rows = 1, tokens = 1;
  std::map<std::pair<std::string, uint64_t>, uint64_t> places;
  for (const runtime::WeightRecord &weight : part.weights) {
    auto [place, isNew] =
        places.try_emplace({weight.file, weight.offset}, weightBytes);
    weightOffsets.push_back(place->second);
    weightBytes += isNew ? (weight.bytes + 255) / 256 * 256 : 0;
  }
  std::map<std::string, uint64_t> bytes;
  for (const LaunchProgram &program : part.launches->programs) {
    for (const char *memory : {"input", "logits", "tokens"}) {
      bytes[memory] = std::max(bytes[memory], bytesOf(program, memory));
    }
    bytes["step"] = std::max(bytes["step"], program.stepBytes);
    rows = std::max(rows, program.rows);
    tokens = std::max(tokens, program.tokens);
  }
  const runtime::CacheBlocks &cache = part.launches->cache;
  bytes["scratch"] = part.arenaBytes();
  bytes["weights"] = weightBytes;
  bytes["cache"] = ((selection.contextTokens + tokens) / cache.tokens + 1) *
                   rows * cache.bytes;
  for (const auto &[memory, size] : bytes) {
    memories[memory] = allocateFilled(device, stream.get(),
                                      std::max<uint64_t>(size, 16), memory);
  }
}

void MeasuredPart::writeStep(const LaunchProgram &program) {
  uint64_t rows = rowsOf(program);
  std::vector<int32_t> tokens(program.tokens), counts, starts;
  for (uint64_t i = 0; i < program.tokens; ++i) {
    tokens[i] = static_cast<int32_t>(i * 7919 % part.vocabulary);
  }
  for (uint64_t row = 0; row < rows; ++row) {
    counts.push_back(static_cast<int32_t>(program.tokens / rows));
    starts.push_back(static_cast<int32_t>(startOf(program)));
  }
  TandemStep step = {};
  step.size = sizeof(step);
  step.tokens = tokens.data();
  step.counts = counts.data();
  step.starts = starts.data();
  step.rowCount = rows;
  step.tokenCount = program.tokens / rows * rows;
  const runtime::CacheBlocks &cache = part.launches->cache;
  uint64_t perRow = part.slotBytes / cache.bytes;
  uint64_t used = (startOf(program) + program.tokens) / cache.tokens + 1;
  std::string values(program.stepBytes, '\0');
  writeStepValues(program, step, perRow,
                  [&](uint64_t row, uint64_t block) {
                    return block < used
                               ? static_cast<int32_t>(row * used + block)
                               : 0;
                  },
                  {values.data(), values.size()});
  const driver::DriverApi &api = device.api();
  auto pinned = driver::allocatePinned(device, values.size(), "a step");
  std::copy(values.begin(), values.end(), static_cast<char *>(pinned.get()));
  api.require(api.copyToDevice(memories.at("step").get(), pinned.get(),
                               values.size(), stream.get()),
              "copy a step");
  api.require(api.streamSynchronize(stream.get()), "copy a step");
}

DevicePointer MeasuredPart::addressOf(const LaunchBuffer &buffer) const {
  uint64_t entry =
      buffer.memory == "weights" ? weightOffsets[*buffer.entry] : 0;
  return memories.at(buffer.memory).get() + entry + buffer.offset;
}

Work MeasuredPart::workOf(const LaunchProgram &program,
                          const KernelLaunch &launch) const {
  Work work;
  std::set<uint64_t> matrices;
  // A table is read by rows, and no kernel but this has one.
  bool isTable = launch.kernel.rfind("embedding", 0) == 0;
  for (uint64_t index : launch.reads) {
    const LaunchBuffer &buffer = program.buffers[index];
    const runtime::CacheBlocks &cache = part.launches->cache;
    if (buffer.memory == "cache") {
      auto rows = double(rowsOf(program));
      double tokens = double(startOf(program)) + double(program.tokens) / rows;
      work.bytes +=
          rows * tokens * double(cache.layerBytes()) / double(cache.tokens);
    } else if (buffer.memory == "weights" && !isTable &&
               part.weights[*buffer.entry].layout.rfind("rows", 0) == 0) {
      work.bytes += double(buffer.bytes);
      matrices.insert(*buffer.entry);
    }
  }
  if (matrices.empty() || launch.reads.empty()) {
    return work;
  }
  // The first argument counts rows: of tokens, or of those that were selected.
  const LaunchBuffer &count = program.buffers[launch.reads.front()];
  bool isSelected = std::any_of(program.step.begin(), program.step.end(),
                                [&](const runtime::StepValues &values) {
                                  return values.name == "selected_count" &&
                                         values.offset == count.offset;
                                });
  work.rows = isSelected ? rowsOf(program) : program.tokens;
  const std::vector<uint64_t> &shape = part.weights[*matrices.begin()].shape;
  work.columns = shape[0], work.depth = shape[1];
  work.operations = 2.0 * double(work.rows) * double(shape[0]) *
                    double(shape[1]) * double(matrices.size());
  return work;
}

static std::string share(double rate, double roof) {
  char text[16] = "";
  if (roof > 0) {
    std::snprintf(text, sizeof(text), " (%3.0f %%)", 100 * rate / roof);
  }
  return text;
}

void MeasuredPart::print(const std::string &name, size_t launches,
                         double seconds, const Work &work) {
  std::printf("  %-56s %4zu x %9.2f us", name.c_str(), launches, seconds * 1e6);
  if (work.bytes > 0) {
    double rate = work.bytes / seconds;
    std::printf("  %7.1f GB/s%s", rate / 1e9,
                share(rate, roofs.readBytesPerSecond).c_str());
  }
  if (work.operations > 0) {
    double rate = work.operations / seconds;
    std::printf("  %7.2f TFLOP/s%s", rate / 1e12,
                share(rate, roofs.multiplyPerSecond).c_str());
  }
  std::printf("\n");
  std::fflush(stdout);
}

/// All launches of the program, one after the other in a graph.
double MeasuredPart::secondsOf(const LaunchProgram &program) {
  driver::LaunchGraph graph(
      device, stream.get(), kernels, program, 0, program.launches.size(),
      [this](const LaunchBuffer &buffer) { return addressOf(buffer); });
  auto launch = [&] { graph.launch(stream.get()); };
  double first = measureSeconds(device, stream.get(), 1, launch);
  return measureSeconds(device, stream.get(), chooseRounds(first), launch);
}

void MeasuredPart::measure(const LaunchProgram &program) {
  if (startOf(program) + program.tokens >
      (part.slotBytes / part.launches->cache.bytes) *
          part.launches->cache.tokens) {
    std::printf("skip  %s: a slot holds no %llu tokens\n", program.name.c_str(),
                (unsigned long long)(startOf(program) + program.tokens));
    return;
  }
  std::printf(" %s: %llu tokens behind %llu\n", program.name.c_str(),
              (unsigned long long)program.tokens,
              (unsigned long long)startOf(program));
  writeStep(program);
  std::vector<std::string> order;
  std::map<std::string, LaunchProgram> byKernel;
  for (const KernelLaunch &launch : program.launches) {
    auto [place, isNew] = byKernel.try_emplace(launch.kernel, program);
    if (isNew) {
      place->second.launches.clear();
      order.push_back(launch.kernel);
    }
    place->second.launches.push_back(launch);
  }
  double sum = 0, bytes = 0;
  for (const std::string &name : order) {
    const LaunchProgram &own = byKernel.at(name);
    size_t count = own.launches.size();
    double seconds = secondsOf(own);
    Work work = workOf(program, own.launches.front());
    print(name, count, seconds / double(count), work);
    if (work.operations > 0) {
      if (double vendor = measureVendor(device, stream.get(), work.rows,
                                        work.columns, work.depth)) {
        Work its = work; // one matrix of bf16
        its.bytes = 2.0 * double(work.columns) * double(work.depth);
        its.operations = its.bytes * double(work.rows);
        print("  cuBLASLt bf16 " + std::to_string(work.rows) + "x" +
                  std::to_string(work.columns) + "x" +
                  std::to_string(work.depth),
              1, vendor, its);
      }
    }
    sum += seconds;
    bytes += work.bytes * double(count);
  }
  double whole = secondsOf(program);
  Work work;
  work.bytes = bytes;
  print("the program as one graph", program.launches.size(), whole, work);
  std::printf(
      "  %.1f steps/s, %.1f tokens/s; between launches %.1f us (%.1f %%)"
      "\n",
      1 / whole, double(program.tokens) / whole, (whole - sum) * 1e6,
      100 * (whole - sum) / whole);
  LaunchProgram apart = program;
  for (KernelLaunch &launch : apart.launches) {
    launch.programmatic = false;
  }
  print("the same, no launch beside another", apart.launches.size(),
        secondsOf(apart), work);
}

} // namespace

void measurePart(const Device &device, const std::string &folder,
                 const Selection &selection, const Roofs &roofs) {
  MeasuredPart(device, folder, selection, roofs).run();
}

} // namespace tandem::nvidia::kit
