//===- OpcodesMatrix.cpp - matrix instructions ------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Execution.h"
#include "tandem/targets/Nvidia/Emulator/Translator.h"
#include "tandem/targets/Nvidia/Emulator/WarpMatrix.h"

#include "llvm/ADT/StringSwitch.h"

#include <cstddef>

using namespace llvm;
using namespace tandem::nvidia::ptx;

/// The registers of a braced operand; a problem if they are not `count`.
static ArrayRef<Operand> list(Translator &t, const Operand &operand,
                              size_t count) {
  if (operand.kind != Operand::list || operand.elements.size() != count) {
    t.report("has an operand that is no list of " + Twine(count) +
             " registers");
    return {};
  }
  return operand.elements;
}

static void readList(Translator &t, const Operand &operand, size_t count,
                     SmallVectorImpl<Value *> &values) {
  for (const Operand &element : list(t, operand, count)) {
    values.push_back(t.read(element, 32));
  }
}

static void writeList(Translator &t, const Operand &operand, size_t count) {
  for (auto [i, element] : enumerate(list(t, operand, count))) {
    t.write(element, t.loadWord(i));
  }
}

static Value *wholeWarp(Translator &t) { return t.constant(~0u, 32); }

static bool takeElement(Translator &t, Element &element) {
  StringRef name = t.takeFirst();
  auto found = StringSwitch<std::optional<Element>>(name)
                   .Case("f16", Element::f16)
                   .Case("bf16", Element::bf16)
                   .Case("tf32", Element::tf32)
                   .Case("s8", Element::s8)
                   .Case("u8", Element::u8)
                   .Default(std::nullopt);
  if (!found) {
    t.report("multiplies '" + name + "', which is not modelled");
    return false;
  }
  element = *found;
  return true;
}

static unsigned elementsPerWord(Element element) {
  switch (element) {
  case Element::f16:
  case Element::bf16:
    return 2;
  case Element::tf32:
    return 1;
  case Element::s8:
  case Element::u8:
    return 4;
  }
  return 0;
}

/// `mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {d}, {a}, {b}, {c}`.
static void emitMma(Translator &t) {
  t.take("aligned");
  MatrixForm form;
  StringRef k = t.takePrefix("m16n8k");
  if (!k.consume_front("m16n8k") || k.getAsInteger(10, form.k) ||
      !t.take("row") || !t.take("col")) {
    return t.report("has a shape or layout that is not modelled, expected "
                    "m16n8k<n>.row.col");
  }
  StringRef result = t.takeFirst();
  if (!takeElement(t, form.a) || !takeElement(t, form.b)) {
    return;
  }
  unsigned perWord = elementsPerWord(form.a);
  bool isInteger = perWord == 4;
  form.hasHalfResult = result == "f16";
  // A word of each of the 4 lanes of a row, once or twice.
  unsigned wordsB = form.k / (4 * perWord);
  if (t.takeFirst() != result || elementsPerWord(form.b) != perWord ||
      (!isInteger && form.a != form.b) ||
      result != (isInteger            ? "s32"
                 : form.hasHalfResult ? "f16"
                                      : "f32") ||
      (form.hasHalfResult && form.a != Element::f16) || wordsB < 1 ||
      wordsB > 2 || form.k % (4 * perWord) != 0) {
    return t.report("has types or a shape that are not modelled");
  }
  unsigned wordsC = form.hasHalfResult ? 2 : 4;
  SmallVector<Value *> words;
  readList(t, t.operand(1), 2 * wordsB, words);
  readList(t, t.operand(2), wordsB, words);
  readList(t, t.operand(3), wordsC, words);
  t.exchange(multiply, words, wholeWarp(t), form);
  writeList(t, t.operand(0), wordsC);
}

/// Takes what ldmatrix and stmatrix have in common.
static MatrixForm takeTiles(Translator &t) {
  MatrixForm form;
  t.take("aligned");
  StringRef tiles = t.takeOneOf({"x1", "x2", "x4"});
  form.tiles = tiles.empty() ? 1 : tiles.back() - '0';
  form.isTransposed = t.take("trans");
  t.takeOneOf({"shared", "shared::cta"});
  if (!t.take("m8n8") || tiles.empty() || !t.take("b16")) {
    t.report("is modelled for .m8n8 tiles of .b16, .x1, .x2 or .x4");
  }
  return form;
}

