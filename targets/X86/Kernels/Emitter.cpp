//===- Emitter.cpp - writes instructions as arithmetic ----------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Kernels/Emitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tandem::x86;

static bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

template <typename FloatOp, typename IntegerOp>
static Expr binary(Expr a, Expr b) {
  Emitter &e = *a.emitter;
  if (isFloat(a)) {
    return {e, FloatOp::create(e, a, b)};
  }
  return {e, IntegerOp::create(e, a, b)};
}

static Expr compare(Expr a, Expr b, arith::CmpFPredicate floatPredicate,
                    arith::CmpIPredicate integerPredicate) {
  Emitter &e = *a.emitter;
  if (isFloat(a)) {
    return {e, arith::CmpFOp::create(e, floatPredicate, a, b)};
  }
  return {e, arith::CmpIOp::create(e, integerPredicate, a, b)};
}

static Expr like(Expr a, double value) {
  return a.emitter->constant(a.type(), value);
}

namespace tandem::x86 {

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
  return binary<arith::DivFOp, arith::DivSIOp>(a, b);
}
Expr operator%(Expr a, Expr b) {
  return binary<arith::RemFOp, arith::RemSIOp>(a, b);
}
Expr operator<(Expr a, Expr b) {
  return compare(a, b, arith::CmpFPredicate::OLT, arith::CmpIPredicate::slt);
}
Expr operator<=(Expr a, Expr b) {
  return compare(a, b, arith::CmpFPredicate::OLE, arith::CmpIPredicate::sle);
}
Expr operator>(Expr a, Expr b) { return b < a; }
Expr operator>=(Expr a, Expr b) { return b <= a; }
Expr operator&(Expr a, Expr b) {
  return {*a.emitter, arith::AndIOp::create(*a.emitter, a, b)};
}
Expr operator+(Expr a, double b) { return a + like(a, b); }
Expr operator-(Expr a, double b) { return a - like(a, b); }
Expr operator-(double a, Expr b) { return like(b, a) - b; }
Expr operator*(Expr a, double b) { return a * like(a, b); }
Expr operator/(Expr a, double b) { return a / like(a, b); }
Expr operator/(double a, Expr b) { return like(b, a) / b; }
Expr operator%(Expr a, int64_t b) { return a % like(a, b); }
Expr operator<(Expr a, double b) { return a < like(a, b); }
Expr operator>(Expr a, double b) { return a > like(a, b); }
Expr operator==(Expr a, int64_t b) {
  return compare(a, like(a, b), arith::CmpFPredicate::OEQ,
                 arith::CmpIPredicate::eq);
}
Expr operator!=(Expr a, int64_t b) {
  return compare(a, like(a, b), arith::CmpFPredicate::UNE,
                 arith::CmpIPredicate::ne);
}

} // namespace tandem::x86

//===----------------------------------------------------------------------===//
// Pointer
//===----------------------------------------------------------------------===//

static Pointer offsetBy(Pointer base, Type element, LLVM::GEPArg index) {
  Emitter &e = *base.emitter;
  return {e, LLVM::GEPOp::create(e, e.pointerType(), element, base,
                                 ArrayRef<LLVM::GEPArg>{index})};
}

Pointer Pointer::operator+(Expr elements) const {
  return offsetBy(*this, emitter->f32(), elements.value);
}
Pointer Pointer::operator+(int64_t elements) const {
  return offsetBy(*this, emitter->f32(), static_cast<int32_t>(elements));
}
Pointer Pointer::bytes(Expr offset) const {
  return offsetBy(*this, emitter->getI8Type(), offset.value);
}
Pointer Pointer::bytes(int64_t offset) const {
  return offsetBy(*this, emitter->getI8Type(), static_cast<int32_t>(offset));
}

Expr Pointer::load(Type type) const {
  // Rows of a tile begin anywhere; an unaligned load of aligned data is free.
  unsigned alignment = isa<VectorType>(type) ? 4 : 0;
  return {*emitter, LLVM::LoadOp::create(*emitter, type, value, alignment)};
}
Expr Pointer::loadFloat() const { return load(emitter->f32()); }
Expr Pointer::loadInteger() const { return load(emitter->i64()); }
Expr Pointer::loadInteger32() const {
  Expr narrow = load(emitter->getI32Type());
  return {*emitter, arith::ExtSIOp::create(*emitter, emitter->i64(), narrow)};
}
Pointer Pointer::loadPointer() const {
  return {*emitter, load(emitter->pointerType())};
}
void Pointer::store(Value stored) const {
  unsigned alignment = isa<VectorType>(stored.getType()) ? 4 : 0;
  LLVM::StoreOp::create(*emitter, stored, value, alignment);
}
void Pointer::prefetch(int64_t offset) const {
  LLVM::Prefetch::create(*emitter, bytes(offset), /*rw=*/0, /*hint=*/3,
                         /*cache=*/1);
}

//===----------------------------------------------------------------------===//
// Emitter
//===----------------------------------------------------------------------===//

Type Emitter::withElement(Type type, Type element) {
  if (auto vector = dyn_cast<VectorType>(type)) {
    return VectorType::get(vector.getShape(), element);
  }
  return element;
}

Expr Emitter::integer(int64_t value) {
  return {*this, arith::ConstantIntOp::create(*this, value, 64)};
}

