//===- Translator.h - PTX to LLVM IR ----------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A PTX function becomes an LLVM function `void (ThreadRegisters *, results...,
// parameters...)`, the latter as addresses. A PTX register becomes an alloca of
// as many bits, which is all ones (NaN) before it is written; the optimiser
// makes values of them.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_TRANSLATOR_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_TRANSLATOR_H

#include "tandem/targets/Nvidia/Emulator/Site.h"
#include "tandem/targets/Nvidia/Emulator/Syntax.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

#include <deque>
#include <map>
#include <memory>

namespace tandem::nvidia::ptx {

/// What the functions of a module share.
struct ModuleTranslation {
  const Syntax &syntax;
  llvm::LLVMContext &context;
  std::deque<Site> sites;              ///< translated code has their addresses
  llvm::StringMap<uint64_t> addresses; ///< of .global and .const variables
  /// Shared variables in order of their index in ThreadRegisters.
  std::vector<const Variable *> sharedVariables;
};

/// A translated function.
struct FunctionTranslation {
  std::unique_ptr<llvm::Module> module;
  uint64_t localBytes = 0; ///< its frame of local memory
  uint64_t stackBytes = 0; ///< an upper bound of its frame on the host's stack
  std::vector<const FunctionSyntax *> callees;
  std::vector<unsigned> sharedVariables; ///< that it names
};

/// The name of `function` in LLVM IR.
std::string symbolName(const Syntax &syntax, const FunctionSyntax &function);

/// Where the registers of a warp run lie while it is performed.
struct WarpFrame {
  llvm::MapVector<unsigned, uint64_t> offsets; ///< by index of the register
  uint64_t bytes = 0;
};

class Translator;

/// Translates one instruction; reports problems to the translator.
using Handler = void (*)(Translator &);
using HandlerTable = llvm::StringMap<Handler>;

/// Translates one function.
class Translator {
public:
  Translator(ModuleTranslation &module, const FunctionSyntax &function);

  llvm::Expected<FunctionTranslation> run();

  //===--------------------------------------------------------------------===//
  // For the handlers of opcodes
  //===--------------------------------------------------------------------===//

  llvm::IRBuilder<> builder;

  /// Of the instruction at hand, as all of these.
  size_t operandCount() const { return current->operands.size(); }
  /// Operand `index`; one named `_` and a problem if there are fewer. One that
  /// no handler asks for is a problem, too.
  const Operand &operand(size_t index);
  /// Leaves out operands that only say how fast.
  void ignoreOperands() { usedOperands = current->operands.size(); }

  /// Notes a problem with the instruction at hand; the first counts.
  void report(const llvm::Twine &message);

  /// Takes a modifier of the opcode; what is not taken is a problem.
  bool take(llvm::StringRef modifier);
  /// The one of `modifiers` that is there, or empty.
  llvm::StringRef takeOneOf(llvm::ArrayRef<llvm::StringRef> modifiers);
  /// The first modifier that begins with `prefix`, or empty.
  llvm::StringRef takePrefix(llvm::StringRef prefix);
  /// The first modifier, or empty.
  llvm::StringRef takeFirst();
  /// The last modifier that is a type; a problem if there is none.
  ValueType takeType();
  /// Memory order, scope and cache hints, which have no effect here.
  void takeHints();
  /// Every modifier, of instructions that do nothing here.
  void takeAll() {
    modifiers.clear();
    ignoreOperands();
  }

  /// The bits of `operand` as an integer of `bits` bits. A register may be
  /// wider if `mayBeWider`.
  llvm::Value *read(const Operand &operand, unsigned bits,
                    bool mayBeWider = false);
  /// A number of `type` (one lane): float or double for floating-point types.
  llvm::Value *readFloat(const Operand &operand, ValueType type);
  /// The number of `type` (one lane) that `bits` are.
  llvm::Value *toFloat(llvm::Value *bits, ValueType type);
  /// The reverse, rounded to nearest even.
  llvm::Value *fromFloat(llvm::Value *value, ValueType type);

  /// Gives `bits` to a register, which may be wider if `mayBeWider`: then it is
  /// extended by sign or zeros. `_` takes anything.
  void write(const Operand &operand, llvm::Value *bits, bool mayBeWider = false,
             bool isSigned = false);

  /// Writes to operand 0 what `body` makes of the numbers of operands 1 to
  /// `count`, lane by lane.
  void emitFloat(
      ValueType type, unsigned count,
      llvm::function_ref<llvm::Value *(llvm::ArrayRef<llvm::Value *>)> body);

  /// The address `operand` says, 64 bits.
  llvm::Value *address(const Operand &operand);
  /// The alloca of the register, or null and a problem.
  llvm::AllocaInst *slot(const Operand &operand);

  /// Word `index` of what the thread exchanges with its warp (Execution.h).
  llvm::Value *word(unsigned index);
  llvm::Value *loadWord(unsigned index);
  /// Gives `words` to the warp and waits for the lanes of `members`; who comes
  /// last does `perform`, whose results are then in the words. The opcode's
  /// matrix form is `form`.
  void exchange(Perform perform, llvm::ArrayRef<llvm::Value *> words,
                llvm::Value *members, const MatrixForm &form = {});

  /// Calls a helper (Helpers.h) with the thread, the site and `arguments`.
  template <typename Result, typename... Parameters>
  llvm::Value *call(Result (*helper)(Parameters...), Site &site,
                    llvm::ArrayRef<llvm::Value *> arguments) {
    llvm::SmallVector<llvm::Value *> all{thread(), host(&site)};
    all.append(arguments.begin(), arguments.end());
    return callAddress(reinterpret_cast<void *>(helper), resultType<Result>(),
                       all);
  }
  /// Calls a plain function of numbers.
  template <typename Result, typename... Parameters>
  llvm::Value *callPlain(Result (*function)(Parameters...),
                         llvm::ArrayRef<llvm::Value *> arguments) {
    return callAddress(reinterpret_cast<void *>(function), resultType<Result>(),
                       arguments);
  }

