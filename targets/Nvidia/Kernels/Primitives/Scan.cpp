//===- Scan.cpp - sums of lines up to each place ----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A thread makes one line, in the order that rounds as ONNX Runtime does.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Kernels.h"

using namespace mlir;
using namespace tandem::nvidia;

std::string Scan::name() const {
  return outer.name() + "_along_" + inner.name() +
         (isExclusive ? "_exclusive" : "") + (isReverse ? "_reverse" : "");
}

Kernel Kernels::scan(const Scan &shape, Element element) {
  int64_t lines = shape.outer.count(), count = shape.inner.count();
  return defineEach(
      "scan_" + shape.name() + nameOf(element), /*buffers=*/2, lines,
      [&](const Body &body, Expr index) {
        Code &code = body.code;
        Expr line =
            body.row * double(shape.outer.pitch) + shape.outer.at(index);
        code.loop(code.integer(0), code.integer(count), 1,
                  {constant(code, element, {})}, [&](Expr i, const Exprs &sum) {
                    Expr own = shape.isReverse ? double(count - 1) - i : i;
                    Expr place = line + shape.inner.at(own);
                    Expr next =
                        sum[0] + loadElement(body.arguments[0], element, place);
                    at(body.arguments[1], element, place)
                        .store(shape.isExclusive ? sum[0] : next);
                    return Exprs{next};
                  });
      });
}
