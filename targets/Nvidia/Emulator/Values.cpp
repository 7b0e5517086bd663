//===- Values.cpp - operands in LLVM IR -------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Execution.h"
#include "tandem/targets/Nvidia/Emulator/Helpers.h"
#include "tandem/targets/Nvidia/Emulator/Translator.h"

#include "llvm/ADT/StringSwitch.h"

#include <cstddef>

using namespace llvm;
using namespace tandem::nvidia::ptx;

Value *Translator::host(const void *address) {
  return builder.CreateIntToPtr(
      builder.getInt64(reinterpret_cast<uint64_t>(address)),
      builder.getPtrTy());
}

Value *Translator::field(size_t offset) {
  return builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), thread(),
                                            offset);
}

Value *Translator::loadField(size_t offset, unsigned bits) {
  return builder.CreateLoad(builder.getIntNTy(bits), field(offset));
}

Value *Translator::word(unsigned index) {
  return field(offsetof(ThreadRegisters, exchange) + 4 * index);
}

Value *Translator::loadWord(unsigned index) {
  return builder.CreateLoad(builder.getInt32Ty(), word(index));
}

void Translator::exchange(Perform perform, ArrayRef<Value *> words,
                          Value *members, const MatrixForm &form) {
  for (auto [i, value] : enumerate(words)) {
    builder.CreateStore(builder.CreateZExtOrTrunc(value, builder.getInt32Ty()),
                        word(i));
  }
  Site &site = this->site();
  site.perform = perform;
  site.form = form;
  if (warpFrame) { // the whole warp is here
    endStep(&site);
    return beginStep();
  }
  call(meet, site, {members});
}

Value *Translator::callAddress(void *address, llvm::Type *result,
                               ArrayRef<Value *> arguments) {
  SmallVector<llvm::Type *> types;
  SmallVector<Value *> values;
  for (Value *argument : arguments) {
    if (argument->getType()->isIntegerTy(1)) { // C++ reads more bits of a bool
      argument = builder.CreateZExt(argument, builder.getInt32Ty());
    }
    values.push_back(argument);
    types.push_back(argument->getType());
  }
  return builder.CreateCall(FunctionType::get(result, types, false),
                            host(address), values);
}

AllocaInst *Translator::registerSlot(unsigned index) {
  if (!registers[index]) {
    IRBuilder<> atEntry(entryEnd);
    llvm::Type *type = atEntry.getIntNTy(function.registers[index].totalBits());
    registers[index] = atEntry.CreateAlloca(type);
    Value *initial = Constant::getAllOnesValue(type);
    if (warpFrame) {
      initial = atEntry.CreateLoad(type, atEntry.CreateConstInBoundsGEP1_64(
                                             atEntry.getInt8Ty(),
                                             llvmFunction->getArg(1),
                                             warpFrame->offsets.lookup(index)));
    }
    atEntry.CreateStore(initial, registers[index]);
  }
  return registers[index];
}

AllocaInst *Translator::slot(const Operand &operand) {
  std::optional<Symbol> symbol;
  if (operand.kind == Operand::name) {
    symbol = find(operand.text);
  }
  if (!symbol || symbol->kind != Symbol::reg) {
    report("has operand '" + operand.text + "', expected a register");
    return nullptr;
  }
  return registerSlot(symbol->index);
}

Value *Translator::fit(Value *value, unsigned bits, bool mayBeWider) {
  unsigned has = value->getType()->getIntegerBitWidth();
  if (has == bits) {
    return value;
  }
  if (has < bits || !mayBeWider || bits == 1) {
    report("has an operand of " + Twine(has) + " bits, expected " +
           Twine(bits));
    return constant(0, bits);
  }
  return builder.CreateTrunc(value, builder.getIntNTy(bits));
}

/// Special registers whose value is a field of ThreadRegisters.
static std::optional<size_t> specialField(StringRef name) {
  static const StringMap<size_t> fields = [] {
    StringMap<size_t> fields;
    for (unsigned i = 0; i < 3; ++i) {
      char axis = "xyz"[i];
      auto add = [&](const Twine &name, size_t offset) {
        fields[(name + "." + Twine(axis)).str()] = offset + 4 * i;
      };
      add("%tid", offsetof(ThreadRegisters, tid));
      add("%ntid", offsetof(ThreadRegisters, ntid));
      add("%ctaid", offsetof(ThreadRegisters, ctaid));
      add("%nctaid", offsetof(ThreadRegisters, nctaid));
      add("%clusterid", offsetof(ThreadRegisters, ctaid)); // clusters of 1
      add("%nclusterid", offsetof(ThreadRegisters, nctaid));
    }
    fields["%laneid"] = offsetof(ThreadRegisters, lane);
    fields["%warpid"] = offsetof(ThreadRegisters, warp);
    return fields;
  }();
  auto found = fields.find(name);
  return found == fields.end() ? std::nullopt : std::optional(found->second);
}

