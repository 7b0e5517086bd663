//===- KernelLibrary.h - kernels compiled for a test ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_UNIT_TARGETS_X86_KERNELLIBRARY_H
#define TANDEM_TEST_UNIT_TARGETS_X86_KERNELLIBRARY_H

#include "tandem/targets/X86/Kernels/Kernels.h"

#include <map>
#include <string>
#include <vector>

namespace tandem::x86 {

/// Formats of stored panels that the library has kernels for: every kind of
/// code, scale and zero point.
inline constexpr PanelFormat storedFormats[] = {
    {4, 32, BlockNumber::f16},
    {4, 32, BlockNumber::f32, BlockNumber::f32},
    {4, 16, BlockNumber::f32, BlockNumber::u8},
    {8, 32, BlockNumber::f32},
    {8, 64, BlockNumber::f16, BlockNumber::f16},
    {8, 16, BlockNumber::f32, BlockNumber::u8},
    {16, 16},
};

/// Whether this CPU runs `variant`.
bool canRun(const Variant &variant);

/// Every kernel of a variant, compiled and linked; loaded where this CPU can.
class KernelLibrary {
public:
  explicit KernelLibrary(const Variant &variant, const Machine &machine = {});

  /// The kernel `name` as a function pointer; the query function of the test
  /// object returns it by index.
  template <typename Function> Function *get(const std::string &name) const {
    return reinterpret_cast<Function *>(lookup(name));
  }

  const Variant &variant;
  const Machine machine;
  std::vector<char> object, sharedObject;

  /// The library of the best variant that this CPU runs, compiled once.
  static const KernelLibrary &best();

private:
  void *lookup(const std::string &name) const;

  std::map<std::string, uint64_t> indices;
  void *(*query)(uint64_t) = nullptr;
};

/// Pseudo-random values in [-range, range], the same in every run.
std::vector<float> randomValues(size_t count, float range = 1,
                                unsigned seed = 1);

/// `matrix` [n][k] as panels [ceil(n / 16)][k][16], zero-padded.
std::vector<float> packPanels(const std::vector<float> &matrix, int64_t n,
                              int64_t k);

/// The largest |a - b| / (1 + |b|); NaN counts as infinite.
double largestError(const std::vector<float> &actual,
                    const std::vector<double> &expected);

} // namespace tandem::x86

#endif // TANDEM_TEST_UNIT_TARGETS_X86_KERNELLIBRARY_H
