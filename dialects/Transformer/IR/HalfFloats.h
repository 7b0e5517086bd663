//===- HalfFloats.h - 16-bit floating-point storage -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Provides fp16 and bf16 as storage types that convert from and to float with
// round-to-nearest-even. Written out, because the C library of Debian 12 lacks
// the conversion of bf16 and results must not depend on the host.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_DIALECTS_TRANSFORMER_IR_HALFFLOATS_H
#define TANDEM_DIALECTS_TRANSFORMER_IR_HALFFLOATS_H

#include <bit>
#include <cstdint>

namespace tandem::transformer {

/// An IEEE half: 5 bits of exponent, 10 of fraction.
struct Half {
  uint16_t bits = 0;

  Half() = default;
  explicit Half(double value) : bits(round(static_cast<float>(value))) {}
  static Half ofBits(uint16_t bits) {
    Half half;
    half.bits = bits;
    return half;
  }

  operator double() const {
    uint32_t sign = uint32_t(bits & 0x8000) << 16;
    uint32_t magnitude = bits & 0x7fff;
    if (magnitude >= 0x7c00) { // infinity and NaN
      return std::bit_cast<float>(sign | 0x7f800000 |
                                  ((magnitude & 0x3ff) << 13));
    }
    // Scaling by 2^112 moves the exponent bias; it is exact, denormals
    // included.
    float scaled = std::bit_cast<float>(magnitude << 13) * 0x1p112f;
    return std::bit_cast<float>(std::bit_cast<uint32_t>(scaled) | sign);
  }

private:
  static uint16_t round(float value) {
    uint32_t word = std::bit_cast<uint32_t>(value);
    uint16_t sign = (word >> 16) & 0x8000;
    uint32_t magnitude = word & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return sign | 0x7e00;
    }
    if (magnitude >= 0x477ff000) { // rounds to 65536 or more
      return sign | 0x7c00;
    }
    if (magnitude < 0x38800000) { // below 2^-14: a multiple of 2^-24
      // Adding 0.5 puts the last bit of the sum at 2^-24.
      float sum = std::bit_cast<float>(magnitude) + 0.5f;
      return sign | (std::bit_cast<uint32_t>(sum) - 0x3f000000);
    }
    uint32_t odd = (magnitude >> 13) & 1;
    return sign | ((magnitude - 0x38000000 + 0xfff + odd) >> 13);
  }
};

/// A bfloat16: the upper half of a float.
struct BFloat16 {
  uint16_t bits = 0;

  BFloat16() = default;
  explicit BFloat16(double value) : bits(round(static_cast<float>(value))) {}
  static BFloat16 ofBits(uint16_t bits) {
    BFloat16 half;
    half.bits = bits;
    return half;
  }

  operator double() const { return std::bit_cast<float>(uint32_t(bits) << 16); }

private:
  static uint16_t round(float value) {
    uint32_t word = std::bit_cast<uint32_t>(value);
    if ((word & 0x7fffffff) > 0x7f800000) {
      return (word >> 16) | 0x40;
    }
    return (word + 0x7fff + ((word >> 16) & 1)) >> 16;
  }
};

} // namespace tandem::transformer

#endif // TANDEM_DIALECTS_TRANSFORMER_IR_HALFFLOATS_H
