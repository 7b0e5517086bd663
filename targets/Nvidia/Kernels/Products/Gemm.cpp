//===- Gemm.cpp - products for many rows, by tensor cores -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block of threads makes a tile of the result. Inputs are A, weights B. Tiles
// of both, 128 bytes deep, come to shared memory by asynchronous copies some
// stages ahead; rows that are not there come as zeros. Each warp multiplies a
// part of the tile: two warps share its rows, the others its columns. Codes go
// to registers as they lie, for the stage that multiplies them.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Products/GemmCode.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t tileRowBytes = GemmTile::rowBytes;
static constexpr int64_t pieces = tileRowBytes / GemmTile::pieceBytes;
static constexpr int64_t leastStages = 2;

static bool isGateOfCodes(const LinearShape &shape) {
  return shape.hasGate && shape.weight.isCodes();
}

GemmTile GemmTile::of(const LinearShape &shape) {
  static constexpr GemmTile tiles[] = {{128, 128}, {128, 64}, {64, 128}};
  for (GemmTile tile : tiles) {
    // The sums of a gate, or of runs of codes, would not stay in registers.
    bool isTooLarge =
        (tile.rows > 64 && (shape.hasGate || shape.weight.isCodes())) ||
        isGateOfCodes(shape);
    if (!isTooLarge && tile.blocks(shape) >= busyBlocks &&
        tile.stages(shape) >= leastStages) {
      return tile;
    }
  }
  // Fits every chip. With the codes of two matrices and the sums of runs, a
  // warp has registers for half as many columns.
  return {64, 64, isGateOfCodes(shape) ? 16 : 32};
}

void GemmCode::copyTile(Pointer to, Pointer from, int64_t rows,
                        int64_t rowBytes, Expr first, Expr end) {
  for (int64_t i = 0; i < rows * pieces; i += tile.threads()) {
    Expr index = code.thread() + double(i);
    Expr row = index / double(pieces), piece = index % pieces;
    Expr isThere = first + row < end;
    Expr bytes = code.select(isThere, code.integer(GemmTile::pieceBytes),
                             code.integer(0));
    copyAsync(to.bytes(swizzledOffset(row, piece, tileRowBytes)),
              from.bytes((first + row) * double(rowBytes) +
                         piece * double(GemmTile::pieceBytes)),
              bytes);
  }
}

void GemmCode::copyStage(Expr depth, Expr stage) {
  RowFormat format = shape.input();
  Pointer to = stageAt(stage);
  Expr offset = depth * double(tileRowBytes);
  for (int64_t term = 0; term < format.terms; ++term) {
    copyTile(to.bytes(code.integer(term * tile.rows * tileRowBytes)),
             product.input().bytes(offset + double(term * format.termBytes())),
             tile.rows, format.rowBytes(), product.row, product.count);
  }
  for (int64_t matrix = 0; !shape.weight.isCodes() && matrix < shape.matrices();
       ++matrix) {
    copyTile(to.bytes(code.integer(tile.inputBytes(shape) +
                                   matrix * tile.columns * tileRowBytes)),
             product.weights(matrix)[0].bytes(offset), tile.columns,
             shape.weight.rowBytes(), column, code.integer(shape.weight.rows));
  }
}

Exprs GemmCode::loadInputs(Pointer stage, int64_t term, int64_t row,
                           int64_t depth) {
  Expr own = warpRow + double(row) + lane % 16;
  Expr piece = lane / 16.0 + double(2 * depth);
  return loadTiles(stage.bytes(swizzledOffset(own, piece, tileRowBytes) +
                               double(term * tile.rows * tileRowBytes)),
                   /*count=*/4);
}

Exprs GemmCode::loadWeights(Pointer stage, int64_t matrix, int64_t column,
                            int64_t depth) {
  Expr own = warpColumn + double(column) + lane % 8 + lane / 16.0 * 8.0;
  Expr piece = lane / 8.0 % 2 + double(2 * depth);
  return loadTiles(stage.bytes(swizzledOffset(own, piece, tileRowBytes) +
                               double(tile.inputBytes(shape) +
                                      matrix * tile.columns * tileRowBytes)),
                   /*count=*/4);
}

