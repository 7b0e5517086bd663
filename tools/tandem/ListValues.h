//===- ListValues.h - values of a step, by node -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What `tandem compile --until` can name, for the search of a difference.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_LISTVALUES_H
#define TANDEM_TOOLS_TANDEM_LISTVALUES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tandem {

/// Prints a line `WIDTH NODE` for each value of rows in `step`, in its order.
void listValues(mlir::func::FuncOp step, llvm::raw_ostream &stream);

} // namespace tandem

#endif // TANDEM_TOOLS_TANDEM_LISTVALUES_H
