//===- OpcodesMemory.cpp - loads, stores and atomics ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Execution.h"
#include "tandem/targets/Nvidia/Emulator/Helpers.h"
#include "tandem/targets/Nvidia/Emulator/Translator.h"

#include <cstddef>

using namespace llvm;
using namespace tandem::nvidia::ptx;

/// Takes the state space of an access; none is generic.
static Space takeSpace(Translator &t) {
  static constexpr std::pair<StringRef, Space> spaces[] = {
      {"global", Space::global},
      {"const", Space::constant},
      {"local", Space::local},
      {"param", Space::parameter},
      {"param::entry", Space::parameter},
      {"param::func", Space::parameter},
      {"shared", Space::shared},
      {"shared::cta", Space::shared},
      {"shared::cluster", Space::shared}};
  for (auto [name, space] : spaces) {
    if (t.take(name)) {
      return space;
    }
  }
  return Space::generic;
}

/// Checks an access of `bytes` where the site says, and gives the host pointer.
/// The common case is tested in line.
static Value *checked(Translator &t, Space space, Value *address,
                      unsigned bytes, bool isStore) {
  IRBuilder<> &b = t.builder;
  Site &site = t.site();
  site.isStore = isStore;
  Value *width = t.constant(bytes, 64);
  Value *isMisaligned = b.CreateICmpNE(
      b.CreateAnd(address, t.constant(bytes - 1, 64)), t.constant(0, 64));
  Value *isOutside;
  auto *slow = &checkAccess;
  Value *base = t.constant(0, 64);
  if (space == Space::shared) {
    slow = &checkShared;
    base = t.loadField(offsetof(ThreadRegisters, sharedBase), 64);
    Value *offset = b.CreateSub(address, t.constant(sharedOrigin, 64));
    Value *size = t.loadField(offsetof(ThreadRegisters, sharedBytes), 64);
    isOutside = b.CreateOr(b.CreateICmpUGE(offset, size),
                           b.CreateICmpUGT(b.CreateAdd(offset, width), size));
  } else if (space == Space::local) {
    slow = &checkLocal;
    Value *offset = b.CreateSub(
        address, t.loadField(offsetof(ThreadRegisters, localBegin), 64));
    Value *size = t.loadField(offsetof(ThreadRegisters, localBytes), 64);
    isOutside = b.CreateOr(b.CreateICmpUGE(offset, size),
                           b.CreateICmpUGT(b.CreateAdd(offset, width), size));
  } else {
    Value *cachedBase = b.CreateLoad(b.getInt64Ty(), t.host(&site.cachedBase));
    Value *starts = b.CreateLoad(b.getInt64Ty(), t.host(&site.cachedStarts));
    isOutside = b.CreateICmpUGE(b.CreateSub(address, cachedBase), starts);
  }
  t.emitIf(
      b.CreateOr(isMisaligned, isOutside),
      [&] { t.call(slow, site, {address, t.constant(bytes, 32)}); },
      /*isUnlikely=*/true);
  return b.CreateIntToPtr(b.CreateAdd(address, base), b.getPtrTy());
}

/// Whether `operand` names parameter memory, whose accesses are checked here.
static const Variable *parameterVariable(Translator &t,
                                         const Operand &operand) {
  if (operand.kind != Operand::address ||
      operand.elements[0].kind != Operand::name) {
    return nullptr;
  }
  StringRef name = operand.elements[0].text;
  auto symbol = t.find(name);
  if (symbol && symbol->kind == Symbol::variable) {
    const Variable &variable = t.source().variables[symbol->index];
    return variable.space == Space::parameter ? &variable : nullptr;
  }
  for (const auto *list : {&t.source().results, &t.source().parameters}) {
    for (const Variable &variable : *list) {
      if (variable.name == name) {
        return &variable;
      }
    }
  }
  return nullptr;
}

static Value *access(Translator &t, Space space, const Operand &operand,
                     unsigned bytes, bool isStore) {
  Value *address = t.address(operand);
  if (space != Space::parameter) {
    return checked(t, space, address, bytes, isStore);
  }
  const Variable *variable = parameterVariable(t, operand);
  if (!variable) { // an address in a register
    return checked(t, Space::generic, address, bytes, isStore);
  }
  uint64_t offset = operand.value;
  if (offset > variable->bytes() || bytes > variable->bytes() - offset) {
    t.report("accesses bytes " + Twine(offset) + " to " +
             Twine(offset + bytes) + " of parameter '" + variable->name +
             "', which has " + Twine(variable->bytes()));
  } else if (isStore && t.source().isEntry &&
             llvm::any_of(t.source().parameters,
                          [&](const Variable &p) { return &p == variable; })) {
    t.report("writes to a kernel's parameter");
  }
  return t.builder.CreateIntToPtr(address, t.builder.getPtrTy());
}

