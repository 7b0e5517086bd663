//===- Code.cpp - writes a kernel as arithmetic -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Code.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tandem::nvidia;

static constexpr int64_t warpThreads = 32;

static bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

template <typename FloatOp, typename IntegerOp>
static Expr binary(Expr a, Expr b) {
  Code &code = *a.code;
  if (isFloat(a)) {
    return {code, FloatOp::create(code, a, b)};
  }
  return {code, IntegerOp::create(code, a, b)};
}

static Expr compare(Expr a, Expr b, arith::CmpFPredicate floatPredicate,
                    arith::CmpIPredicate integerPredicate) {
  Code &code = *a.code;
  if (isFloat(a)) {
    return {code, arith::CmpFOp::create(code, floatPredicate, a, b)};
  }
  return {code, arith::CmpIOp::create(code, integerPredicate, a, b)};
}

static Expr like(Expr a, double value) {
  return a.code->constant(a.type(), value);
}

namespace tandem::nvidia {

Expr operator+(Expr a, Expr b) {
  return binary<arith::AddFOp, arith::AddIOp>(a, b);
}
Expr operator-(Expr a, Expr b) {
  return binary<arith::SubFOp, arith::SubIOp>(a, b);
}
Expr operator*(Expr a, Expr b) {
  return binary<arith::MulFOp, arith::MulIOp>(a, b);
}
Expr operator/(Expr a, Expr b) {
  return binary<arith::DivFOp, arith::DivUIOp>(a, b);
}
Expr operator%(Expr a, Expr b) {
  return binary<arith::RemFOp, arith::RemUIOp>(a, b);
}
Expr operator<(Expr a, Expr b) {
  return compare(a, b, arith::CmpFPredicate::OLT, arith::CmpIPredicate::slt);
}
Expr operator<=(Expr a, Expr b) {
  return compare(a, b, arith::CmpFPredicate::OLE, arith::CmpIPredicate::sle);
}
Expr operator>(Expr a, Expr b) { return b < a; }
Expr operator==(Expr a, Expr b) {
  return compare(a, b, arith::CmpFPredicate::OEQ, arith::CmpIPredicate::eq);
}
Expr operator&(Expr a, Expr b) {
  return {*a.code, arith::AndIOp::create(*a.code, a, b)};
}
Expr operator|(Expr a, Expr b) {
  return {*a.code, arith::OrIOp::create(*a.code, a, b)};
}
Expr operator^(Expr a, Expr b) {
  return {*a.code, arith::XOrIOp::create(*a.code, a, b)};
}
Expr operator+(Expr a, double b) { return a + like(a, b); }
Expr operator-(Expr a, double b) { return a - like(a, b); }
Expr operator-(double a, Expr b) { return like(b, a) - b; }
Expr operator*(Expr a, double b) { return a * like(a, b); }
Expr operator/(Expr a, double b) { return a / like(a, b); }
Expr operator/(double a, Expr b) { return like(b, a) / b; }
Expr operator%(Expr a, int64_t b) { return a % like(a, double(b)); }
Expr operator&(Expr a, int64_t b) { return a & like(a, double(b)); }
Expr operator>>(Expr a, Expr b) {
  return {*a.code, arith::ShRUIOp::create(*a.code, a, b)};
}
Expr operator>>(Expr a, int64_t b) { return a >> like(a, double(b)); }
Expr operator<(Expr a, double b) { return a < like(a, b); }
Expr operator>(Expr a, double b) { return a > like(a, b); }
Expr operator==(Expr a, int64_t b) { return a == like(a, double(b)); }

} // namespace tandem::nvidia

//===----------------------------------------------------------------------===//
// Pointer
//===----------------------------------------------------------------------===//

static Pointer offsetBy(Pointer base, Type element, Expr index) {
  Code &code = *base.code;
  return {code, LLVM::GEPOp::create(
                    code, base.value.getType(), element, base,
                    ArrayRef<LLVM::GEPArg>{
                        code.extend(index, code.getI64Type()).value})};
}

Pointer Pointer::operator+(Expr elements) const {
  return offsetBy(*this, code->f32(), elements);
}
Pointer Pointer::operator+(int64_t elements) const {
  return *this + code->integer(elements);
}
Pointer Pointer::bytes(Expr offset) const {
  return offsetBy(*this, code->getI8Type(), offset);
}

