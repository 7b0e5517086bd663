//===- OpcodesWarp.cpp - shuffles, votes and reductions ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Execution.h"
#include "tandem/targets/Nvidia/Emulator/Helpers.h"
#include "tandem/targets/Nvidia/Emulator/Translator.h"

#include <bit>
#include <cstddef>

using namespace llvm;
using namespace tandem::nvidia::ptx;

//===----------------------------------------------------------------------===//
// What the last lane does for all. Words of the exchange are inputs, then
// results from word 0.
//===----------------------------------------------------------------------===//

template <typename Body>
static void forEachLane(Warp &warp, uint32_t lanes, Body body) {
  for (; lanes; lanes &= lanes - 1) {
    unsigned lane = std::countr_zero(lanes);
    body(lane, warp.threads[lane]->visible.exchange);
  }
}

enum class Shuffle { up, down, bfly, idx };

/// Words: value, second operand, clamp and segment mask -> value, predicate.
template <Shuffle mode>
static void shuffle(Warp &warp, const Site &site, uint32_t lanes) {
  uint32_t values[warpLanes] = {};
  forEachLane(warp, lanes,
              [&](unsigned lane, uint32_t *words) { values[lane] = words[0]; });
  forEachLane(warp, lanes, [&](unsigned lane, uint32_t *words) {
    int operand = words[1] & 31, clamp = words[2] & 31;
    int segment = words[2] >> 8 & 31, own = lane;
    int last = (own & segment) | (clamp & ~segment);
    int from = 0;
    bool isInside = true;
    switch (mode) {
    case Shuffle::up: // `last` is the segment's first lane here
      from = own - operand;
      isInside = from >= last;
      break;
    case Shuffle::down:
      from = own + operand;
      isInside = from <= last;
      break;
    case Shuffle::bfly:
      from = own ^ operand;
      isInside = from <= last;
      break;
    case Shuffle::idx:
      from = (own & segment) | (operand & ~segment & 31);
      isInside = from <= last;
      break;
    }
    from = isInside ? from : own;
    if (!(lanes >> from & 1)) {
      fail(*warp.threads[lane], site,
           "reads lane " + Twine(from) + ", which does not take part");
    }
    words[0] = values[from];
    words[1] = isInside;
  });
}

/// Words: predicate -> the lanes where it holds.
static void ballot(Warp &warp, const Site &site, uint32_t lanes) {
  uint32_t votes = 0;
  forEachLane(warp, lanes, [&](unsigned lane, uint32_t *words) {
    votes |= (words[0] & 1) << lane;
  });
  forEachLane(warp, lanes, [&](unsigned lane, uint32_t *words) {
    words[0] = votes;
    words[1] = lanes;
  });
}

/// Words: value (low, high) -> the lanes with the same value, whether all have.
static void match(Warp &warp, const Site &site, uint32_t lanes) {
  uint64_t values[warpLanes] = {};
  forEachLane(warp, lanes, [&](unsigned lane, uint32_t *words) {
    values[lane] = words[0] | uint64_t(words[1]) << 32;
  });
  forEachLane(warp, lanes, [&](unsigned lane, uint32_t *words) {
    uint32_t same = 0;
    for (unsigned other = 0; other < warpLanes; ++other) {
      same |= uint32_t(lanes >> other & 1 && values[other] == values[lane])
              << other;
    }
    words[0] = same;
    words[1] = same == lanes;
  });
}

template <typename T, T (*combine)(T, T)>
static void reduce(Warp &warp, const Site &site, uint32_t lanes) {
  bool isFirst = true;
  T result = 0;
  forEachLane(warp, lanes, [&](unsigned lane, uint32_t *words) {
    T value = static_cast<T>(words[0]);
    result = isFirst ? value : combine(result, value);
    isFirst = false;
  });
  forEachLane(warp, lanes, [&](unsigned lane, uint32_t *words) {
    words[0] = static_cast<uint32_t>(result);
  });
}

template <typename T> static T sum(T a, T b) { return a + b; }
template <typename T> static T smaller(T a, T b) { return std::min(a, b); }
template <typename T> static T larger(T a, T b) { return std::max(a, b); }
static uint32_t both(uint32_t a, uint32_t b) { return a & b; }
static uint32_t either(uint32_t a, uint32_t b) { return a | b; }
static uint32_t unlike(uint32_t a, uint32_t b) { return a ^ b; }

//===----------------------------------------------------------------------===//
// Opcodes
//===----------------------------------------------------------------------===//

static Value *isTrue(Translator &t, Value *value) {
  return t.builder.CreateICmpNE(value, t.constant(0, 32));
}

