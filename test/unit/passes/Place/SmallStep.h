//===- SmallStep.h - a step and chips that tests invent -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_UNIT_PASSES_PLACE_SMALLSTEP_H
#define TANDEM_TEST_UNIT_PASSES_PLACE_SMALLSTEP_H

#include <map>
#include <string>

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include "tandem/passes/Place/Search.h"

namespace tandem::test {

/// A transformer of `layers` layers: width 64, 4 query and 2 key heads of 16,
/// feed-forward 128, vocabulary 128, one table for both ends, in f32.
class SmallStep {
public:
  explicit SmallStep(int layers = 1, std::string keep = "<causal = true>");
  mlir::func::FuncOp get();
  mlir::MLIRContext &getContext() { return context; }

private:
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// A chip with these figures, all assumed, one of it unless `count` says more.
deploy::ChipInterface makeChip(mlir::MLIRContext &context, std::string name,
                               std::map<std::string, double> figures,
                               int64_t count = 1);

/// A fleet in which every pair of chips has a link.
deploy::FleetAttr makeFleet(mlir::MLIRContext &context,
                            llvm::ArrayRef<deploy::ChipInterface> chips,
                            double linkBytesPerSecond = 1e10,
                            double latencySeconds = 1e-5);

} // namespace tandem::test

#endif // TANDEM_TEST_UNIT_PASSES_PLACE_SMALLSTEP_H
