//===- Product.h - what kernels of linear layers share ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_PRODUCTS_PRODUCT_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_PRODUCTS_PRODUCT_H

#include "tandem/targets/Nvidia/Kernels/Kernels.h"

namespace tandem::nvidia {

/// Where the code of one thread of a linear layer is written.
struct Product {
  const LinearShape &shape;
  Code &code;
  /// Inputs, weights, weights of the gate, operands of steps, the result.
  llvm::ArrayRef<Pointer> arguments;
  Pointer shared;
  Expr row, count; ///< first of the block's rows of inputs, and how many exist

  Pointer input() const { return arguments.front(); }
  /// The buffers of the weights, or of the gate's (`matrix` = 1).
  llvm::ArrayRef<Pointer> weights(int64_t matrix) const {
    int64_t buffers = shape.weight.buffers();
    return arguments.slice(1 + matrix * buffers, buffers);
  }

  /// An element of the result: `sums` are the products with each matrix.
  Expr finish(llvm::ArrayRef<Expr> sums, Expr token, Expr column) const;
  void store(llvm::ArrayRef<Expr> sums, Expr token, Expr column) const;

  /// Tiles of 16 rows and 8 columns whose sums a thread has as Matrix.h has C.
  struct Tiles {
    Expr firstRow, firstColumn; ///< of this thread
    int64_t alongRows, alongColumns;
    bool isWhole; ///< whether all columns exist
  };
  /// Stores those of the thread's sums that are of rows that exist;
  /// `sumAt(matrix, i)` is sum i of a matrix, four for each tile, row by row.
  void storeTiles(const Tiles &tiles,
                  llvm::function_ref<Expr(int64_t, int64_t)> sumAt) const;
};

/// A kernel of tensor cores for few rows of inputs, bound by the loads of
/// weights: how it is launched, and its code.
Kernel shapeOfGemv(const LinearShape &shape);
void writeGemv(const Product &product);
/// What a block of its threads makes: columns of the result, whose depth warps
/// share, each a stretch of it.
struct GemvBlock {
  int64_t columns, warps;
};
GemvBlock blockOfGemv(const LinearShape &shape);

/// The same for many rows of inputs, bound by tensor cores. Its name begins
/// with what differs from that of others of the same layer.
Kernel shapeOfGemm(const LinearShape &shape);
std::string nameOfGemm(const LinearShape &shape);
void writeGemm(const Product &product);

/// The same where groups of warps multiply tiles of shared memory.
Kernel shapeOfGroupGemm(const LinearShape &shape);
std::string nameOfGroupGemm(const LinearShape &shape);
void writeGroupGemm(const Product &product);

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_PRODUCTS_PRODUCT_H
