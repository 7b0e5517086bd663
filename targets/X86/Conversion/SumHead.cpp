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
        TileShape shape = commonTile(half.source, half.source, half.width);
        TileStrides strides = *stridesOnTile(half.source, shape);
        Expr one = e.integer(1), width = e.integer(half.width);
        auto at = [&](Expr token, Expr dim) {
          return slot.at(
              offsetOf(e, half.source, layer, head, token, dim, capacity));
        };
        // Dims outside and tokens inside where those are contiguous.
        if (strides.token == 1) {
          e.loop(e.integer(0), width, 1, [&](Expr dim) {
            e.loop(first - first % shape.tokens, last, shape.tokens,
                   [&](Expr tile) {
                     Expr from = e.maximum(first, tile);
                     Expr to = e.minimum(last, tile + double(shape.tokens));
                     sumRun(e, at(from, dim), to - from, words);
                   });
          });
          return;
        }
        int64_t run = strides.dim == 1 ? shape.dims : 1;
        e.loop(first, last, 1, [&](Expr token) {
          e.loop(e.integer(0), width, run, [&](Expr dim) {
            Expr count =
                run == 1 ? one : e.minimum(width - dim, e.integer(run));
            sumRun(e, at(token, dim), count, words);
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
