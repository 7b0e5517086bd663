//===- Evaluators.h - evaluators of the primitives --------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The evaluator column of the table of primitives, by family. Each function
// reads inputs and attributes from its context and sets the results. Relies on
// Evaluation.h for the context.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_EVALUATORS_H
#define TANDEM_PASSES_PRIMITIVES_EVALUATORS_H

#include "llvm/Support/Error.h"

namespace tandem::primitives {
class EvaluationContext;
} // namespace tandem::primitives

namespace tandem::primitives::evaluate {

// Element by element, one input.
llvm::Error abs(EvaluationContext &context);
llvm::Error ceil(EvaluationContext &context);
llvm::Error cos(EvaluationContext &context);
llvm::Error erf(EvaluationContext &context);
llvm::Error exp(EvaluationContext &context);
llvm::Error floor(EvaluationContext &context);
llvm::Error gelu(EvaluationContext &context);
llvm::Error identity(EvaluationContext &context);
llvm::Error isInf(EvaluationContext &context);
llvm::Error isNaN(EvaluationContext &context);
llvm::Error log(EvaluationContext &context);
llvm::Error negate(EvaluationContext &context);
llvm::Error logicalNot(EvaluationContext &context);
llvm::Error reciprocal(EvaluationContext &context);
llvm::Error relu(EvaluationContext &context);
llvm::Error round(EvaluationContext &context);
llvm::Error sigmoid(EvaluationContext &context);
llvm::Error sign(EvaluationContext &context);
llvm::Error sin(EvaluationContext &context);
llvm::Error softplus(EvaluationContext &context);
llvm::Error sqrt(EvaluationContext &context);
llvm::Error swish(EvaluationContext &context);
llvm::Error tanh(EvaluationContext &context);

// Element by element with broadcasting.
llvm::Error add(EvaluationContext &context);
llvm::Error logicalAnd(EvaluationContext &context);
llvm::Error cast(EvaluationContext &context);
llvm::Error castLike(EvaluationContext &context);
llvm::Error clip(EvaluationContext &context);
llvm::Error divide(EvaluationContext &context);
llvm::Error dropout(EvaluationContext &context);
llvm::Error equal(EvaluationContext &context);
llvm::Error greater(EvaluationContext &context);
llvm::Error greaterOrEqual(EvaluationContext &context);
llvm::Error less(EvaluationContext &context);
llvm::Error lessOrEqual(EvaluationContext &context);
llvm::Error max(EvaluationContext &context);
llvm::Error mean(EvaluationContext &context);
llvm::Error min(EvaluationContext &context);
llvm::Error mod(EvaluationContext &context);
llvm::Error multiply(EvaluationContext &context);
llvm::Error logicalOr(EvaluationContext &context);
llvm::Error pow(EvaluationContext &context);
llvm::Error subtract(EvaluationContext &context);
llvm::Error sum(EvaluationContext &context);
llvm::Error where(EvaluationContext &context);
llvm::Error logicalXor(EvaluationContext &context);

// Shapes as data, and changes of shape alone.
llvm::Error constantOfShape(EvaluationContext &context);
llvm::Error flatten(EvaluationContext &context);
llvm::Error range(EvaluationContext &context);
llvm::Error reshape(EvaluationContext &context);
llvm::Error shape(EvaluationContext &context);
llvm::Error size(EvaluationContext &context);
llvm::Error squeeze(EvaluationContext &context);
llvm::Error unsqueeze(EvaluationContext &context);

// Elements moved or copied.
llvm::Error concat(EvaluationContext &context);
llvm::Error expand(EvaluationContext &context);
llvm::Error gather(EvaluationContext &context);
llvm::Error gatherElements(EvaluationContext &context);
llvm::Error gatherNd(EvaluationContext &context);
llvm::Error nonZero(EvaluationContext &context);
llvm::Error oneHot(EvaluationContext &context);
llvm::Error pad(EvaluationContext &context);
llvm::Error scatterElements(EvaluationContext &context);
llvm::Error scatterNd(EvaluationContext &context);
llvm::Error slice(EvaluationContext &context);
llvm::Error split(EvaluationContext &context);
llvm::Error tensorScatter(EvaluationContext &context);
llvm::Error tile(EvaluationContext &context);
llvm::Error transpose(EvaluationContext &context);
llvm::Error trilu(EvaluationContext &context);

// Along an axis.
llvm::Error argMax(EvaluationContext &context);
llvm::Error argMin(EvaluationContext &context);
llvm::Error cumSum(EvaluationContext &context);
llvm::Error logSoftmax(EvaluationContext &context);
llvm::Error reduceL1(EvaluationContext &context);
llvm::Error reduceL2(EvaluationContext &context);
llvm::Error reduceLogSum(EvaluationContext &context);
llvm::Error reduceLogSumExp(EvaluationContext &context);
llvm::Error reduceMax(EvaluationContext &context);
llvm::Error reduceMean(EvaluationContext &context);
llvm::Error reduceMin(EvaluationContext &context);
llvm::Error reduceProd(EvaluationContext &context);
llvm::Error reduceSum(EvaluationContext &context);
llvm::Error reduceSumSquare(EvaluationContext &context);
llvm::Error softmax(EvaluationContext &context);
llvm::Error topK(EvaluationContext &context);

// Products.
llvm::Error conv(EvaluationContext &context);
llvm::Error einsum(EvaluationContext &context);
llvm::Error gemm(EvaluationContext &context);
llvm::Error matMul(EvaluationContext &context);
llvm::Error matMulInteger(EvaluationContext &context);

// Normalisation, attention and position.
llvm::Error attention(EvaluationContext &context);
llvm::Error groupNormalization(EvaluationContext &context);
llvm::Error layerNormalization(EvaluationContext &context);
llvm::Error rmsNormalization(EvaluationContext &context);
llvm::Error rotaryEmbedding(EvaluationContext &context);

// Quantised values.
llvm::Error dequantizeLinear(EvaluationContext &context);
llvm::Error dynamicQuantizeLinear(EvaluationContext &context);
llvm::Error quantizeLinear(EvaluationContext &context);

// Control flow.
llvm::Error ifNode(EvaluationContext &context);
llvm::Error loop(EvaluationContext &context);

// Contributed operators of ONNX Runtime.
llvm::Error biasGelu(EvaluationContext &context);
llvm::Error fastGelu(EvaluationContext &context);
llvm::Error fusedMatMul(EvaluationContext &context);
llvm::Error gatherBlockQuantized(EvaluationContext &context);
llvm::Error groupQueryAttention(EvaluationContext &context);
llvm::Error matMulNBits(EvaluationContext &context);
llvm::Error multiHeadAttention(EvaluationContext &context);
llvm::Error quickGelu(EvaluationContext &context);
llvm::Error contributedRotaryEmbedding(EvaluationContext &context);
llvm::Error skipLayerNormalization(EvaluationContext &context);
llvm::Error skipSimplifiedLayerNormalization(EvaluationContext &context);

} // namespace tandem::primitives::evaluate

#endif // TANDEM_PASSES_PRIMITIVES_EVALUATORS_H