/// A value's size in bytes, which is its alignment.
static unsigned alignmentOf(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  int64_t count = vector ? vector.getNumElements() : 1;
  return count * getElementTypeOrSelf(type).getIntOrFloatBitWidth() / 8;
}

Expr Pointer::load(Type type) const {
  return {*code, LLVM::LoadOp::create(*code, type, value, alignmentOf(type))};
}
Expr Pointer::loadFloat() const { return load(code->f32()); }
Expr Pointer::loadInteger() const { return load(code->i32()); }
Expr Pointer::loadFloats(int64_t count) const {
  return load(code->floats(count));
}
void Pointer::store(Value stored) const {
  LLVM::StoreOp::create(*code, stored, value, alignmentOf(stored.getType()));
}

//===----------------------------------------------------------------------===//
// Code: values
//===----------------------------------------------------------------------===//

Type Code::floats(int64_t count) {
  return count == 1 ? f32() : VectorType::get({count}, f32());
}

Expr Code::constant(Type type, double value) {
  Type element = getElementTypeOrSelf(type);
  TypedAttr scalar =
      isa<FloatType>(element)
          ? TypedAttr(getFloatAttr(element, value))
          : TypedAttr(getIntegerAttr(element, static_cast<int64_t>(value)));
  if (auto vector = dyn_cast<VectorType>(type)) {
    scalar = DenseElementsAttr::get(vector, Attribute(scalar));
  }
  return {*this, arith::ConstantOp::create(*this, scalar)};
}

Expr Code::broadcast(Expr scalar, Type type) {
  if (!isa<VectorType>(type)) {
    return scalar;
  }
  return {*this, vector::BroadcastOp::create(*this, type, scalar)};
}

Expr Code::lane(Expr vector, int64_t index) {
  if (!isa<VectorType>(vector.type())) {
    return vector;
  }
  return {*this, vector::ExtractOp::create(*this, vector, index)};
}

Expr Code::gather(ArrayRef<Expr> lanes) {
  if (lanes.size() == 1) {
    return lanes.front();
  }
  SmallVector<Value> values(lanes.begin(), lanes.end());
  auto type = VectorType::get({int64_t(lanes.size())}, lanes.front().type());
  return {*this, vector::FromElementsOp::create(*this, type, values)};
}

Expr Code::thread() { return {*this, NVVM::ThreadIdXOp::create(*this, i32())}; }
Expr Code::blockX() { return {*this, NVVM::BlockIdXOp::create(*this, i32())}; }
Expr Code::blockY() { return {*this, NVVM::BlockIdYOp::create(*this, i32())}; }
Expr Code::blockZ() { return {*this, NVVM::BlockIdZOp::create(*this, i32())}; }

Expr Code::select(Expr condition, Expr a, Expr b) {
  return {*this, arith::SelectOp::create(*this, condition, a, b)};
}
Expr Code::minimum(Expr a, Expr b) { return select(a < b, a, b); }
Expr Code::maximum(Expr a, Expr b) { return select(a > b, a, b); }
Expr Code::fma(Expr a, Expr b, Expr c) {
  return {*this, LLVM::FMAOp::create(*this, a, b, c)};
}
Expr Code::sqrt(Expr a) { return {*this, LLVM::SqrtOp::create(*this, a)}; }
Expr Code::floor(Expr a) { return {*this, LLVM::FFloorOp::create(*this, a)}; }
Expr Code::ceil(Expr a) { return {*this, LLVM::FCeilOp::create(*this, a)}; }
Expr Code::round(Expr a) {
  return {*this, LLVM::RoundEvenOp::create(*this, a)};
}
Expr Code::bitcast(Expr a, Type type) {
  return {*this, LLVM::BitcastOp::create(*this, type, a)};
}
Expr Code::extend(Expr a, Type type) {
  return a.type() == type ? a
                          : Expr(*this, arith::ExtUIOp::create(*this, type, a));
}
Expr Code::toFloat(Expr a) {
  return {*this, arith::UIToFPOp::create(*this, f32(), a)};
}

Expr Code::exp2(Expr a) { return {*this, LLVM::Exp2Op::create(*this, a)}; }
Expr Code::log2(Expr a) {
  // llvm.log2 is not selected without leave to approximate.
  auto call = LLVM::CallIntrinsicOp::create(
      *this, a.type(), getStringAttr("llvm.nvvm.lg2.approx.f"),
      ValueRange(a.value));
  return {*this, call.getResult(0)};
}

