//===- Elements.h - numbers of 16 bits and less -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_ELEMENTS_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_ELEMENTS_H

#include "tandem/targets/Nvidia/Emulator/Site.h"

#include <bit>
#include <cmath>

namespace tandem::nvidia::ptx {

/// An IEEE half as a float.
inline float unpackHalf(uint16_t bits) {
  uint32_t exponent = bits >> 10 & 31, fraction = bits & 1023;
  uint32_t sign = uint32_t(bits & 0x8000) << 16;
  if (exponent == 0) { // subnormal: a multiple of 2^-24
    float value = fraction * 0x1p-24f;
    return std::bit_cast<float>(std::bit_cast<uint32_t>(value) | sign);
  }
  uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

/// A float as an IEEE half, to nearest even.
inline uint16_t packHalf(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  uint16_t sign = bits >> 16 & 0x8000;
  bits &= 0x7fffffff;
  if (bits > 0x7f800000) {
    return 0x7fff;
  }
  if (bits >= 0x477ff000) { // rounds to more than 65504
    return sign | 0x7c00;
  }
  if (bits < 0x38800000) { // below 2^-14: a multiple of 2^-24
    float magnitude = std::bit_cast<float>(bits);
    return sign | uint16_t(std::nearbyint(magnitude * 0x1p24f));
  }
  uint32_t rounded = bits + 0xfff + (bits >> 13 & 1);
  return sign | uint16_t((rounded >> 13) - (112 << 10));
}

/// Element `index` of a word of f16, bf16 or tf32 as a float.
inline float unpackFloat(uint32_t word, unsigned index, Element element) {
  switch (element) {
  case Element::f16:
    return unpackHalf(word >> 16 * index);
  case Element::bf16:
    return std::bit_cast<float>(word >> 16 * index << 16);
  default: // tf32: the low bits of the fraction do not count
    return std::bit_cast<float>(word & 0xffffe000);
  }
}

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_ELEMENTS_H
