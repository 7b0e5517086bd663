//===- ElementAccess.cpp - element-wise operators and constants -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Queries, arithmetic and conditions; movement is in ElementMovement.cpp.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/ElementAccess.h"

#include "tandem/passes/Raise/NodeMatching.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;

/// Deeper expressions are leaves: a guard against adversarial graphs.
static constexpr unsigned maxDepth = 256;
/// And so is what follows after that many values of one query: a chain of
/// Concat nodes of one value with itself would take exponential time.
static constexpr unsigned maxVisits = 1 << 10;
/// All queries of a pass together may visit that many values, and this many
/// more for each operation of the program; exports of decoders take up to 4.
static constexpr uint64_t totalVisits = 1 << 14, visitsPerOperation = 8;

ElementAccess::ElementAccess(Operation *root,
                             primitives::SymbolicShapes &shapes)
    : shapes(shapes), elements(shapes.getSymbols()), budget(totalVisits),
      root(root) {
  root->walk([&](Operation *) { budget += visitsPerOperation; });
}

ElementAccess::~ElementAccess() {
  if (budget == 0) {
    remark::missed(root->getLoc(),
                   remark::RemarkOpts::name("budget").category("raise"))
        << remark::reason("the expressions of elements take more work than the "
                          "size of the graph allows; the rest is not raised");
  }
}

Indices ElementAccess::makeIndices(Value value) {
  Indices indices;
  auto shape = getShape(value);
  for (const Polynomial &dimension : shape.value_or(ArrayRef<Polynomial>())) {
    indices.push_back(elements.makeIndex(dimension));
  }
  return indices;
}

Element ElementAccess::get(Value value, ArrayRef<Polynomial> indices,
                           function_ref<bool(Value)> leaf) {
  isLeaf = leaf;
  depth = visits = 0;
  return at(value, indices);
}

Element ElementAccess::at(Value value, ArrayRef<Polynomial> indices) {
  Element element = nullptr;
  if (depth < maxDepth && visits < maxVisits && budget > 0 &&
      !(isLeaf && isLeaf(value))) {
    ++depth;
    ++visits;
    --budget;
    if (auto node = value.getDefiningOp<NodeOp>()) {
      if (!node.getDomain()) {
        element =
            expand(node, cast<OpResult>(value).getResultNumber(), indices);
      }
    } else if (auto rows = value.getDefiningOp<transformer::EmbeddingOp>()) {
      element = lookUp(rows, indices);
    } else if (auto constant = value.getDefiningOp<onnx::ConstantOp>()) {
      element = expandConstant(constant, indices);
    }
    --depth;
  }
  return element ? element : elements.getLoad(value, Indices(indices));
}

Element ElementAccess::lookUp(transformer::EmbeddingOp rows,
                              ArrayRef<Polynomial> indices) {
  Polynomial id = elements.toPolynomial(at(rows.getIds(), indices.drop_back()));
  bool isNk = rows.getLayout() == transformer::MatrixLayout::nk;
  return at(rows.getTable(),
            isNk ? Indices{id, indices.back()} : Indices{indices.back(), id});
}

bool ElementAccess::isSame(Value value, Value source) {
  auto shape = getShape(value), sourceShape = getShape(source);
  if (!shape || !sourceShape || *shape != *sourceShape) {
    return false;
  }
  Indices indices = makeIndices(value);
  auto atSource = [&](Value candidate) { return candidate == source; };
  return get(value, indices, atSource) == elements.getLoad(source, indices);
}

std::optional<Polynomial> ElementAccess::vectorAt(Value value, int64_t index) {
  if (!value) {
    return std::nullopt;
  }
  const primitives::TensorFacts &facts = shapes.getFacts(value);
  if (facts.contents && index < static_cast<int64_t>(facts.contents->size()) &&
      (*facts.contents)[index]) {
    return (*facts.contents)[index];
  }
  RankedTensorType type = tensorType(value);
  if (!type || type.getRank() > 1 || !isa<IntegerType>(type.getElementType())) {
    return std::nullopt;
  }
  Indices indices(type.getRank(), Polynomial(index));
  Element element = at(value, indices);
  if (element->kind != ElementNode::Kind::integer) {
    return std::nullopt;
  }
  return element->integer;
}

