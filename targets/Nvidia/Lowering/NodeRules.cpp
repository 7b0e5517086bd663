//===- NodeRules.cpp - how primitives are lowered ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Lowering/NodeRules.h"

using namespace mlir;
using namespace tandem::nvidia;

const NodeRule *tandem::nvidia::findNodeRule(StringRef operation) {
  for (auto find :
       {findMovementRule, findLineRule, findLookupRule, findProductRule}) {
    if (const NodeRule *rule = find(operation)) {
      return rule;
    }
  }
  return nullptr;
}
