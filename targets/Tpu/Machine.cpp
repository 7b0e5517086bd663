//===- Machine.cpp - what the target knows about a chip ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/Machine.h"

#include "tandem/dialects/Deploy/IR/MachineKeys.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::tpu;

static const StringRef generations[] = {"v5e", "v6e", "7x", "8t", "8i"};

FailureOr<Machine> tandem::tpu::readMachine(deploy::PartOp part) {
  Machine machine;
  auto readKey = [&](NamedAttribute entry) -> std::string {
    if (entry.getName() != "generation") {
      return "'generation' only";
    }
    auto value = dyn_cast<StringAttr>(entry.getValue());
    if (!value || !llvm::is_contained(generations, value.getValue())) {
      return "one of " + llvm::join(ArrayRef(generations), ", ");
    }
    machine.generation = value.str();
    return {};
  };
  if (failed(deploy::readMachineKeys(part, readKey))) {
    return failure();
  }
  return machine;
}
