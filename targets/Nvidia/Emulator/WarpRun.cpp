//===- WarpRun.cpp - several instructions of a warp at once -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A warp-wide instruction costs a switch of fibres for each lane, and a sum
// over a warp is five of them with an addition between two. Such a run,
// straight code on registers from the first warp-wide instruction of the whole
// warp to the last, is met once: lanes leave their registers in a frame, and
// who comes last does the run for all, lane by lane between two warp-wide
// instructions. What may fail, wait or touch memory beside that is not in a
// run, so nothing else can tell.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Execution.h"
#include "tandem/targets/Nvidia/Emulator/Helpers.h"
#include "tandem/targets/Nvidia/Emulator/Translator.h"

#include "llvm/ADT/StringSwitch.h"

#include <cstddef>

using namespace llvm;
using namespace tandem::nvidia::ptx;

/// Room of a register in a frame, the widest type's.
static constexpr uint64_t registerBytes = 16;

/// What the last lane does: all steps for all lanes.
static void performRun(Warp &warp, const Site &site, uint32_t lanes) {
  const WarpStep *step = warp.threads[std::countr_zero(lanes)]->visible.run;
  while (true) {
    for (uint32_t rest = lanes; rest; rest &= rest - 1) {
      ThreadRegisters &visible = warp.threads[std::countr_zero(rest)]->visible;
      step->code(&visible, visible.runFrame);
    }
    if (!step->then) {
      return;
    }
    step->then->perform(warp, *step->then, lanes);
    ++step;
  }
}

//===----------------------------------------------------------------------===//
// Finding runs
//===----------------------------------------------------------------------===//

static bool startsWith(StringRef opcode, StringRef name) {
  return opcode.consume_front(name) && (opcode.empty() || opcode[0] == '.');
}

/// Whether all lanes of the warp must take part, whatever registers hold.
static bool isOfWholeWarp(const InstructionSyntax &instruction) {
  StringRef opcode = instruction.opcode;
  if (startsWith(opcode, "shfl.sync")) {
    const auto &operands = instruction.operands;
    return operands.size() == 5 && operands[4].kind == Operand::integer &&
           uint32_t(operands[4].value) == ~0u;
  }
  return startsWith(opcode, "mma.sync") || startsWith(opcode, "ldmatrix.sync");
}

/// Whether an opcode computes with its operands and nothing else.
static bool isPure(StringRef opcode) {
  return StringSwitch<bool>(opcode.split('.').first)
      .Cases({"abs", "add", "and", "bfe", "bfi", "cvt", "ex2", "fma", "lg2"},
             true)
      .Cases({"mad", "max", "min", "mov", "mul", "neg", "not", "or", "prmt"},
             true)
      .Cases({"rcp", "rsqrt", "selp", "setp", "shl", "shr", "sqrt", "sub"},
             true)
      .Case("xor", true)
      .Default(false);
}

void Translator::collectRegisters(const InstructionSyntax &instruction,
                                  const Operand &operand,
                                  function_ref<void(unsigned)> body) const {
  if (operand.kind == Operand::name) {
    auto symbol = function.find(instruction.scope, operand.text);
    if (symbol && symbol->kind == Symbol::reg) {
      body(symbol->index);
    }
  }
  for (const Operand &element : operand.elements) {
    collectRegisters(instruction, element, body);
  }
}

/// Whether an operand is made of numbers and registers.
static bool isLocal(const FunctionSyntax &function, unsigned scope,
                    const Operand &operand) {
  if (operand.kind == Operand::name && operand.text != "_") {
    auto symbol = function.find(scope, operand.text);
    return symbol && symbol->kind == Symbol::reg;
  }
  return all_of(operand.elements, [&](const Operand &element) {
    return isLocal(function, scope, element);
  });
}

bool Translator::mayBeInRun(const InstructionSyntax &instruction) const {
  return instruction.guard.empty() &&
         (isOfWholeWarp(instruction) || isPure(instruction.opcode)) &&
         all_of(instruction.operands, [&](const Operand &operand) {
           return isLocal(function, instruction.scope, operand);
         });
}

