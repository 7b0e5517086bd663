//===- Kernels.h - the kernels of a compiled part ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each function returns the kernel it is named after, writing it into the
// module on first use: a kernel is compiled once, takes its sizes as arguments
// and so is the same for every model. Pointers are to fp32 unless said
// otherwise; sizes, strides and offsets count elements, in 64 bits.
//
// Layouts:
// - rows: row-major [rows][width].
// - panels: [ceil(N / 16)][K][16], columns beyond N are zero.
// - packed rows (the left operand of a product): tiles of `tileRows` rows,
//   each [K][rows of the tile]; the last tile has the rows that are left.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_KERNELS_KERNELS_H
#define TANDEM_TARGETS_X86_KERNELS_KERNELS_H

#include "tandem/targets/X86/Kernels/Emitter.h"
#include "tandem/targets/X86/Kernels/QuantizedRows.h"
#include "tandem/targets/X86/Machine.h"
#include "tandem/targets/X86/PanelFormat.h"

#include "mlir/IR/BuiltinOps.h"

#include <optional>

namespace tandem::x86 {

/// Longest run of K that a panel of B is walked before the next row tile: 16
/// KiB of the panel stay in the first-level cache, and a long sum rounds like a
/// sum of short ones (SmolLM2, hidden values up to 4427, logits against float64
/// arithmetic: 2.2e-5 where one run of 2048 reached 1.0e-4).
inline constexpr int64_t maxDepth = 256;

/// How an operand varies: by token and column, by column, or not at all.
enum class Operand { tensor, vector, scalar };

/// One step of what follows a product, on each of its values.
struct EpilogueStep {
  llvm::StringRef function; ///< of `lookupUnary` or `lookupBinary`
  /// The right operand of a binary function.
  std::optional<Operand> operand;
};

/// The kernels of one variant in one module.
class Kernels {
public:
  Kernels(mlir::ModuleOp module, const Variant &variant, const Machine &machine)
      : module(module), variant(variant), blockKeys(machine.cacheBlockTokens) {}

  mlir::ModuleOp module;
  const Variant &variant;
  /// Keys in a block of the cache and of the attention loop.
  const int64_t blockKeys;

  /// The function `name`; writes it with `body` unless it exists. `arguments`
  /// are its types, there is no result.
  mlir::LLVM::LLVMFuncOp
  define(llvm::StringRef name, llvm::ArrayRef<mlir::Type> arguments,
         llvm::function_ref<void(Emitter &, mlir::ValueRange)> body);

  // Matrix products.

  /// (rows, a, b, c, depth, stride, accumulate): C[rows][16] (row `stride`) =
  /// (accumulate: +=) A packed [depth][rows] x B [depth][16]; 1 <= rows <=
  /// tileRows.
  mlir::LLVM::LLVMFuncOp multiplyPacked();
  /// The same with A as rows of `blockKeys` elements.
  mlir::LLVM::LLVMFuncOp multiplyRows();
  /// (a, b, strip, rows, first, count, depth): rows [first, first + count) of
  /// packed A (of `rows` rows; first is a multiple of tileRows) x one panel of
  /// B into strip [count][16].
  mlir::LLVM::LLVMFuncOp multiplyStrip();
  /// Rows a strip holds at most.
  int64_t stripRows() const { return 4 * tokenChunk(); }
  /// (strip, gate strip, bias, gate bias, y, stride, rows, columns, operands):
  /// what follows a product. y [rows][stride] = steps(strip + bias), or
  /// glu(gate strip + gate bias, strip + bias) first where `glu` is given.
  /// `operands` holds one pointer for each step with an operand, to its first
  /// value for this strip; tensors have rows of `stride`. Biases are padded to
  /// whole panels; null where there is none. Columns may be fewer than 16.
  mlir::LLVM::LLVMFuncOp epilogue(bool hasBias, bool hasGateBias,
                                  llvm::StringRef glu,
                                  llvm::ArrayRef<EpilogueStep> steps);
  /// (x, packed, width, first, last, rows): packs rows [first, last) of x;
  /// first is a multiple of tileRows, `rows` those of the whole matrix.
  mlir::LLVM::LLVMFuncOp packRows();
  /// (x, quantized, width, first, last): rows [first, last) rounded to 8 bits,
  /// each block of 32 by its own scale (QuantizedRows.h); a last block that is
  /// short is filled up with zeros.
  mlir::LLVM::LLVMFuncOp quantizeRows();
  /// (x, panel, strip, count, blocks): `count` quantised rows x one panel of a
  /// quantised matrix into strip [count][16].
  mlir::LLVM::LLVMFuncOp multiplyBlocks(const PanelFormat &format);
  /// Tokens a task of token-wise work takes: a multiple of tileRows.
  int64_t tokenChunk() const { return variant.tileRows >= 24 ? 28 : 24; }