Expr Code::sumLanes(Expr vector) {
  Expr sum = lane(vector, 0);
  auto type = dyn_cast<VectorType>(vector.type());
  for (int64_t i = 1; type && i < type.getNumElements(); ++i) {
    sum = sum + lane(vector, i);
  }
  return sum;
}

//===----------------------------------------------------------------------===//
// Code: threads
//===----------------------------------------------------------------------===//

void Code::preferRegisters() {
  auto kernel =
      getInsertionBlock()->getParentOp()->getParentOfType<LLVM::LLVMFuncOp>();
  kernel->setAttr(NVVM::NVVMDialect::getMinctasmAttrName(),
                  getI32IntegerAttr(1));
}

void Code::barrier() { NVVM::Barrier0Op::create(*this); }

Expr Code::shuffle(Expr a, int64_t mask) {
  if (a.type().isInteger(64)) { // in halves
    auto half = [&](Expr bits) {
      Expr low(*this, arith::TruncIOp::create(*this, i32(), bits));
      return extend(shuffle(low, mask), a.type());
    };
    return half(a) | half(a >> 32) * double(int64_t(1) << 32);
  }
  return {*this, NVVM::ShflOp::create(*this, a.type(), integer(-1), a,
                                      integer(mask), integer(warpThreads - 1),
                                      NVVM::ShflKind::bfly, UnitAttr())};
}

Expr Code::combineWarp(Expr a, function_ref<Expr(Expr, Expr)> combine) {
  for (int64_t mask = warpThreads / 2; mask > 0; mask /= 2) {
    a = combine(a, shuffle(a, mask));
  }
  return a;
}

Expr Code::combineBlock(Expr a, int64_t threads, Pointer shared,
                        function_ref<Expr(Expr, Expr)> combine) {
  a = combineWarp(a, combine);
  double bytes = alignmentOf(a.type());
  auto place = [&](Expr warp) {
    return bytes == 4 ? shared + warp : shared.bytes(warp * bytes);
  };
  barrier();
  ifThen(thread() % warpThreads == 0,
         [&] { place(thread() / double(warpThreads)).store(a); });
  barrier();
  Expr all = shared.load(a.type());
  for (int64_t warp = 1; warp < threads / warpThreads; ++warp) {
    all = combine(all, place(integer(warp)).load(a.type()));
  }
  return all;
}

//===----------------------------------------------------------------------===//
// Code: control flow
//===----------------------------------------------------------------------===//

static SmallVector<Value> valuesOf(const Exprs &exprs) {
  return SmallVector<Value>(exprs.begin(), exprs.end());
}

static Exprs exprsOf(Code &code, ValueRange values) {
  Exprs exprs;
  for (Value value : values) {
    exprs.emplace_back(code, value);
  }
  return exprs;
}

void Code::loop(Expr low, Expr high, int64_t step,
                function_ref<void(Expr)> body) {
  loop(low, high, step, Exprs(), [&](Expr i, const Exprs &) {
    body(i);
    return Exprs();
  });
}

Exprs Code::loop(Expr low, Expr high, int64_t step, const Exprs &initial,
                 function_ref<Exprs(Expr, const Exprs &)> body) {
  auto loopOp =
      scf::ForOp::create(*this, low, high, integer(step), valuesOf(initial));
  OpBuilder::InsertionGuard guard(*this);
  // A loop without carried values comes with its yield.
  setInsertionPointToStart(loopOp.getBody());
  Exprs next = body({*this, loopOp.getInductionVar()},
                    exprsOf(*this, loopOp.getRegionIterArgs()));
  if (!initial.empty()) {
    scf::YieldOp::create(*this, valuesOf(next));
  }
  return exprsOf(*this, loopOp.getResults());
}

void Code::ifThen(Expr condition, function_ref<void()> body) {
  auto ifOp = scf::IfOp::create(*this, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(ifOp.thenBlock());
  body();
}

Exprs Code::choose(Expr condition, const Exprs &otherwise,
                   function_ref<Exprs()> then) {
  SmallVector<Value> defaults = valuesOf(otherwise);
  auto ifOp = scf::IfOp::create(*this, ValueRange(defaults).getTypes(),
                                condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(ifOp.elseBlock());
  scf::YieldOp::create(*this, defaults);
  setInsertionPointToStart(ifOp.thenBlock());
  scf::YieldOp::create(*this, valuesOf(then()));
  return exprsOf(*this, ifOp.getResults());
}