/// A special register, 32 bits, or null.
Value *Translator::readSpecial(StringRef name) {
  if (auto offset = specialField(name)) {
    return loadField(*offset, 32);
  }
  if (name == "WARP_SZ") {
    return constant(warpLanes, 32);
  }
  if (name == "%cluster_ctarank" || name.starts_with("%cluster_ctaid.") ||
      name == "%smid" || name == "%gridid") {
    return constant(0, 32);
  }
  if (name == "%cluster_nctarank" || name.starts_with("%cluster_nctaid.") ||
      name == "%nsmid") {
    return constant(1, 32);
  }
  StringRef relation = name;
  if (relation.consume_front("%lanemask_")) {
    Value *lane = loadField(offsetof(ThreadRegisters, lane), 32);
    Value *bit = builder.CreateShl(constant(1, 32), lane);
    Value *below = builder.CreateSub(bit, constant(1, 32));
    Value *upTo = builder.CreateOr(below, bit);
    return StringSwitch<Value *>(relation)
        .Case("eq", bit)
        .Case("lt", below)
        .Case("le", upTo)
        .Case("gt", builder.CreateNot(upTo))
        .Case("ge", builder.CreateNot(below))
        .Default(nullptr);
  }
  return nullptr;
}

Value *Translator::variableAddress(const Variable &variable) {
  return builder.CreateAdd(frame, constant(frameOffsets[&variable], 64));
}

/// The address of a variable, 64 bits, or null.
Value *Translator::symbolAddress(StringRef name) {
  const Variable *variable = nullptr;
  if (auto symbol = find(name); symbol && symbol->kind == Symbol::variable) {
    variable = &function.variables[symbol->index];
  }
  if (variable && (variable->space == Space::local ||
                   variable->space == Space::parameter)) {
    return variableAddress(*variable);
  }
  if (auto parameter = parameters.find(name); parameter != parameters.end()) {
    return parameter->second;
  }
  // Variables of the module, and those that were moved into the function.
  for (auto [index, shared] : enumerate(module.sharedVariables)) {
    if (shared == variable || (!variable && shared->name == name)) {
      if (!is_contained(result.sharedVariables, index)) {
        result.sharedVariables.push_back(index);
      }
      Value *table =
          builder.CreateLoad(builder.getPtrTy(),
                             field(offsetof(ThreadRegisters, sharedAddresses)));
      return builder.CreateLoad(builder.getInt64Ty(),
                                builder.CreateConstInBoundsGEP1_64(
                                    builder.getInt64Ty(), table, index));
    }
  }
  auto global = module.addresses.find(name);
  return global == module.addresses.end() ? nullptr
                                          : constant(global->second, 64);
}

Value *Translator::readName(const Operand &operand, unsigned bits,
                            bool mayBeWider) {
  StringRef name = operand.text;
  if (auto symbol = find(name); symbol && symbol->kind == Symbol::reg) {
    AllocaInst *slot = registerSlot(symbol->index);
    Value *value = fit(builder.CreateLoad(slot->getAllocatedType(), slot), bits,
                       mayBeWider);
    return operand.isNegated ? builder.CreateNot(value) : value;
  }
  if (Value *special = readSpecial(name)) {
    return bits == 64 ? builder.CreateZExt(special, builder.getInt64Ty())
                      : fit(special, bits, /*mayBeWider=*/true);
  }
  if (Value *address = symbolAddress(name)) {
    return fit(address, bits, /*mayBeWider=*/bits >= 32);
  }
  report("has operand '" + name + "', which is not declared or not modelled");
  return constant(0, bits);
}

Value *Translator::read(const Operand &operand, unsigned bits,
                        bool mayBeWider) {
  switch (operand.kind) {
  case Operand::name:
    return readName(operand, bits, mayBeWider);
  case Operand::integer:
    return builder.getInt(
        APInt(64, operand.value).sextOrTrunc(bits)); // sign for 128 bits
  case Operand::real: {
    uint64_t value = operand.value;
    if (operand.bits == 64 && bits == 32) {
      value = bit_cast<uint32_t>(float(bit_cast<double>(value)));
    } else if (operand.bits == 32 && bits == 64) {
      value = bit_cast<uint64_t>(double(bit_cast<float>(uint32_t(value))));
    } else if (operand.bits != bits) {
      report("has a number of " + Twine(operand.bits) + " bits, expected " +
             Twine(bits));
    }
    return constant(value, bits);
  }
  case Operand::list: { // the first element is the lowest
    size_t count = operand.elements.size();
    if (count == 0 || bits % count != 0) {
      break;
    }
    unsigned part = bits / count;
    Value *value = constant(0, bits);
    for (auto [i, element] : enumerate(operand.elements)) {
      Value *bit = builder.CreateZExt(read(element, part), value->getType());
      value = builder.CreateOr(value, builder.CreateShl(bit, part * i));
    }
    return value;
  }
  case Operand::address:
  case Operand::pair:
    break;
  }
  report("has an operand that is no value");
  return constant(0, bits);
}

