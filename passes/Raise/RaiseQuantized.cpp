//===- RaiseQuantized.cpp - recognise quantised weights ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// ONNX Runtime's operators on matrices quantised in blocks. Payloads get one
// spelling of their shapes, so that an embedding and a head with the same codes
// in the file have the same weight.
//
//===----------------------------------------------------------------------===//

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/passes/Raise/NodeMatching.h"
#include "tandem/passes/Raise/Passes.h"

#include "tandem/passes/Primitives/SymbolicShapes.h"

#include "llvm/Support/MathExtras.h"

namespace tandem {
#define GEN_PASS_DEF_RAISEQUANTIZEDPASS
#include "tandem/passes/Raise/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;
using transformer::EmbeddingOp;
using transformer::LinearOp;
using transformer::MatrixLayout;

static constexpr StringLiteral category = "raise-quantized";

namespace {

/// The operands of an operator that describe its matrix.
struct QuantizedMatrix {
  Value codes, scales, zeroPoints;
  int64_t rows, columns, bits, block;
  Type elementType;
};

class Raiser {
public:
  Raiser(primitives::SymbolicShapes &shapes, IRRewriter &rewriter)
      : shapes(shapes), rewriter(rewriter) {}

  void raise(NodeOp node);

private:
  void raiseMatMul(NodeOp node);
  void raiseGather(NodeOp node);
  Value makeWeight(NodeOp node, const QuantizedMatrix &matrix);