unsigned Translator::findRunEnd(unsigned begin) const {
  unsigned end = begin, count = 0;
  for (unsigned i = begin; i < function.instructions.size(); ++i) {
    const InstructionSyntax &instruction = function.instructions[i];
    bool isWide = isOfWholeWarp(instruction);
    if ((i == begin && !isWide) || (i > begin && blocks.count(i)) ||
        !mayBeInRun(instruction)) {
      break;
    }
    if (isWide) {
      ++count;
      end = i + 1;
    }
  }
  return count > 1 ? end : begin; // one alone is met as well by itself
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

void Translator::beginStep() {
  llvmFunction = llvm::Function::Create(
      FunctionType::get(builder.getVoidTy(),
                        {builder.getPtrTy(), builder.getPtrTy()}, false),
      GlobalValue::InternalLinkage, "step", *result.module);
  llvmFunction->addFnAttr(Attribute::NoUnwind);
  registers.assign(registers.size(), nullptr);
  BasicBlock *first = BasicBlock::Create(module.context, "", llvmFunction);
  BasicBlock *body = BasicBlock::Create(module.context, "", llvmFunction);
  builder.SetInsertPoint(first);
  entryEnd = builder.CreateBr(body);
  builder.SetInsertPoint(body);
}

void Translator::endStep(const Site *then) {
  for (auto [index, offset] : warpFrame->offsets) {
    if (AllocaInst *slot = registers[index]) {
      builder.CreateStore(
          builder.CreateLoad(slot->getAllocatedType(), slot),
          builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(),
                                             llvmFunction->getArg(1), offset));
    }
  }
  builder.CreateRetVoid();
  result.stackBytes += 8 * llvmFunction->getInstructionCount();
  Constant *site = ConstantExpr::getIntToPtr(
      builder.getInt64(reinterpret_cast<uint64_t>(then)), builder.getPtrTy());
  warpSteps.push_back(ConstantStruct::getAnon({llvmFunction, site}));
}

/// Emits the steps as functions of their own.
void Translator::emitSteps(unsigned begin, unsigned end) {
  IRBuilder<>::InsertPointGuard guard(builder);
  llvm::Function *outer = llvmFunction;
  llvm::Instruction *outerEntryEnd = entryEnd;
  std::vector<AllocaInst *> outerRegisters = registers;
  warpSteps.clear();
  beginStep();
  for (unsigned i = begin; i < end && problem.empty(); ++i) {
    currentIndex = i;
    emitInstruction(function.instructions[i]);
  }
  endStep(nullptr);
  llvmFunction = outer;
  entryEnd = outerEntryEnd;
  registers = std::move(outerRegisters);
}

void Translator::emitRun(unsigned begin, unsigned end) {
  WarpFrame frame;
  SetVector<unsigned> inputs, outputs;
  for (const InstructionSyntax &instruction :
       ArrayRef(function.instructions).slice(begin, end - begin)) {
    for (const auto &[place, operand] : enumerate(instruction.operands)) {
      collectRegisters(instruction, operand, [&](unsigned index) {
        if (frame.offsets.try_emplace(index, frame.bytes).second) {
          frame.bytes += registerBytes;
        }
      });
    }
    for (const Operand &operand : drop_begin(instruction.operands)) {
      collectRegisters(instruction, operand, [&](unsigned index) {
        if (!outputs.contains(index)) {
          inputs.insert(index);
        }
      });
    }
    collectRegisters(instruction, instruction.operands[0],
                     [&](unsigned index) { outputs.insert(index); });
  }
  result.stackBytes += frame.bytes;

  current = &function.instructions[begin];
  IRBuilder<> atEntry(entryEnd);
  Value *memory =
      atEntry.CreateAlloca(ArrayType::get(atEntry.getInt8Ty(), frame.bytes));
  cast<AllocaInst>(memory)->setAlignment(Align(registerBytes));
  auto place = [&](unsigned index) {
    return builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), memory,
                                              frame.offsets.lookup(index));
  };
  for (unsigned index : inputs) {
    AllocaInst *slot = registerSlot(index);
    builder.CreateStore(builder.CreateLoad(slot->getAllocatedType(), slot),
                        place(index));
  }
  Site &meeting = site();
  meeting.perform = performRun;
  warpFrame = &frame;
  emitSteps(begin, end);
  warpFrame = nullptr;

  auto *type = ArrayType::get(warpSteps[0]->getType(), warpSteps.size());
  auto *steps = new GlobalVariable(*result.module, type, /*isConstant=*/true,
                                   GlobalValue::InternalLinkage,
                                   ConstantArray::get(type, warpSteps), "run");
  builder.CreateStore(steps, field(offsetof(ThreadRegisters, run)));
  builder.CreateStore(memory, field(offsetof(ThreadRegisters, runFrame)));
  call(meet, meeting, {constant(~0u, 32)});
  for (unsigned index : outputs) {
    AllocaInst *slot = registerSlot(index);
    builder.CreateStore(
        builder.CreateLoad(slot->getAllocatedType(), place(index)), slot);
  }
}