  /// A site for the instruction at hand.
  Site &site();

  llvm::Value *thread() { return llvmFunction->getArg(0); }
  /// A field of ThreadRegisters, by offsetof.
  llvm::Value *field(size_t offset);
  llvm::Value *loadField(size_t offset, unsigned bits);
  /// An address of this process.
  llvm::Value *host(const void *address);
  llvm::Value *constant(uint64_t value, unsigned bits) {
    return builder.getIntN(bits, value);
  }

  /// Emits `body` where `condition` holds.
  void emitIf(llvm::Value *condition, llvm::function_ref<void()> body,
              bool isUnlikely = false);

  /// A pointer to `count` pointers on the host's stack, shared by all who ask.
  llvm::Value *pointerArray(unsigned count);

  //===--------------------------------------------------------------------===//
  // Control flow (OpcodesControl.cpp)
  //===--------------------------------------------------------------------===//

  /// The block of a label that the instruction names; null and a problem.
  llvm::BasicBlock *target(llvm::StringRef label);
  /// Leads to `to`, by way of a step if that is backwards.
  llvm::BasicBlock *edge(llvm::StringRef label);
  /// Ends the block at hand; what follows is reached by a label only.
  void endBlock();
  /// Leaves the function.
  void emitReturn();
  std::optional<Symbol> find(llvm::StringRef name) const {
    return function.find(current ? current->scope : 0, name);
  }
  const FunctionSyntax &source() const { return function; }
  const FunctionSyntax *findFunction(llvm::StringRef name) const;
  llvm::Function *declare(const FunctionSyntax &callee);
  void noteCallee(const FunctionSyntax &callee);
  /// The address of memory for a variable of .param or .local space.
  llvm::Value *variableAddress(const Variable &variable);

private:
  template <typename Result> llvm::Type *resultType() {
    if constexpr (std::is_void_v<Result>) {
      return builder.getVoidTy();
    } else if constexpr (std::is_floating_point_v<Result>) {
      return sizeof(Result) == 4 ? builder.getFloatTy() : builder.getDoubleTy();
    } else if constexpr (std::is_same_v<Result, bool>) {
      return builder.getInt1Ty();
    } else {
      return builder.getIntNTy(sizeof(Result) * 8);
    }
  }
  llvm::Value *callAddress(void *address, llvm::Type *result,
                           llvm::ArrayRef<llvm::Value *> arguments);

  //===--------------------------------------------------------------------===//
  // Warp runs (WarpRun.cpp)
  //===--------------------------------------------------------------------===//

  /// Behind the last instruction of the run that begins at `begin`; `begin` if
  /// none does.
  unsigned findRunEnd(unsigned begin) const;
  bool mayBeInRun(const InstructionSyntax &instruction) const;
  void collectRegisters(const InstructionSyntax &instruction,
                        const Operand &operand,
                        llvm::function_ref<void(unsigned)> body) const;
  void emitRun(unsigned begin, unsigned end);
  void emitSteps(unsigned begin, unsigned end);
  void beginStep();
  void endStep(const Site *then);

  void setUp();
  void emitInstruction(const InstructionSyntax &instruction);
  void dispatch();
  llvm::Value *readName(const Operand &operand, unsigned bits, bool mayBeWider);
  llvm::Value *readSpecial(llvm::StringRef name);
  llvm::Value *symbolAddress(llvm::StringRef name);
  llvm::Value *fit(llvm::Value *value, unsigned bits, bool mayBeWider);
  llvm::AllocaInst *registerSlot(unsigned index);

  ModuleTranslation &module;
  const FunctionSyntax &function;
  FunctionTranslation result;
  llvm::Function *llvmFunction = nullptr;
  llvm::BasicBlock *entry = nullptr;
  llvm::Instruction *entryEnd = nullptr; ///< where the entry block grows
  std::vector<llvm::AllocaInst *> registers;
  const WarpFrame *warpFrame = nullptr; ///< of the run at hand, if in one
  std::vector<llvm::Constant *> warpSteps;
  llvm::AllocaInst *pointers = nullptr;
  llvm::Value *frame = nullptr; ///< address of the local frame
  std::map<const Variable *, uint64_t> frameOffsets;
  std::map<llvm::StringRef, llvm::Value *> parameters; ///< addresses
  std::map<unsigned, llvm::BasicBlock *> blocks;       ///< by instruction
  const InstructionSyntax *current = nullptr;
  unsigned currentIndex = 0;
  size_t usedOperands = 0;
  Operand missing;
  llvm::SmallVector<llvm::StringRef, 8> modifiers;
  unsigned problemLine = 0;
  std::string problem;
};

/// Handlers by opcode, without what only says how: the longest that fits
/// counts.
void addArithmeticOpcodes(HandlerTable &table);
void addFunctionOpcodes(HandlerTable &table);
void addBitOpcodes(HandlerTable &table);
void addCompareOpcodes(HandlerTable &table);
void addConvertOpcodes(HandlerTable &table);
void addMemoryOpcodes(HandlerTable &table);
void addControlOpcodes(HandlerTable &table);
void addWarpOpcodes(HandlerTable &table);
void addBarrierOpcodes(HandlerTable &table);
void addAsyncOpcodes(HandlerTable &table);
void addMatrixOpcodes(HandlerTable &table);

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_TRANSLATOR_H
