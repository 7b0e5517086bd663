//===- OpcodesBarrier.cpp - bar, barrier and mbarrier -----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Helpers.h"
#include "tandem/targets/Nvidia/Emulator/Translator.h"

using namespace llvm;
using namespace tandem::nvidia::ptx;

/// `.cta` of `barrier.cta`, and `.aligned`, which is not checked.
static void takeBarrierForm(Translator &t) {
  t.take("cta");
  t.take("aligned");
}

/// The count of threads at `index`, 0 if there is none.
static Value *threadCount(Translator &t, size_t index) {
  return index < t.operandCount() ? t.read(t.operand(index), 32)
                                  : t.constant(0, 32);
}

static void emitBarrierSync(Translator &t) {
  takeBarrierForm(t);
  t.call(syncBarrier, t.site(), {t.read(t.operand(0), 32), threadCount(t, 1)});
}

static void emitBarrierArrive(Translator &t) {
  takeBarrierForm(t);
  t.call(arriveAtBarrier, t.site(),
         {t.read(t.operand(0), 32), t.read(t.operand(1), 32)});
}

/// `bar.red.popc.u32 d, barrier{, count}, p` and .and, .or with a predicate.
static void emitBarrierReduce(Translator &t) {
  takeBarrierForm(t);
  StringRef op = t.takeOneOf({"popc", "and", "or"});
  t.takeType();
  bool hasCount = t.operandCount() == 4;
  IRBuilder<> &b = t.builder;
  Value *count = hasCount ? t.read(t.operand(2), 32) : t.constant(0, 32);
  Value *vote = t.read(t.operand(hasCount ? 3 : 2), 1);
  Value *number = t.read(t.operand(1), 32);
  // Whether nobody votes against is asked by counting those.
  bool isAnd = op == "and";
  Value *votes = t.call(voteAtBarrier, t.site(),
                        {number, count, isAnd ? b.CreateNot(vote) : vote});
  Value *zero = t.constant(0, 32);
  t.write(t.operand(0), op == "popc" ? votes
                        : isAnd      ? b.CreateICmpEQ(votes, zero)
                                     : b.CreateICmpNE(votes, zero));
}

static void emitWarpSync(Translator &t) {
  t.call(meet, t.site(), {t.read(t.operand(0), 32)});
}

//===----------------------------------------------------------------------===//
// mbarrier
//===----------------------------------------------------------------------===//

/// Takes what says where the object is, and how memory is ordered.
static void takeObject(Translator &t) {
  t.takeHints();
  t.takeOneOf({"shared", "shared::cta", "shared::cluster"});
  t.take("b64");
}

static void emitInit(Translator &t) {
  takeObject(t);
  t.call(initMemoryBarrier, t.site(),
         {t.address(t.operand(0)), t.read(t.operand(1), 32)});
}

static void emitInval(Translator &t) {
  takeObject(t);
  t.call(invalidateMemoryBarrier, t.site(), {t.address(t.operand(0))});
}

/// `mbarrier.arrive{.expect_tx}.b64 state, [address]{, count or bytes}`; at
/// another block's object there is no state.
template <bool isDrop> static void emitArrive(Translator &t) {
  bool expects = t.take("expect_tx");
  t.take("noComplete");
  takeObject(t);
  bool hasState = t.operand(0).kind != Operand::address;
  Value *address = t.address(t.operand(hasState));
  Value *count = t.constant(1, 32);
  if (t.operandCount() > hasState + 1u) {
    Value *given = t.read(t.operand(hasState + 1), 32);
    if (expects) {
      t.call(expectBytes, t.site(), {address, given});
    } else {
      count = given;
    }
  }
  Value *phase = t.call(arriveAtMemoryBarrier, t.site(),
                        {address, count, isDrop ? count : t.constant(0, 32)});
  if (hasState) {
    t.write(t.operand(0), phase);
  }
}

template <void (*helper)(Thread *, Site *, uint64_t, uint32_t)>
static void emitBytes(Translator &t) {
  takeObject(t);
  t.call(helper, t.site(), {t.address(t.operand(0)), t.read(t.operand(1), 32)});
}

/// Whether a phase is over; a hint of the time to wait is ignored.
static void emitWait(Translator &t) {
  bool isParity = t.take("parity");
  takeObject(t);
  t.ignoreOperands();
  Value *address = t.address(t.operand(1));
  t.write(t.operand(0), isParity ? t.call(waitForParity, t.site(),
                                          {address, t.read(t.operand(2), 32)})
                                 : t.call(waitForPhase, t.site(),
                                          {address, t.read(t.operand(2), 64)}));
}

void tandem::nvidia::ptx::addBarrierOpcodes(HandlerTable &table) {
  for (StringRef prefix : {"bar", "barrier", "barrier.cta", "bar.cta"}) {
    table[(prefix + ".sync").str()] = emitBarrierSync;
    table[(prefix + ".arrive").str()] = emitBarrierArrive;
    table[(prefix + ".red").str()] = emitBarrierReduce;
  }
  table["bar.warp.sync"] = emitWarpSync;
  table["mbarrier.init"] = emitInit;
  table["mbarrier.inval"] = emitInval;
  table["mbarrier.arrive"] = emitArrive<false>;
  table["mbarrier.arrive_drop"] = emitArrive<true>;
  table["mbarrier.expect_tx"] = emitBytes<expectBytes>;
  table["mbarrier.complete_tx"] = emitBytes<completeBytes>;
  table["mbarrier.try_wait"] = emitWait;
  table["mbarrier.test_wait"] = emitWait;
}
