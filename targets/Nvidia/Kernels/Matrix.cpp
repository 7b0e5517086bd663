//===- Matrix.cpp - products by tensor cores --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Matrix.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace tandem::nvidia;

/// The members of a structure of `count` values.
static Exprs membersOf(Code &code, Value structure, int64_t count) {
  Exprs members;
  for (int64_t i = 0; i < count; ++i) {
    members.emplace_back(code,
                         LLVM::ExtractValueOp::create(code, structure, i));
  }
  return members;
}

static Type structureOf(Type member, int64_t count) {
  return LLVM::LLVMStructType::getLiteral(member.getContext(),
                                          SmallVector<Type>(count, member));
}

Expr tandem::nvidia::packPair(Expr low, Expr high, Type element) {
  Code &code = *low.code;
  Expr pair(code, arith::TruncFOp::create(code, VectorType::get({2}, element),
                                          code.gather({low, high})));
  return code.bitcast(pair, code.i32());
}

Exprs tandem::nvidia::unpackPair(Expr pair, Type element) {
  Code &code = *pair.code;
  if (element.isBF16()) { // the high half of an fp32
    return {code.bitcast(pair * double(1 << 16), code.f32()),
            code.bitcast(pair & int64_t(0xffff0000), code.f32())};
  }
  Expr halves = code.bitcast(pair, VectorType::get({2}, element));
  Exprs elements;
  for (int64_t i : {0, 1}) {
    elements.emplace_back(
        code, LLVM::FPExtOp::create(code, code.f32(), code.lane(halves, i)));
  }
  return elements;
}

SmallVector<Exprs> tandem::nvidia::splitHalves(ArrayRef<Expr> pairs) {
  SmallVector<Exprs> terms(2);
  for (Expr pair : pairs) {
    Code &code = *pair.code;
    Exprs whole = unpackPair(pair, code.getF16Type());
    terms[0].push_back(packPair(whole[0], whole[1], code.getBF16Type()));
    Exprs first = unpackPair(terms[0].back(), code.getBF16Type());
    terms[1].push_back(
        packPair(whole[0] - first[0], whole[1] - first[1], code.getBF16Type()));
  }
  return terms;
}

Exprs tandem::nvidia::loadRegisters(Pointer from, int64_t count) {
  Code &code = *from.code;
  Expr all = from.load(VectorType::get({count}, code.i32()));
  Exprs registers;
  for (int64_t i = 0; i < count; ++i) {
    registers.push_back(code.lane(all, i));
  }
  return registers;
}

Exprs tandem::nvidia::multiplyTiles(Type element, ArrayRef<Expr> a,
                                    ArrayRef<Expr> b, ArrayRef<Expr> sums) {
  Code &code = *sums.front().code;
  // The operation takes pairs of bf16 as integers and of f16 as vectors.
  NVVM::MMATypes kind =
      element.isBF16() ? NVVM::MMATypes::bf16 : NVVM::MMATypes::f16;
  auto operands = [&](ArrayRef<Expr> registers) {
    SmallVector<Value> values;
    for (Expr pair : registers) {
      values.push_back(element.isBF16()
                           ? pair
                           : code.bitcast(pair, VectorType::get({2}, element)));
    }
    return values;
  };
  Type result = structureOf(code.f32(), 4);
  auto product = NVVM::MmaOp::create(
      code, result, operands(a), operands(b),
      SmallVector<Value>(sums.begin(), sums.end()),
      ArrayRef<int64_t>{16, 8, 16},
      /*b1Op=*/std::nullopt, /*intOverflow=*/std::nullopt,
      std::array{kind, kind},
      std::array{NVVM::MMALayout::row, NVVM::MMALayout::col});
  return membersOf(code, product, 4);
}

Exprs tandem::nvidia::loadTiles(Pointer shared, int64_t count,
                                bool isTransposed) {
  Code &code = *shared.code;
  Type result = count == 1 ? code.i32() : structureOf(code.i32(), count);
  auto shape =
      NVVM::LdStMatrixShapeAttr::get(code.getContext(), /*m=*/8, /*n=*/8);
  Value loaded = NVVM::LdMatrixOp::create(code, result, shared, uint32_t(count),
                                          isTransposed ? NVVM::MMALayout::col
                                                       : NVVM::MMALayout::row,
                                          shape, NVVM::LdStMatrixEltType::B16);
  return count == 1 ? Exprs{{code, loaded}} : membersOf(code, loaded, count);
}

Expr tandem::nvidia::swizzledOffset(Expr row, Expr piece, int64_t rowBytes) {
  return row * double(rowBytes) + (piece ^ row % 8) * 16.0;
}

void tandem::nvidia::prefetchLine(Pointer global) {
  Code &code = *global.code;
  auto level = NVVM::PrefetchCacheLevelAttr::get(code.getContext(),
                                                 NVVM::PrefetchCacheLevel::L2);
  NVVM::PrefetchOp::create(code, level, /*evictPriority=*/nullptr, global,
                           /*predicate=*/Value(), /*tensormap=*/nullptr,
                           /*uniform=*/nullptr, /*in_param_space=*/nullptr);
}

void tandem::nvidia::copyAsync(Pointer shared, Pointer global, Expr bytes) {
  NVVM::CpAsyncOp::create(*shared.code, shared, global, /*size=*/16,
                          NVVM::LoadCacheModifierKind::CG, bytes);
}

void tandem::nvidia::commitCopies(Code &code) {
  NVVM::CpAsyncCommitGroupOp::create(code);
}

void tandem::nvidia::waitForCopies(Code &code, int64_t pending) {
  NVVM::CpAsyncWaitGroupOp::create(code, uint32_t(pending));
}
