//===- ShapeFunctions.h - shape functions of the primitives ------*- C++
//-*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The shape column of the table of primitives, by family. Relies on
// ShapeContext.h for the context.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_PASSES_PRIMITIVES_SHAPEFUNCTIONS_H
#define TANDEM_PASSES_PRIMITIVES_SHAPEFUNCTIONS_H

#include "llvm/Support/LogicalResult.h"

namespace tandem::primitives {
class ShapeContext;
} // namespace tandem::primitives

namespace tandem::primitives::shapes {

// Element by element.
llvm::LogicalResult sameAsFirst(ShapeContext &context);
llvm::LogicalResult predicate(ShapeContext &context);
llvm::LogicalResult cast(ShapeContext &context);
llvm::LogicalResult castLike(ShapeContext &context);
llvm::LogicalResult identity(ShapeContext &context);
llvm::LogicalResult broadcast(ShapeContext &context);
llvm::LogicalResult compare(ShapeContext &context);
llvm::LogicalResult where(ShapeContext &context);
llvm::LogicalResult dropout(ShapeContext &context);

// Integer arithmetic that shapes are computed with.
llvm::LogicalResult abs(ShapeContext &context);
llvm::LogicalResult negate(ShapeContext &context);
llvm::LogicalResult logicalNot(ShapeContext &context);
llvm::LogicalResult add(ShapeContext &context);
llvm::LogicalResult subtract(ShapeContext &context);
llvm::LogicalResult multiply(ShapeContext &context);
llvm::LogicalResult divide(ShapeContext &context);
llvm::LogicalResult min(ShapeContext &context);
llvm::LogicalResult max(ShapeContext &context);
llvm::LogicalResult equal(ShapeContext &context);
llvm::LogicalResult less(ShapeContext &context);
llvm::LogicalResult lessOrEqual(ShapeContext &context);
llvm::LogicalResult greater(ShapeContext &context);
llvm::LogicalResult greaterOrEqual(ShapeContext &context);
llvm::LogicalResult logicalAnd(ShapeContext &context);
llvm::LogicalResult logicalOr(ShapeContext &context);

// Shapes as data, and changes of shape alone.
llvm::LogicalResult shape(ShapeContext &context);
llvm::LogicalResult size(ShapeContext &context);
llvm::LogicalResult constantOfShape(ShapeContext &context);
llvm::LogicalResult range(ShapeContext &context);
llvm::LogicalResult reshape(ShapeContext &context);
llvm::LogicalResult flatten(ShapeContext &context);
llvm::LogicalResult squeeze(ShapeContext &context);
llvm::LogicalResult unsqueeze(ShapeContext &context);

// Elements moved or copied.
llvm::LogicalResult concat(ShapeContext &context);
llvm::LogicalResult expand(ShapeContext &context);
llvm::LogicalResult gather(ShapeContext &context);
llvm::LogicalResult gatherElements(ShapeContext &context);
llvm::LogicalResult gatherNd(ShapeContext &context);
llvm::LogicalResult nonZero(ShapeContext &context);
llvm::LogicalResult oneHot(ShapeContext &context);
llvm::LogicalResult pad(ShapeContext &context);
llvm::LogicalResult slice(ShapeContext &context);
llvm::LogicalResult split(ShapeContext &context);
llvm::LogicalResult tile(ShapeContext &context);
llvm::LogicalResult transpose(ShapeContext &context);

// Along an axis.
llvm::LogicalResult reduce(ShapeContext &context);
llvm::LogicalResult reduceProd(ShapeContext &context);
llvm::LogicalResult reduceSum(ShapeContext &context);
llvm::LogicalResult argReduce(ShapeContext &context);
llvm::LogicalResult topK(ShapeContext &context);

// Products.
llvm::LogicalResult conv(ShapeContext &context);
llvm::LogicalResult einsum(ShapeContext &context);
llvm::LogicalResult gemm(ShapeContext &context);
llvm::LogicalResult matMul(ShapeContext &context);
llvm::LogicalResult matMulInteger(ShapeContext &context);
llvm::LogicalResult fusedMatMul(ShapeContext &context);

// Normalisation, attention and position.
llvm::LogicalResult attention(ShapeContext &context);
llvm::LogicalResult layerNormalization(ShapeContext &context);
llvm::LogicalResult rmsNormalization(ShapeContext &context);
llvm::LogicalResult skipNormalization(ShapeContext &context);
llvm::LogicalResult groupQueryAttention(ShapeContext &context);
llvm::LogicalResult multiHeadAttention(ShapeContext &context);
llvm::LogicalResult packedAttention(ShapeContext &context);

// Quantised values.
llvm::LogicalResult dequantizeLinear(ShapeContext &context);
llvm::LogicalResult quantizeLinear(ShapeContext &context);
llvm::LogicalResult dynamicQuantizeLinear(ShapeContext &context);
llvm::LogicalResult matMulNBits(ShapeContext &context);
llvm::LogicalResult gatherBlockQuantized(ShapeContext &context);

} // namespace tandem::primitives::shapes

#endif // TANDEM_PASSES_PRIMITIVES_SHAPEFUNCTIONS_H
