//===- Syntax.h - a parsed PTX module ---------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the parser makes and the translator reads. Texts refer to the parsed
// string, which must outlive this.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_EMULATOR_SYNTAX_H
#define TANDEM_TARGETS_NVIDIA_EMULATOR_SYNTAX_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace tandem::nvidia::ptx {

/// A PTX type such as `.u32`, `.bf16x2` or `.pred`.
struct ValueType {
  enum Kind : uint8_t {
    predicate,
    bits,
    unsignedInteger,
    signedInteger,
    ieee,
    bfloat
  };

  Kind kind = bits;
  unsigned width = 32; ///< bits of one lane; of a predicate 1
  unsigned lanes = 1;  ///< 2 for f16x2, bf16x2, f32x2

  unsigned totalBits() const { return width * lanes; }
  unsigned bytes() const { return kind == predicate ? 1 : totalBits() / 8; }
  bool isFloat() const { return kind == ieee || kind == bfloat; }
  bool isSigned() const { return kind == signedInteger; }
  bool isInteger() const { return kind <= signedInteger && kind != predicate; }

  /// The type named by `name`, without its dot.
  static std::optional<ValueType> parse(llvm::StringRef name);
};

/// Where a variable lies or an access goes.
enum class Space : uint8_t {
  generic,
  constant,
  global,
  local,
  parameter,
  shared
};

/// An operand of an instruction.
struct Operand {
  enum Kind : uint8_t {
    name,    ///< register, variable, label, function, special register or `_`
    integer, ///< `value`
    real,    ///< `value` holds the bits, `bits` says 32 or 64
    list,    ///< {a, b} or (a, b)
    address, ///< [elements[0] + value], with coordinates [.., elements[1]]
    pair,    ///< p|q
  };

  Kind kind = name;
  unsigned bits = 64;
  bool isNegated = false; ///< !p
  int64_t value = 0;
  llvm::StringRef text;
  std::vector<Operand> elements;
};

/// `@!p mul.wide.u32 %rd1, %r1, 16;`
struct InstructionSyntax {
  unsigned line = 0;
  unsigned scope = 0;
  llvm::StringRef guard; ///< empty: not predicated
  bool guardIsNegated = false;
  llvm::StringRef opcode; ///< with its modifiers
  llvm::SmallVector<Operand, 4> operands;
};

/// A number or an address in a variable's initial value.
struct Initializer {
  llvm::StringRef symbol; ///< empty: a number
  int64_t value = 0; ///< the number's bits, or what is added to the address
};

/// A variable, a parameter or an array of them.
struct Variable {
  llvm::StringRef name;
  unsigned line = 0;
  Space space = Space::global;
  ValueType type;
  uint64_t count = 1; ///< elements
  uint64_t alignment = 1;
  bool isExternal = false; ///< `.extern`: dynamic shared memory
  std::vector<Initializer> initial;

  uint64_t bytes() const { return count * type.bytes(); }
};

/// What a name means in a scope of a function.
struct Symbol {
  enum Kind : uint8_t { reg, label, variable, targets };

  Kind kind;
  unsigned index; ///< into the function's registers, variables or targets; of a
                  ///< label the instruction that follows it
};

/// An `.entry` or `.func`.
struct FunctionSyntax {
  FunctionSyntax() = default;
  FunctionSyntax(FunctionSyntax &&) =
      default; // symbols refer to rangeNames: no copies
  FunctionSyntax &operator=(FunctionSyntax &&) = default;

  llvm::StringRef name;
  unsigned line = 0;
  bool isEntry = false;
  bool isDefined = false;
  std::vector<Variable> results, parameters;
  uint64_t maxThreads = 1024;
  std::vector<InstructionSyntax> instructions;
  std::vector<ValueType> registers;
  std::vector<Variable> variables;
  std::vector<std::vector<llvm::StringRef>> targets; ///< of `brx.idx`
  std::vector<unsigned> parents; ///< of scopes; scope 0 is its own

  /// What `name` means in `scope`; the innermost declaration counts.
  std::optional<Symbol> find(unsigned scope, llvm::StringRef name) const;

  llvm::DenseMap<std::pair<unsigned, llvm::StringRef>, Symbol> symbols;
  std::deque<std::string> rangeNames; ///< "%r0", "%r1", ... of `%r<2>`
};

/// A parsed module.
struct Syntax {
  std::vector<Variable> variables;
  std::vector<FunctionSyntax> functions;
};

/// `PTX line <line>: <message>`.
llvm::Error errorAt(unsigned line, const llvm::Twine &message);

/// Parses `text`, which must outlive the result. Names are resolved by the
/// translator.
llvm::Expected<Syntax> parse(llvm::StringRef text);

} // namespace tandem::nvidia::ptx

#endif // TANDEM_TARGETS_NVIDIA_EMULATOR_SYNTAX_H