void GemmCode::multiplyStage(Pointer stage, Exprs &sums) {
  for (int64_t depth = 0; depth < tileDepth / 16; ++depth) {
    Exprs weights;
    for (int64_t matrix = 0; matrix < shape.matrices(); ++matrix) {
      for (int64_t i = 0; i < tile.warpColumns; i += 16) {
        weights.append(loadWeights(stage, matrix, i, depth));
      }
    }
    SmallVector<Exprs> weightTerms = weightTermsOf(shape.weight, weights);
    int64_t terms = shape.input().terms;
    for (int64_t term = 0; term < terms; ++term) {
      auto own = ArrayRef(weightTerms).take_front(terms - term);
      for (int64_t row = 0; row < tilesAlongRows(); ++row) {
        Exprs inputs = loadInputs(stage, term, row * 16, depth);
        for (int64_t i = 0; i < shape.matrices() * tilesAlongColumns; ++i) {
          int64_t matrix = i / tilesAlongColumns;
          int64_t first = matrix * sumsPerMatrix() +
                          (row * tilesAlongColumns + i % tilesAlongColumns) * 4;
          for (const Exprs &weights : own) {
            Exprs made = multiplyTiles(code.getBF16Type(), inputs,
                                       ArrayRef(weights).slice(2 * i, 2),
                                       ArrayRef(sums).slice(first, 4));
            llvm::copy(made, sums.begin() + first);
          }
        }
      }
    }
  }
}

Exprs GemmCode::sumProducts() {
  int64_t depths = shape.weight.stride() / tileDepth;
  for (int64_t i = 0; i < stages - 1; ++i) {
    if (i < depths) {
      copyStage(code.integer(i), code.integer(i));
    }
    commitCopies(code);
  }
  auto following = [&](Expr stage) {
    return code.select(stage == stages - 1, code.integer(0), stage + 1.0);
  };
  // Behind the sums: the stage to multiply, and the one to fill.
  Exprs carried(sumsPerMatrix() * shape.matrices(), code.real(0));
  carried.append({code.integer(0), code.integer(stages - 1)});
  carried = code.loop(
      code.integer(0), code.integer(depths), 1, carried,
      [&](Expr depth, const Exprs &current) {
        Exprs sums = current;
        Expr full = sums[sums.size() - 2], empty = sums.back();
        SmallVector<Exprs> codes;
        if (shape.weight.isCodes()) { // under way while copies are waited for
          codes = loadCodes(depth);
        }
        waitForCopies(code, stages - 2);
        // All threads have copied this stage, and have left the
        // one before.
        code.barrier();
        Expr ahead = depth + double(stages - 1);
        code.ifThen(ahead < double(depths), [&] { copyStage(ahead, empty); });
        commitCopies(code);
        sums.truncate(sums.size() - 2);
        shape.weight.isCodes()
            ? multiplyCodes(stageAt(full), codes, depth, sums)
            : multiplyStage(stageAt(full), sums);
        sums.append({following(full), following(empty)});
        return sums;
      });
  carried.truncate(carried.size() - 2);
  return carried;
}

void GemmCode::store(const Exprs &sums) {
  product.storeTiles({.firstRow = product.row + warpRow + lane / 4.0,
                      .firstColumn = column + warpColumn + lane % 4 * 2.0,
                      .alongRows = tilesAlongRows(),
                      .alongColumns = tilesAlongColumns,
                      .isWhole = shape.weight.rows % tile.columns == 0},
                     [&](int64_t matrix, int64_t place) {
                       return sums[matrix * sumsPerMatrix() + place];
                     });
  code.ifThen(code.blockX() == 0, [&] {
    clearPadding(shape.output, product.arguments.back(), product.row, tile.rows,
                 product.count, tile.threads());
  });
}

void GemmCode::run() { store(sumProducts()); }

Kernel tandem::nvidia::shapeOfGemm(const LinearShape &shape) {
  GemmTile tile = GemmTile::of(shape);
  Kernel kernel;
  kernel.threads = tile.threads();
  kernel.blocksPerRow = (shape.weight.rows + tile.columns - 1) / tile.columns;
  kernel.rowsPerBlock = tile.rows;
  kernel.sharedBytes = tile.stages(shape) * tile.stageBytes(shape);
  return kernel;
}

std::string tandem::nvidia::nameOfGemm(const LinearShape &shape) {
  GemmTile tile = GemmTile::of(shape);
  return "gemm_" + std::to_string(tile.rows) + "x" +
         std::to_string(tile.columns) + "_terms_" +
         std::to_string(shape.input().terms) + "_";
}

void tandem::nvidia::writeGemm(const Product &product) {
  GemmCode(product).run();
}
