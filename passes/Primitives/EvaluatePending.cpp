//===- EvaluatePending.cpp - evaluators still to be written -----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Holds the place of evaluators that have no file yet.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Evaluators.h"

#define PENDING(NAME)                                                          \
  llvm::Error tandem::primitives::evaluate::NAME(EvaluationContext &) {        \
    return llvm::createStringError("has no evaluator yet: " #NAME);            \
  }
PENDING(conv)
PENDING(gatherBlockQuantized)
PENDING(groupQueryAttention)
PENDING(matMulNBits)
PENDING(multiHeadAttention)