Expr Emitter::constant(Type type, double value) {
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

Expr Emitter::broadcast(Expr scalar) {
  return broadcast(scalar, withElement(vectorType(), scalar.type()));
}

Expr Emitter::broadcast(Expr scalar, Type type) {
  if (!isa<VectorType>(type)) {
    return scalar;
  }
  return {*this, vector::BroadcastOp::create(*this, type, scalar)};
}

Expr Emitter::minimum(Expr a, Expr b) { return select(a < b, a, b); }
Expr Emitter::maximum(Expr a, Expr b) { return select(a > b, a, b); }

Expr Emitter::select(Expr condition, Expr a, Expr b) {
  return {*this, arith::SelectOp::create(*this, condition, a, b)};
}

Expr Emitter::fma(Expr a, Expr b, Expr c) {
  return {*this, LLVM::FMAOp::create(*this, a, b, c)};
}

Expr Emitter::sqrt(Expr a) { return {*this, LLVM::SqrtOp::create(*this, a)}; }

Expr Emitter::bitcast(Expr a, Type type) {
  return {*this, arith::BitcastOp::create(*this, type, a)};
}

Expr Emitter::ceilDivide(Expr a, int64_t b) {
  return (a + static_cast<double>(b - 1)) / static_cast<double>(b);
}

Expr Emitter::truncate32(Expr a) {
  return {*this, arith::TruncIOp::create(*this, getI32Type(), a)};
}

Expr Emitter::sumLanes(Expr vector) {
  return {*this,
          vector::ReductionOp::create(*this, vector::CombiningKind::ADD, vector,
                                      arith::FastMathFlags::reassoc)};
}

Expr Emitter::largestLane(Expr vector) {
  return {*this,
          vector::ReductionOp::create(
              *this, vector::CombiningKind::MAXNUMF, vector,
              arith::FastMathFlags::reassoc | arith::FastMathFlags::nnan)};
}

void Emitter::loop(Expr low, Expr high, int64_t step,
                   function_ref<void(Expr)> body) {
  loop(low, high, step, Exprs(), [&](Expr i, const Exprs &) {
    body(i);
    return Exprs();
  });
}

static SmallVector<Value> valuesOf(const Exprs &exprs) {
  return SmallVector<Value>(exprs.begin(), exprs.end());
}

static Exprs exprsOf(Emitter &e, ValueRange values) {
  Exprs exprs;
  for (Value value : values) {
    exprs.emplace_back(e, value);
  }
  return exprs;
}

Exprs Emitter::loop(Expr low, Expr high, int64_t step, const Exprs &initial,
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

void Emitter::ifThen(Expr condition, function_ref<void()> body) {
  auto ifOp = scf::IfOp::create(*this, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(ifOp.thenBlock());
  body();
}

void Emitter::ifElse(Expr condition, function_ref<void()> then,
                     function_ref<void()> otherwise) {
  auto ifOp = scf::IfOp::create(*this, condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(ifOp.thenBlock());
  then();
  setInsertionPointToStart(ifOp.elseBlock());
  otherwise();
}

Exprs Emitter::choose(Expr condition, function_ref<Exprs()> then,
                      function_ref<Exprs()> otherwise) {
  // The result types are known once one side is written.
  Block *current = getInsertionBlock();
  auto position = getInsertionPoint();
  auto scratch = std::make_unique<Region>();
  Block *block = &scratch->emplaceBlock();
  setInsertionPointToStart(block);
  Exprs first = then();
  scf::YieldOp::create(*this, valuesOf(first));
  setInsertionPoint(current, position);
  auto ifOp = scf::IfOp::create(*this, ValueRange(valuesOf(first)).getTypes(),
                                condition, /*addThenBlock=*/false,
                                /*addElseBlock=*/true);
  OpBuilder::InsertionGuard guard(*this);
  ifOp.getThenRegion().takeBody(*scratch);
  setInsertionPointToStart(ifOp.elseBlock());
  scf::YieldOp::create(*this, valuesOf(otherwise()));
  return exprsOf(*this, ifOp.getResults());
}

void Emitter::elementLoop(Expr count, function_ref<void(Expr, Type)> body) {
  Expr whole = count - count % variant.lanes;
  loop(integer(0), whole, variant.lanes,
       [&](Expr i) { body(i, vectorType()); });
  loop(whole, count, 1, [&](Expr i) { body(i, f32()); });
}

void Emitter::dispatch(Expr index, int64_t first, int64_t last,
                       function_ref<void(int64_t)> body) {
  // The last case is the default one: the switch covers every value.
  SmallVector<int64_t> cases;
  for (int64_t i = first; i < last; ++i) {
    cases.push_back(i);
  }
  Value selector = arith::IndexCastOp::create(*this, getIndexType(), index);
  auto switchOp = scf::IndexSwitchOp::create(*this, TypeRange(), selector,
                                             cases, cases.size());
  OpBuilder::InsertionGuard guard(*this);
  auto fill = [&](Region &region, int64_t value) {
    setInsertionPointToStart(&region.emplaceBlock());
    body(value);
    scf::YieldOp::create(*this);
  };
  for (auto [region, value] : llvm::zip(switchOp.getCaseRegions(), cases)) {
    fill(region, value);
  }
  fill(switchOp.getDefaultRegion(), last);
}

Pointer Emitter::stack(Expr elements) {
  return {*this, LLVM::AllocaOp::create(*this, pointerType(), f32(), elements,
                                        /*alignment=*/64)};
}

Pointer Emitter::stack(int64_t elements) {
  OpBuilder::InsertionGuard guard(*this);
  auto function =
      getInsertionBlock()->getParentOp()->getParentOfType<LLVM::LLVMFuncOp>();
  if (!function) {
    function = cast<LLVM::LLVMFuncOp>(getInsertionBlock()->getParentOp());
  }
  setInsertionPointToStart(&function.getBody().front());
  return stack(integer(elements));
}

void Emitter::call(LLVM::LLVMFuncOp callee, ValueRange arguments) {
  LLVM::CallOp::create(*this, callee, arguments);
}
