//===- BlockDot.cpp - products of quantised rows and matrices ---*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block of 32 k is summed in integers, then scaled into fp32. Codes of 4 bits
// go through the instruction that multiplies unsigned by signed bytes and adds
// pairs in 16 bits: a pair is at most 2 x 15 x 127 = 3810 in size, the eight of
// a block 30480, so nothing saturates. Codes of 8 bits go the same way as two
// nibbles each. With VNNI both are summed in 32 bits at once.
//
// Each value of the result is made by the same operations in the same order
// whatever the height of its tile, so a row's result does not depend on the
// rows beside it.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Kernels.h"
#include "tandem/targets/X86/Kernels/StoredBlock.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tandem::x86;

namespace {

/// Integer instructions on full registers of a variant.
class IntegerUnit {
public:
  explicit IntegerUnit(Emitter &e)
      : e(e), lanes(e.variant.lanes), isWide(lanes == 16) {}

  bool hasDotProduct() const { return e.variant.hasFeature("avx512vnni"); }
  VectorType bytes() { return VectorType::get({4 * lanes}, e.getI8Type()); }
  VectorType words() { return VectorType::get({2 * lanes}, e.getI16Type()); }

  /// Four bytes from `place` in every lane.
  Expr broadcastBytes(Pointer place) {
    Expr four = e.broadcast(place.load(e.getI32Type()));
    return {e, vector::BitCastOp::create(e, bytes(), four)};
  }
  Expr lowNibbles(Expr codes) { return codes & e.constant(bytes(), 15); }
  Expr highNibbles(Expr codes) {
    return {e, arith::ShRUIOp::create(e, codes, e.constant(bytes(), 4))};
  }
  /// Pairs of unsigned x signed bytes, added in 16 bits.
  Expr multiplyPairs(Expr unsignedBytes, Expr signedBytes) {
    return call(isWide ? "llvm.x86.avx512.pmaddubs.w.512"
                       : "llvm.x86.avx2.pmadd.ub.sw",
                words(), {unsignedBytes, signedBytes});
  }
  /// Pairs of words times `factor`, added in 32 bits.
  Expr addPairs(Expr sums, double factor) {
    return call(isWide ? "llvm.x86.avx512.pmaddw.d.512"
                       : "llvm.x86.avx2.pmadd.wd",
                e.integerVectorType(), {sums, e.constant(words(), factor)});
  }
  /// sum + four unsigned x signed bytes of each lane.
  Expr dotProduct(Expr sum, Expr unsignedBytes, Expr signedBytes) {
    return call("llvm.x86.avx512.vpdpbusd.512", e.integerVectorType(),
                {sum, unsignedBytes, signedBytes});
  }

private:
  Expr call(StringRef name, Type result, ArrayRef<Value> operands) {
    return {e, LLVM::CallIntrinsicOp::create(e, result, e.getStringAttr(name),
                                             operands)
                   .getResult(0)};
  }

  Emitter &e;
  int64_t lanes;
  bool isWide;
};

/// A tile of `rows` x 16 over all blocks of a panel.
class BlockTile {
public:
  BlockTile(Emitter &e, const PanelFormat &format, int64_t rows, Pointer x,
            Expr xStride, Pointer panel)
      : e(e), unit(e), format(format), rows(rows),
        vectors(e.variant.panelVectors()), x(x), xStride(xStride),
        panel(panel) {}

  /// The values, row after row.
  Exprs run(Expr blocks) {
    Exprs zeros(rows * vectors, e.constant(e.vectorType(), 0));
    return e.loop(
        e.integer(0), blocks, 1, zeros,
        [&](Expr block, const Exprs &sums) { return addBlock(block, sums); });
  }

private:
  Exprs addBlock(Expr block, const Exprs &sums) {
    Pointer weights = panel.bytes(block * double(format.blockBytes()));
    // One row streams the matrix from memory; more reuse it from the cache.
    if (rows == 1 && e.variant.blockPrefetchBytes) {
      for (int64_t byte = 0; byte < format.blockBytes(); byte += 64) {
        weights.prefetch(byte + e.variant.blockPrefetchBytes);
      }
    }
    SmallVector<Pointer> rowBlocks;
    for (int64_t row = 0; row < rows; ++row) {
      rowBlocks.push_back(
          x.bytes(xStride * double(row)).bytes(block * double(rowBlockBytes)));
    }
    Exprs dots = multiply(weights, rowBlocks);
    return scale(weights, rowBlocks, dots, sums);
  }

