//===- Site.h - an instruction that may fail --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_SITE_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_SITE_H

#include <cstdint>
#include <string>

namespace tandem::nvidia::ptx {

struct Site;
struct Warp;

/// Does a warp-wide instruction for the lanes that came.
using Perform = void (*)(Warp &warp, const Site &site, uint32_t lanes);

/// The element type of a matrix fragment.
enum class Element : uint8_t { f16, bf16, tf32, s8, u8 };

/// What the opcode of a matrix instruction says.
struct MatrixForm {
  Element a = Element::f16, b = Element::f16;
  uint16_t n = 8, k = 16;
  uint8_t tiles = 1; ///< of ldmatrix
  bool isTransposed = false, isTransposedB = false;
  bool hasRegisterA = false; ///< of wgmma
  bool negatesA = false, negatesB = false;
  bool hasHalfResult = false; ///< f16 accumulators
};

/// An instruction of the text that has state or may fail while it runs.
/// Translated code holds its address.
struct Site {
  unsigned line;
  std::string opcode;
  bool isStore = false;
  Perform perform = nullptr;
  MatrixForm form = {};

  /// The buffer that the last access hit: its first address, and how many
  /// addresses from there an access of this width may begin at.
  uint64_t cachedBase = 0, cachedStarts = 0;
};

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_SITE_H
