//===- StoredLinear.cpp - products with stored weights ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A few rows are multiplied as the weight streams by: an element is masked out
// of its word where it stands, so that it comes out times a power of two, and
// meets an input divided by the same power, which is exact. More rows share the
// work of unpacking a panel to fp32.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Kernels.h"
#include "tandem/targets/X86/Kernels/StoredBlock.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace tandem::x86;

LLVM::LLVMFuncOp Kernels::spreadRow(const PanelFormat &format) {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define(
      "spread_row_" + format.name(), {ptr, i64, ptr, i64},
      [&](Emitter &e, ValueRange arguments) {
        Pointer x(e, arguments[0]), y(e, arguments[2]);
        Expr stride(e, arguments[1]), depth(e, arguments[3]);
        Expr blocks = e.ceilDivide(depth, format.block);
        Expr padded = blocks * double(format.block);
        e.ifElse(
            stride == 1,
            [&] {
              e.elementLoop(depth, [&](Expr k, Type type) {
                (y + k).store((x + k).load(type));
              });
            },
            [&] {
              e.loop(e.integer(0), depth, 1, [&](Expr k) {
                (y + k).store((x + k * stride).loadFloat());
              });
            });
        e.loop(depth, padded, 1, [&](Expr k) { (y + k).store(e.real(0)); });
        SmallVector<float> factors;
        for (int64_t lane = 0; lane < variant.lanes; ++lane) {
          factors.push_back(
              StoredBlock::factor(format, lane % format.fields()));
        }
        Expr scale{e, arith::ConstantOp::create(
                          e, DenseElementsAttr::get(e.vectorType(),
                                                    ArrayRef<float>(factors)))};
        e.loop(e.integer(0), blocks, 1, [&](Expr block) {
          Pointer first = y + block * double(format.block);
          Expr sum = e.constant(e.vectorType(), 0);
          for (int64_t k = 0; k < format.block; k += variant.lanes) {
            Expr values = (first + k).load(e.vectorType());
            sum = sum + values;
            (first + k).store(values * scale);
          }
          (y + padded + block).store(e.real(0) - e.sumLanes(sum));
        });
      });
}

namespace {

/// The product of one spread row and one panel.
class SpreadProduct {
public:
  SpreadProduct(Emitter &e, const PanelFormat &format, Pointer x, Pointer panel)
      : e(e), format(format), vectors(e.variant.panelVectors()), x(x),
        panel(panel) {}

  Exprs run(Expr blocks) {
    Exprs totals(vectors, zero());
    Pointer sums = x + blocks * double(format.block);
    return e.loop(e.integer(0), blocks, 1, totals,
                  [&](Expr index, const Exprs &carried) {
                    return addBlock(index, sums, carried);
                  });
  }

private:
  /// Sums that hide the latency of a multiply-add.
  static constexpr int64_t sets = 4;

  Expr zero() { return e.constant(e.vectorType(), 0); }

  Exprs addBlock(Expr index, Pointer sums, const Exprs &carried) {
    Pointer start = panel.bytes(index * double(format.blockBytes()));
    StoredBlock block(e, format, start);
    Pointer values = x + index * double(format.block);
    Exprs partial = addLines(block, values);
    Exprs totals;
    for (int64_t v = 0; v < vectors; ++v) {
      Expr sum = (partial[v] + partial[vectors + v]) +
                 (partial[2 * vectors + v] + partial[3 * vectors + v]);
      if (!format.hasCodes()) {
        totals.push_back(carried[v] + sum);
        continue;
      }
      Expr negativeSum = e.broadcast((sums + index).loadFloat());
      sum = e.fma(block.zeroPoints(v), negativeSum, sum);
      totals.push_back(e.fma(block.scales(v), sum, carried[v]));
    }
    return totals;
  }

  /// The lines of a block: four at a time, so that long blocks stay short code.
  Exprs addLines(const StoredBlock &block, Pointer values) {
    Exprs partial(sets * vectors, zero());
    for (int64_t line = 0; line < format.lines(); ++line) {
      addLine(block, values, line, partial);
    }
    return partial;
  }