static void emitLoadMatrix(Translator &t) {
  MatrixForm form = takeTiles(t);
  t.exchange(loadTiles, {t.address(t.operand(1))}, wholeWarp(t), form);
  writeList(t, t.operand(0), form.tiles);
}

static void emitStoreMatrix(Translator &t) {
  MatrixForm form = takeTiles(t);
  SmallVector<Value *> words{t.address(t.operand(0))};
  readList(t, t.operand(1), form.tiles, words);
  t.exchange(storeTiles, words, wholeWarp(t), form);
}

//===----------------------------------------------------------------------===//
// wgmma
//===----------------------------------------------------------------------===//

/// Puts the addresses of registers into the array, from `first`.
static void nameRegisters(Translator &t, Value *array,
                          ArrayRef<Operand> operands, unsigned first) {
  for (auto [i, operand] : enumerate(operands)) {
    AllocaInst *slot = t.slot(operand);
    if (slot && !slot->getAllocatedType()->isIntegerTy(32)) {
      t.report("names a register that has not 32 bits");
    } else if (slot) {
      t.builder.CreateStore(slot, t.builder.CreateConstInBoundsGEP1_64(
                                      t.builder.getPtrTy(), array, first + i));
    }
  }
}

/// A number 0 or 1, or 1 or -1, at operand `index`.
static int64_t flag(Translator &t, size_t index) {
  const Operand &operand = t.operand(index);
  if (operand.kind != Operand::integer) {
    t.report("has operand " + Twine(index) + " that is no number");
  }
  return operand.value;
}

/// `wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {d}, a, b, p, 1, 1,
/// 0, 0`: a is a descriptor or {registers}, which have no transposition flag.
static void emitProduct(Translator &t) {
  t.take("sync");
  t.take("aligned");
  MatrixForm form;
  StringRef n = t.takePrefix("m64n");
  if (!n.consume_front("m64n") || !n.consume_back("k16") ||
      n.getAsInteger(10, form.n) || form.n < 8 || form.n > 256 ||
      form.n % 8 != 0) {
    return t.report("has a shape that is not modelled, expected m64n<n>k16");
  }
  if (!t.take("f32")) {
    return t.report("is modelled with results in f32");
  }
  if (!takeElement(t, form.a) || !takeElement(t, form.b)) {
    return;
  }
  if (form.a != form.b || elementsPerWord(form.a) != 2) {
    return t.report("is modelled for f16 and bf16");
  }
  if (!t.source().isEntry) {
    return t.report("is modelled in kernels only");
  }
  form.hasRegisterA = t.operand(1).kind == Operand::list;
  form.negatesA = flag(t, 4) == -1;
  form.negatesB = flag(t, 5) == -1;
  form.isTransposed = !form.hasRegisterA && flag(t, 6) == 1;
  form.isTransposedB = flag(t, form.hasRegisterA ? 6 : 7) == 1;

  IRBuilder<> &b = t.builder;
  Value *array = t.pointerArray(form.n / 2 + 4);
  nameRegisters(t, array, list(t, t.operand(0), form.n / 2), 0);
  Value *a = t.constant(0, 64);
  if (form.hasRegisterA) {
    nameRegisters(t, array, list(t, t.operand(1), 4), form.n / 2);
  } else {
    a = t.read(t.operand(1), 64);
  }
  b.CreateStore(array, t.field(offsetof(ThreadRegisters, registers)));
  Value *other = t.read(t.operand(2), 64);
  t.exchange(issueProduct,
             {a, b.CreateLShr(a, 32), other, b.CreateLShr(other, 32),
              t.read(t.operand(3), 1)},
             wholeWarp(t), form);
}

template <Perform perform> static void emitStep(Translator &t) {
  t.take("sync");
  t.take("aligned");
  t.exchange(perform, {}, wholeWarp(t));
}

static void emitWaitProducts(Translator &t) {
  t.take("sync");
  t.take("aligned");
  t.exchange(waitProducts, {t.read(t.operand(0), 32)}, wholeWarp(t));
}

void tandem::nvidia::ptx::addMatrixOpcodes(HandlerTable &table) {
  table["mma.sync"] = emitMma;
  table["ldmatrix.sync"] = emitLoadMatrix;
  table["stmatrix.sync"] = emitStoreMatrix;
  table["wgmma.mma_async"] = emitProduct;
  table["wgmma.fence"] = emitStep<fenceProducts>;
  table["wgmma.commit_group"] = emitStep<commitProducts>;
  table["wgmma.wait_group"] = emitWaitProducts;
}
