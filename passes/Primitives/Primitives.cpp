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

#include "llvm/ADT/StringMap.h"

using namespace llvm;
using namespace tandem::primitives;

static constexpr int anyNumber = Primitive::anyNumber;

// Name, least and most inputs, shape function, evaluator.
static constexpr Primitive table[] = {
    // Element by element, one input.
    {"Abs", 1, 1, nullptr, evaluate::abs},
    {"Ceil", 1, 1, nullptr, evaluate::ceil},
    {"Cos", 1, 1, nullptr, evaluate::cos},
    {"Erf", 1, 1, nullptr, evaluate::erf},
    {"Exp", 1, 1, nullptr, evaluate::exp},
    {"Floor", 1, 1, nullptr, evaluate::floor},
    {"Gelu", 1, 1, nullptr, evaluate::gelu},
    {"Identity", 1, 1, nullptr, evaluate::identity},
    {"IsInf", 1, 1, nullptr, evaluate::isInf},
    {"IsNaN", 1, 1, nullptr, evaluate::isNaN},
    {"Log", 1, 1, nullptr, evaluate::log},
    {"Neg", 1, 1, nullptr, evaluate::negate},
    {"Not", 1, 1, nullptr, evaluate::logicalNot},
    {"Reciprocal", 1, 1, nullptr, evaluate::reciprocal},
    {"Relu", 1, 1, nullptr, evaluate::relu},
    {"Round", 1, 1, nullptr, evaluate::round},
    {"Sigmoid", 1, 1, nullptr, evaluate::sigmoid},
    {"Sign", 1, 1, nullptr, evaluate::sign},
    {"Sin", 1, 1, nullptr, evaluate::sin},
    {"Softplus", 1, 1, nullptr, evaluate::softplus},
    {"Sqrt", 1, 1, nullptr, evaluate::sqrt},
    {"Swish", 1, 1, nullptr, evaluate::swish},
    {"Tanh", 1, 1, nullptr, evaluate::tanh},
    // Element by element with broadcasting.
    {"Add", 2, 2, nullptr, evaluate::add},
    {"And", 2, 2, nullptr, evaluate::logicalAnd},
    {"Cast", 1, 1, nullptr, evaluate::cast},
    {"CastLike", 2, 2, nullptr, evaluate::castLike},
    {"Clip", 1, 3, nullptr, evaluate::clip},
    {"Div", 2, 2, nullptr, evaluate::divide},
    {"Dropout", 1, 3, nullptr, evaluate::dropout},
    {"Equal", 2, 2, nullptr, evaluate::equal},
    {"Greater", 2, 2, nullptr, evaluate::greater},
    {"GreaterOrEqual", 2, 2, nullptr, evaluate::greaterOrEqual},
    {"Less", 2, 2, nullptr, evaluate::less},
    {"LessOrEqual", 2, 2, nullptr, evaluate::lessOrEqual},
    {"Max", 1, anyNumber, nullptr, evaluate::max},
    {"Mean", 1, anyNumber, nullptr, evaluate::mean},
    {"Min", 1, anyNumber, nullptr, evaluate::min},
    {"Mod", 2, 2, nullptr, evaluate::mod},
    {"Mul", 2, 2, nullptr, evaluate::multiply},
    {"Or", 2, 2, nullptr, evaluate::logicalOr},
    {"Pow", 2, 2, nullptr, evaluate::pow},
    {"Sub", 2, 2, nullptr, evaluate::subtract},
    {"Sum", 1, anyNumber, nullptr, evaluate::sum},
    {"Where", 3, 3, nullptr, evaluate::where},
    {"Xor", 2, 2, nullptr, evaluate::logicalXor},
    // Shapes as data, and changes of shape alone.
    {"ConstantOfShape", 1, 1, nullptr, evaluate::constantOfShape},
    {"Flatten", 1, 1, nullptr, evaluate::flatten},
    {"Range", 3, 3, nullptr, evaluate::range},
    {"Reshape", 2, 2, nullptr, evaluate::reshape},
    {"Shape", 1, 1, nullptr, evaluate::shape},
    {"Size", 1, 1, nullptr, evaluate::size},
    {"Squeeze", 1, 2, nullptr, evaluate::squeeze},
    {"Unsqueeze", 2, 2, nullptr, evaluate::unsqueeze},
    // Elements moved or copied.
    {"Concat", 1, anyNumber, nullptr, evaluate::concat},
    {"Expand", 2, 2, nullptr, evaluate::expand},
    {"Gather", 2, 2, nullptr, evaluate::gather},
    {"GatherElements", 2, 2, nullptr, evaluate::gatherElements},
    {"GatherND", 2, 2, nullptr, evaluate::gatherNd},
    {"NonZero", 1, 1, nullptr, evaluate::nonZero},
    {"OneHot", 3, 3, nullptr, evaluate::oneHot},
    {"Pad", 2, 4, nullptr, evaluate::pad},
    {"ScatterElements", 3, 3, nullptr, evaluate::scatterElements},
    {"ScatterND", 3, 3, nullptr, evaluate::scatterNd},
    {"Slice", 3, 5, nullptr, evaluate::slice},
    {"Split", 1, 2, nullptr, evaluate::split},
    {"TensorScatter", 2, 3, nullptr, evaluate::tensorScatter},
    {"Tile", 2, 2, nullptr, evaluate::tile},
    {"Transpose", 1, 1, nullptr, evaluate::transpose},
    {"Trilu", 1, 2, nullptr, evaluate::trilu},
    // Along an axis.
    {"ArgMax", 1, 1, nullptr, evaluate::argMax},
    {"ArgMin", 1, 1, nullptr, evaluate::argMin},
    {"CumSum", 2, 2, nullptr, evaluate::cumSum},
    {"LogSoftmax", 1, 1, nullptr, evaluate::logSoftmax},
    {"ReduceL1", 1, 2, nullptr, evaluate::reduceL1},
    {"ReduceL2", 1, 2, nullptr, evaluate::reduceL2},
    {"ReduceLogSum", 1, 2, nullptr, evaluate::reduceLogSum},
    {"ReduceLogSumExp", 1, 2, nullptr, evaluate::reduceLogSumExp},
    {"ReduceMax", 1, 2, nullptr, evaluate::reduceMax},
    {"ReduceMean", 1, 2, nullptr, evaluate::reduceMean},
    {"ReduceMin", 1, 2, nullptr, evaluate::reduceMin},
    {"ReduceProd", 1, 2, nullptr, evaluate::reduceProd},
    {"ReduceSum", 1, 2, nullptr, evaluate::reduceSum},
    {"ReduceSumSquare", 1, 2, nullptr, evaluate::reduceSumSquare},
    {"Softmax", 1, 1, nullptr, evaluate::softmax},
    {"TopK", 2, 2, nullptr, evaluate::topK},
    // Products.
    {"Conv", 2, 3, nullptr, evaluate::conv},
    {"Einsum", 1, anyNumber, nullptr, evaluate::einsum},
    {"Gemm", 2, 3, nullptr, evaluate::gemm},
    {"MatMul", 2, 2, nullptr, evaluate::matMul},
    {"MatMulInteger", 2, 4, nullptr, evaluate::matMulInteger},
    // Normalisation, attention and position.
    {"Attention", 3, 7, nullptr, evaluate::attention},
    {"GroupNormalization", 3, 3, nullptr, evaluate::groupNormalization},
    {"LayerNormalization", 2, 3, nullptr, evaluate::layerNormalization},
    {"RMSNormalization", 2, 2, nullptr, evaluate::rmsNormalization},
    {"RotaryEmbedding", 3, 4, nullptr, evaluate::rotaryEmbedding},
    {"SimplifiedLayerNormalization", 2, 2, nullptr, evaluate::rmsNormalization},
    // Quantised values.
    {"DequantizeLinear", 2, 3, nullptr, evaluate::dequantizeLinear},
    {"DynamicQuantizeLinear", 1, 1, nullptr, evaluate::dynamicQuantizeLinear},
    {"QuantizeLinear", 2, 3, nullptr, evaluate::quantizeLinear},
    // Control flow.
    {"If", 1, 1, nullptr, evaluate::ifNode},
    {"Loop", 0, anyNumber, nullptr, evaluate::loop},
    // Contributed operators of ONNX Runtime.
    {"com.microsoft.BiasGelu", 2, 2, nullptr, evaluate::biasGelu},
    {"com.microsoft.FastGelu", 1, 2, nullptr, evaluate::fastGelu},
    {"com.microsoft.FusedMatMul", 2, 2, nullptr, evaluate::fusedMatMul},
    {"com.microsoft.GatherBlockQuantized", 3, 4, nullptr,
     evaluate::gatherBlockQuantized},
    {"com.microsoft.Gelu", 1, 1, nullptr, evaluate::gelu},
    {"com.microsoft.GroupQueryAttention", 7, 16, nullptr,
     evaluate::groupQueryAttention},
    {"com.microsoft.MatMulNBits", 3, 6, nullptr, evaluate::matMulNBits},
    {"com.microsoft.MultiHeadAttention", 1, 10, nullptr,
     evaluate::multiHeadAttention},
    {"com.microsoft.QuickGelu", 1, 1, nullptr, evaluate::quickGelu},
    {"com.microsoft.RotaryEmbedding", 4, 4, nullptr,
     evaluate::contributedRotaryEmbedding},
    {"com.microsoft.SkipLayerNormalization", 3, 5, nullptr,
     evaluate::skipLayerNormalization},
    {"com.microsoft.SkipSimplifiedLayerNormalization", 3, 4, nullptr,
     evaluate::skipSimplifiedLayerNormalization},
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
