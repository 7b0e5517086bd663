//===- Machine.cpp - what the target knows about a chip ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Machine.h"

#include "tandem/dialects/Deploy/IR/MachineKeys.h"
#include "tandem/targets/X86/Variant.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

FailureOr<Machine> tandem::x86::readMachine(deploy::PartOp part) {
  Machine machine;
  auto readKey = [&](NamedAttribute entry) -> std::string {
    if (entry.getName() != "cache_block_tokens") {
      return "'cache_block_tokens' only";
    }
    auto tokens = dyn_cast<IntegerAttr>(entry.getValue());
    if (!tokens || tokens.getInt() < panelColumns || tokens.getInt() > 256 ||
        !llvm::isPowerOf2_64(tokens.getInt())) {
      return "a power of two from 16 to 256";
    }
    machine.cacheBlockTokens = tokens.getInt();
    return {};
  };
  if (failed(deploy::readMachineKeys(part, readKey))) {
    return failure();
  }
  return machine;
}
