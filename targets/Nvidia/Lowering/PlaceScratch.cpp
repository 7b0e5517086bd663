//===- PlaceScratch.cpp - where a program keeps its values -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/ProgramBuilder.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tandem::nvidia;

/// Places begin at a multiple of the line that a warp loads at once, twice.
static constexpr int64_t placeAlignment = 256;

namespace {

/// First and last launch of a buffer's life, by their numbers.
struct Life {
  int64_t first, last;
};

/// A buffer with its life and place.
struct Placed {
  Life life;
  int64_t offset, bytes;

  bool collides(const Placed &other) const {
    return life.first <= other.life.last && other.life.first <= life.last &&
           offset < other.offset + other.bytes && other.offset < offset + bytes;
  }
};

} // namespace

static llvm::MapVector<BufferOp, Life> livesOf(ProgramOp program) {
  llvm::MapVector<BufferOp, Life> lives;
  int64_t now = 0;
  for (auto launch : program.getBody().getOps<LaunchOp>()) {
    for (Value operand : launch->getOperands()) {
      BufferOp buffer = bufferOf(operand);
      if (buffer.getMemory() == Memory::scratch) {
        lives.insert({buffer, {now, now}}).first->second.last = now;
      }
    }
    ++now;
  }
  return lives;
}

void tandem::nvidia::placeScratch(ProgramOp program) {
  SmallVector<Placed> placed;
  int64_t arena = 0;
  for (auto &[buffer, life] : livesOf(program)) {
    Placed place{life, 0,
                 int64_t(llvm::alignTo(buffer.getBytes(), placeAlignment))};
    // The lowest offset that overlaps no buffer of the same time.
    bool moved = true;
    while (moved) {
      moved = false;
      for (const Placed &other : placed) {
        if (place.collides(other)) {
          place.offset = other.offset + other.bytes;
          moved = true;
        }
      }
    }
    buffer.setOffset(place.offset);
    arena = std::max(arena, place.offset + place.bytes);
    placed.push_back(place);
  }
  program.setArena(arena);
}
