//===- Chip.cpp - what the kit's measurements share -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kit/Chip.h"

#include "tandem/targets/Nvidia/Driver/Staging.h"
#include "tandem/targets/Nvidia/Execute/CheckPart.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>

namespace tandem::nvidia::kit {

using runtime::ExitCode;
using runtime::Failure;

std::string readWhole(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)),
                   std::istreambuf_iterator<char>());
  if (!file) {
    throw Failure(ExitCode::InputRejected, "cannot read '" + path + "'");
  }
  return text;
}

PartFiles::PartFiles(const std::string &folder)
    : description(readWhole(folder + "/part.json")) {
  runtime::PartDescription claimed =
      runtime::parsePart(description, folder + "/part.json");
  if (!claimed.launches) {
    throw Failure(ExitCode::InputRejected,
                  "'" + folder + "' holds no kernels that are launched");
  }
  text = readWhole(folder + "/" + claimed.launches->file);
  files.size = sizeof(files);
  files.description = description.data();
  files.descriptionBytes = description.size();
  files.kernels = text.data(), files.kernelsBytes = text.size();
  if (claimed.launches->binary) {
    binary = readWhole(folder + "/" + *claimed.launches->binary);
    files.binary = binary.data(), files.binaryBytes = binary.size();
  }
  part = readCheckedPart(files);
}

DeviceMemory allocateFilled(const Device &device, Stream stream, uint64_t bytes,
                            const std::string &purpose) {
  DeviceMemory memory = driver::allocate(device, bytes, purpose);
  constexpr uint64_t piece = uint64_t(8) << 20;
  std::vector<uint16_t> numbers(piece / 2);
  uint32_t state = 12345;
  for (uint16_t &number : numbers) {
    state = state * 1664525 + 1013904223;
    number = static_cast<uint16_t>(0x3c00 + (state >> 16) % 0x180 +
                                   (state & 0x80000000 ? 0x8000 : 0));
  }
  driver::Staging staging(device, stream, piece);
  for (uint64_t done = 0; done < bytes; done += piece) {
    staging.upload(memory.get() + done,
                   reinterpret_cast<const char *>(numbers.data()),
                   std::min(piece, bytes - done));
  }
  device.api().require(device.api().streamSynchronize(stream), "fill memory");
  return memory;
}

double measureSeconds(const Device &device, Stream stream, int rounds,
                      const std::function<void()> &launch) {
  const driver::DriverApi &api = device.api();
  auto begin = driver::makeEvent(device, /*takesTime=*/true);
  auto end = driver::makeEvent(device, /*takesTime=*/true);
  launch();
  api.require(api.eventRecord(begin.get(), stream), "mark a beginning");
  for (int i = 0; i < rounds; ++i) {
    launch();
  }
  api.require(api.eventRecord(end.get(), stream), "mark an end");
  api.require(api.streamSynchronize(stream), "measure");
  float milliseconds = 0;
  api.require(api.eventElapsedTime(&milliseconds, begin.get(), end.get()),
              "measure");
  return double(milliseconds) / 1e3 / rounds;
}

int chooseRounds(double secondsOfOne) {
  return static_cast<int>(std::clamp(0.05 / secondsOfOne, 1.0, 200.0));
}

/// The numbers of a file that numpy wrote: fp32, row-major.
static std::vector<float> readNumbers(const std::string &path) {
  std::string text = readWhole(path);
  size_t begin = text.find('\n') + 1;
  if (text.rfind("\x93NUMPY", 0) != 0 || begin == 0 ||
      text.find("'<f4'") > begin || (text.size() - begin) % 4 != 0) {
    throw Failure(ExitCode::InputRejected, "'" + path + "' is no fp32 array");
  }
  std::vector<float> numbers((text.size() - begin) / 4);
  std::memcpy(numbers.data(), text.data() + begin, text.size() - begin);
  return numbers;
}

double compareLogits(const std::string &a, const std::string &b) {
  std::vector<float> got = readNumbers(a), wanted = readNumbers(b);
  if (got.size() != wanted.size() || got.empty()) {
    throw Failure(ExitCode::VerificationFailed,
                  "'" + a + "' has " + std::to_string(got.size()) +
                      " numbers, '" + b + "' " + std::to_string(wanted.size()));
  }
  double largest = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    double difference = std::fabs(double(got[i]) - wanted[i]) /
                        (1 + std::fabs(double(wanted[i])));
    largest = std::isnan(difference) ? INFINITY : std::max(largest, difference);
  }
  return largest;
}

} // namespace tandem::nvidia::kit
