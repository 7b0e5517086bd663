//===- CheckPart.cpp - does a part of launches hold together -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Execute/CheckPart.h"

#include "tandem/targets/Nvidia/Architecture.h"
#include "tandem/targets/Nvidia/Execute/KernelText.h"
#include "tandem/targets/Nvidia/Execute/StepInputs.h"
#include "tandem/targets/Runtime/Failure.h"

#include <algorithm>

namespace tandem::nvidia {

using runtime::ExitCode;
using runtime::Failure;

namespace {

/// One part's rules; `where` in messages is the path of a field.
class PartCheck {
public:
  PartCheck(const runtime::PartDescription &part, std::string_view kernels)
      : part(part), code(*part.launches), entries(listEntries(kernels)) {}

  void run();

private:
  void checkCache();
  void checkDriver(const Architecture &chip);
  void checkKernel(const runtime::LaunchedKernel &kernel,
                   const std::string &where);
  void checkProgram(const runtime::LaunchProgram &program,
                    const std::string &where);
  void checkValues(const runtime::LaunchProgram &program,
                   const std::string &where);
  void checkBuffer(const runtime::LaunchProgram &program,
                   const runtime::LaunchBuffer &buffer,
                   const std::string &where);
  void checkMap(const runtime::LaunchBuffer &buffer, const std::string &where);
  void checkMaps(const runtime::LaunchProgram &program,
                 const runtime::KernelLaunch &launch, const std::string &where);
  void checkLaunch(const runtime::LaunchProgram &program,
                   const runtime::KernelLaunch &launch,
                   const std::string &where);
  uint64_t sizeOf(const runtime::LaunchProgram &program,
                  const runtime::LaunchBuffer &buffer) const;

