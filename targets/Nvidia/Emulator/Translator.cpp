//===- Translator.cpp - PTX to LLVM IR --------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Translator.h"

#include "tandem/targets/Nvidia/Emulator/Execution.h"
#include "tandem/targets/Nvidia/Emulator/Helpers.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/IR/Verifier.h"

#include <cstddef>

using namespace llvm;
using namespace tandem::nvidia::ptx;

static const HandlerTable &handlers() {
  static const HandlerTable table = [] {
    HandlerTable table;
    addArithmeticOpcodes(table);
    addFunctionOpcodes(table);
    addBitOpcodes(table);
    addCompareOpcodes(table);
    addConvertOpcodes(table);
    addMemoryOpcodes(table);
    addControlOpcodes(table);
    addWarpOpcodes(table);
    addBarrierOpcodes(table);
    addAsyncOpcodes(table);
    addMatrixOpcodes(table);
    return table;
  }();
  return table;
}

std::string tandem::nvidia::ptx::symbolName(const Syntax &syntax,
                                            const FunctionSyntax &function) {
  // PTX names may have characters that linkers dislike.
  return "ptx" + utostr(&function - syntax.functions.data());
}

Translator::Translator(ModuleTranslation &module,
                       const FunctionSyntax &function)
    : builder(module.context), module(module), function(function),
      registers(function.registers.size()) {
  missing.text = "_";
}

//===----------------------------------------------------------------------===//
// Problems and modifiers
//===----------------------------------------------------------------------===//

void Translator::report(const Twine &message) {
  if (!problem.empty()) {
    return;
  }
  problemLine = current ? current->line : function.line;
  problem =
      current ? ("'" + current->opcode + "' " + message).str() : message.str();
}

const Operand &Translator::operand(size_t index) {
  usedOperands = std::max(usedOperands, index + 1);
  if (index < current->operands.size()) {
    return current->operands[index];
  }
  report("has " + Twine(current->operands.size()) +
         " operands, expected more than " + Twine(index));
  return missing;
}

bool Translator::take(StringRef modifier) {
  auto *found = llvm::find(modifiers, modifier);
  if (found == modifiers.end()) {
    return false;
  }
  modifiers.erase(found);
  return true;
}

StringRef Translator::takeOneOf(ArrayRef<StringRef> candidates) {
  for (StringRef candidate : candidates) {
    if (take(candidate)) {
      return candidate;
    }
  }
  return {};
}

StringRef Translator::takePrefix(StringRef prefix) {
  for (StringRef modifier : modifiers) {
    if (modifier.starts_with(prefix)) {
      take(modifier);
      return modifier;
    }
  }
  return {};
}

ValueType Translator::takeType() {
  for (size_t i = modifiers.size(); i-- > 0;) {
    if (auto type = ValueType::parse(modifiers[i])) {
      modifiers.erase(modifiers.begin() + i);
      return *type;
    }
  }
  report("names no type");
  return {};
}

StringRef Translator::takeFirst() {
  if (modifiers.empty()) {
    return {};
  }
  StringRef first = modifiers.front();
  modifiers.erase(modifiers.begin());
  return first;
}

void Translator::takeHints() {
  for (StringRef hint :
       {"weak", "volatile", "relaxed", "acquire", "release", "acq_rel", "sc",
        "mmio", "cta", "cluster", "gpu", "sys", "noftz"}) {
    take(hint);
  }
  while (!takePrefix("L1::").empty() || !takePrefix("L2::").empty()) {
  }
}