static void emitShuffle(Translator &t) {
  StringRef mode = t.takeOneOf({"up", "down", "bfly", "idx"});
  t.takeType();
  Perform perform = mode == "up"     ? shuffle<Shuffle::up>
                    : mode == "down" ? shuffle<Shuffle::down>
                    : mode == "bfly" ? shuffle<Shuffle::bfly>
                                     : shuffle<Shuffle::idx>;
  t.exchange(perform,
             {t.read(t.operand(1), 32), t.read(t.operand(2), 32),
              t.read(t.operand(3), 32)},
             t.read(t.operand(4), 32));
  const Operand &to = t.operand(0);
  if (to.kind == Operand::pair) {
    t.write(to.elements[0], t.loadWord(0));
    t.write(to.elements[1], isTrue(t, t.loadWord(1)));
  } else {
    t.write(to, t.loadWord(0));
  }
}

static void emitVote(Translator &t) {
  StringRef op = t.takeOneOf({"all", "any", "uni", "ballot"});
  t.takeType();
  IRBuilder<> &b = t.builder;
  t.exchange(ballot, {t.read(t.operand(1), 1)}, t.read(t.operand(2), 32));
  Value *votes = t.loadWord(0), *lanes = t.loadWord(1);
  Value *all = b.CreateICmpEQ(votes, lanes);
  t.write(t.operand(0), op == "ballot" ? votes
                        : op == "all"  ? all
                        : op == "any"
                            ? isTrue(t, votes)
                            : b.CreateOr(all, b.CreateNot(isTrue(t, votes))));
}

static void emitMatch(Translator &t) {
  StringRef op = t.takeOneOf({"any", "all"});
  t.take("sync");
  unsigned bits = t.takeType().width;
  if (bits > 64) {
    return t.report("is modelled for up to 64 bits");
  }
  IRBuilder<> &b = t.builder;
  Value *value = b.CreateZExt(t.read(t.operand(1), bits), b.getInt64Ty());
  t.exchange(match, {value, b.CreateLShr(value, 32)}, t.read(t.operand(2), 32));
  Value *same = t.loadWord(0), *isAll = isTrue(t, t.loadWord(1));
  if (op == "all") {
    same = b.CreateSelect(isAll, same, t.constant(0, 32));
  }
  const Operand &to = t.operand(0);
  if (to.kind == Operand::pair) {
    t.write(to.elements[0], same);
    t.write(to.elements[1], isAll);
  } else {
    t.write(to, same);
  }
}

static void emitRedux(Translator &t) {
  StringRef op = t.takeOneOf({"add", "min", "max", "and", "or", "xor"});
  ValueType type = t.takeType();
  if (type.width != 32 || type.isFloat() || op.empty()) {
    return t.report("is modelled for integers of 32 bits");
  }
  Perform perform = op == "add"       ? reduce<uint32_t, sum<uint32_t>>
                    : op == "and"     ? reduce<uint32_t, both>
                    : op == "or"      ? reduce<uint32_t, either>
                    : op == "xor"     ? reduce<uint32_t, unlike>
                    : type.isSigned() ? op == "min"
                                            ? reduce<int32_t, smaller<int32_t>>
                                            : reduce<int32_t, larger<int32_t>>
                    : op == "min"     ? reduce<uint32_t, smaller<uint32_t>>
                                      : reduce<uint32_t, larger<uint32_t>>;
  t.exchange(perform, {t.read(t.operand(1), 32)}, t.read(t.operand(2), 32));
  t.write(t.operand(0), t.loadWord(0));
}

/// The lowest lane of the mask is elected.
static void elect(Warp &warp, const Site &site, uint32_t lanes) {
  forEachLane(warp, lanes, [&](unsigned lane, uint32_t *words) {
    words[0] = std::countr_zero(lanes);
    words[1] = words[0] == lane;
  });
}

static void emitElect(Translator &t) {
  t.exchange(elect, {}, t.read(t.operand(1), 32));
  const Operand &to = t.operand(0);
  if (to.kind != Operand::pair) {
    return t.report("has no second result");
  }
  t.write(to.elements[0], t.loadWord(0));
  t.write(to.elements[1], isTrue(t, t.loadWord(1)));
}

/// The lanes that are at this instruction, taken to be all: lanes of a warp run
/// one after another here.
static void emitActivemask(Translator &t) {
  t.takeType();
  t.write(t.operand(0), t.constant(~0u, 32));
}

void tandem::nvidia::ptx::addWarpOpcodes(HandlerTable &table) {
  table["shfl.sync"] = emitShuffle;
  table["vote.sync"] = emitVote;
  table["match"] = emitMatch;
  table["redux.sync"] = emitRedux;
  table["elect.sync"] = emitElect;
  table["activemask"] = emitActivemask;
}
