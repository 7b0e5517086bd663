//===- WarpGroup.cpp - products by groups of warps --------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/WarpGroup.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace tandem::nvidia;

/// How long a thread may sleep before it looks at a barrier again; it looks
/// until the phase has ended.
static constexpr int64_t waitNanoseconds = 10'000'000;
/// Copies name shared memory as that of a cluster of blocks.
static constexpr unsigned clusterMemory = 7;

void SharedBarrier::initialize(int64_t arrivals) const {
  Code &code = *place.code;
  NVVM::MBarrierInitOp::create(code, place, code.integer(arrivals),
                               /*predicate=*/Value());
}

void SharedBarrier::arrive() const {
  Code &code = *place.code;
  NVVM::MBarrierArriveOp::create(code, code.getI64Type(), place,
                                 /*count=*/Value());
}

void SharedBarrier::arriveExpecting(int64_t bytes) const {
  Code &code = *place.code;
  NVVM::MBarrierArriveExpectTxOp::create(
      code, Type(), place, code.integer(bytes), NVVM::MemScopeKind::CTA,
      /*relaxed=*/false, /*predicate=*/Value());
}

void SharedBarrier::wait(Expr parity) const {
  Code &code = *place.code;
  NVVM::MBarrierTryWaitParityOp::create(code, place, parity,
                                        code.integer(waitNanoseconds));
}

void tandem::nvidia::fenceBarriers(Code &code) {
  NVVM::FenceMbarrierInitOp::create(code);
}

void tandem::nvidia::copyBox(Pointer shared, Pointer map, Expr column, Expr row,
                             const SharedBarrier &barrier) {
  Code &code = *shared.code;
  Type cluster = LLVM::LLVMPointerType::get(code.getContext(), clusterMemory);
  Value to = LLVM::AddrSpaceCastOp::create(code, cluster, shared);
  NVVM::CpAsyncBulkTensorGlobalToSharedClusterOp::create(
      code, to, map, /*coordinates=*/ValueRange{column, row}, barrier.place,
      /*im2colOffsets=*/ValueRange(), /*multicastMask=*/Value(),
      /*l2CacheHint=*/Value(), NVVM::TMALoadMode::TILE, /*isCTAOnly=*/false,
      /*group=*/nullptr, /*predicate=*/Value());
}

void tandem::nvidia::takeRegisters(Code &code, int64_t count) {
  NVVM::SetMaxRegisterOp::create(code, uint32_t(count),
                                 NVVM::SetMaxRegisterAction::increase);
}

void tandem::nvidia::giveRegisters(Code &code, int64_t count) {
  NVVM::SetMaxRegisterOp::create(code, uint32_t(count),
                                 NVVM::SetMaxRegisterAction::decrease);
}

static Type sumsType(Code &code, int64_t columns) {
  SmallVector<Type> members(columns * groupRows / groupThreads, code.f32());
  return LLVM::LLVMStructType::getLiteral(code.getContext(), members);
}

Expr tandem::nvidia::zeroSums(Code &code, int64_t columns) {
  return {code, LLVM::ZeroOp::create(code, sumsType(code, columns))};
}

Expr tandem::nvidia::sumAt(Expr sums, int64_t index) {
  return {*sums.code, LLVM::ExtractValueOp::create(*sums.code, sums, index)};
}

/// Describes a tile from the place of `tile` on, as the PTX ISA has matrix
/// descriptors of wgmma: the address in 16 bytes, the distance of groups of 8
/// rows in 16 bytes, and the exchange of pieces in rows of 128 bytes. The
/// distance along the depth is of no use in such rows.
static Expr describeTile(Pointer tile) {
  Code &code = *tile.code;
  constexpr int64_t figures =
      int64_t(1) << 62 | int64_t(1024 / 16) << 32 | int64_t(1) << 16;
  Type i64 = code.getI64Type();
  Expr address(code, LLVM::PtrToIntOp::create(code, code.i32(), tile));
  Expr place = code.extend((address & 0x3ffff) >> 4, i64);
  return place | Expr(code, arith::ConstantIntOp::create(code, i64, figures));
}

Expr tandem::nvidia::multiplyShared(Pointer a, Pointer b, Expr sums,
                                    int64_t columns) {
  Code &code = *sums.code;
  auto shape = NVVM::MMAShapeAttr::get(code.getContext(), groupRows,
                                       int(columns), /*k=*/16);
  return {code, NVVM::WgmmaMmaAsyncOp::create(
                    code, sums.type(), sums, describeTile(a), describeTile(b),
                    shape, NVVM::WGMMATypes::bf16, NVVM::WGMMATypes::bf16,
                    NVVM::WGMMATypes::f32, NVVM::WGMMAScaleOut::one,
                    NVVM::WGMMAScaleIn::one, NVVM::WGMMAScaleIn::one,
                    NVVM::MMALayout::row, NVVM::MMALayout::col,
                    /*satfinite=*/NVVM::MMAIntOverflowAttr())};
}

void tandem::nvidia::fenceStores(Code &code) {
  auto space = NVVM::SharedSpaceAttr::get(code.getContext(),
                                          NVVM::SharedSpace::shared_cta);
  NVVM::FenceProxyOp::create(code, NVVM::ProxyKind::async_shared, space);
}

void tandem::nvidia::beginProducts(Code &code) {
  NVVM::WgmmaFenceAlignedOp::create(code);
}

void tandem::nvidia::endProducts(Code &code) {
  NVVM::WgmmaGroupSyncAlignedOp::create(code);
}

void tandem::nvidia::waitForProducts(Code &code, int64_t pending) {
  NVVM::WgmmaWaitGroupSyncOp::create(code, uint64_t(pending));
}
