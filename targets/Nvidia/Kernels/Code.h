//===- Code.h - writes a kernel as arithmetic -------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Kernels are C++ functions that write IR (arith, scf, vector, llvm, nvvm) on
// addresses and 32-bit integers, as one thread sees it. `Expr` and `Pointer`
// make them read like the loops they stand for.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_CODE_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_CODE_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace tandem::nvidia {

class Code;

/// A value being computed: an integer, a float, or a vector of either.
/// Arithmetic on it writes instructions. A C++ number on either side takes the
/// type of the other.
class Expr {
public:
  Expr(Code &code, mlir::Value value) : code(&code), value(value) {}
  operator mlir::Value() const { return value; }
  mlir::Type type() const { return value.getType(); }

  Code *code;
  mlir::Value value;
};

Expr operator+(Expr a, Expr b);
Expr operator-(Expr a, Expr b);
Expr operator*(Expr a, Expr b);
Expr operator/(Expr a, Expr b); ///< unsigned for integers
Expr operator%(Expr a, Expr b); ///< unsigned
Expr operator<(Expr a, Expr b); ///< signed; ordered for floats
Expr operator>(Expr a, Expr b);
Expr operator<=(Expr a, Expr b);
Expr operator==(Expr a, Expr b);
Expr operator&(Expr a, Expr b);
Expr operator|(Expr a, Expr b);
Expr operator^(Expr a, Expr b);
Expr operator+(Expr a, double b);
Expr operator-(Expr a, double b);
Expr operator-(double a, Expr b);
Expr operator*(Expr a, double b);
Expr operator/(Expr a, double b);
Expr operator/(double a, Expr b);
Expr operator%(Expr a, int64_t b);
Expr operator&(Expr a, int64_t b);
Expr operator>>(Expr a, Expr b); ///< unsigned
Expr operator>>(Expr a, int64_t b);
Expr operator<(Expr a, double b);
Expr operator>(Expr a, double b);
Expr operator==(Expr a, int64_t b);

/// An address in global or shared memory. Offsets are in elements of the type
/// that a function names.
class Pointer {
public:
  Pointer(Code &code, mlir::Value value) : code(&code), value(value) {}
  operator mlir::Value() const { return value; }

  /// The address `elements` elements of fp32 on; an integer of 32 bits is
  /// unsigned.
  Pointer operator+(Expr elements) const;
  Pointer operator+(int64_t elements) const;
  Pointer bytes(Expr offset) const;

  /// Loads a value that lies at a multiple of its size, 16 bytes at most.
  Expr load(mlir::Type type) const;
  Expr loadFloat() const;
  Expr loadInteger() const; ///< 32 bits
  /// Several floats at once; one is a scalar.
  Expr loadFloats(int64_t count) const;
  void store(mlir::Value stored) const;

  Code *code;
  mlir::Value value;
};

using Exprs = llvm::SmallVector<Expr>;

/// Writes at a place in a kernel.
class Code : public mlir::ImplicitLocOpBuilder {
public:
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;

  mlir::Type f32() { return getF32Type(); }
  mlir::Type i32() { return getI32Type(); }
  /// `count` floats: a scalar where it is one.
  mlir::Type floats(int64_t count);

  Expr integer(int64_t value) { return constant(i32(), double(value)); }
  Expr real(double value) { return constant(f32(), value); }
  /// A constant of `type`: all lanes of a vector.
  Expr constant(mlir::Type type, double value);
  Expr broadcast(Expr scalar, mlir::Type type);
  Expr lane(Expr vector, int64_t index);
  Expr gather(llvm::ArrayRef<Expr> lanes);

  /// Coordinates of this thread: in its block, of its block in the grid.
  Expr thread();
  Expr blockX();
  Expr blockY();
  Expr blockZ();

  Expr select(Expr condition, Expr a, Expr b);
  Expr minimum(Expr a, Expr b); ///< floats: b where a is not a number
  Expr maximum(Expr a, Expr b);
  Expr fma(Expr a, Expr b, Expr c);
  Expr sqrt(Expr a);
  Expr floor(Expr a);
  Expr ceil(Expr a);
  Expr round(Expr a); ///< halves to even
  Expr exp2(Expr a);
  Expr log2(Expr a);
  Expr bitcast(Expr a, mlir::Type type);
  Expr extend(Expr a, mlir::Type type); ///< an unsigned integer
  Expr toFloat(Expr a);                 ///< an unsigned integer
  /// Sum of a vector's lanes, first to last.
  Expr sumLanes(Expr vector);

  /// Lets the kernel's threads have all registers that they want. ptxas might
  /// spill some so that more blocks fit on a multiprocessor.
  void preferRegisters();

  /// Waits for all threads of the block.
  void barrier();
  /// Exchanges with the thread of the warp whose number differs in `mask`.
  Expr shuffle(Expr a, int64_t mask);
  /// Combines a value of each thread of the warp, in a fixed tree; all threads
  /// get the result.
  Expr combineWarp(Expr a, llvm::function_ref<Expr(Expr, Expr)> combine);
  /// The same over a block of `threads`, by way of shared memory of
  /// `threads` / 32 such values, which it waits to be free.
  Expr combineBlock(Expr a, int64_t threads, Pointer shared,
                    llvm::function_ref<Expr(Expr, Expr)> combine);

  /// for (i = low; i < high; i += step) body(i)
  void loop(Expr low, Expr high, int64_t step,
            llvm::function_ref<void(Expr)> body);
  /// The same with values carried from one round to the next.
  Exprs loop(Expr low, Expr high, int64_t step, const Exprs &initial,
             llvm::function_ref<Exprs(Expr, const Exprs &)> body);
  void ifThen(Expr condition, llvm::function_ref<void()> body);
  /// then() where the condition holds, else `otherwise`.
  Exprs choose(Expr condition, const Exprs &otherwise,
               llvm::function_ref<Exprs()> then);
};

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_CODE_H
