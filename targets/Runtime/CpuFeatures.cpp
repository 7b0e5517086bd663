//===- CpuFeatures.cpp - abilities of this CPU ----------------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/CpuFeatures.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace tandem::runtime {

#if defined(__x86_64__)
namespace {
enum Register { Eax, Ebx, Ecx, Edx };

/// Bits of XCR0 that the system must have set (Intel SDM volume 1, 13.3).
enum SavedState : uint32_t { None = 0, Ymm = 0x6, Zmm = 0xe6, Tile = 0x60000 };

/// Where CPUID reports an ability (Intel SDM volume 2, CPUID).
struct Feature {
  std::string_view name;
  uint32_t leaf;
  uint32_t subleaf;
  Register in;
  unsigned bit;
  SavedState needs;
};
} // namespace

static constexpr Feature features[] = {
    {"sse3", 1, 0, Ecx, 0, None},       {"ssse3", 1, 0, Ecx, 9, None},
    {"fma", 1, 0, Ecx, 12, Ymm},        {"sse4.1", 1, 0, Ecx, 19, None},
    {"sse4.2", 1, 0, Ecx, 20, None},    {"movbe", 1, 0, Ecx, 22, None},
    {"popcnt", 1, 0, Ecx, 23, None},    {"avx", 1, 0, Ecx, 28, Ymm},
    {"f16c", 1, 0, Ecx, 29, Ymm},       {"bmi", 7, 0, Ebx, 3, None},
    {"avx2", 7, 0, Ebx, 5, Ymm},        {"bmi2", 7, 0, Ebx, 8, None},
    {"avx512f", 7, 0, Ebx, 16, Zmm},    {"avx512dq", 7, 0, Ebx, 17, Zmm},
    {"avx512cd", 7, 0, Ebx, 28, Zmm},   {"avx512bw", 7, 0, Ebx, 30, Zmm},
    {"avx512vl", 7, 0, Ebx, 31, Zmm},   {"avx512vbmi", 7, 0, Ecx, 1, Zmm},
    {"avx512vnni", 7, 0, Ecx, 11, Zmm}, {"amx-bf16", 7, 0, Edx, 22, Tile},
    {"avx512fp16", 7, 0, Edx, 23, Zmm}, {"amx-tile", 7, 0, Edx, 24, Tile},
    {"amx-int8", 7, 0, Edx, 25, Tile},  {"avxvnni", 7, 1, Eax, 4, Ymm},
    {"avx512bf16", 7, 1, Eax, 5, Zmm},  {"lzcnt", 0x80000001, 0, Ecx, 5, None},
};

static uint32_t savedState() {
  uint32_t registers[4] = {};
  __get_cpuid(1, &registers[0], &registers[1], &registers[2], &registers[3]);
  if (!(registers[Ecx] >> 27 & 1)) { // OSXSAVE
    return 0;
  }
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

static bool cpuHas(std::string_view name) {
  const auto *feature =
      std::find_if(std::begin(features), std::end(features),
                   [&](const Feature &f) { return f.name == name; });
  if (feature == std::end(features)) {
    return false;
  }
  uint32_t registers[4] = {};
  bool known = __get_cpuid_count(feature->leaf, feature->subleaf, &registers[0],
                                 &registers[1], &registers[2], &registers[3]);
  return known && (registers[feature->in] >> feature->bit & 1) &&
         (savedState() & feature->needs) == feature->needs;
}
#else
static bool cpuHas(std::string_view) { return false; }
#endif

std::vector<std::string>
missingCpuFeatures(const std::vector<std::string> &required) {
  std::vector<std::string> missing;
  std::copy_if(required.begin(), required.end(), std::back_inserter(missing),
               [](const std::string &name) { return !cpuHas(name); });
  return missing;
}

} // namespace tandem::runtime
