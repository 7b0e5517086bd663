//===- Machine.cpp - what the target knows about a chip ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Machine.h"

#include "tandem/targets/X86/Variant.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

FailureOr<Machine> tandem::x86::readMachine(deploy::PartOp part) {
  Machine machine;
  DictionaryAttr entries = part.getChip().getMachine();
  bool isRight = true;
  for (NamedAttribute entry :
       entries ? entries : DictionaryAttr::get(part.getContext())) {
    auto refuse = [&](const Twine &expected) {
      part.emitError() << "chip '" << part.getChip().getName()
                       << "' has machine key '" << entry.getName().getValue()
                       << "' = " << entry.getValue() << ", expected "
                       << expected;
      isRight = false;
    };
    if (entry.getName() != "cache_block_tokens") {
      refuse("'cache_block_tokens' only");
      continue;
    }
    auto tokens = dyn_cast<IntegerAttr>(entry.getValue());
    if (!tokens || tokens.getInt() < panelColumns || tokens.getInt() > 256 ||
        !llvm::isPowerOf2_64(tokens.getInt())) {
      refuse("a power of two from 16 to 256");
      continue;
    }
    machine.cacheBlockTokens = tokens.getInt();
  }
  if (!isRight) {
    return failure();
  }
  return machine;
}