std::optional<Polynomial> ElementAccess::scalar(Value value) {
  return vectorAt(value, 0);
}

Element ElementAccess::expand(NodeOp node, unsigned result,
                              ArrayRef<Polynomial> indices) {
  if (Element moved = expandMovement(node, result, indices)) {
    return moved;
  }
  if (Element condition = expandCondition(node, indices)) {
    return condition;
  }
  return expandArithmetic(node, indices);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

static Element getElement(Elements &elements, DenseElementsAttr values,
                          int64_t index) {
  Type type = values.getElementType();
  if (isa<FloatType>(type)) {
    APFloat number = values.getValues<APFloat>()[index];
    bool losesInfo;
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
    return elements.getReal(number.convertToDouble());
  }
  if (type.isInteger(1)) {
    return elements.getTruth(values.getValues<bool>()[index]);
  }
  if (isa<IntegerType>(type)) {
    return elements.getInteger(values.getValues<APInt>()[index].getSExtValue());
  }
  return nullptr;
}

Element ElementAccess::expandConstant(onnx::ConstantOp constant,
                                      ArrayRef<Polynomial> indices) {
  auto values = dyn_cast<DenseElementsAttr>(constant.getValue());
  if (!values || values.empty()) {
    return nullptr;
  }
  if (values.isSplat()) {
    return getElement(elements, values, 0);
  }
  int64_t position = 0;
  for (auto [index, length] :
       llvm::zip(indices, cast<ShapedType>(values.getType()).getShape())) {
    std::optional<int64_t> number = index.getConstant();
    if (!number || *number < 0 || *number >= length) {
      return nullptr;
    }
    position = position * length + *number;
  }
  return getElement(elements, values, position);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Element ElementAccess::broadcast(NodeOp node, unsigned index,
                                 ArrayRef<Polynomial> indices) {
  Value operand = node.getInput(index);
  auto shape = operand ? getShape(operand) : std::nullopt;
  if (!shape || shape->size() > indices.size()) {
    return nullptr;
  }
  Indices own;
  for (auto [dimension, position] :
       llvm::zip(*shape, indices.take_back(shape->size()))) {
    own.push_back(dimension.is(1) ? Polynomial(0) : position);
  }
  return at(operand, own);
}

static bool isIntegral(Value value) {
  RankedTensorType type = tensorType(value);
  return type && isa<IntegerType>(type.getElementType()) &&
         !type.getElementType().isInteger(1);
}

/// A binary operation on integers, or null.
static std::optional<Polynomial>
computeInteger(StringRef opType, const Polynomial &a, const Polynomial &b) {
  if (opType == "Add") {
    return a + b;
  }
  if (opType == "Sub") {
    return a - b;
  }
  if (opType == "Mul") {
    return a * b;
  }
  return std::nullopt;
}

/// A binary operation on real numbers; null where it is none of the four.
static Element computeReal(Elements &elements, StringRef opType, Element a,
                           Element b) {
  if (opType == "Add") {
    return elements.add(a, b);
  }
  if (opType == "Sub") {
    return elements.add(a, elements.negate(b));
  }
  if (opType == "Mul") {
    return elements.multiply(a, b);
  }
  std::optional<double> divisor = elements.getConstant(b);
  if (opType == "Div" && divisor && *divisor != 0) {
    return elements.multiply(a, elements.getReal(1 / *divisor));
  }
  return nullptr;
}

Element ElementAccess::cast(NodeOp node, ArrayRef<Polynomial> indices) {
  Element source = at(node.getInput(0), indices);
  Value from = node.getInput(0), to = node->getResult(0);
  bool fromBoolean = tensorType(from).getElementType().isInteger(1);
  bool toBoolean = tensorType(to).getElementType().isInteger(1);
  if (fromBoolean && !toBoolean) {
    bool real = isFloatTensor(to);
    return elements.getSelect(
        source, real ? elements.getReal(1) : elements.getInteger(1),
        real ? elements.getReal(0) : elements.getInteger(0));
  }
  if (isIntegral(from) && toBoolean) {
    return elements.invert(elements.isZero(elements.toPolynomial(source)));
  }
  bool keepsValue =
      (isIntegral(from) && (isIntegral(to) || isFloatTensor(to))) ||
      (isFloatTensor(from) && isFloatTensor(to)) || (fromBoolean && toBoolean);
  if (!keepsValue) {
    return nullptr;
  }
  if (isIntegral(from) && isFloatTensor(to)) {
    std::optional<double> constant = elements.getConstant(source);
    return constant ? elements.getReal(*constant) : source;
  }
  return source;
}

Element ElementAccess::expandArithmetic(NodeOp node,
                                        ArrayRef<Polynomial> indices) {
  StringRef opType = node.getOpType();
  if (opType == "Cast" && tensorType(node.getInput(0)) &&
      tensorType(node->getResult(0))) {
    return cast(node, indices);
  }
  static constexpr StringLiteral unary[] = {"Cos", "Sin", "Sqrt", "Reciprocal"};
  if (llvm::is_contained(unary, opType)) {
    return elements.getCall(opType, {at(node.getInput(0), indices)});
  }
  if (opType == "Neg") {
    Element operand = at(node.getInput(0), indices);
    return isIntegral(node.getInput(0))
               ? elements.getInteger(Polynomial() -
                                     elements.toPolynomial(operand))
               : elements.negate(operand);
  }
  static constexpr StringLiteral binary[] = {"Add", "Sub", "Mul", "Div"};
  if (!llvm::is_contained(binary, opType)) {
    return nullptr;
  }
  Element a = broadcast(node, 0, indices), b = broadcast(node, 1, indices);
  if (!a || !b) {
    return nullptr;
  }
  if (isIntegral(node->getResult(0))) {
    auto value = computeInteger(opType, elements.toPolynomial(a),
                                elements.toPolynomial(b));
    return value ? elements.getInteger(*value) : nullptr;
  }
  return computeReal(elements, opType, a, b);
}

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

/// a `opType` b for integers, or null.
static Element compare(Elements &elements, StringRef opType,
                       const Polynomial &a, const Polynomial &b) {
  if (opType == "LessOrEqual") {
    return elements.isNonNegative(b - a);
  }
  if (opType == "Less") {
    return elements.isNonNegative(b - a - 1);
  }
  if (opType == "GreaterOrEqual") {
    return elements.isNonNegative(a - b);
  }
  if (opType == "Greater") {
    return elements.isNonNegative(a - b - 1);
  }
  return opType == "Equal" ? elements.isZero(a - b) : nullptr;
}

Element ElementAccess::expandCondition(NodeOp node,
                                       ArrayRef<Polynomial> indices) {
  StringRef opType = node.getOpType();
  if (opType == "Not") {
    return elements.invert(at(node.getInput(0), indices));
  }
  if (opType == "Where") {
    Element condition = broadcast(node, 0, indices);
    Element a = broadcast(node, 1, indices), b = broadcast(node, 2, indices);
    return condition && a && b ? elements.getSelect(condition, a, b) : nullptr;
  }
  bool isLogical = opType == "And" || opType == "Or";
  static constexpr StringLiteral comparisons[] = {
      "LessOrEqual", "Less", "GreaterOrEqual", "Greater", "Equal"};
  if (!isLogical && !(llvm::is_contained(comparisons, opType) &&
                      isIntegral(node.getInput(0)))) {
    return nullptr;
  }
  Element a = broadcast(node, 0, indices), b = broadcast(node, 1, indices);
  if (!a || !b) {
    return nullptr;
  }
  if (isLogical) {
    return opType == "And" ? elements.conjoin(a, b) : elements.disjoin(a, b);
  }
  return compare(elements, opType, elements.toPolynomial(a),
                 elements.toPolynomial(b));
}
