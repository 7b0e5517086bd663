//===- MatrixProduct.cpp - products of matrices ------------------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Strips of 16 columns, in blocks of 128 along k: a tile (16 KiB) stays in the
// first-level cache while all rows are multiplied with it. The inner loops are
// shaped so that the compiler keeps 2 x 8 sums in SSE2 registers.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/MatrixProduct.h"

#include "llvm/Support/Parallel.h"

using namespace mlir;
using namespace tandem::primitives;

static constexpr int64_t blockLength = 128; // along k
static constexpr int64_t registerColumns = 8;

/// Adds `rowCount` rows times a tile, 8 columns of it, to the sums.
template <int rowCount>
static void multiplyTile(const double *rows, int64_t rowStride,
                         const double *tile, int64_t length, double *sums,
                         int64_t sumStride) {
  double registers[rowCount][registerColumns];
  for (int row = 0; row < rowCount; ++row) {
    for (int column = 0; column < registerColumns; ++column) {
      registers[row][column] = sums[row * sumStride + column];
    }
  }
  for (int64_t k = 0; k < length; ++k) {
    for (int row = 0; row < rowCount; ++row) {
      for (int column = 0; column < registerColumns; ++column) {
        registers[row][column] +=
            rows[row * rowStride + k] * tile[k * Tile::stride + column];
      }
    }
  }
  for (int row = 0; row < rowCount; ++row) {
    for (int column = 0; column < registerColumns; ++column) {
      sums[row * sumStride + column] = registers[row][column];
    }
  }
}

/// Multiplies all rows with the strip of columns that starts at `nBegin`.
static void multiplyStrip(ArrayRef<double> rows, int64_t m, int64_t k,
                          int64_t n, int64_t nBegin, TileReader readTile,
                          double *result) {
  int64_t nEnd = std::min(nBegin + Tile::stride, n);
  std::vector<double> tile(blockLength * Tile::stride);
  std::vector<double> sums(m * Tile::stride);
  for (int64_t kBegin = 0; kBegin < k; kBegin += blockLength) {
    int64_t kEnd = std::min(kBegin + blockLength, k), length = kEnd - kBegin;
    readTile({kBegin, kEnd, nBegin, nEnd, tile.data()});
    for (int64_t column = 0; column < nEnd - nBegin;
         column += registerColumns) {
      int64_t row = 0;
      for (; row + 2 <= m; row += 2) {
        multiplyTile<2>(&rows[row * k + kBegin], k, &tile[column], length,
                        &sums[row * Tile::stride + column], Tile::stride);
      }
      if (row < m) {
        multiplyTile<1>(&rows[row * k + kBegin], k, &tile[column], length,
                        &sums[row * Tile::stride + column], Tile::stride);
      }
    }
  }
  for (int64_t row = 0; row < m; ++row) {
    std::copy_n(&sums[row * Tile::stride], nEnd - nBegin,
                result + row * n + nBegin);
  }
}

std::vector<double> tandem::primitives::multiplyRows(ArrayRef<double> rows,
                                                     int64_t m, int64_t k,
                                                     int64_t n,
                                                     TileReader readTile) {
  std::vector<double> result(m * n);
  int64_t strips = llvm::divideCeil(n, Tile::stride);
  auto multiply = [&](size_t strip) {
    multiplyStrip(rows, m, k, n, strip * Tile::stride, readTile, result.data());
  };
  // Small products are not worth waking threads.
  if (double(m) * k * n > 1e7) {
    llvm::parallelFor(0, strips, multiply);
  } else {
    for (int64_t strip = 0; strip < strips; ++strip) {
      multiply(strip);
    }
  }
  return result;
}

void MatrixView::read(const Tile &tile) const {
  if (!isTransposed) {
    for (int64_t k = tile.kBegin; k < tile.kEnd; ++k) {
      tensor.widenTo(tile.target + (k - tile.kBegin) * Tile::stride,
                     offset + k * rowLength + tile.nBegin,
                     tile.nEnd - tile.nBegin);
    }
    return;
  }
  double line[blockLength];
  for (int64_t n = tile.nBegin; n < tile.nEnd; ++n) {
    tensor.widenTo(line, offset + n * rowLength + tile.kBegin,
                   tile.kEnd - tile.kBegin);
    for (int64_t k = 0; k < tile.kEnd - tile.kBegin; ++k) {
      tile.target[k * Tile::stride + n - tile.nBegin] = line[k];
    }
  }
}