/// The vector's lanes, 1 without a `.v` modifier.
static unsigned takeVector(Translator &t) {
  StringRef vector = t.takeOneOf({"v2", "v4", "v8"});
  return vector.empty() ? 1 : vector.back() - '0';
}

/// The registers of a vector operand, or the operand itself.
static SmallVector<const Operand *, 8>
lanesOf(Translator &t, const Operand &operand, unsigned count) {
  SmallVector<const Operand *, 8> lanes;
  if (operand.kind == Operand::list) {
    for (const Operand &element : operand.elements) {
      lanes.push_back(&element);
    }
  } else {
    lanes.push_back(&operand);
  }
  if (lanes.size() != count) {
    t.report("has " + Twine(lanes.size()) + " registers, expected " +
             Twine(count));
    lanes.resize(count, &operand);
  }
  return lanes;
}

/// Bytes of the whole access, a power of two up to 32.
static unsigned accessBytes(Translator &t, ValueType type, unsigned count) {
  unsigned bytes = type.bytes() * count;
  if (bytes > 32 || type.kind == ValueType::predicate) {
    t.report("moves " + Twine(bytes) +
             " bytes of this type, which is not "
             "modelled");
    return 1;
  }
  return bytes;
}

static void emitLoad(Translator &t) {
  t.takeHints();
  t.take("nc");
  Space space = takeSpace(t);
  unsigned count = takeVector(t);
  ValueType type = t.takeType();
  unsigned bytes = accessBytes(t, type, count);
  Value *pointer = access(t, space, t.operand(1), bytes, /*isStore=*/false);
  llvm::Type *element = t.builder.getIntNTy(type.totalBits());
  auto *whole = FixedVectorType::get(element, count);
  Value *loaded = t.builder.CreateAlignedLoad(whole, pointer, Align(bytes));
  for (auto [i, lane] : enumerate(lanesOf(t, t.operand(0), count))) {
    t.write(*lane, t.builder.CreateExtractElement(loaded, i),
            /*mayBeWider=*/true, type.isSigned());
  }
}

static void emitStore(Translator &t) {
  t.takeHints();
  Space space = takeSpace(t);
  unsigned count = takeVector(t);
  ValueType type = t.takeType();
  unsigned bytes = accessBytes(t, type, count);
  llvm::Type *element = t.builder.getIntNTy(type.totalBits());
  Value *whole = PoisonValue::get(FixedVectorType::get(element, count));
  for (auto [i, lane] : enumerate(lanesOf(t, t.operand(1), count))) {
    whole = t.builder.CreateInsertElement(
        whole, t.read(*lane, type.totalBits(), /*mayBeWider=*/true), i);
  }
  Value *pointer = access(t, space, t.operand(0), bytes, /*isStore=*/true);
  t.builder.CreateAlignedStore(whole, pointer, Align(bytes));
}

/// What an atomic operation stores, from what was there and its operands.
static Value *combine(Translator &t, StringRef op, ValueType type, Value *old,
                      Value *value, Value *other) {
  IRBuilder<> &b = t.builder;
  if (type.isFloat()) {
    Value *x = t.toFloat(old, type), *y = t.toFloat(value, type);
    return t.fromFloat(op == "add"   ? b.CreateFAdd(x, y)
                       : op == "min" ? b.CreateMinNum(x, y)
                                     : b.CreateMaxNum(x, y),
                       type);
  }
  if (op == "min" || op == "max") {
    bool isMax = op == "max";
    return b.CreateBinaryIntrinsic(type.isSigned() ? isMax ? Intrinsic::smax
                                                           : Intrinsic::smin
                                   : isMax         ? Intrinsic::umax
                                                   : Intrinsic::umin,
                                   old, value);
  }
  Value *zero = t.constant(0, type.width), *one = t.constant(1, type.width);
  if (op == "inc") { // up to `value`, then 0
    return b.CreateSelect(b.CreateICmpUGE(old, value), zero,
                          b.CreateAdd(old, one));
  }
  if (op == "dec") { // down to 0, then `value`
    Value *wraps =
        b.CreateOr(b.CreateICmpEQ(old, zero), b.CreateICmpUGT(old, value));
    return b.CreateSelect(wraps, value, b.CreateSub(old, one));
  }
  if (op == "cas") {
    return b.CreateSelect(b.CreateICmpEQ(old, value), other, old);
  }
  return op == "add"   ? b.CreateAdd(old, value)
         : op == "and" ? b.CreateAnd(old, value)
         : op == "or"  ? b.CreateOr(old, value)
         : op == "xor" ? b.CreateXor(old, value)
                       : value;
}

/// `combine` for each lane of a packed type.
static Value *combineLanes(Translator &t, StringRef op, ValueType type,
                           Value *old, Value *value) {
  IRBuilder<> &b = t.builder;
  ValueType one = type;
  one.lanes = 1;
  Value *all = t.constant(0, type.totalBits());
  for (unsigned lane = 0; lane < type.lanes; ++lane) {
    auto part = [&](Value *whole) {
      return b.CreateTrunc(b.CreateLShr(whole, type.width * lane),
                           b.getIntNTy(type.width));
    };
    Value *result = combine(t, op, one, part(old), part(value), nullptr);
    all = b.CreateOr(all, b.CreateShl(b.CreateZExt(result, all->getType()),
                                      type.width * lane));
  }
  return all;
}

