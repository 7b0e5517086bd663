//===- Emitter.h - writes instructions as arithmetic ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Kernels are C++ functions that write func-less IR (arith, scf, vector, llvm)
// on bare pointers and 64-bit integers. `Expr` and `Pointer` make them read
// like the loops they stand for.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_X86_KERNELS_EMITTER_H
#define TANDEM_TARGETS_X86_KERNELS_EMITTER_H

#include "tandem/targets/X86/Variant.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace tandem::x86 {

class Emitter;

/// A value being computed: an integer, a float, or a vector of either.
/// Arithmetic on it writes instructions. A C++ number on either side takes the
/// type of the other.
class Expr {
public:
  Expr(Emitter &emitter, mlir::Value value) : emitter(&emitter), value(value) {}
  operator mlir::Value() const { return value; }
  mlir::Type type() const { return value.getType(); }

  Emitter *emitter;
  mlir::Value value;
};

Expr operator+(Expr a, Expr b);
Expr operator-(Expr a, Expr b);
Expr operator*(Expr a, Expr b);
Expr operator/(Expr a, Expr b); ///< signed for integers
Expr operator%(Expr a, Expr b); ///< signed
Expr operator<(Expr a, Expr b); ///< signed; ordered for floats
Expr operator>(Expr a, Expr b);
Expr operator<=(Expr a, Expr b);
Expr operator>=(Expr a, Expr b);
Expr operator&(Expr a, Expr b);
Expr operator+(Expr a, double b);
Expr operator-(Expr a, double b);
Expr operator-(double a, Expr b);
Expr operator*(Expr a, double b);
Expr operator/(Expr a, double b);
Expr operator/(double a, Expr b);
Expr operator%(Expr a, int64_t b);
Expr operator<(Expr a, double b);
Expr operator>(Expr a, double b);
Expr operator==(Expr a, int64_t b);
Expr operator!=(Expr a, int64_t b);

/// An address; offsets count fp32 elements unless a function says bytes.
class Pointer {
public:
  Pointer(Emitter &emitter, mlir::Value value)
      : emitter(&emitter), value(value) {}
  operator mlir::Value() const { return value; }

  Pointer operator+(Expr elements) const;
  Pointer operator+(int64_t elements) const;
  Pointer bytes(Expr offset) const;
  Pointer bytes(int64_t offset) const;

  Expr load(mlir::Type type) const;
  Expr loadFloat() const;
  Expr loadInteger() const;   ///< 64 bits
  Expr loadInteger32() const; ///< 32 bits, sign-extended to 64
  Pointer loadPointer() const;
  void store(mlir::Value stored) const;
  /// Asks for the cache line `offset` bytes on.
  void prefetch(int64_t offset) const;

  Emitter *emitter;
  mlir::Value value;
};

using Exprs = llvm::SmallVector<Expr>;

/// Writes at a place in a function, for one variant.
class Emitter : public mlir::ImplicitLocOpBuilder {
public:
  Emitter(mlir::Location location, const Variant &variant)
      : ImplicitLocOpBuilder(location, location.getContext()),
        variant(variant) {}

  const Variant &variant;

  mlir::Type f32() { return getF32Type(); }
  mlir::Type i64() { return getI64Type(); }
  mlir::Type pointerType() {
    return mlir::LLVM::LLVMPointerType::get(getContext());
  }
  /// A full vector register of fp32, and of 32-bit integers.
  mlir::VectorType vectorType() {
    return mlir::VectorType::get({variant.lanes}, f32());
  }
  mlir::VectorType integerVectorType() {
    return mlir::VectorType::get({variant.lanes}, getI32Type());
  }
  /// `type` with its elements replaced: f32 -> i32, vector<8xf32> ->
  /// vector<8xi32>.
  mlir::Type withElement(mlir::Type type, mlir::Type element);

  Expr integer(int64_t value);
  Expr real(double value) { return constant(f32(), value); }
  /// A constant of `type`: all lanes of a vector.
  Expr constant(mlir::Type type, double value);
  Expr broadcast(Expr scalar);
  Expr broadcast(Expr scalar, mlir::Type type);

  Expr minimum(Expr a, Expr b); ///< integers; floats: b where a is NaN
  Expr maximum(Expr a, Expr b);
  Expr select(Expr condition, Expr a, Expr b);
  Expr fma(Expr a, Expr b, Expr c);
  Expr sqrt(Expr a);
  Expr bitcast(Expr a, mlir::Type type);
  /// ceil(a / b) for a >= 0.
  Expr ceilDivide(Expr a, int64_t b);
  Expr truncate32(Expr a);
  /// Sum or largest of a vector's lanes, in a fixed tree.
  Expr sumLanes(Expr vector);
  Expr largestLane(Expr vector);

  /// for (i = low; i < high; i += step) body(i)
  void loop(Expr low, Expr high, int64_t step,
            llvm::function_ref<void(Expr)> body);
  /// The same with values carried from one round to the next.
  Exprs loop(Expr low, Expr high, int64_t step, const Exprs &initial,
             llvm::function_ref<Exprs(Expr, const Exprs &)> body);
  void ifThen(Expr condition, llvm::function_ref<void()> body);
  void ifElse(Expr condition, llvm::function_ref<void()> then,
              llvm::function_ref<void()> otherwise);
  Exprs choose(Expr condition, llvm::function_ref<Exprs()> then,
               llvm::function_ref<Exprs()> otherwise);
  /// body(i, type) for whole vectors of [0, count), then for single elements.
  void elementLoop(Expr count, llvm::function_ref<void(Expr, mlir::Type)> body);
  /// Runs one of `cases` by `index`, which is in range.
  void dispatch(Expr index, int64_t first, int64_t last,
                llvm::function_ref<void(int64_t)> body);

  /// Scratch of `elements` fp32 on the stack, 64-byte aligned. A size known
  /// now is reserved once, at the function's start; call the other outside of
  /// loops.
  Pointer stack(Expr elements);
  Pointer stack(int64_t elements);

  void call(mlir::LLVM::LLVMFuncOp callee, mlir::ValueRange arguments);
};

} // namespace tandem::x86

#endif // TANDEM_TARGETS_X86_KERNELS_EMITTER_H