  /// The integer sums of a block, row after row.
  Exprs multiply(Pointer weights, ArrayRef<Pointer> rowBlocks) {
    // Sums of the low and of the high nibbles of 8-bit codes; one set else.
    bool isSplit = format.bits == 8 && !unit.hasDotProduct();
    SmallVector<std::optional<Expr>> low(rows * vectors), high(rows * vectors);
    for (int64_t line = 0; line < format.lines(); ++line) {
      Exprs codes;
      for (int64_t v = 0; v < vectors; ++v) {
        codes.push_back(weights
                            .bytes(line * PanelFormat::lineBytes +
                                   v * PanelFormat::lineBytes / vectors)
                            .load(unit.bytes()));
      }
      if (format.bits == 8 && unit.hasDotProduct()) {
        add(rowBlocks, 4 * line, codes, low);
        continue;
      }
      Exprs lowCodes, highCodes;
      for (Expr each : codes) {
        lowCodes.push_back(unit.lowNibbles(each));
        highCodes.push_back(unit.highNibbles(each));
      }
      int64_t k = isSplit ? 4 * line : 8 * line;
      add(rowBlocks, k, lowCodes, low);
      add(rowBlocks, isSplit ? k : k + 4, highCodes, isSplit ? high : low);
    }
    Exprs dots;
    for (int64_t i = 0; i < rows * vectors; ++i) {
      Expr dot = *low[i];
      if (!unit.hasDotProduct()) {
        dot = unit.addPairs(dot, 1);
      }
      dots.push_back(isSplit ? dot + unit.addPairs(*high[i], 16) : dot);
    }
    return dots;
  }

  /// sums += codes x the rows' four values from `k` on.
  void add(ArrayRef<Pointer> rowBlocks, int64_t k, const Exprs &codes,
           SmallVectorImpl<std::optional<Expr>> &sums) {
    for (int64_t row = 0; row < rows; ++row) {
      Expr values = unit.broadcastBytes(rowBlocks[row].bytes(k));
      for (int64_t v = 0; v < vectors; ++v) {
        std::optional<Expr> &sum = sums[row * vectors + v];
        if (unit.hasDotProduct()) {
          Expr before = sum ? *sum : e.constant(e.integerVectorType(), 0);
          sum.emplace(unit.dotProduct(before, codes[v], values));
        } else {
          Expr pairs = unit.multiplyPairs(codes[v], values);
          sum.emplace(sum ? *sum + pairs : pairs);
        }
      }
    }
  }

  /// sums + (dots - zero points x the row's sum) x scales.
  Exprs scale(Pointer weights, ArrayRef<Pointer> rowBlocks, const Exprs &dots,
              const Exprs &sums) {
    StoredBlock block(e, format, weights);
    Exprs scales, zeros;
    for (int64_t v = 0; v < vectors; ++v) {
      scales.push_back(block.scales(v));
      zeros.push_back(block.zeroPoints(v));
    }
    Exprs next;
    for (int64_t row = 0; row < rows; ++row) {
      Expr rowScale =
          e.broadcast(rowBlocks[row].bytes(rowScaleOffset).loadFloat());
      Expr minusSum =
          e.broadcast(rowBlocks[row].bytes(rowSumOffset).loadFloat());
      for (int64_t v = 0; v < vectors; ++v) {
        int64_t i = row * vectors + v;
        Expr dot{e, LLVM::SIToFPOp::create(e, e.vectorType(), dots[i])};
        Expr shifted = e.fma(zeros[v], minusSum, dot);
        next.push_back(e.fma(shifted, scales[v] * rowScale, sums[i]));
      }
    }
    return next;
  }

  Emitter &e;
  IntegerUnit unit;
  const PanelFormat &format;
  int64_t rows, vectors;
  Pointer x;
  Expr xStride;
  Pointer panel;
};

} // namespace

LLVM::LLVMFuncOp Kernels::multiplyBlockTile(const PanelFormat &format,
                                            int64_t rows) {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define("multiply_blocks_" + format.name() + "_" + std::to_string(rows),
                {ptr, i64, ptr, ptr, i64},
                [&](Emitter &e, ValueRange arguments) {
                  Pointer strip(e, arguments[3]);
                  Exprs tile = BlockTile(e, format, rows, {e, arguments[0]},
                                         {e, arguments[1]}, {e, arguments[2]})
                                   .run({e, arguments[4]});
                  for (auto [i, value] : llvm::enumerate(tile)) {
                    (strip + i * variant.lanes).store(value);
                  }
                });
}

LLVM::LLVMFuncOp Kernels::multiplyBlocks(const PanelFormat &format) {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  int64_t tileRows = variant.blockTileRows;
  SmallVector<LLVM::LLVMFuncOp> tiles;
  for (int64_t rows = 1; rows <= tileRows; ++rows) {
    tiles.push_back(multiplyBlockTile(format, rows));
  }
  return define("multiply_blocks_" + format.name(), {ptr, ptr, ptr, i64, i64},
                [&](Emitter &e, ValueRange arguments) {
                  Pointer x(e, arguments[0]), strip(e, arguments[2]);
                  Expr count(e, arguments[3]), blocks(e, arguments[4]);
                  Expr xStride = blocks * double(rowBlockBytes);
                  e.loop(e.integer(0), count, tileRows, [&](Expr row) {
                    Expr height = e.minimum(count - row, e.integer(tileRows));
                    Pointer tileX = x.bytes(row * xStride),
                            tileStrip = strip + row * double(panelColumns);
                    e.dispatch(height, 1, tileRows, [&](int64_t rows) {
                      e.call(tiles[rows - 1],
                             {tileX, xStride, arguments[1], tileStrip, blocks});
                    });
                  });
                });
}