  const runtime::PartDescription &part;
  const runtime::LaunchCode &code;
  std::map<std::string, KernelEntry> entries;
};

} // namespace

[[noreturn]] static void reject(const std::string &what) {
  throw Failure(ExitCode::VerificationFailed,
                "part.json: " + what + "; compile the model again");
}

static void require(const std::string &field, uint64_t found, uint64_t expected,
                    const std::string &why) {
  if (found != expected) {
    reject(field + " is " + std::to_string(found) + ", expected " +
           std::to_string(expected) + ": " + why);
  }
}

static std::string item(const std::string &list, size_t index) {
  return list + "[" + std::to_string(index) + "]";
}

void PartCheck::checkCache() {
  const runtime::CacheBlocks &cache = code.cache;
  // What a block holds, of sizes that a product of them does not leave.
  constexpr uint64_t most = 1 << 24;
  for (uint64_t size : {cache.tokens, cache.layers, cache.heads}) {
    if (size == 0 || size > most || cache.keyBytes > most ||
        cache.valueBytes > most) {
      reject("launches.cache has sizes of 0 or above " + std::to_string(most));
    }
  }
  unsigned __int128 bytes = cache.tokens * cache.layers;
  bytes *= cache.heads * (cache.keyBytes + cache.valueBytes);
  require("launches.cache.bytes", cache.bytes, uint64_t(bytes),
          "tokens * layers * heads * (key_bytes + value_bytes)");
  if (bytes == 0 || bytes > part.slotBytes) {
    reject("launches.cache.bytes is " + std::to_string(cache.bytes) +
           ", expected 1 to slot_bytes, " + std::to_string(part.slotBytes));
  }
  require("slot_bytes", part.slotBytes % cache.bytes, 0,
          "left over by blocks of launches.cache.bytes");
}

void PartCheck::checkDriver(const Architecture &chip) {
  if (parseDriver(code.leastDriver) < chip.driver) {
    reject("launches.least_driver is '" + code.leastDriver + "', expected '" +
           driverText(chip.driver) + "' or later, which " + code.device +
           " needs");
  }
}

void PartCheck::checkKernel(const runtime::LaunchedKernel &kernel,
                            const std::string &where) {
  auto entry = entries.find(kernel.name);
  if (entry == entries.end()) {
    reject(where + ".name is '" + kernel.name + "', which " + code.file +
           " has no entry for");
  }
  require(where + ".arguments", kernel.arguments, entry->second.isMap.size(),
          "parameters of '" + kernel.name + "' in " + code.file);
  require(where + ".threads", kernel.threads, entry->second.threads,
          "'.maxntid' of '" + kernel.name + "' in " + code.file);
  const Architecture *chip = findArchitecture(code.device);
  if (kernel.sharedBytes > uint64_t(chip->sharedBytes)) {
    reject(where + ".shared_bytes is " + std::to_string(kernel.sharedBytes) +
           ", and a block of " + code.device + " has " +
           std::to_string(chip->sharedBytes));
  }
}

/// How many elements a program needs of values of a step; UINT64_MAX where
/// there are none of that name.
static uint64_t elementsOf(const std::string &name,
                           const runtime::LaunchProgram &program,
                           uint64_t blocksPerRow) {
  const std::pair<const char *, uint64_t> expected[] = {
      {"token_count", 1},
      {"selected_count", 1},
      {"tokens", program.tokens},
      {"positions", program.tokens},
      {"token_rows", program.tokens},
      {"selected", program.selected},
      {"lengths", program.rows},
      {"blocks", program.rows * blocksPerRow}};
  for (auto [known, elements] : expected) {
    if (name == known) {
      return elements;
    }
  }
  return UINT64_MAX;
}

void PartCheck::checkValues(const runtime::LaunchProgram &program,
                            const std::string &where) {
  for (size_t i = 0; i < program.step.size(); ++i) {
    const runtime::StepValues &values = program.step[i];
    uint64_t expected =
        elementsOf(values.name, program, part.slotBytes / code.cache.bytes);
    std::string field = item(where + ".step", i);
    if (expected == UINT64_MAX) {
      reject(field + ".name is '" + values.name +
             "', which is no value of a step");
    }
    require(field + ".elements", values.elements, expected,
            "'" + values.name + "' of " + std::to_string(program.tokens) +
                " tokens and " + std::to_string(program.rows) + " rows");
  }
}

/// Bytes of the memory that a buffer lies in.
uint64_t PartCheck::sizeOf(const runtime::LaunchProgram &program,
                           const runtime::LaunchBuffer &buffer) const {
  uint64_t rowBytes = part.vocabulary * sizeof(float);
  return buffer.memory == "weights"   ? part.weights[*buffer.entry].bytes
         : buffer.memory == "cache"   ? code.cache.bytes
         : buffer.memory == "scratch" ? program.arenaBytes
         : buffer.memory == "step"    ? program.stepBytes
         : buffer.memory == "logits"  ? program.selected * rowBytes
         : buffer.memory == "tokens"  ? program.selected * sizeof(int32_t)
                                      : uint64_t(1) << 40;
}

void PartCheck::checkBuffer(const runtime::LaunchProgram &program,
                            const runtime::LaunchBuffer &buffer,
                            const std::string &where) {
  // 16 bytes are the widest load.
  if (buffer.offset % 16 != 0 || buffer.bytes == 0) {
    reject(where + ".offset is " + std::to_string(buffer.offset) + " of " +
           std::to_string(buffer.bytes) +
           " bytes, expected a multiple of 16 and some bytes");
  }
  uint64_t size = sizeOf(program, buffer);
  if (buffer.offset > size || buffer.bytes > size - buffer.offset) {
    reject(where + ".bytes is " + std::to_string(buffer.bytes) + " from byte " +
           std::to_string(buffer.offset) + ", and its memory, " +
           buffer.memory + ", has " + std::to_string(size));
  }
  if (buffer.map) {
    checkMap(buffer, where + ".map");
  }
}

/// What the driver demands of a tensor map, and that its matrix is there.
void PartCheck::checkMap(const runtime::LaunchBuffer &buffer,
                         const std::string &where) {
  const runtime::MatrixMap &map = *buffer.map;
  uint64_t usedBytes = map.columns * 2;
  if (map.columns == 0 || map.columns > UINT32_MAX || map.rowBytes % 16 != 0 ||
      map.rowBytes < usedBytes) {
    reject(where + ".row_bytes is " + std::to_string(map.rowBytes) + " for " +
           std::to_string(map.columns) +
           " columns, expected a multiple of 16 that they fit in");
  }
  if (map.rows == 0 || usedBytes > buffer.bytes ||
      map.rows - 1 > (buffer.bytes - usedBytes) / map.rowBytes) {
    reject(where + ".rows is " + std::to_string(map.rows) + " of " +
           std::to_string(map.rowBytes) + " bytes, of a buffer of " +
           std::to_string(buffer.bytes));
  }
  if (map.boxRows == 0 || map.boxRows > uint64_t(mostBoxRows) ||
      map.boxColumns != uint64_t(boxColumns)) {
    reject(where + " has a box of " + std::to_string(map.boxRows) + " x " +
           std::to_string(map.boxColumns) + ", expected 1 to " +
           std::to_string(mostBoxRows) + " rows of " +
           std::to_string(boxColumns) + " columns");
  }
}

/// Tensor maps go where the kernel's text has them.
void PartCheck::checkMaps(const runtime::LaunchProgram &program,
                          const runtime::KernelLaunch &launch,
                          const std::string &where) {
  const std::vector<bool> &isMap = entries.at(launch.kernel).isMap;
  for (size_t i = 0; i < launch.reads.size() + launch.writes.size(); ++i) {
    bool isRead = i < launch.reads.size();
    uint64_t index =
        isRead ? launch.reads[i] : launch.writes[i - launch.reads.size()];
    if (program.buffers[index].map.has_value() != isMap[i]) {
      reject(where + " passes buffer " + std::to_string(index) +
             " as argument " + std::to_string(i) + ", for which '" +
             launch.kernel + "' in " + code.file + " takes " +
             (isMap[i] ? "a tensor map" : "an address"));
    }
  }
}

void PartCheck::checkLaunch(const runtime::LaunchProgram &program,
                            const runtime::KernelLaunch &launch,
                            const std::string &where) {
  auto kernel = std::find_if(
      code.kernels.begin(), code.kernels.end(),
      [&](const auto &known) { return known.name == launch.kernel; });
  if (kernel == code.kernels.end()) {
    reject(where + ".kernel is '" + launch.kernel +
           "', which launches.kernels does not list");
  }
  for (size_t i = 0; i < 3; ++i) {
    if (launch.grid[i] < 1 || launch.grid[i] > uint64_t(mostBlocks[i])) {
      reject(item(where + ".grid", i) + " is " +
             std::to_string(launch.grid[i]) + ", expected 1 to " +
             std::to_string(mostBlocks[i]));
    }
  }
  std::string needs = "what kernel '" + launch.kernel + "' needs";
  require(where + ".threads", launch.threads, kernel->threads, needs);
  require(where + ".shared_bytes", launch.sharedBytes, kernel->sharedBytes,
          needs);
  require(where + ".reads and writes",
          launch.reads.size() + launch.writes.size(), kernel->arguments, needs);
  checkMaps(program, launch, where);
  if (launch.programmatic && !entries.at(launch.kernel).waits) {
    reject(where + ".programmatic is true, and kernel '" + launch.kernel +
           "' in " + code.file + " has no griddepcontrol.wait");
  }
}

void PartCheck::checkProgram(const runtime::LaunchProgram &program,
                             const std::string &where) {
  uint64_t most = std::max({program.tokens, program.rows, program.selected});
  if (most > uint64_t(1) << 20 ||
      std::min(program.rows, program.selected) == 0) {
    reject(where + " is for " + std::to_string(program.tokens) + " tokens, " +
           std::to_string(program.rows) + " rows and " +
           std::to_string(program.selected) +
           " selected tokens, expected 1 to 1048576");
  }
  if (program.arenaBytes > part.arenaBytes()) {
    reject(where + ".arena_bytes is " + std::to_string(program.arenaBytes) +
           ", and the part's arena has " + std::to_string(part.arenaBytes()));
  }
  // All rows that a step may return are there; a stage before the last has no
  // tokens and returns a row of each.
  require(where + ".buffers: the end of logits", bytesOf(program, "logits"),
          program.selected * part.vocabulary * sizeof(float),
          "selected * vocabulary of fp32");
  if (bytesOf(program, "tokens") == 0) {
    require(where + ".selected", program.selected, program.tokens,
            "a program that chooses no tokens returns a row of each");
  }
  checkValues(program, where);
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    checkBuffer(program, program.buffers[i], item(where + ".buffers", i));
  }
  for (size_t i = 0; i < program.launches.size(); ++i) {
    checkLaunch(program, program.launches[i], item(where + ".launches", i));
  }
}

void PartCheck::run() {
  const Architecture *chip = findArchitecture(code.device);
  if (!chip) {
    reject("launches.device is '" + code.device +
           "', which this version has no figures of");
  }
  checkDriver(*chip);
  checkCache();
  for (size_t i = 0; i < code.kernels.size(); ++i) {
    checkKernel(code.kernels[i], item("launches.kernels", i));
  }
  for (size_t i = 0; i < code.programs.size(); ++i) {
    checkProgram(code.programs[i], item("launches.programs", i));
  }
}

runtime::PartDescription readCheckedPart(const TandemDevicePart &given) {
  runtime::PartDescription part = runtime::parsePart(
      {given.description, given.descriptionBytes}, "part.json");
  if (!part.launches) {
    throw Failure(ExitCode::InputRejected, "part.json has no launches");
  }
  PartCheck(part, {given.kernels, given.kernelsBytes}).run();
  if (part.launches->binary) {
    std::string why =
        whyNotMachineCode({given.binary, given.binaryBytes}, *part.launches);
    if (!why.empty()) {
      throw Failure(ExitCode::VerificationFailed,
                    *part.launches->binary + " " + why +
                        "; compile the model again");
    }
  }
  return part;
}

} // namespace tandem::nvidia
