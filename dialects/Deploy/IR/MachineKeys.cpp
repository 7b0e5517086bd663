//===- MachineKeys.cpp - the machine map of a part's chip -----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Deploy/IR/MachineKeys.h"

using namespace mlir;
using namespace tandem::deploy;

LogicalResult tandem::deploy::readMachineKeys(
    PartOp part, llvm::function_ref<std::string(NamedAttribute)> readKey) {
  LogicalResult result = success();
  DictionaryAttr entries = part.getChip().getMachine();
  for (NamedAttribute entry :
       entries ? entries : DictionaryAttr::get(part.getContext())) {
    std::string expected = readKey(entry);
    if (!expected.empty()) {
      result = part.emitError()
               << "chip '" << part.getChip().getName() << "' has machine key '"
               << entry.getName().getValue() << "' = " << entry.getValue()
               << ", expected " << expected;
    }
  }
  return result;
}