Site &Translator::site() {
  Site &site = module.sites.emplace_back();
  site.line = current->line;
  site.opcode = current->opcode.str();
  return site;
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

void Translator::emitIf(Value *condition, function_ref<void()> body,
                        bool isUnlikely) {
  BasicBlock *then = BasicBlock::Create(module.context, "", llvmFunction);
  BasicBlock *after = BasicBlock::Create(module.context, "", llvmFunction);
  builder.CreateCondBr(
      condition, then, after,
      isUnlikely ? MDBuilder(module.context).createUnlikelyBranchWeights()
                 : nullptr);
  builder.SetInsertPoint(then);
  body();
  if (!builder.GetInsertBlock()->getTerminator()) {
    builder.CreateBr(after);
  }
  builder.SetInsertPoint(after);
}

void Translator::endBlock() {
  builder.SetInsertPoint(BasicBlock::Create(module.context, "", llvmFunction));
}

void Translator::emitReturn() {
  if (result.localBytes) {
    builder.CreateStore(frame, field(offsetof(ThreadRegisters, local)));
  }
  builder.CreateRetVoid();
  endBlock();
}

BasicBlock *Translator::target(StringRef label) {
  auto symbol = find(label);
  if (!symbol || symbol->kind != Symbol::label) {
    report("leads to '" + label + "', which is no label of the function");
    return nullptr;
  }
  return blocks[symbol->index];
}

BasicBlock *Translator::edge(StringRef label) {
  BasicBlock *to = target(label);
  if (!to || find(label)->index > currentIndex) {
    return to;
  }
  IRBuilder<>::InsertPointGuard guard(builder);
  BasicBlock *step = BasicBlock::Create(module.context, "", llvmFunction);
  builder.SetInsertPoint(step);
  Value *steps = builder.CreateSub(
      loadField(offsetof(ThreadRegisters, steps), 64), constant(1, 64));
  builder.CreateStore(steps, field(offsetof(ThreadRegisters, steps)));
  emitIf(
      builder.CreateICmpEQ(steps, constant(0, 64)),
      [&] { call(spend, site(), {}); }, /*isUnlikely=*/true);
  builder.CreateBr(to);
  return step;
}

const FunctionSyntax *Translator::findFunction(StringRef name) const {
  for (const FunctionSyntax &candidate : module.syntax.functions) {
    if (candidate.name == name) {
      return &candidate;
    }
  }
  return nullptr;
}

void Translator::noteCallee(const FunctionSyntax &callee) {
  if (!is_contained(result.callees, &callee)) {
    result.callees.push_back(&callee);
  }
}

llvm::Function *Translator::declare(const FunctionSyntax &callee) {
  std::string name = symbolName(module.syntax, callee);
  if (llvm::Function *found = result.module->getFunction(name)) {
    return found;
  }
  SmallVector<llvm::Type *> types{builder.getPtrTy()};
  if (!callee.isEntry) { // a kernel's parameters are in ThreadRegisters
    types.append(callee.results.size() + callee.parameters.size(),
                 builder.getInt64Ty());
  }
  return llvm::Function::Create(
      FunctionType::get(builder.getVoidTy(), types, false),
      GlobalValue::ExternalLinkage, name, *result.module);
}

void Translator::setUp() {
  result.module = std::make_unique<llvm::Module>(function.name, module.context);
  llvmFunction = declare(function);
  llvmFunction->addFnAttr(Attribute::NoUnwind);
  entry = BasicBlock::Create(module.context, "", llvmFunction);
  BasicBlock *body = BasicBlock::Create(module.context, "", llvmFunction);
  builder.SetInsertPoint(entry);

  for (const Variable &variable : function.variables) {
    if (variable.space == Space::local || variable.space == Space::parameter) {
      result.localBytes = alignTo(result.localBytes, variable.alignment);
      frameOffsets[&variable] = result.localBytes;
      result.localBytes += variable.bytes();
    }
  }
  result.localBytes = alignTo(result.localBytes, 16);
  if (result.localBytes) {
    frame = loadField(offsetof(ThreadRegisters, local), 64);
    Value *end = builder.CreateAdd(frame, constant(result.localBytes, 64));
    builder.CreateStore(end, field(offsetof(ThreadRegisters, local)));
    builder.CreateMemSet(builder.CreateIntToPtr(frame, builder.getPtrTy()),
                         builder.getInt8(0xff), result.localBytes, Align(16));
  }
  if (function.isEntry) {
    Value *base = loadField(offsetof(ThreadRegisters, parameters), 64);
    uint64_t offset = 0;
    for (const Variable &parameter : function.parameters) {
      offset = alignTo(offset, parameter.alignment);
      parameters[parameter.name] =
          builder.CreateAdd(base, constant(offset, 64));
      offset += parameter.bytes();
    }
  } else {
    unsigned index = 1;
    for (const auto *list : {&function.results, &function.parameters}) {
      for (const Variable &parameter : *list) {
        parameters[parameter.name] = llvmFunction->getArg(index++);
      }
    }
  }
  entryEnd = builder.CreateBr(body);
  builder.SetInsertPoint(body);

  for (auto &[name, symbol] : function.symbols) {
    if (symbol.kind == Symbol::label && !blocks.count(symbol.index)) {
      blocks[symbol.index] =
          BasicBlock::Create(module.context, "", llvmFunction);
    }
  }
}

/// Cuts "cp.async.wait_group" at its dots; "shared::cta" has none.
static SmallVector<StringRef, 8> cut(StringRef opcode) {
  SmallVector<StringRef, 8> parts;
  opcode.split(parts, '.', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  return parts;
}

void Translator::dispatch() {
  SmallVector<StringRef, 8> parts = cut(current->opcode);
  for (size_t count = std::min<size_t>(parts.size(), 4); count > 0; --count) {
    auto found = handlers().find(join(ArrayRef(parts).take_front(count), "."));
    if (found == handlers().end()) {
      continue;
    }
    modifiers.assign(parts.begin() + count, parts.end());
    usedOperands = 0;
    found->second(*this);
    if (usedOperands < current->operands.size()) {
      report("has " + Twine(current->operands.size()) + " operands, expected " +
             Twine(usedOperands));
    }
    if (!modifiers.empty()) {
      report("has modifier '." + modifiers.front() +
             "', which is not modelled");
    }
    return;
  }
  report("is not modelled");
}

void Translator::emitInstruction(const InstructionSyntax &instruction) {
  current = &instruction;
  if (instruction.guard.empty()) {
    return dispatch();
  }
  Operand guard;
  guard.text = instruction.guard;
  guard.isNegated = instruction.guardIsNegated;
  emitIf(read(guard, 1), [&] { dispatch(); });
}

Expected<FunctionTranslation> Translator::run() {
  setUp();
  for (size_t i = 0; i <= function.instructions.size() && problem.empty();
       ++i) {
    if (auto block = blocks.find(i); block != blocks.end()) {
      builder.CreateBr(block->second);
      builder.SetInsertPoint(block->second);
    }
    if (unsigned end = findRunEnd(i); end > i) {
      emitRun(i, end);
      i = end - 1;
    } else if (i < function.instructions.size()) {
      currentIndex = i;
      emitInstruction(function.instructions[i]);
    }
  }
  if (!problem.empty()) {
    return errorAt(problemLine, problem);
  }
  emitReturn(); // a text may end without `ret`
  builder.CreateUnreachable();
  result.stackBytes += 1024 + 8 * llvmFunction->getInstructionCount();
  std::string complaint;
  raw_string_ostream stream(complaint);
  if (verifyModule(*result.module, &stream)) {
    return errorAt(function.line,
                   "function '" + function.name +
                       "' makes no valid LLVM IR, a fault of the "
                       "emulator: " +
                       complaint);
  }
  return std::move(result);
}
