//===- SumHead.cpp - a checksum of what a conversion reads ----------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sixteen pairs of sums, a += word and b += a: a changed element changes a,
// moved ones change b. Always sixteen, whatever registers a CPU has, so that
// two CPUs agree.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Conversion/CopyTile.h"
#include "tandem/targets/X86/Conversion/LowerConversion.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include "tandem/targets/Runtime/HandoffAbi.h"

#include <cstddef>

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

static constexpr int64_t sums = checksumWords / 2;

/// Elements as words of 32 bits.
static Expr loadWords(Emitter &e, const Elements &from, int64_t count) {
  Expr bits = from.loadBits(count);
  Type wide = e.withElement(bits.type(), e.getI32Type());
  return bits.type() == wide ? bits
                             : Expr(e, arith::ExtUIOp::create(e, wide, bits));
}

/// Adds `count` elements that are contiguous to the sums.
static void sumRun(Emitter &e, const Elements &from, Expr count, Pointer a) {
  Pointer b = a + sums;
  Type vector = VectorType::get({sums}, e.getI32Type());
  Expr whole = count - count % sums;
  Exprs done =
      e.loop(e.integer(0), whole, sums, {a.load(vector), b.load(vector)},
             [&](Expr i, const Exprs &carried) {
               Expr next = carried[0] + loadWords(e, from.at(i), sums);
               return Exprs{next, carried[1] + next};
             });
  a.store(done[0]);
  b.store(done[1]);
  e.loop(whole, count, 1, [&](Expr i) {
    Pointer slot = a + (i - whole);
    Expr next = slot.load(e.getI32Type()) + loadWords(e, from.at(i), 1);
    slot.store(next);
    (slot + sums).store((slot + sums).load(e.getI32Type()) + next);
  });
}

/// Adds tokens [low, high) and the first `dims` dims of a tile to the sums.
static void sumTile(Emitter &e, const TileSide &tile, Expr low, Expr high,
                    Expr dims, Pointer sums) {
  Expr zero = e.integer(0);
  if (tile.strides.token == 1) {
    e.loop(zero, dims, 1,
           [&](Expr dim) { sumRun(e, tile.at(low, dim), high - low, sums); });
    return;
  }
  e.loop(low, high, 1, [&](Expr token) {
    if (tile.strides.dim == 1) {
      return sumRun(e, tile.at(token, zero), dims, sums);
    }
    e.loop(zero, dims, 1, [&](Expr dim) {
      sumRun(e, tile.at(token, dim), e.integer(1), sums);
    });
  });
}

LLVM::LLVMFuncOp tandem::x86::defineSumHead(Kernels &kernels, StringRef name,
                                            const CacheHalf &half,
                                            const CacheConversion &conversion) {
  Emitter types(kernels.module.getLoc(), kernels.variant);
  Type ptr = types.pointerType(), i64 = types.i64();
  return kernels.define(
      name, {ptr, i64, i64, ptr}, [&](Emitter &e, ValueRange arguments) {
        Pointer range(e, arguments[0]), words(e, arguments[3]);
        Expr layer(e, arguments[1]), head(e, arguments[2]);
        auto field = [&](size_t offset) { return range.bytes(offset); };
        Elements slot(field(offsetof(TandemHandoffRange, source)).loadPointer(),
                      conversion.source.elementType);
        Expr capacity =
            field(offsetof(TandemHandoffRange, sourceCapacity)).loadInteger();
        Expr first =
            field(offsetof(TandemHandoffRange, firstToken)).loadInteger();
        Expr last =
            first +
            field(offsetof(TandemHandoffRange, tokenCount)).loadInteger();
        TileShape shape = commonTile(half.source, half.width);
        TileStrides strides = *stridesOnTile(half.source, shape);
        // Tile by tile, in the order of memory within each.
        e.loop(first - first % shape.tokens, last, shape.tokens, [&](Expr row) {
          Expr low = e.maximum(first - row, e.integer(0));
          Expr high = e.minimum(last - row, e.integer(shape.tokens));
          e.loop(e.integer(0), e.integer(half.width), shape.dims,
                 [&](Expr column) {
                   Expr dims = e.minimum(double(half.width) - column,
                                         e.integer(shape.dims));
                   Expr offset = offsetOf(e, half.source, layer, head, row,
                                          column, capacity);
                   sumTile(e, {slot.at(offset), strides}, low, high, dims,
                           words);
                 });
        });
      });
}

Expr tandem::x86::foldSums(Emitter &e, Pointer sums) {
  return e.loop(e.integer(0), e.integer(checksumWords), 1,
                {e.integer(checksumWords)}, [&](Expr i, const Exprs &carried) {
                  // Odd, so that no word is lost; as of FNV-1a in 64 bits.
                  Expr prime = e.integer(0x100000001b3);
                  return Exprs{carried[0] * prime + (sums + i).loadInteger32()};
                })[0];
}
