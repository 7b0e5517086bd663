//===- Primitives.cpp - the table of primitives -----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One row for each operator of the internal opset, and for the contributed
// operators that exporters emit. Rows of a family stand together.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Primitives/Primitives.h"
#include "tandem/passes/Primitives/Evaluators.h"
#include "tandem/passes/Primitives/ShapeFunctions.h"

#include "llvm/ADT/StringMap.h"

using namespace llvm;
using namespace tandem::primitives;

static constexpr int anyNumber = Primitive::anyNumber;

// Name, least and most inputs, shape function, evaluator.
static constexpr Primitive table[] = {
    // Element by element, one input.
    {"Abs", 1, 1, shapes::abs, evaluate::abs},
    {"Ceil", 1, 1, shapes::sameAsFirst, evaluate::ceil},
    {"Cos", 1, 1, shapes::sameAsFirst, evaluate::cos},
    {"Erf", 1, 1, shapes::sameAsFirst, evaluate::erf},
    {"Exp", 1, 1, shapes::sameAsFirst, evaluate::exp},
    {"Floor", 1, 1, shapes::sameAsFirst, evaluate::floor},
    {"Gelu", 1, 1, shapes::sameAsFirst, evaluate::gelu},
    {"Identity", 1, 1, shapes::identity, evaluate::identity},
    {"IsInf", 1, 1, shapes::predicate, evaluate::isInf},
    {"IsNaN", 1, 1, shapes::predicate, evaluate::isNaN},
    {"Log", 1, 1, shapes::sameAsFirst, evaluate::log},
    {"Neg", 1, 1, shapes::negate, evaluate::negate},
    {"Not", 1, 1, shapes::logicalNot, evaluate::logicalNot},
    {"Reciprocal", 1, 1, shapes::sameAsFirst, evaluate::reciprocal},
    {"Relu", 1, 1, shapes::sameAsFirst, evaluate::relu},
    {"Round", 1, 1, shapes::sameAsFirst, evaluate::round},
    {"Sigmoid", 1, 1, shapes::sameAsFirst, evaluate::sigmoid},
    {"Sign", 1, 1, shapes::sameAsFirst, evaluate::sign},
    {"Sin", 1, 1, shapes::sameAsFirst, evaluate::sin},
    {"Softplus", 1, 1, shapes::sameAsFirst, evaluate::softplus},
    {"Sqrt", 1, 1, shapes::sameAsFirst, evaluate::sqrt},
    {"Swish", 1, 1, shapes::sameAsFirst, evaluate::swish},
    {"Tanh", 1, 1, shapes::sameAsFirst, evaluate::tanh},
    // Element by element with broadcasting.
    {"Add", 2, 2, shapes::add, evaluate::add},
    {"And", 2, 2, shapes::logicalAnd, evaluate::logicalAnd},
    {"Cast", 1, 1, shapes::cast, evaluate::cast},
    {"CastLike", 2, 2, shapes::castLike, evaluate::castLike},
    {"Clip", 1, 3, shapes::sameAsFirst, evaluate::clip},
    {"Div", 2, 2, shapes::divide, evaluate::divide},
    {"Dropout", 1, 3, shapes::dropout, evaluate::dropout},
    {"Equal", 2, 2, shapes::equal, evaluate::equal},
    {"Greater", 2, 2, shapes::greater, evaluate::greater},
    {"GreaterOrEqual", 2, 2, shapes::greaterOrEqual, evaluate::greaterOrEqual},
    {"Less", 2, 2, shapes::less, evaluate::less},
    {"LessOrEqual", 2, 2, shapes::lessOrEqual, evaluate::lessOrEqual},
    {"Max", 1, anyNumber, shapes::max, evaluate::max},
    {"Mean", 1, anyNumber, shapes::broadcast, evaluate::mean},
    {"Min", 1, anyNumber, shapes::min, evaluate::min},
    {"Mod", 2, 2, shapes::broadcast, evaluate::mod},
    {"Mul", 2, 2, shapes::multiply, evaluate::multiply},
    {"Or", 2, 2, shapes::logicalOr, evaluate::logicalOr},
    {"Pow", 2, 2, shapes::broadcast, evaluate::pow},
    {"Sub", 2, 2, shapes::subtract, evaluate::subtract},
    {"Sum", 1, anyNumber, shapes::broadcast, evaluate::sum},
    {"Where", 3, 3, shapes::where, evaluate::where},
    {"Xor", 2, 2, shapes::compare, evaluate::logicalXor},
    // Shapes as data, and changes of shape alone.
    {"ConstantOfShape", 1, 1, shapes::constantOfShape,
     evaluate::constantOfShape},
    {"Flatten", 1, 1, shapes::flatten, evaluate::flatten},
    {"Range", 3, 3, shapes::range, evaluate::range},
    {"Reshape", 2, 2, shapes::reshape, evaluate::reshape},
    {"Shape", 1, 1, shapes::shape, evaluate::shape},
    {"Size", 1, 1, shapes::size, evaluate::size},
    {"Squeeze", 1, 2, shapes::squeeze, evaluate::squeeze},
    {"Unsqueeze", 2, 2, shapes::unsqueeze, evaluate::unsqueeze},
    // Elements moved or copied.
    {"Concat", 1, anyNumber, shapes::concat, evaluate::concat},
    {"Expand", 2, 2, shapes::expand, evaluate::expand},
    {"Gather", 2, 2, shapes::gather, evaluate::gather},
    {"GatherElements", 2, 2, shapes::gatherElements, evaluate::gatherElements},
    {"GatherND", 2, 2, shapes::gatherNd, evaluate::gatherNd},
    {"NonZero", 1, 1, shapes::nonZero, evaluate::nonZero},
    {"OneHot", 3, 3, shapes::oneHot, evaluate::oneHot},
    {"Pad", 2, 4, shapes::pad, evaluate::pad},
    {"ScatterElements", 3, 3, shapes::sameAsFirst, evaluate::scatterElements},
    {"ScatterND", 3, 3, shapes::sameAsFirst, evaluate::scatterNd},
    {"Slice", 3, 5, shapes::slice, evaluate::slice},
    {"Split", 1, 2, shapes::split, evaluate::split},
    {"TensorScatter", 2, 3, shapes::sameAsFirst, evaluate::tensorScatter},
    {"Tile", 2, 2, shapes::tile, evaluate::tile},
    {"Transpose", 1, 1, shapes::transpose, evaluate::transpose},
    {"Trilu", 1, 2, shapes::sameAsFirst, evaluate::trilu},
    // Along an axis.
    {"ArgMax", 1, 1, shapes::argReduce, evaluate::argMax},
    {"ArgMin", 1, 1, shapes::argReduce, evaluate::argMin},
    {"CumSum", 2, 2, shapes::sameAsFirst, evaluate::cumSum},
    {"LogSoftmax", 1, 1, shapes::sameAsFirst, evaluate::logSoftmax},
    {"ReduceL1", 1, 2, shapes::reduce, evaluate::reduceL1},
    {"ReduceL2", 1, 2, shapes::reduce, evaluate::reduceL2},
    {"ReduceLogSum", 1, 2, shapes::reduce, evaluate::reduceLogSum},
    {"ReduceLogSumExp", 1, 2, shapes::reduce, evaluate::reduceLogSumExp},
    {"ReduceMax", 1, 2, shapes::reduce, evaluate::reduceMax},
    {"ReduceMean", 1, 2, shapes::reduce, evaluate::reduceMean},
    {"ReduceMin", 1, 2, shapes::reduce, evaluate::reduceMin},
    {"ReduceProd", 1, 2, shapes::reduceProd, evaluate::reduceProd},
    {"ReduceSum", 1, 2, shapes::reduceSum, evaluate::reduceSum},
    {"ReduceSumSquare", 1, 2, shapes::reduce, evaluate::reduceSumSquare},
    {"Softmax", 1, 1, shapes::sameAsFirst, evaluate::softmax},
    {"TopK", 2, 2, shapes::topK, evaluate::topK},
    // Products.
    {"Conv", 2, 3, shapes::conv, evaluate::conv},
    {"Einsum", 1, anyNumber, shapes::einsum, evaluate::einsum},
    {"Gemm", 2, 3, shapes::gemm, evaluate::gemm},
    {"MatMul", 2, 2, shapes::matMul, evaluate::matMul},
    {"MatMulInteger", 2, 4, shapes::matMulInteger, evaluate::matMulInteger},
    // Normalisation, attention and position.
    {"Attention", 3, 7, shapes::attention, evaluate::attention},
    {"GroupNormalization", 3, 3, shapes::sameAsFirst,
     evaluate::groupNormalization},
    {"LayerNormalization", 2, 3, shapes::layerNormalization,
     evaluate::layerNormalization},
    {"RMSNormalization", 2, 2, shapes::rmsNormalization,
     evaluate::rmsNormalization},
    {"RotaryEmbedding", 3, 4, shapes::sameAsFirst, evaluate::rotaryEmbedding},
    {"SimplifiedLayerNormalization", 2, 2, shapes::rmsNormalization,
     evaluate::rmsNormalization},
    // Quantised values.
    {"DequantizeLinear", 2, 3, shapes::dequantizeLinear,
     evaluate::dequantizeLinear},
    {"DynamicQuantizeLinear", 1, 1, shapes::dynamicQuantizeLinear,
     evaluate::dynamicQuantizeLinear},
    {"QuantizeLinear", 2, 3, shapes::quantizeLinear, evaluate::quantizeLinear},
    // Control flow.
    {"If", 1, 1, nullptr, evaluate::ifNode},
    {"Loop", 0, anyNumber, nullptr, evaluate::loop},
    // Contributed operators of ONNX Runtime.
    {"com.microsoft.BiasGelu", 2, 2, shapes::sameAsFirst, evaluate::biasGelu},
    {"com.microsoft.FastGelu", 1, 2, shapes::sameAsFirst, evaluate::fastGelu},
    {"com.microsoft.FusedMatMul", 2, 2, shapes::fusedMatMul,
     evaluate::fusedMatMul},
    {"com.microsoft.GatherBlockQuantized", 3, 4, shapes::gatherBlockQuantized,
     evaluate::gatherBlockQuantized},
    {"com.microsoft.Gelu", 1, 1, shapes::sameAsFirst, evaluate::gelu},
    {"com.microsoft.GroupQueryAttention", 1, 16, shapes::groupQueryAttention,
     evaluate::groupQueryAttention},
    {"com.microsoft.MatMulNBits", 3, 6, shapes::matMulNBits,
     evaluate::matMulNBits},
    {"com.microsoft.MultiHeadAttention", 1, 10, shapes::multiHeadAttention,
     evaluate::multiHeadAttention},
    {"com.microsoft.QuickGelu", 1, 1, shapes::sameAsFirst, evaluate::quickGelu},
    {"com.microsoft.RotaryEmbedding", 4, 4, shapes::sameAsFirst,
     evaluate::contributedRotaryEmbedding},
    {"com.microsoft.SkipLayerNormalization", 3, 5, shapes::skipNormalization,
     evaluate::skipLayerNormalization},
    {"com.microsoft.SkipSimplifiedLayerNormalization", 3, 4,
     shapes::skipNormalization, evaluate::skipSimplifiedLayerNormalization},
};

ArrayRef<Primitive> tandem::primitives::getPrimitives() { return table; }

const Primitive *tandem::primitives::findPrimitive(StringRef qualifiedName) {
  static const StringMap<const Primitive *> byName = [] {
    StringMap<const Primitive *> map;
    for (const Primitive &primitive : table) {
      map[primitive.name] = &primitive;
    }
    return map;
  }();
  return byName.lookup(qualifiedName);
}