  // Products with stored weights; panels as PanelFormat.h says.

  /// (x, stride, y, depth): a row for `multiplySpread`, from elements `stride`
  /// apart: y holds whole blocks, each element divided as its field is scaled,
  /// then for each block the negative sum of its elements.
  mlir::LLVM::LLVMFuncOp spreadRow(const PanelFormat &format);
  /// fp32 elements of a spread row.
  static int64_t spreadElements(const PanelFormat &format, int64_t depth) {
    return format.blocks(depth) * (format.block + 1);
  }
  /// (spread row, panel, y, depth): y [16] = row x panel.
  mlir::LLVM::LLVMFuncOp multiplySpread(const PanelFormat &format);
  /// Rows up to which streaming them one by one is faster than unpacking.
  static constexpr int64_t maxSpreadRows = 4;
  /// (panel, y, depth): y [whole blocks][16], fp32.
  mlir::LLVM::LLVMFuncOp unpackPanel(const PanelFormat &format);
  /// (table, indices, y, width, first, last): y[i] = row indices[i] of a table
  /// in panels.
  mlir::LLVM::LLVMFuncOp gatherStored(const PanelFormat &format);

  // Row-wise and element-wise work.

  /// (x, scale, y, width, epsilon, first, last)
  mlir::LLVM::LLVMFuncOp rmsNorm();
  /// (x, scale, bias or null, y, width, epsilon, first, last)
  mlir::LLVM::LLVMFuncOp layerNorm();
  /// (x, y, count): y = function(x)
  mlir::LLVM::LLVMFuncOp unary(llvm::StringRef function);
  /// (x, y, result, width, first, last): function(x, y); a vector has one
  /// value per column, a scalar one value.
  mlir::LLVM::LLVMFuncOp binary(llvm::StringRef function, Operand x, Operand y);
  /// (x, y, width, xStride, yStride, first, last)
  mlir::LLVM::LLVMFuncOp copyRows();
  /// (x, indices, y, width, first, last): y[i] = x[indices[i]], i32 indices
  mlir::LLVM::LLVMFuncOp gatherRows();
  /// The same from a table in panels; width is the table's K.
  mlir::LLVM::LLVMFuncOp gatherColumns();
  /// (x, positions, cos, sin, y, heads, headWidth, columns, first, last):
  /// i32 positions; x and y may be the same.
  mlir::LLVM::LLVMFuncOp rotary(bool interleaved);

  // The cache. A slot is [layer][head][block of `blockKeys` tokens] of keys
  // then values: keys [blockKeys / 16 panels][D][16 tokens], values [ceil(V /
  // 16) panels][blockKeys tokens][16].

  /// (k, v, slots, tokenRows, positions, layerHead, blocks, heads, D, V,
  /// first, last): writes tokens [first, last) behind slots[tokenRows[t]];
  /// layerHead = layer * heads, blocks = those of the capacity.
  mlir::LLVM::LLVMFuncOp append();
  /// (q, y, cache, qStride, yStride, D, V, group, firstPair, pairs, start,
  /// total, causal, window, scale, softcap, partials, arrived, segment,
  /// segments): one tile of (token, head of the group) pairs of a row over the
  /// blocks of one key head. q and y are those of the row's first new token and
  /// the group's first head. Of several segments each takes an equal run of the
  /// blocks and leaves its sums in `partials` [segments][pairs][padded V + 3];
  /// the last to arrive (i32, 0 before and after) merges them in order.
  mlir::LLVM::LLVMFuncOp attendTile();
  /// A row of one token is cut into segments of so many keys, or more where
  /// that would be too many of them: the work of one key head is shared by
  /// several threads.
  static constexpr int64_t segmentKeys = 128, maxSegments = 8;
  /// fp32 elements of the partial sums of one segment.
  static int64_t partialElements(int64_t group, int64_t valueWidth) {
    int64_t padded = (valueWidth + panelColumns - 1) / panelColumns;
    return group * (padded * panelColumns + 3);
  }
  /// Pairs of a tile at most.
  int64_t tilePairs() const { return tokenChunk(); }

private:
  mlir::LLVM::LLVMFuncOp multiply(int64_t rows, bool packed);
  mlir::LLVM::LLVMFuncOp multiplyAny(bool packed);
  mlir::LLVM::LLVMFuncOp multiplyBlockTile(const PanelFormat &format,
                                           int64_t rows);
  mlir::LLVM::LLVMFuncOp softmaxRow();
  mlir::LLVM::LLVMFuncOp packQueries();
};

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_KERNELS_KERNELS_H
