//===- DescribePlan.cpp - a plan as part.json has it -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emit/DescribePlan.h"

#include "tandem/targets/Nvidia/Lowering/Programs.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;

static constexpr const char *fieldNames[stepFields] = {
    "token_count", "selected_count", "tokens",  "positions",
    "token_rows",  "selected",       "lengths", "blocks"};

static runtime::LaunchBuffer describe(BufferOp op) {
  runtime::LaunchBuffer record;
  record.memory = stringifyMemory(op.getMemory()).str();
  if (op.getEntry()) {
    record.entry = *op.getEntry();
  }
  record.offset = op.getOffset();
  record.bytes = op.getBytes();
  return record;
}

static runtime::LaunchBuffer describe(TensorMapOp op) {
  runtime::LaunchBuffer record = describe(bufferOf(op));
  record.map = {uint64_t(op.getRows()), uint64_t(op.getColumns()),
                uint64_t(op.getRowBytes()), uint64_t(op.getBox()[0]),
                uint64_t(op.getBox()[1])};
  return record;
}

static runtime::LaunchProgram describe(ProgramOp op, const CacheBlocks &cache) {
  runtime::LaunchProgram record;
  record.name = op.getSymName().str();
  record.phase = op.getPhase().str();
  record.tokens = op.getTokens();
  record.rows = op.getRows();
  record.selected = op.getSelected();
  record.arenaBytes = op.getArena();
  Program program{record.phase, int64_t(record.tokens), int64_t(record.rows),
                  int64_t(record.selected)};
  StepLayout layout(program, cache.blocksPerRow);
  record.stepBytes = layout.bytes;
  for (auto [name, place] : llvm::zip(fieldNames, layout.places)) {
    record.step.push_back(
        {name, uint64_t(place.offset), uint64_t(place.elements)});
  }
  llvm::DenseMap<Value, uint64_t> numbers;
  for (auto buffer : op.getBody().getOps<BufferOp>()) {
    numbers[buffer] = record.buffers.size();
    record.buffers.push_back(describe(buffer));
  }
  for (auto map : op.getBody().getOps<TensorMapOp>()) {
    numbers[map] = record.buffers.size();
    record.buffers.push_back(describe(map));
  }
  for (auto launch : op.getBody().getOps<LaunchOp>()) {
    runtime::KernelLaunch &entry = record.launches.emplace_back();
    entry.kernel = launch.getKernel().getLeafReference().str();
    entry.grid.assign(launch.getGrid().begin(), launch.getGrid().end());
    entry.threads = launch.getThreads();
    entry.sharedBytes = launch.getShared();
    entry.programmatic = launch.getProgrammatic();
    for (Value value : launch.getReads()) {
      entry.reads.push_back(numbers.at(value));
    }
    for (Value value : launch.getWrites()) {
      entry.writes.push_back(numbers.at(value));
    }
  }
  return record;
}

/// What launches of each kernel have in common, in the order of first launches.
static std::vector<runtime::LaunchedKernel>
listKernels(const std::vector<runtime::LaunchProgram> &programs) {
  std::vector<runtime::LaunchedKernel> kernels;
  llvm::StringSet<> seen;
  for (const runtime::LaunchProgram &program : programs) {
    for (const runtime::KernelLaunch &launch : program.launches) {
      if (seen.insert(launch.kernel).second) {
        kernels.push_back({launch.kernel,
                           launch.reads.size() + launch.writes.size(),
                           launch.threads, launch.sharedBytes});
      }
    }
  }
  return kernels;
}

runtime::LaunchCode tandem::nvidia::describePlan(PlanOp plan,
                                                 const CacheBlocks &cache) {
  runtime::LaunchCode code;
  code.format = "ptx";
  code.device = plan.getChip().str();
  code.cache.tokens = cache.tokens;
  code.cache.bytes = cache.blockBytes();
  code.cache.layers = cache.layers;
  code.cache.heads = cache.heads;
  code.cache.keyBytes = cache.keyStride() * cache.elementBytes();
  code.cache.valueBytes = cache.valueStride() * cache.elementBytes();
  for (auto program : plan.getBody().getOps<ProgramOp>()) {
    code.programs.push_back(describe(program, cache));
  }
  code.kernels = listKernels(code.programs);
  return code;
}