void Translator::write(const Operand &operand, Value *bits, bool mayBeWider,
                       bool isSigned) {
  if (operand.kind == Operand::list) {
    unsigned width = bits->getType()->getIntegerBitWidth();
    size_t count = operand.elements.size();
    if (count == 0 || width % count != 0) {
      report("has a result of " + Twine(count) + " parts of " + Twine(width) +
             " bits");
      return;
    }
    unsigned part = width / count;
    for (auto [i, element] : enumerate(operand.elements)) {
      write(element, builder.CreateTrunc(builder.CreateLShr(bits, part * i),
                                         builder.getIntNTy(part)));
    }
    return;
  }
  if (operand.kind == Operand::name && operand.text == "_") {
    return;
  }
  AllocaInst *to = slot(operand);
  if (!to) {
    return;
  }
  auto *type = cast<IntegerType>(to->getAllocatedType());
  unsigned width = bits->getType()->getIntegerBitWidth();
  if (width != type->getBitWidth()) {
    if (width > type->getBitWidth() || !mayBeWider || width == 1) {
      report("writes " + Twine(width) + " bits to register '" + operand.text +
             "' of " + Twine(type->getBitWidth()));
      return;
    }
    bits = isSigned ? builder.CreateSExt(bits, type)
                    : builder.CreateZExt(bits, type);
  }
  builder.CreateStore(bits, to);
}

Value *Translator::toFloat(Value *bits, ValueType type) {
  if (type.kind == ValueType::bfloat) {
    Value *wide =
        builder.CreateShl(builder.CreateZExt(bits, builder.getInt32Ty()), 16);
    return builder.CreateBitCast(wide, builder.getFloatTy());
  }
  switch (type.width) {
  case 16:
    return builder.CreateFPExt(builder.CreateBitCast(bits, builder.getHalfTy()),
                               builder.getFloatTy());
  case 32:
    return builder.CreateBitCast(bits, builder.getFloatTy());
  default:
    return builder.CreateBitCast(bits, builder.getDoubleTy());
  }
}

Value *Translator::fromFloat(Value *value, ValueType type) {
  if (type.kind == ValueType::bfloat) {
    // To nearest even by hand: not every CPU has an instruction for it.
    Value *bits = builder.CreateBitCast(value, builder.getInt32Ty());
    Value *odd = builder.CreateAnd(builder.CreateLShr(bits, 16), 1);
    Value *rounded =
        builder.CreateAdd(bits, builder.CreateAdd(odd, constant(0x7fff, 32)));
    Value *isNan = builder.CreateFCmpUNO(value, value);
    return builder.CreateTrunc(
        builder.CreateSelect(isNan, constant(0x7fff, 32),
                             builder.CreateLShr(rounded, 16)),
        builder.getInt16Ty());
  }
  if (type.width == 16) {
    return builder.CreateBitCast(
        builder.CreateFPTrunc(value, builder.getHalfTy()),
        builder.getInt16Ty());
  }
  return builder.CreateBitCast(value, builder.getIntNTy(type.width));
}

Value *Translator::readFloat(const Operand &operand, ValueType type) {
  if (!type.isFloat() || type.lanes != 1) {
    report("is for floating-point types only");
    return ConstantFP::get(builder.getFloatTy(), 0);
  }
  return toFloat(read(operand, type.width), type);
}

void Translator::emitFloat(ValueType type, unsigned count,
                           function_ref<Value *(ArrayRef<Value *>)> body) {
  if (!type.isFloat()) {
    return report("is for floating-point types only");
  }
  unsigned bits = type.totalBits();
  SmallVector<Value *, 3> operands;
  for (unsigned i = 1; i <= count; ++i) {
    operands.push_back(read(operand(i), bits));
  }
  Value *all = nullptr;
  for (unsigned lane = 0; lane < type.lanes; ++lane) {
    SmallVector<Value *, 3> numbers;
    for (Value *value : operands) {
      Value *part = builder.CreateLShr(value, type.width * lane);
      numbers.push_back(toFloat(
          builder.CreateTrunc(part, builder.getIntNTy(type.width)), type));
    }
    Value *part = builder.CreateZExt(fromFloat(body(numbers), type),
                                     builder.getIntNTy(bits));
    part = builder.CreateShl(part, type.width * lane);
    all = all ? builder.CreateOr(all, part) : part;
  }
  write(operand(0), all);
}

Value *Translator::address(const Operand &operand) {
  if (operand.kind != Operand::address) {
    report("has operand '" + operand.text + "', expected an [address]");
    return constant(0, 64);
  }
  const Operand &base = operand.elements[0];
  Value *value;
  auto symbol = base.kind == Operand::name ? find(base.text) : std::nullopt;
  if (symbol && symbol->kind == Symbol::reg &&
      function.registers[symbol->index].totalBits() == 32) {
    value = builder.CreateZExt(read(base, 32), builder.getInt64Ty());
  } else {
    value = read(base, 64);
  }
  return builder.CreateAdd(value, constant(operand.value, 64));
}

Value *Translator::pointerArray(unsigned count) {
  constexpr unsigned most = 160; // 128 accumulators and 4 of A, rounded up
  if (!pointers) {
    IRBuilder<> atEntry(entryEnd);
    pointers = atEntry.CreateAlloca(ArrayType::get(atEntry.getPtrTy(), most));
  }
  if (count > most) {
    report("names " + Twine(count) + " registers, expected at most " +
           Twine(most));
  }
  return pointers;
}
