//===- Contraction.cpp - sums of products of a token's elements -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A thread makes one element. Both sides belong to one token, so that nothing
// is loaded for several of them as the weights of a layer are.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Kernels.h"

using namespace mlir;
using namespace tandem::nvidia;

static std::string nameOf(const Contraction::Side &side) {
  return side.outer.name() + "_along_" + side.inner.name();
}

std::string Contraction::name() const {
  return ::nameOf(a) + "_times_" + ::nameOf(b);
}

Kernel Kernels::contract(const Contraction &shape) {
  int64_t count = shape.a.outer.count();
  return defineEach(
      "contract_" + shape.name(), /*buffers=*/3, count,
      [&](const Body &body, Expr i) {
        Code &code = body.code;
        auto first = [&](const Contraction::Side &side) {
          return body.row * double(side.outer.pitch) + side.outer.at(i);
        };
        Expr a = first(shape.a), b = first(shape.b);
        Exprs sum = code.loop(
            code.integer(0), code.integer(shape.a.inner.count()), 1,
            {code.real(0)}, [&](Expr j, const Exprs &carried) {
              Expr x =
                  (body.arguments[0] + (a + shape.a.inner.at(j))).loadFloat();
              Expr y =
                  (body.arguments[1] + (b + shape.b.inner.at(j))).loadFloat();
              return Exprs{code.fma(x, y, carried[0])};
            });
        (body.arguments[2] + (body.row * double(count) + i)).store(sum[0]);
      });
}
