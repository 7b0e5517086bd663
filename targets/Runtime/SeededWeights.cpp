//===- SeededWeights.cpp - weights made of a number -----------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/SeededWeights.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "tandem/targets/Runtime/Failure.h"

namespace tandem::runtime {

static uint64_t mix(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9;
  x ^= x >> 27;
  x *= 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

namespace {
/// The numbers of one tensor.
class Stream {
public:
  Stream(uint64_t seed, std::string_view tensor, const SeededValues &values)
      : first(values.first), step(values.bits ? values.step : 0),
        shift(values.bits ? 64 - values.bits : 63) {
    uint64_t name = 0xcbf29ce484222325; // FNV-1a
    for (unsigned char c : tensor) {
      name = (name ^ c) * 0x100000001b3;
    }
    start = mix(mix(seed) ^ name);
  }

  float at(uint64_t index) const {
    uint64_t drawn = mix(start + index * 0x9e3779b97f4a7c15) >> shift;
    return static_cast<float>(first + step * static_cast<double>(drawn));
  }

private:
  double first, step;
  uint64_t start, shift;
};

// Writers of a number at a bit. They need not round: see SeededValues.

struct F32 {
  static constexpr uint64_t bits = 32;
  static void write(char *target, uint64_t bit, float value) {
    std::memcpy(target + bit / 8, &value, 4);
  }
};

struct BF16 {
  static constexpr uint64_t bits = 16;
  static void write(char *target, uint64_t bit, float value) {
    auto half = static_cast<uint16_t>(std::bit_cast<uint32_t>(value) >> 16);
    std::memcpy(target + bit / 8, &half, 2);
  }
};

struct F16 {
  static constexpr uint64_t bits = 16;
  static uint16_t bitsOf(float value) {
    uint32_t wide = std::bit_cast<uint32_t>(value);
    uint32_t sign = wide >> 16 & 0x8000, mantissa = wide & 0x7fffff;
    int exponent = static_cast<int>(wide >> 23 & 0xff) - 112;
    if (exponent > 0) {
      return static_cast<uint16_t>(sign | uint32_t(exponent) << 10 |
                                   mantissa >> 13);
    }
    uint32_t small =
        exponent < -10 ? 0 : (mantissa | 0x800000) >> (14 - exponent);
    return static_cast<uint16_t>(sign | small);
  }
  static void write(char *target, uint64_t bit, float value) {
    uint16_t half = bitsOf(value);
    std::memcpy(target + bit / 8, &half, 2);
  }
};

struct U8 {
  static constexpr uint64_t bits = 8;
  static void write(char *target, uint64_t bit, float value) {
    target[bit / 8] = static_cast<char>(static_cast<uint8_t>(value));
  }
};

struct U4 {
  static constexpr uint64_t bits = 4;
  static void write(char *target, uint64_t bit, float value) {
    auto code = static_cast<uint8_t>(value);
    target[bit / 8] = static_cast<char>(target[bit / 8] | code << bit % 8);
  }
};
} // namespace

/// Calls `function(Type())` for the type of places; false where there is none.
template <class Function>
static bool forType(const std::string &type, Function &&function) {
  if (type == "f32") {
    return function(F32()), true;
  }
  if (type == "bf16") {
    return function(BF16()), true;
  }
  if (type == "f16") {
    return function(F16()), true;
  }
  if (type == "u8") {
    return function(U8()), true;
  }
  return type == "u4" && (function(U4()), true);
}

float seededValue(uint64_t seed, std::string_view tensor,
                  const SeededValues &values, uint64_t index) {
  return Stream(seed, tensor, values).at(index);
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// Sizes that come from a file: products of two stay below 2^126.
using Wide = unsigned __int128;

static std::string whyNotValues(const SeededField &field) {
  const SeededValues &values = field.values;
  double last = values.first + values.step * double((1 << values.bits) - 1);
  if (!std::isfinite(values.first) || !std::isfinite(last)) {
    return "has values that are not finite";
  }
  double most = field.type == "u4"    ? 15
                : field.type == "u8"  ? 255
                : field.type == "f16" ? 65504
                                      : 1e38;
  double least = field.type[0] == 'u' ? 0 : -most;
  if (std::min(values.first, last) < least ||
      std::max(values.first, last) > most) {
    return "has values that " + field.type + " does not hold";
  }
  return "";
}

static std::string whyNotField(const SeededField &field, uint64_t bytes) {
  uint64_t width = 0;
  if (!forType(field.type, [&](auto type) { width = type.bits; })) {
    return "has type '" + field.type + "', expected f32, f16, bf16, u8 or u4";
  }
  if (field.values.bits > 8) {
    return "draws " + std::to_string(field.values.bits) +
           " bits, expected 0 to 8";
  }
  if (std::string why = whyNotValues(field); !why.empty()) {
    return why;
  }
  constexpr size_t mostLoops = 8;
  if (field.loops.empty() || field.loops.size() > mostLoops) {
    return "has " + std::to_string(field.loops.size()) +
           " loops, expected 1 to " + std::to_string(mostLoops);
  }
  uint64_t unit = std::min<uint64_t>(width, 8);
  Wide end = Wide(field.offset) + width, places = 1;
  uint64_t strides = field.offset;
  for (const SeededLoop &loop : field.loops) {
    places *= loop.count;
    if (places == 0 || places * width > Wide(bytes) * 8) {
      return "has no places, or more than its bytes hold";
    }
    end += Wide(loop.count - 1) * loop.bits;
    strides |= loop.bits;
  }
  if (end > Wide(bytes) * 8) {
    return "ends behind its " + std::to_string(bytes) + " bytes";
  }
  // Elements lie on bytes, codes of 4 bits on halves; the outermost loop is
  // what threads share.
  if (strides % unit != 0 || field.loops.front().bits % 8 != 0) {
    return "has places that are not on whole bytes";
  }
  return "";
}

void checkSeededField(const SeededField &field, uint64_t bytes,
                      const std::string &where) {
  if (std::string why = whyNotField(field, bytes); !why.empty()) {
    throw Failure(ExitCode::InputRejected,
                  where + " field of '" + field.tensor + "' " + why);
  }
}

//===----------------------------------------------------------------------===//
// Filling
//===----------------------------------------------------------------------===//

namespace {
/// Fills places of one type.
template <class Type> class Filler {
public:
  Filler(const SeededField &field, uint64_t seed, char *target)
      : field(field), stream(seed, field.tensor, field.values), target(target) {
    uint64_t inner = 1;
    for (const SeededLoop &loop : field.loops) {
      inner *= loop.count;
    }
    inner /= field.loops.front().count;
    perTask = std::max<uint64_t>(1, taskElements / inner);
  }

  uint64_t taskCount() const {
    return (field.loops.front().count + perTask - 1) / perTask;
  }

  /// Some turns of the outermost loop.
  void fill(uint64_t task) const {
    SeededLoop part = field.loops.front();
    uint64_t first = task * perTask;
    part.count = std::min(perTask, part.count - first);
    walk(part, 1, field.offset + first * part.bits, first * part.row,
         first * part.column);
  }

private:
  void walk(const SeededLoop &loop, size_t inner, uint64_t bit, uint64_t row,
            uint64_t column) const {
    for (uint64_t i = 0; i < loop.count; ++i) {
      if (inner < field.loops.size()) {
        walk(field.loops[inner], inner + 1, bit, row, column);
      } else if (row < field.rows && column < field.columns) {
        Type::write(target, bit, stream.at(row * field.rowElements + column));
      }
      bit += loop.bits, row += loop.row, column += loop.column;
    }
  }

  static constexpr uint64_t taskElements = 1 << 16;

  const SeededField &field;
  Stream stream;
  char *target;
  uint64_t perTask; ///< turns of the outermost loop
};
} // namespace

void fillSeeded(const SeededField &field, uint64_t seed, char *target,
                const TandemThreads *threads) {
  forType(field.type, [&](auto type) {
    Filler<decltype(type)> filler(field, seed, target);
    threads->parallelFor(
        threads->pool,
        [](void *context, uint64_t task) {
          static_cast<const Filler<decltype(type)> *>(context)->fill(task);
        },
        &filler, filler.taskCount());
  });
}

} // namespace tandem::runtime
