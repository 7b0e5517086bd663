//===- GemmCode.h - the code of a product of many rows ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_PRODUCTS_GEMMCODE_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_PRODUCTS_GEMMCODE_H

#include "tandem/targets/Nvidia/Kernels/Matrix.h"
#include "tandem/targets/Nvidia/Kernels/Products/Codes.h"
#include "tandem/targets/Nvidia/Kernels/Products/Product.h"

namespace tandem::nvidia {

/// What a block of threads makes at once, and how its warps share that.
struct GemmTile {
  static constexpr int64_t warpThreads = 32, warpsAlongRows = 2;
  /// A row of a tile in shared memory, and what one copy moves.
  static constexpr int64_t rowBytes = tileDepth * 2, pieceBytes = 16;
  static constexpr int64_t mostStages = 4;

  int64_t rows, columns;    ///< of the result
  int64_t warpColumns = 32; ///< of them, what a warp makes

  /// The largest tile of which there are enough, and of which two stages fit.
  static GemmTile of(const LinearShape &shape);

  int64_t threads() const {
    return warpsAlongRows * columns / warpColumns * warpThreads;
  }
  int64_t inputBytes(const LinearShape &shape) const {
    return rows * shape.input().terms * rowBytes;
  }
  int64_t stageBytes(const LinearShape &shape) const {
    return inputBytes(shape) +
           (shape.weight.isCodes() ? 0 : columns * shape.matrices() * rowBytes);
  }
  int64_t stages(const LinearShape &shape) const {
    return std::min(mostStages, shape.sharedBytes / stageBytes(shape));
  }
  int64_t blocks(const LinearShape &shape) const {
    return (shape.inputRows + rows - 1) / rows *
           ((shape.weight.rows + columns - 1) / columns);
  }
};

/// The code of one thread: copies, products, and the store of what they make.
class GemmCode {
public:
  explicit GemmCode(const Product &product)
      : product(product), shape(product.shape), code(product.code),
        tile(GemmTile::of(shape)), stages(tile.stages(shape)),
        tilesAlongColumns(tile.warpColumns / 8),
        lane(code.thread() % GemmTile::warpThreads),
        warpRow(code.thread() / double(GemmTile::warpThreads) %
                GemmTile::warpsAlongRows * double(warpRows())),
        warpColumn(code.thread() /
                   double(GemmTile::warpThreads * GemmTile::warpsAlongRows) *
                   double(tile.warpColumns)),
        column(code.blockX() * double(tile.columns)) {}

  void run();

private:
  int64_t warpRows() const { return tile.rows / GemmTile::warpsAlongRows; }
  int64_t tilesAlongRows() const { return warpRows() / 16; }
  int64_t sumsPerMatrix() const {
    return tilesAlongRows() * tilesAlongColumns * 4;
  }

  Pointer stageAt(Expr stage) {
    return product.shared.bytes(stage * double(tile.stageBytes(shape)));
  }
  /// Copies a tile of `rows` rows that lie `rowBytes` apart, of which those
  /// below `end` exist; `first` is the first one.
  void copyTile(Pointer to, Pointer from, int64_t rows, int64_t rowBytes,
                Expr first, Expr end);
  /// Begins to copy what lies at tile `depth` along the depth.
  void copyStage(Expr depth, Expr stage);
  /// Adds the products of a stage.
  void multiplyStage(Pointer stage, Exprs &sums);
  /// The same for codes, whose words `codes` has, column by column.
  void multiplyCodes(Pointer stage, llvm::ArrayRef<Exprs> codes, Expr depth,
                     Exprs &sums);
  /// Of the columns of this thread, of all matrices: the words of the tile at
  /// `depth`.
  llvm::SmallVector<Exprs> loadCodes(Expr depth);
  /// 16 rows of inputs along a stretch: a thread's elements of rows g and
  /// g + 8, term by term, as Codes.h has codes.
  struct InputRows {
    llvm::SmallVector<Exprs> low, high;
  };
  Exprs loadStretch(Pointer stage, int64_t term, int64_t row, int64_t number);
  /// Products of a run, which is `halves` of its stretch, with pairs of
  /// weights.
  Exprs multiplyRun(const InputRows &inputs, llvm::ArrayRef<int64_t> halves,
                    const Exprs &pairs);
  /// Adds the products of the run at element `k` of tile `depth`.
  void addRun(llvm::ArrayRef<InputRows> inputs, llvm::ArrayRef<Exprs> codes,
              Expr depth, int64_t k, Exprs &sums);
  /// The address `bytes` behind the start of a row, `row` + `next`, or the last
  /// one where there are fewer.
  Pointer atRow(Pointer matrix, int64_t rowBytes, Expr row, int64_t next,
                Expr bytes);
  bool isWhole() const { return shape.weight.rows % tile.columns == 0; }
  /// The operand A of 16 rows, 16 deep from element 16 `depth`.
  Exprs loadInputs(Pointer stage, int64_t term, int64_t row, int64_t depth);
  /// The operands B of 16 columns.
  Exprs loadWeights(Pointer stage, int64_t matrix, int64_t column,
                    int64_t depth);
  Exprs sumProducts();
  void store(const Exprs &sums);

  const Product &product;
  const LinearShape &shape;
  Code &code;
  GemmTile tile;
  int64_t stages, tilesAlongColumns;
  Expr lane, warpRow, warpColumn, column;
};

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_PRODUCTS_GEMMCODE_H
