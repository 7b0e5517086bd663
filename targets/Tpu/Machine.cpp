//===- Machine.cpp - what the target knows about a chip ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/Machine.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::tpu;

static const StringRef generations[] = {"v5e", "v6e", "7x", "8t", "8i"};

FailureOr<Machine> tandem::tpu::readMachine(deploy::PartOp part) {
  Machine machine;
  DictionaryAttr entries = part.getChip().getMachine();
  bool isRight = true;
  for (NamedAttribute entry :
       entries ? entries : DictionaryAttr::get(part.getContext())) {
    auto value = dyn_cast<StringAttr>(entry.getValue());
    bool isGeneration = entry.getName() == "generation";
    if (isGeneration && value &&
        llvm::is_contained(generations, value.getValue())) {
      machine.generation = value.str();
      continue;
    }
    std::string expected =
        isGeneration ? "one of " + llvm::join(ArrayRef(generations), ", ")
                     : "'generation' only";
    part.emitError() << "chip '" << part.getChip().getName()
                     << "' has machine key '" << entry.getName().getValue()
                     << "' = " << entry.getValue() << ", expected " << expected;
    isRight = false;
  }
  if (!isRight) {
    return failure();
  }
  return machine;
}
