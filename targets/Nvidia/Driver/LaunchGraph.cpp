//===- LaunchGraph.cpp - launches that are recorded once -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Driver/LaunchGraph.h"

#include <algorithm>

namespace tandem::nvidia::driver {

/// The tensor map of a matrix that begins at `address`.
static TensorMap encodeMap(const DriverApi &api, DevicePointer address,
                           const runtime::MatrixMap &map,
                           const std::string &program) {
  const uint64_t sizes[] = {map.columns, map.rows};
  const uint64_t strides[] = {map.rowBytes};
  const uint32_t box[] = {uint32_t(map.boxColumns), uint32_t(map.boxRows)};
  const uint32_t steps[] = {1, 1};
  TensorMap encoded;
  api.require(api.tensorMapEncode(&encoded, elementsOf16Bits, /*rank=*/2,
                                  reinterpret_cast<void *>(address), sizes,
                                  strides, box, steps, withoutInterleave,
                                  swizzleOf128Bytes, promoteTo256Bytes,
                                  fillWithZeros),
              "make a tensor map of program '" + program + "'");
  return encoded;
}

/// What a kernel takes for a buffer.
union Argument {
  DevicePointer address;
  TensorMap map;
};

static void launchKernel(const Device &device, Stream stream,
                         const KernelModule &kernels,
                         const runtime::LaunchProgram &program,
                         const runtime::KernelLaunch &launch, bool isFirst,
                         const AddressOf &addressOf) {
  const DriverApi &api = device.api();
  std::vector<Argument> values;
  for (const auto *indices : {&launch.reads, &launch.writes}) {
    for (uint64_t index : *indices) {
      const runtime::LaunchBuffer &buffer = program.buffers[index];
      Argument &value = values.emplace_back();
      value.address = addressOf(buffer);
      if (buffer.map) {
        value.map = encodeMap(api, value.address, *buffer.map, program.name);
      }
    }
  }
  std::vector<void *> arguments;
  for (Argument &value : values) {
    arguments.push_back(&value);
  }
  LaunchConfig config;
  std::copy(launch.grid.begin(), launch.grid.end(), config.grid);
  config.block[0] = uint32_t(launch.threads);
  config.sharedBytes = uint32_t(launch.sharedBytes);
  config.stream = stream;
  // A graph begins when all that was launched before it has ended.
  LaunchAttribute programmatic;
  config.attributes = &programmatic;
  config.attributeCount = launch.programmatic && !isFirst;
  api.require(api.launchKernel(&config, kernels.function(launch.kernel),
                               arguments.data(), nullptr),
              "launch kernel '" + launch.kernel + "' of program '" +
                  program.name + "'");
}

LaunchGraph::LaunchGraph(const Device &device, Stream stream,
                         const KernelModule &kernels,
                         const runtime::LaunchProgram &program, size_t first,
                         size_t last, const AddressOf &addressOf)
    : device(&device), name(program.name) {
  const DriverApi &api = device.api();
  Graph graph = nullptr;
  api.require(api.streamBeginCapture(stream, captureOfThread),
              "record program '" + name + "'");
  try {
    for (size_t i = first; i < last; ++i) {
      launchKernel(device, stream, kernels, program, program.launches[i],
                   i == first, addressOf);
    }
  } catch (...) {
    if (api.streamEndCapture(stream, &graph) == Result::success) {
      api.graphDestroy(graph);
    }
    throw;
  }
  api.require(api.streamEndCapture(stream, &graph),
              "record program '" + name + "'");
  Owned<Graph> recorded(graph, api.graphDestroy);
  ExecutableGraph made = nullptr;
  api.require(api.graphInstantiate(&made, graph, 0),
              "prepare program '" + name + "'");
  executable = {made, api.graphExecutableDestroy};
}

void LaunchGraph::launch(Stream stream) const {
  device->api().require(device->api().graphLaunch(executable.get(), stream),
                        "launch program '" + name + "'");
}

std::vector<size_t> findLayerEnds(const runtime::LaunchProgram &program,
                                  const runtime::CacheBlocks &cache) {
  std::vector<size_t> ends(cache.layers, 0);
  for (size_t i = 0; i < program.launches.size(); ++i) {
    for (uint64_t index : program.launches[i].writes) {
      const runtime::LaunchBuffer &buffer = program.buffers[index];
      if (buffer.memory == "cache") {
        ends[buffer.offset / cache.layerBytes()] = i + 1;
      }
    }
  }
  for (size_t layer = 1; layer < ends.size(); ++layer) {
    ends[layer] = std::max(ends[layer], ends[layer - 1]);
  }
  return ends;
}

} // namespace tandem::nvidia::driver