  void addLine(const StoredBlock &block, Pointer values, int64_t line,
               Exprs &partial) {
    for (int64_t v = 0; v < vectors; ++v) {
      Expr words = block.words(line, v);
      for (int64_t f = 0; f < format.fields(); ++f) {
        int64_t k = line * format.fields() + f;
        Expr value = e.broadcast((values + k).loadFloat());
        Expr &sum = partial[k % sets * vectors + v];
        sum = e.fma(block.scaledField(words, f), value, sum);
      }
    }
  }

  Emitter &e;
  const PanelFormat &format;
  int64_t vectors;
  Pointer x, panel;
};

} // namespace

LLVM::LLVMFuncOp Kernels::multiplySpread(const PanelFormat &format) {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define("multiply_spread_" + format.name(), {ptr, ptr, ptr, i64},
                [&](Emitter &e, ValueRange arguments) {
                  Expr depth(e, arguments[3]);
                  Exprs y = SpreadProduct(e, format, {e, arguments[0]},
                                          {e, arguments[1]})
                                .run(e.ceilDivide(depth, format.block));
                  for (auto [v, value] : llvm::enumerate(y)) {
                    (Pointer(e, arguments[2]) + v * variant.lanes).store(value);
                  }
                });
}

LLVM::LLVMFuncOp Kernels::unpackPanel(const PanelFormat &format) {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define(
      "unpack_panel_" + format.name(), {ptr, ptr, i64},
      [&](Emitter &e, ValueRange arguments) {
        Pointer panel(e, arguments[0]), y(e, arguments[1]);
        Expr blocks = e.ceilDivide({e, arguments[2]}, format.block);
        e.loop(e.integer(0), blocks, 1, [&](Expr index) {
          Pointer start = panel.bytes(index * double(format.blockBytes()));
          StoredBlock numbers(e, format, start);
          Exprs scales, zeroPoints;
          for (int64_t v = 0; format.hasCodes() && v < variant.panelVectors();
               ++v) {
            scales.push_back(numbers.scales(v));
            zeroPoints.push_back(numbers.zeroPoints(v));
          }
          e.loop(e.integer(0), e.integer(format.lines()), 1, [&](Expr line) {
            StoredBlock block(
                e, format, start.bytes(line * double(PanelFormat::lineBytes)));
            Expr first =
                index * double(format.block) + line * double(format.fields());
            Pointer to = y + first * double(panelColumns);
            for (int64_t v = 0; v < variant.panelVectors(); ++v) {
              Expr words = block.words(0, v);
              for (int64_t f = 0; f < format.fields(); ++f) {
                Expr value = block.field(words, f);
                if (format.hasCodes()) {
                  value = (value - zeroPoints[v]) * scales[v];
                }
                (to + (f * panelColumns + v * variant.lanes)).store(value);
              }
            }
          });
        });
      });
}

LLVM::LLVMFuncOp Kernels::gatherStored(const PanelFormat &format) {
  Emitter types(module.getLoc(), variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return define(
      "gather_stored_" + format.name(), {ptr, ptr, ptr, i64, i64, i64},
      [&](Emitter &e, ValueRange arguments) {
        Pointer table(e, arguments[0]), indices(e, arguments[1]),
            y(e, arguments[2]);
        Expr width(e, arguments[3]);
        Expr blocks = e.ceilDivide(width, format.block);
        e.loop({e, arguments[4]}, {e, arguments[5]}, 1, [&](Expr i) {
          Expr row = indices.bytes(i * double(sizeof(int32_t))).loadInteger32();
          Expr column = row % panelColumns;
          Pointer panel = table.bytes(row / double(panelColumns) * blocks *
                                      double(format.blockBytes()));
          Pointer to = y + i * width;
          e.loop(e.integer(0), width, format.fields(), [&](Expr k) {
            Pointer start = panel.bytes(k / double(format.block) *
                                        double(format.blockBytes()));
            StoredBlock block(e, format, start);
            Expr line = k % format.block / double(format.fields());
            Expr word = start.bytes(line * double(PanelFormat::lineBytes))
                            .bytes(column * 4.0)
                            .load(e.getI32Type());
            for (int64_t f = 0; f < format.fields(); ++f) {
              e.ifThen(k + double(f) < width, [&] {
                Expr value = block.field(word, f);
                if (format.hasCodes()) {
                  value = (value - block.zeroPointOf(column)) *
                          block.scaleOf(column);
                }
                (to + k + f).store(value);
              });
            }
          });
        });
      });
}
