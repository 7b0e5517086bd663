//===- OpcodesAsync.cpp - cp.async and cp.async.bulk ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Helpers.h"
#include "tandem/targets/Nvidia/Emulator/Translator.h"

using namespace llvm;
using namespace tandem::nvidia::ptx;

//===----------------------------------------------------------------------===//
// cp.async
//===----------------------------------------------------------------------===//

/// Whether operand `index` is a predicate register.
static bool isPredicate(Translator &t, size_t index) {
  auto symbol = t.find(t.operand(index).text);
  return symbol && symbol->kind == Symbol::reg &&
         t.source().registers[symbol->index].kind == ValueType::predicate;
}

/// `cp.async.cg.shared.global [to], [from], 16{, bytes to read or !p}`.
static void emitCopy(Translator &t) {
  bool hasPolicy = t.take("L2::cache_hint"); // its operand is the last
  if (hasPolicy) {
    t.ignoreOperands();
  }
  t.takeHints();
  StringRef cache = t.takeOneOf({"ca", "cg"});
  t.takeOneOf({"shared", "shared::cta"});
  t.take("global");
  const Operand &size = t.operand(2);
  bool is16 = size.kind == Operand::integer && size.value == 16;
  bool isSmaller = size.kind == Operand::integer && cache == "ca" &&
                   (size.value == 4 || size.value == 8);
  if (!is16 && !isSmaller) {
    return t.report("copies a size that is not modelled, expected 16 bytes, or "
                    "4 or 8 with .ca");
  }
  Value *bytes = t.constant(size.value, 32), *valid = bytes;
  if (t.operandCount() > 3u + hasPolicy) {
    valid = isPredicate(t, 3) ? t.builder.CreateSelect(t.read(t.operand(3), 1),
                                                       t.constant(0, 32), bytes)
                              : t.read(t.operand(3), 32);
  }
  t.call(copyAsync, t.site(),
         {t.address(t.operand(0)), t.address(t.operand(1)), bytes, valid});
}

template <void (*helper)(Thread *, Site *)>
static void emitCommit(Translator &t) {
  t.call(helper, t.site(), {});
}

template <void (*helper)(Thread *, Site *, uint32_t)>
static void emitWaitGroup(Translator &t) {
  t.take("read"); // reads of the source end when the copy does
  t.call(helper, t.site(), {t.read(t.operand(0), 32)});
}

static void emitWaitAll(Translator &t) {
  t.call(commitCopies, t.site(), {});
  t.call(waitCopies, t.site(), {t.constant(0, 32)});
}

static void emitArriveAfterCopies(Translator &t) {
  bool countsExtra = !t.take("noinc");
  t.takeOneOf({"shared", "shared::cta"});
  t.take("b64");
  t.call(arriveAfterCopies, t.site(),
         {t.address(t.operand(0)), t.constant(countsExtra, 1)});
}

//===----------------------------------------------------------------------===//
// cp.async.bulk
//===----------------------------------------------------------------------===//

/// Takes the two spaces, the destination first; true for a load.
static bool takeDirection(Translator &t, bool &isLoad) {
  StringRef to = t.takeFirst(), from = t.takeFirst();
  isLoad = to.starts_with("shared") && from == "global";
  bool isStore = to == "global" && from.starts_with("shared");
  if (!isLoad && !isStore) {
    t.report("copies from '" + from + "' to '" + to +
             "', which is not modelled");
  }
  return isLoad || isStore;
}

/// Takes how the end of the copy is told.
static void takeCompletion(Translator &t, bool isLoad) {
  StringRef expected = isLoad ? "mbarrier::complete_tx::bytes" : "bulk_group";
  if (!t.take(expected)) {
    t.report("has no '." + expected + "'");
  }
  if (t.take("L2::cache_hint")) { // its operand is the last
    t.ignoreOperands();
  }
}

static void emitBulk(Translator &t) {
  bool isLoad;
  if (!takeDirection(t, isLoad)) {
    return;
  }
  takeCompletion(t, isLoad);
  Value *to = t.address(t.operand(0)), *from = t.address(t.operand(1));
  Value *bytes = t.read(t.operand(2), 32);
  if (isLoad) {
    t.call(loadBulk, t.site(), {to, from, bytes, t.address(t.operand(3))});
  } else {
    t.call(storeBulk, t.site(), {to, from, bytes});
  }
}

/// The coordinates of `[map, {c0, c1}]` in memory.
static Value *coordinates(Translator &t, const Operand &operand,
                          unsigned rank) {
  const Operand *list =
      operand.elements.size() == 2 ? &operand.elements[1] : nullptr;
  if (!list || list->kind != Operand::list || list->elements.size() != rank) {
    t.report("has no " + Twine(rank) + " coordinates behind its tensor map");
    return t.host(nullptr);
  }
  for (auto [i, element] : enumerate(list->elements)) {
    t.builder.CreateStore(t.read(element, 32), t.word(i));
  }
  return t.word(0);
}

static void emitTensor(Translator &t) {
  StringRef dimensions = t.takeFirst();
  unsigned rank = 0;
  if (!dimensions.consume_back("d") || dimensions.getAsInteger(10, rank) ||
      rank < 1 || rank > 5) {
    return t.report("has no dimensions .1d to .5d");
  }
  bool isLoad;
  if (!takeDirection(t, isLoad)) {
    return;
  }
  t.take("tile");
  takeCompletion(t, isLoad);
  Value *count = t.constant(rank, 32);
  const Operand &map = t.operand(isLoad), &tile = t.operand(!isLoad);
  Value *at = coordinates(t, map, rank);
  if (isLoad) {
    t.call(
        loadTensor, t.site(),
        {t.address(tile), t.address(map), t.address(t.operand(2)), count, at});
  } else {
    t.call(storeTensor, t.site(), {t.address(map), t.address(tile), count, at});
  }
}

static void emitNothing(Translator &t) { t.takeAll(); }

void tandem::nvidia::ptx::addAsyncOpcodes(HandlerTable &table) {
  table["cp.async"] = emitCopy;
  table["cp.async.commit_group"] = emitCommit<commitCopies>;
  table["cp.async.wait_group"] = emitWaitGroup<waitCopies>;
  table["cp.async.wait_all"] = emitWaitAll;
  table["cp.async.mbarrier.arrive"] = emitArriveAfterCopies;
  table["cp.async.bulk"] = emitBulk;
  table["cp.async.bulk.tensor"] = emitTensor;
  table["cp.async.bulk.commit_group"] = emitCommit<commitBulkStores>;
  table["cp.async.bulk.wait_group"] = emitWaitGroup<waitBulkStores>;
  table["cp.async.bulk.prefetch"] = emitNothing;
}
