//===- Fleet.cpp - the chips that a user has --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "tandem/targets/Fleets/Fleet.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLTraits.h"
#include "llvm/Support/raw_ostream.h"

using namespace tandem;
using llvm::StringRef;

LLVM_YAML_IS_SEQUENCE_VECTOR(tandem::Chip)
LLVM_YAML_IS_STRING_MAP(std::string)

template <> struct llvm::yaml::MappingTraits<Chip> {
  static void mapping(IO &io, Chip &chip) {
    io.mapRequired("name", chip.name);
    io.mapRequired("target", chip.target);
    io.mapOptional("machine", chip.machine);
  }
  static std::string validate(IO &, Chip &chip) {
    return chip.name.empty() ? "a chip needs a name" : "";
  }
};

template <> struct llvm::yaml::MappingTraits<Fleet> {
  static void mapping(IO &io, Fleet &fleet) {
    io.mapRequired("name", fleet.name);
    io.mapRequired("chips", fleet.chips);
  }
  static std::string validate(IO &, Fleet &fleet) {
    return fleet.chips.empty() ? "a fleet needs at least one chip" : "";
  }
};

namespace {

struct BuiltInFleet {
  StringRef name;
  StringRef text;
};

const BuiltInFleet builtInFleets[] = {
#include "tandem/targets/Fleets/BuiltInFleets.inc"
};

/// Files larger or deeper than any real fleet are refused before parsing; the
/// YAML parser recurses.
constexpr uint64_t maximumBytes = 1 << 20;
constexpr int maximumDepth = 64;

bool isTooDeep(StringRef text) {
  int depth = 0;
  for (char c : text) {
    depth += (c == '[' || c == '{') - (c == ']' || c == '}');
    if (depth > maximumDepth) {
      return true;
    }
  }
  return false;
}

} // namespace

std::vector<std::string> tandem::getBuiltInFleets() {
  std::vector<std::string> names;
  for (const BuiltInFleet &fleet : builtInFleets) {
    names.push_back(fleet.name.str());
  }
  return names;
}

llvm::Expected<Fleet> tandem::parseFleet(StringRef text, StringRef origin) {
  if (isTooDeep(text)) {
    return llvm::createStringError("%s: is nested more than %d deep",
                                   origin.str().c_str(), maximumDepth);
  }
  std::string messages;
  auto collect = [](const llvm::SMDiagnostic &diagnostic, void *context) {
    llvm::raw_string_ostream stream(*static_cast<std::string *>(context));
    diagnostic.print(nullptr, stream, /*ShowColors=*/false);
  };
  llvm::yaml::Input input(llvm::MemoryBufferRef(text, origin), nullptr, collect,
                          &messages);
  Fleet fleet;
  input >> fleet;
  if (input.error()) {
    return llvm::createStringError("%s",
                                   StringRef(messages).rtrim().str().c_str());
  }
  fleet.text = text.str();
  return fleet;
}

llvm::Expected<Fleet> tandem::loadFleet(StringRef nameOrFile) {
  for (const BuiltInFleet &fleet : builtInFleets) {
    if (fleet.name == nameOrFile) {
      return parseFleet(fleet.text, fleet.name);
    }
  }
  auto buffer = llvm::MemoryBuffer::getFile(nameOrFile, /*IsText=*/true);
  if (!buffer) {
    return llvm::createStringError(
        "fleet '%s' is neither a file nor built in (%s)",
        nameOrFile.str().c_str(), llvm::join(getBuiltInFleets(), ", ").c_str());
  }
  if ((*buffer)->getBufferSize() > maximumBytes) {
    return llvm::createStringError("%s: is larger than 1 MiB",
                                   nameOrFile.str().c_str());
  }
  return parseFleet((*buffer)->getBuffer(), nameOrFile);
}

deploy::ChipAttr tandem::toAttribute(const Chip &chip,
                                     mlir::MLIRContext *context) {
  mlir::Builder builder(context);
  llvm::SmallVector<mlir::NamedAttribute> machine;
  for (const auto &[key, value] : chip.machine) {
    int64_t number = 0;
    bool isNumber = !StringRef(value).getAsInteger(10, number);
    machine.push_back(builder.getNamedAttr(
        key, isNumber ? mlir::Attribute(builder.getI64IntegerAttr(number))
                      : builder.getStringAttr(value)));
  }
  return deploy::ChipAttr::get(context, chip.name, chip.target,
                               machine.empty()
                                   ? mlir::DictionaryAttr()
                                   : builder.getDictionaryAttr(machine));
}
