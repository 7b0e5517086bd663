//===- Registry.cpp - the targets of this build -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The list is generated from the folders under targets/; nothing registers
// itself.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Interface/Target.h"

#define TANDEM_TARGET(NAMESPACE)                                               \
  namespace tandem::NAMESPACE {                                                \
  std::unique_ptr<Target> createTarget();                                      \
  }
#include "tandem/targets/RegisteredTargets.inc"
#undef TANDEM_TARGET

namespace tandem {

const std::vector<std::unique_ptr<Target>> &getTargets() {
  static const std::vector<std::unique_ptr<Target>> targets = [] {
    std::vector<std::unique_ptr<Target>> list;
#define TANDEM_TARGET(NAMESPACE) list.push_back(NAMESPACE::createTarget());
#include "tandem/targets/RegisteredTargets.inc"
#undef TANDEM_TARGET
    return list;
  }();
  return targets;
}

const Target *lookupTarget(llvm::StringRef name) {
  for (const std::unique_ptr<Target> &target : getTargets()) {
    if (target->getName() == name) {
      return target.get();
    }
  }
  return nullptr;
}

} // namespace tandem