  primitives::SymbolicShapes &shapes;
  IRRewriter &rewriter;
};

} // namespace

/// The constant behind `value` under another shape of as many elements, or null
/// where it is none; reshapes of constants are looked through.
static TypedAttr payloadOf(Value value, ArrayRef<int64_t> shape) {
  while (NodeOp reshape = definedBy(value, "Reshape")) {
    value = reshape.getInput(0);
  }
  auto constant =
      value ? value.getDefiningOp<onnx::ConstantOp>() : onnx::ConstantOp();
  auto type = constant ? dyn_cast<RankedTensorType>(constant.getType())
                       : RankedTensorType();
  if (!type || type.getNumElements() != ShapedType::getNumElements(shape)) {
    return {};
  }
  auto reshaped = RankedTensorType::get(shape, type.getElementType());
  if (auto weight = dyn_cast<onnx::WeightAttr>(constant.getValue())) {
    return onnx::WeightAttr::get(weight.getContext(), weight.getFile(),
                                 weight.getOffset(), weight.getLength(),
                                 reshaped);
  }
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  return dense ? dense.reshape(reshaped) : TypedAttr();
}

static Type elementOf(TypedAttr payload) {
  return cast<ShapedType>(payload.getType()).getElementType();
}

/// Why a matrix has no encoding; empty where it has one.
static std::string whyNotEncoded(const QuantizedMatrix &matrix) {
  if (matrix.bits != 4 && matrix.bits != 8) {
    return ("has codes of " + Twine(matrix.bits) + " bits, expected 4 or 8")
        .str();
  }
  if (matrix.block < 16 || !llvm::isPowerOf2_64(matrix.block)) {
    return ("has blocks of " + Twine(matrix.block) +
            ", expected a power of 2 from 16 on")
        .str();
  }
  return {};
}

/// The constant of `matrix`, or null with a remark where it has no encoding.
Value Raiser::makeWeight(NodeOp node, const QuantizedMatrix &matrix) {
  std::string why = whyNotEncoded(matrix);
  if (!why.empty()) {
    reportMissed(node.getLoc(), category, why);
    return {};
  }
  MLIRContext *context = node.getContext();
  int64_t blocks = llvm::divideCeil(matrix.columns, matrix.block);
  SmallVector<Attribute> payloads;
  auto add = [&](Value value, ArrayRef<int64_t> shape, bool isBytes) {
    TypedAttr payload = payloadOf(value, shape);
    Type element = payload ? elementOf(payload) : Type();
    bool hasType =
        payload &&
        (isBytes ? element.isUnsignedInteger(8)
                 : isa<Float16Type, BFloat16Type, Float32Type>(element));
    payloads.push_back(hasType ? payload : Attribute());
    return hasType ? element : Type();
  };
  add(matrix.codes, {matrix.rows, blocks, matrix.block * matrix.bits / 8},
      /*isBytes=*/true);
  Type codes = IntegerType::get(context, matrix.bits, IntegerType::Unsigned);
  Type scales = add(matrix.scales, {matrix.rows, blocks}, /*isBytes=*/false);
  Type zeroPoints;
  if (matrix.zeroPoints && isFloatTensor(matrix.zeroPoints)) {
    zeroPoints = add(matrix.zeroPoints, {matrix.rows, blocks},
                     /*isBytes=*/false);
  } else if (matrix.zeroPoints) {
    add(matrix.zeroPoints,
        {matrix.rows, int64_t(llvm::divideCeil(blocks * matrix.bits, 8))},
        /*isBytes=*/true);
    zeroPoints = codes;
  }
  if (llvm::is_contained(payloads, Attribute())) {
    reportMissed(node.getLoc(), category,
                 "codes, scales or zero points are no constants of whole "
                 "blocks: bytes and floats");
    return {};
  }
  auto type = RankedTensorType::get(
      {matrix.rows, matrix.columns}, matrix.elementType,
      transformer::BlocksAttr::get(context, codes, matrix.block, scales,
                                   zeroPoints));
  auto value = transformer::EncodedAttr::get(
      context, ArrayAttr::get(context, payloads), type);
  return onnx::ConstantOp::create(rewriter, node.getLoc(), type, value);
}

void Raiser::raiseMatMul(NodeOp node) {
  RankedTensorType input = tensorType(node.getInput(0));
  Value bias = node.getInput(5);
  int64_t n = node.getInt("N", 0), k = node.getInt("K", 0);
  if (node.getInput(4) || node.getInt("weight_prepacked", 0) != 0) {
    return reportMissed(node.getLoc(), category,
                        node.getInput(4)
                            ? "has an input g_idx, which orders its columns"
                            : "has weights that are packed for one engine");
  }
  if (!input || input.getRank() < 2 || widthOf(node.getInput(0)) != k ||
      widthOf(node->getResult(0)) != n ||
      (bias && (!isConstant(bias) || !isVectorOf(bias, n)))) {
    return reportMissed(node.getLoc(), category,
                        "the input is no batch of rows of K values, or the "
                        "bias no constant of N");
  }
  Value weight =
      makeWeight(node, {node.getInput(1), node.getInput(2), node.getInput(3), n,
                        k, node.getInt("bits", 4), node.getInt("block_size", 0),
                        input.getElementType()});
  if (!weight) {
    return;
  }
  auto linear =
      LinearOp::create(rewriter, node.getLoc(), node->getResult(0).getType(),
                       node.getInput(0), weight, bias, MatrixLayout::nk);
  if (int64_t level = node.getInt("accuracy_level", 0)) {
    linear.setAccuracyLevel(level);
  }
  replaceRaised(node, linear, rewriter, shapes, category,
                "linear of codes in blocks");
}

void Raiser::raiseGather(NodeOp node) {
  RankedTensorType data = tensorType(node.getInput(0));
  RankedTensorType output = tensorType(node->getResult(0));
  if (!data || !output || data.getRank() != 2 ||
      node.getInt("gather_axis", 0) != 0 ||
      positiveAxis(node.getInt("quantize_axis", 1), 2) != 1 ||
      isConstant(node.getInput(1)) ||
      output.isDynamicDim(output.getRank() - 1)) {
    return reportMissed(node.getLoc(), category,
                        "takes no rows of a matrix in blocks of its rows");
  }
  Value table =
      makeWeight(node, {node.getInput(0), node.getInput(2), node.getInput(3),
                        data.getDimSize(0), output.getShape().back(),
                        node.getInt("bits", 4), node.getInt("block_size", 128),
                        output.getElementType()});
  if (table) {
    auto rows = EmbeddingOp::create(rewriter, node.getLoc(), output,
                                    node.getInput(1), table, MatrixLayout::nk);
    replaceRaised(node, rows, rewriter, shapes, category,
                  "embedding of codes in blocks");
  }
}

void Raiser::raise(NodeOp node) {
  if (isContribOperator(node, "MatMulNBits")) {
    raiseMatMul(node);
  } else if (isContribOperator(node, "GatherBlockQuantized")) {
    raiseGather(node);
  }
}

namespace {
class RaiseQuantizedPass
    : public tandem::impl::RaiseQuantizedPassBase<RaiseQuantizedPass> {
  void runOnOperation() override {
    auto &shapes = getAnalysis<primitives::SymbolicShapes>();
    raiseNodes(
        getOperation(),
        [&](NodeOp node, IRRewriter &rewriter) {
          Raiser(shapes, rewriter).raise(node);
        },
        &shapes);
  }
};
} // namespace
