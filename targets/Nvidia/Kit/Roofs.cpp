//===- Roofs.cpp - measures what a chip does at most -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Execute/KernelText.h"
#include "tandem/targets/Nvidia/Kit/Chip.h"
#include "tandem/targets/Nvidia/Kit/RoofKernels.h"

#include <cstdio>

namespace tandem::nvidia::kit {

/// A launch over the two buffers, as a program of its own.
static runtime::LaunchProgram programOf(const char *kernel, int64_t blocks) {
  runtime::LaunchProgram program;
  program.name = kernel;
  runtime::LaunchBuffer from, sums;
  from.memory = "weights", from.bytes = readBytes;
  sums.memory = "scratch", sums.bytes = sumsBytes;
  program.buffers = {from, sums};
  runtime::KernelLaunch launch;
  launch.kernel = kernel;
  launch.grid = {uint64_t(blocks), 1, 1};
  launch.threads = roofThreads;
  launch.reads = {0};
  launch.writes = {1};
  program.launches = {launch};
  return program;
}

Roofs measureRoofs(const Device &device, const std::string &path) {
  std::string text = readWhole(path);
  bool hasGroups = listEntries(text).count(groupKernel) > 0;
  runtime::LaunchCode code;
  code.file = path;
  code.programs = {programOf(readKernel, readBlocks),
                   programOf(multiplyKernel, multiplyBlocks)};
  if (hasGroups) {
    code.programs.push_back(programOf(groupKernel, groupBlocks));
  }
  for (const runtime::LaunchProgram &program : code.programs) {
    code.kernels.push_back({program.name, 2});
  }
  TandemDevicePart part = {};
  part.size = sizeof(part);
  part.kernels = text.data(), part.kernelsBytes = text.size();
  driver::KernelModule kernels(device, part, code);
  auto stream = driver::makeStream(device);
  DeviceMemory from =
      allocateFilled(device, stream.get(), readBytes, "what is read");
  DeviceMemory sums = driver::allocate(device, sumsBytes, "sums");
  auto seconds = [&](const runtime::LaunchProgram &program) {
    driver::LaunchGraph graph(device, stream.get(), kernels, program, 0, 1,
                              [&](const runtime::LaunchBuffer &buffer) {
                                return buffer.memory == "weights" ? from.get()
                                                                  : sums.get();
                              });
    auto launch = [&] { graph.launch(stream.get()); };
    double best = measureSeconds(device, stream.get(), 1, launch);
    for (int i = 0; i < 5; ++i) {
      best = std::min(best, measureSeconds(device, stream.get(),
                                           chooseRounds(best), launch));
    }
    return best;
  };
  Roofs roofs = {readBytes / seconds(code.programs[0]),
                 multiplyOperations / seconds(code.programs[1])};
  std::printf("roof  reading %.0f GB/s, bf16 mma.sync %.1f TFLOP/s",
              roofs.readBytesPerSecond / 1e9, roofs.multiplyPerSecond / 1e12);
  if (hasGroups) {
    double groups = groupOperations / seconds(code.programs[2]);
    std::printf(", wgmma %.1f TFLOP/s", groups / 1e12);
    roofs.multiplyPerSecond = std::max(roofs.multiplyPerSecond, groups);
  }
  std::printf("\n");
  return roofs;
}

} // namespace tandem::nvidia::kit
