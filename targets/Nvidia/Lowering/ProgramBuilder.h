//===- ProgramBuilder.h - writes buffers and launches -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_LOWERING_PROGRAMBUILDER_H
#define TANDEM_TARGETS_NVIDIA_LOWERING_PROGRAMBUILDER_H

#include "tandem/targets/Nvidia/Lowering/LowerProgram.h"

namespace tandem::nvidia {

/// A value with a row for each token, or for each selected one.
struct Rows {
  mlir::Value buffer;
  bool isSelected = false;
  int64_t terms = 0; ///< of RowFormat
};

/// Writes a program. Buffers of scratch memory get their places at the end.
class ProgramBuilder {
public:
  ProgramBuilder(PlanContext &context, const Program &program);

  /// A new value.
  Rows makeRows(const RowFormat &format, bool isSelected);
  /// A new value of `width` elements a row.
  Rows makeRows(int64_t width, Element element, bool isSelected);
  /// The buffer of fp32 rows in `format`, made on first use.
  mlir::Value convert(const Rows &rows, const RowFormat &format,
                      mlir::Location location);
  /// What the splits of an attention leave.
  mlir::Value makeParts(const AttentionShape &shape);
  mlir::Value step(StepField field);
  /// What the stage before made, rows of `width` fp32.
  mlir::Value input(int64_t width);
  /// What the program returns, rows of `width` fp32.
  mlir::Value logits(int64_t width);
  /// The tokens with the largest logits.
  mlir::Value largest();
  mlir::Value memory(Memory memory, int64_t bytes, int64_t offset = 0,
                     std::optional<int64_t> entry = std::nullopt);
  /// A layer's part of the cache.
  mlir::Value cache(int64_t layer);
  /// The buffers of a matrix or table, as kernels take them.
  llvm::SmallVector<mlir::Value> matrix(int64_t entry,
                                        const WeightFormat &format);

  /// Most rows of a value.
  int64_t rowCount(bool onSelected) const {
    return onSelected ? program.selected : program.tokens;
  }

  /// Most new tokens of one sequence: one in decode.
  int64_t tokensOfSequence() const {
    return program.phase == "decode" ? 1 : program.tokens;
  }

  /// Blocks that share the keys of a head of a token.
  int64_t splits(const AttentionShape &shape) const;

  /// Launches `kernel` for all tokens or the selected ones.
  void launch(const Kernel &kernel, bool onSelected, mlir::ValueRange reads,
              mlir::ValueRange writes, mlir::Location location);

  /// Gives scratch buffers their places and returns the program.
  ProgramOp finish();

private:
  PlanContext &context;
  const Program &program;
  StepLayout layout;
  mlir::OpBuilder builder;
  ProgramOp op;
  /// Rows that were made again for tensor cores, by those they were made of.
  llvm::DenseMap<std::pair<mlir::Value, int64_t>, mlir::Value> converted;
  /// Buffers that are no scratch memory, by what they are.
  llvm::DenseMap<mlir::Attribute, mlir::Value> known;
};

/// Gives each scratch buffer of the program a place where no buffer of the same
/// time lies, and sets the size of the arena.
void placeScratch(ProgramOp program);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_LOWERING_PROGRAMBUILDER_H
