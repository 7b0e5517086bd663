//===- HostFleet.cpp - a fleet of this machine -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/targets/Fleets/HostFleet.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"

#include "tandem/targets/Fleets/FigureText.h"
#include "tandem/targets/Fleets/Fleet.h"

using llvm::StringRef;
using tandem::deploy::Dimension;

namespace tandem {
namespace {

/// What /proc/cpuinfo says of the first core.
struct Cpu {
  std::string model;
  double cyclesPerSecond = 0;
  /// f32 operations of products in a cycle, and the ability they follow from.
  double operationsPerCycle = 0;
  StringRef ability;
};

/// Two units that multiply and add, each as wide as its registers.
constexpr std::pair<StringRef, double> abilities[] = {
    {"avx512f", 64}, {"fma", 32}, {"avx", 16}, {"sse2", 8}};

llvm::Expected<Cpu> readCpu() {
  auto buffer = llvm::MemoryBuffer::getFileAsStream("/proc/cpuinfo");
  if (!buffer) {
    return llvm::createStringError("cannot read /proc/cpuinfo: %s",
                                   buffer.getError().message().c_str());
  }
  Cpu cpu;
  llvm::SmallVector<StringRef> lines;
  (*buffer)->getBuffer().split(lines, '\n');
  for (StringRef line : lines) {
    auto [key, value] = line.split(':');
    key = key.trim();
    value = value.trim();
    double megahertz = 0;
    if (key == "model name" && cpu.model.empty()) {
      cpu.model = value.str();
    } else if (key == "cpu MHz" && !value.getAsDouble(megahertz)) {
      cpu.cyclesPerSecond = std::max(cpu.cyclesPerSecond, megahertz * 1e6);
    } else if (key == "flags" && cpu.ability.empty()) {
      llvm::SmallVector<StringRef> flags;
      value.split(flags, ' ');
      for (auto [name, operations] : abilities) {
        if (llvm::is_contained(flags, name) && cpu.ability.empty()) {
          cpu.ability = name;
          cpu.operationsPerCycle = operations;
        }
      }
    }
  }
  if (cpu.cyclesPerSecond == 0 || cpu.ability.empty()) {
    return llvm::createStringError(
        "/proc/cpuinfo names neither 'cpu MHz' nor known 'flags'");
  }
  return cpu;
}

/// Bytes per second that `threads` threads read at once, the best of three
/// rounds.
double measureReading(unsigned threads) {
  constexpr size_t words = 12 << 20; // 96 MiB a thread, beyond any cache
  std::vector<std::vector<uint64_t>> data(threads,
                                          std::vector<uint64_t>(words, 1));
  std::atomic<uint64_t> sum = 0;
  double best = 0;
  for (int round = 0; round < 3; ++round) {
    auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> workers;
    for (const std::vector<uint64_t> &own : data) {
      workers.emplace_back(
          [&] { sum += std::accumulate(own.begin(), own.end(), uint64_t(0)); });
    }
    for (std::thread &worker : workers) {
      worker.join();
    }
    std::chrono::duration<double> seconds =
        std::chrono::steady_clock::now() - start;
    best = std::max(best, 8.0 * words * threads / seconds.count());
  }
  return sum == 0 ? 0 : best; // the sum must be computed
}

} // namespace

llvm::Expected<std::string> describeHost() {
  llvm::Expected<Cpu> cpu = readCpu();
  llvm::Expected<Fleet> local = loadFleet("local");
  if (!cpu || !local) {
    return llvm::joinErrors(cpu.takeError(), local.takeError());
  }
  unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  double bytes = double(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  double rate = cores * cpu->cyclesPerSecond * cpu->operationsPerCycle;
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "# The CPU of one machine (" << cpu->model << ", " << cores
      << " cores), as tandem sees it.\n"
      << "# kind: measured, vendor, reported or assumed. Correct what is "
         "wrong, "
         "and add power\n"
      << "# and price where the plan should count them; docs/fleets.md lists "
         "all keys.\n"
      << "name: host\nchips:\n  - name: cpu\n    target: "
      << local->chips.front().target << "\n    count: 1\n    figures:\n"
      << "      # Nine tenths of what is installed: other programs need some.\n"
      << "      memory: {value: " << formatFigure(Dimension::bytes, 0.9 * bytes)
      << ", kind: measured, source: \"0.9 of the installed memory\"}\n"
      << "      memory_bandwidth: {value: "
      << formatFigure(Dimension::bytesPerSecond, measureReading(cores))
      << ", kind: measured, source: \"sum of 96 MiB on each core\"}\n"
      << "      compute:\n        f32: {value: "
      << formatFigure(Dimension::operationsPerSecond, rate)
      << ", kind: assumed, source: \""
      << llvm::formatv("{0} cores x {1} GHz x {2} operations ({3})", cores,
                       llvm::format("%.2f", cpu->cyclesPerSecond / 1e9),
                       int(cpu->operationsPerCycle), cpu->ability)
      << "\"}\n"
      << "      compute_efficiency: {value: 0.7, kind: assumed, source: "
         "\"share that large products reach\"}\n"
      << "      # power: {value: 100 W, kind: vendor, source: ...}\n"
      << "      # price: {value: 0.1 USD/h, kind: reported, source: ...}\n";
  return text;
}

} // namespace tandem
