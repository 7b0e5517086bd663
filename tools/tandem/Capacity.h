//===- Capacity.h - how many tokens a cache slot holds ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_CAPACITY_H
#define TANDEM_TOOLS_TANDEM_CAPACITY_H

#include <optional>

#include "ModelConfig.h"
#include "mlir/IR/BuiltinOps.h"

namespace tandem {

/// The smallest number of positions that a table of the program holds: rotary
/// tables and learnt position embeddings. Nothing where no table bounds it.
/// `module` is at the level after split.
std::optional<ContextLength> findTableBound(mlir::ModuleOp module);

/// The capacity and its cause: `requested` (--max-context), else what the files
/// beside the model say, else what the tables hold, else 4096; never above the
/// tables. A request above them, or below 1, is an error.
llvm::Expected<ContextLength>
chooseCapacity(std::optional<int64_t> requested,
               std::optional<ContextLength> configured,
               std::optional<ContextLength> tables);

} // namespace tandem

#endif // TANDEM_TOOLS_TANDEM_CAPACITY_H
