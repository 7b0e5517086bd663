//===- LowerPrimitives.cpp - ONNX primitives in StableHLO -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/Lowering/Scope.h"
#include "tandem/targets/Tpu/Lowering/Support.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::stablehlo;
using namespace tandem::tpu;

/// The polynomial with `coefficients`, highest power first, at x.
static Value polynomial(StableHloBuilder &b, Value x,
                        ArrayRef<double> coefficients) {
  Value sum = b.splat(x, coefficients.front());
  for (double coefficient : coefficients.drop_front()) {
    sum = b.binary<AddOp>(b.binary<MultiplyOp>(sum, x), coefficient);
  }
  return sum;
}

/// The error function; StableHLO has none. The rational form of Eigen's erf on
/// [-4, 4], where it reaches 1: absolute error below 1e-6.
static Value errorFunction(StableHloBuilder &b, Value x) {
  Value z = b.binary<MinimumOp>(b.binary<MaximumOp>(x, -4.0), 4.0);
  Value square = b.binary<MultiplyOp>(z, z);
  Value p = polynomial(b, square,
                       {-2.72614225801306e-10, 2.77068142495902e-08,
                        -2.10102402082508e-06, -5.69250639462346e-05,
                        -7.34990630326855e-04, -2.95459980854025e-03,
                        -1.60960333262415e-02});
  Value q = polynomial(b, square,
                       {-1.45660718464996e-05, -2.13374055278905e-04,
                        -1.68282697438203e-03, -7.37332916720468e-03,
                        -1.42647390514189e-02});
  return b.binary<DivideOp>(b.binary<MultiplyOp>(z, p), q);
}

/// x * sigmoid(slope * x)
static Value swish(StableHloBuilder &b, Value x, double slope) {
  Value scaled = slope == 1.0 ? x : b.binary<MultiplyOp>(x, slope);
  return b.binary<MultiplyOp>(x, b.unary<LogisticOp>(scaled));
}

static Value geluErf(StableHloBuilder &b, Value x) {
  Value erf = errorFunction(b, b.binary<MultiplyOp>(x, 0.70710678118654752));
  Value half = b.binary<MultiplyOp>(x, 0.5);
  return b.binary<MultiplyOp>(half, b.binary<AddOp>(erf, 1.0));
}

static Value geluTanh(StableHloBuilder &b, Value x) {
  // x/2 (1 + tanh u) = x sigmoid(2u), which does not cancel for negative x.
  constexpr double twice = 2 * 0.7978845608028654;
  Value square = b.binary<MultiplyOp>(x, x);
  Value slope =
      b.binary<AddOp>(b.binary<MultiplyOp>(square, 0.044715 * twice), twice);
  Value sigmoid = b.unary<LogisticOp>(b.binary<MultiplyOp>(x, slope));
  return b.binary<MultiplyOp>(x, sigmoid);
}

static Value relu(StableHloBuilder &b, Value x) {
  return b.binary<MaximumOp>(x, 0.0);
}

Value tandem::tpu::activate(StableHloBuilder &b, StringRef name, Value x) {
  if (name == "silu" || name == "gelu_quick") {
    return swish(b, x, name == "silu" ? 1.0 : 1.702);
  }
  if (name == "gelu_erf" || name == "gelu_tanh") {
    return name == "gelu_erf" ? geluErf(b, x) : geluTanh(b, x);
  }
  Value y = relu(b, x);
  return name == "relu" ? y : b.binary<MultiplyOp>(y, y);
}

template <class Op> static Value unary(StableHloBuilder &b, Value x) {
  return b.unary<Op>(x);
}

template <class Op> static Value binary(StableHloBuilder &b, Value x, Value y) {
  return b.binary<Op>(x, y);
}

using UnaryFunction = Value (*)(StableHloBuilder &, Value);
using BinaryFunction = Value (*)(StableHloBuilder &, Value, Value);

static UnaryFunction lookupUnary(StringRef name) {
  using B = StableHloBuilder;
  return llvm::StringSwitch<UnaryFunction>(name)
      .Case("Abs", unary<AbsOp>)
      .Case("Cast", [](B &, Value x) { return x; })
      .Case("Erf", errorFunction)
      .Case("Exp", unary<ExponentialOp>)
      .Case("Log", unary<LogOp>)
      .Case("Neg", unary<NegateOp>)
      .Case("Reciprocal",
            [](B &b, Value x) { return b.binary<DivideOp>(b.splat(x, 1), x); })
      .Case("Relu", relu)
      .Case("Sigmoid", unary<LogisticOp>)
      .Case("Sqrt", unary<SqrtOp>)
      .Case("Tanh", unary<TanhOp>)
      .Default(nullptr);
}

static BinaryFunction lookupBinary(StringRef name) {
  return llvm::StringSwitch<BinaryFunction>(name)
      .Case("Add", binary<AddOp>)
      .Case("Div", binary<DivideOp>)
      .Case("Max", binary<MaximumOp>)
      .Case("Min", binary<MinimumOp>)
      .Case("Mul", binary<MultiplyOp>)
      .Case("Pow", binary<PowerOp>)
      .Case("Sub", binary<SubtractOp>)
      .Default(nullptr);
}

static void lowerSplit(onnx::NodeOp op, Scope &scope) {
  Value x = scope.get(op.getInputs()[0]);
  int64_t from = 0;
  for (Value output : op.getOutputs()) {
    int64_t to =
        from + cast<RankedTensorType>(output.getType()).getShape().back();
    scope.set(output, scope.b.slice(x, 1, from, to));
    from = to;
  }
}

static Value lowerClip(onnx::NodeOp op, Scope &scope) {
  Value x = scope.get(op.getInputs()[0]);
  if (Value least = op.getInput(1)) {
    x = scope.b.binary<MaximumOp>(x, scope.get(least));
  }
  if (Value most = op.getInput(2)) {
    x = scope.b.binary<MinimumOp>(x, scope.get(most));
  }
  return x;
}

bool tandem::tpu::isElementWise(onnx::NodeOp op) {
  StringRef name = op.getOpType();
  size_t inputs = op.getInputs().size();
  return name == "Clip" || name == "Gelu" || name == "Swish" ||
         (inputs == 1 && lookupUnary(name)) ||
         (inputs == 2 && lookupBinary(name));
}

void tandem::tpu::lowerPrimitive(onnx::NodeOp op, Scope &scope) {
  StringRef name = op.getOpType();
  if (name == "Split") {
    return lowerSplit(op, scope);
  }
  StableHloBuilder &b = scope.b;
  Value x = scope.get(op.getInputs()[0]), y;
  if (name == "Clip") {
    y = lowerClip(op, scope);
  } else if (name == "Gelu") {
    bool isTanh = op.getString("approximate", "none") == "tanh";
    y = isTanh ? geluTanh(b, x) : geluErf(b, x);
  } else if (name == "Swish") {
    y = swish(b, x, op.getFloat("alpha", 1.0));
  } else if (op.getInputs().size() == 1) {
    y = lookupUnary(name)(b, x);
  } else {
    y = lookupBinary(name)(b, x, scope.get(op.getInputs()[1]));
  }
  scope.set(op.getOutputs()[0], y);
}
