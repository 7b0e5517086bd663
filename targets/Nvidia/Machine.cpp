//===- Machine.cpp - what the target knows about a chip ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Machine.h"

#include "tandem/dialects/Deploy/IR/MachineKeys.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

#include <array>

using namespace mlir;
using namespace tandem;
using namespace tandem::nvidia;

static constexpr std::array<StringLiteral, 3> cacheElements = {"f32", "bf16",
                                                               "f16"};

/// Of a machine.
static constexpr int64_t mostGpus = 64;

/// Reads one key; what was expected in its place, or nothing.
static std::string readKey(NamedAttribute entry, Machine &machine) {
  if (entry.getName() == "architecture") {
    auto word = dyn_cast<StringAttr>(entry.getValue());
    if (auto *known = word ? findArchitecture(word.getValue()) : nullptr) {
      machine.architecture = known;
      return {};
    }
    return "one of " +
           llvm::join(llvm::map_range(allArchitectures(),
                                      [](const Architecture &known) {
                                        return std::string(known.name);
                                      }),
                      ", ");
  }
  if (entry.getName() == "cache_block_tokens") {
    auto tokens = dyn_cast<IntegerAttr>(entry.getValue());
    if (tokens && tokens.getInt() >= 16 && tokens.getInt() <= 4096 &&
        llvm::isPowerOf2_64(tokens.getInt())) {
      machine.cacheBlockTokens = tokens.getInt();
      return {};
    }
    return "a power of two from 16 to 4096";
  }
  if (entry.getName() == "cache_element") {
    auto word = dyn_cast<StringAttr>(entry.getValue());
    if (word && llvm::is_contained(cacheElements, word.getValue())) {
      machine.cacheElement = word.str();
      return {};
    }
    return "one of " + llvm::join(cacheElements, ", ");
  }
  if (entry.getName() == "gpu") {
    auto number = dyn_cast<IntegerAttr>(entry.getValue());
    if (number && number.getInt() >= 0 && number.getInt() < mostGpus) {
      machine.gpu = number.getInt();
      return {};
    }
    return "a number from 0 to " + std::to_string(mostGpus - 1);
  }
  if (entry.getName() == "input_terms") {
    auto terms = dyn_cast<IntegerAttr>(entry.getValue());
    if (terms && terms.getInt() >= 1 && terms.getInt() <= 3) {
      machine.inputTerms = terms.getInt();
      return {};
    }
    return "1, 2 or 3";
  }
  return "'architecture', 'cache_block_tokens', 'cache_element', 'gpu' and "
         "'input_terms' only";
}

FailureOr<Machine> tandem::nvidia::readMachine(deploy::PartOp part) {
  Machine machine;
  machine.architecture = &allArchitectures().front();
  auto readEntry = [&](NamedAttribute entry) {
    return readKey(entry, machine);
  };
  if (failed(deploy::readMachineKeys(part, readEntry))) {
    return failure();
  }
  return machine;
}