/// `atom` returns what was there, `red` nothing. Threads do not run at the same
/// time, so plain loads and stores do.
template <bool hasResult> static void emitAtomic(Translator &t) {
  t.takeHints();
  Space space = takeSpace(t);
  StringRef op = t.takeOneOf(
      {"add", "min", "max", "inc", "dec", "and", "or", "xor", "exch", "cas"});
  ValueType type = t.takeType();
  unsigned bytes = accessBytes(t, type, 1), bits = type.totalBits();
  if (op.empty() || (type.isFloat() && op != "add" && op != "min" &&
                     op != "max" && op != "exch")) {
    return t.report("is not modelled");
  }
  const Operand &first = t.operand(hasResult);
  Value *value = t.read(t.operand(hasResult + 1), bits);
  Value *other = op == "cas" ? t.read(t.operand(hasResult + 2), bits) : nullptr;
  Value *pointer = access(t, space, first, bytes, /*isStore=*/true);
  Value *old = t.builder.CreateAlignedLoad(t.builder.getIntNTy(bits), pointer,
                                           Align(bytes));
  Value *stored = op == "exch"      ? value
                  : type.lanes == 2 ? combineLanes(t, op, type, old, value)
                                    : combine(t, op, type, old, value, other);
  t.builder.CreateAlignedStore(stored, pointer, Align(bytes));
  if (hasResult) {
    t.write(t.operand(0), old);
  }
}

/// Generic addresses are the host's; only shared addresses differ from them.
static void emitCvta(Translator &t) {
  bool isFromGeneric = t.take("to");
  Space space = takeSpace(t);
  unsigned bits = t.takeType().width;
  Value *address = t.read(t.operand(1), bits);
  if (space == Space::shared) {
    Value *base = t.builder.CreateZExtOrTrunc(
        t.loadField(offsetof(ThreadRegisters, sharedBase), 64),
        address->getType());
    address = isFromGeneric ? t.builder.CreateSub(address, base)
                            : t.builder.CreateAdd(address, base);
  }
  t.write(t.operand(0), address);
}

static void emitIsspacep(Translator &t) {
  Space space = takeSpace(t);
  IRBuilder<> &b = t.builder;
  Value *address = t.read(t.operand(1), 64);
  auto isIn = [&](size_t begin, uint64_t origin, size_t size) {
    Value *offset = b.CreateSub(address, t.loadField(begin, 64));
    offset = b.CreateSub(offset, t.constant(origin, 64));
    return b.CreateICmpULT(offset, t.loadField(size, 64));
  };
  Value *isShared = isIn(offsetof(ThreadRegisters, sharedBase), sharedOrigin,
                         offsetof(ThreadRegisters, sharedBytes));
  Value *isLocal = isIn(offsetof(ThreadRegisters, localBegin), 0,
                        offsetof(ThreadRegisters, localBytes));
  switch (space) {
  case Space::shared:
    return t.write(t.operand(0), isShared);
  case Space::local:
    return t.write(t.operand(0), isLocal);
  case Space::global:
    return t.write(t.operand(0), b.CreateNot(b.CreateOr(isShared, isLocal)));
  default:
    t.report("asks for a space that is not modelled");
  }
}

/// An address in another block of the cluster; clusters are of one block.
static void emitMapa(Translator &t) {
  takeSpace(t);
  t.ignoreOperands(); // the rank is 0
  t.write(t.operand(0), t.read(t.operand(1), t.takeType().width));
}

/// `griddepcontrol.wait`, and `launch_dependents`, which allows the next launch
/// to start: launches run one after the other here.
static void emitGriddepcontrol(Translator &t) {
  if (t.takeOneOf({"wait", "launch_dependents"}) == "wait") {
    t.call(waitForLaunch, t.site(), {});
  }
}

/// What has an effect on speed or order only.
static void emitNothing(Translator &t) { t.takeAll(); }

void tandem::nvidia::ptx::addMemoryOpcodes(HandlerTable &table) {
  table["ld"] = emitLoad;
  table["ldu"] = emitLoad;
  table["st"] = emitStore;
  table["atom"] = emitAtomic<true>;
  table["red"] = emitAtomic<false>;
  table["cvta"] = emitCvta;
  table["isspacep"] = emitIsspacep;
  table["mapa"] = emitMapa;
  table["griddepcontrol"] = emitGriddepcontrol;
  for (StringRef name : {"prefetch", "prefetchu", "applypriority", "membar",
                         "fence", "nanosleep", "setmaxnreg"}) {
    table[name] = emitNothing;
  }
}
