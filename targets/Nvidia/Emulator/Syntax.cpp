//===- Syntax.cpp - a parsed PTX module -------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Syntax.h"

#include "llvm/ADT/StringSwitch.h"

using namespace llvm;
using namespace tandem::nvidia::ptx;

Error tandem::nvidia::ptx::errorAt(unsigned line, const Twine &message) {
  return createStringError("PTX line " + Twine(line) + ": " + message);
}

std::optional<ValueType> ValueType::parse(StringRef name) {
  return StringSwitch<std::optional<ValueType>>(name)
      .Case("pred", ValueType{predicate, 1})
      .Case("b8", ValueType{bits, 8})
      .Case("b16", ValueType{bits, 16})
      .Case("b32", ValueType{bits, 32})
      .Case("b64", ValueType{bits, 64})
      .Case("b128", ValueType{bits, 128})
      .Case("u8", ValueType{unsignedInteger, 8})
      .Case("u16", ValueType{unsignedInteger, 16})
      .Case("u32", ValueType{unsignedInteger, 32})
      .Case("u64", ValueType{unsignedInteger, 64})
      .Case("s8", ValueType{signedInteger, 8})
      .Case("s16", ValueType{signedInteger, 16})
      .Case("s32", ValueType{signedInteger, 32})
      .Case("s64", ValueType{signedInteger, 64})
      .Case("f16", ValueType{ieee, 16})
      .Case("f32", ValueType{ieee, 32})
      .Case("f64", ValueType{ieee, 64})
      .Case("bf16", ValueType{bfloat, 16})
      .Case("f16x2", ValueType{ieee, 16, 2})
      .Case("bf16x2", ValueType{bfloat, 16, 2})
      .Case("f32x2", ValueType{ieee, 32, 2})
      .Default(std::nullopt);
}

std::optional<Symbol> FunctionSyntax::find(unsigned scope,
                                           StringRef name) const {
  while (true) {
    auto found = symbols.find({scope, name});
    if (found != symbols.end()) {
      return found->second;
    }
    if (scope == 0) {
      return std::nullopt;
    }
    scope = parents[scope];
  }
}
