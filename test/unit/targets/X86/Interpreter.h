//===- Interpreter.h - deployment-level programs, naively -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_UNIT_TARGETS_X86_INTERPRETER_H
#define TANDEM_TEST_UNIT_TARGETS_X86_INTERPRETER_H

#include "tandem/dialects/Deploy/IR/DeployOps.h"
#include "tandem/dialects/Transformer/IR/TransformerOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <map>
#include <vector>

namespace tandem::x86 {

using Numbers = std::vector<double>;

/// New tokens of one sequence.
struct RowStep {
  int64_t slot, start;
  std::vector<int32_t> tokens;
};

/// Runs the functions of a part in double precision, one operation at a time,
/// with plain arrays for the cache.
class Interpreter {
public:
  Interpreter(deploy::PartOp part, std::vector<Numbers> weights)
      : part(part), weights(std::move(weights)) {}

  /// Logits of a step, as the entry returns them.
  Numbers run(llvm::StringRef phase, std::vector<RowStep> step, bool all);

private:
  using Values = llvm::DenseMap<mlir::Value, Numbers>;
  using Indices = llvm::DenseMap<mlir::Value, int64_t>;
  struct Frame {
    Values values;
    Indices indices;
  };

  std::vector<Numbers> call(mlir::func::FuncOp function,
                            std::vector<Numbers> tensors, int64_t layer);
  void runBlock(mlir::Block &block, Frame &frame);
  void evaluate(mlir::Operation &op, Frame &frame);
  void loop(mlir::Operation &op, Frame &frame);
  Numbers node(mlir::Operation &op, Frame &frame, unsigned result);
  Numbers linear(transformer::LinearOp op, Frame &frame);
  Numbers norm(const Numbers &x, const Numbers &scale, const Numbers *bias,
               double epsilon, bool centred);
  Numbers rotary(transformer::RotaryOp op, Frame &frame);
  void append(transformer::AppendOp op, Frame &frame);
  Numbers attend(transformer::CachedAttentionOp op, Frame &frame);
  int64_t index(mlir::Value value, Frame &frame);
  /// Of each new token: its row and position.
  std::vector<std::pair<const RowStep *, int64_t>> places() const;

  deploy::PartOp part;
  std::vector<Numbers> weights;
  std::vector<RowStep> rows;
  bool allLogits = false;
  /// Keys and values by (slot, layer), token after token.
  std::map<std::pair<int64_t, int64_t>, std::pair<Numbers, Numbers>> cache;
};

} // namespace tandem::x86

#endif // TANDEM_TEST_UNIT_TARGETS_X86_INTERPRETER_H
