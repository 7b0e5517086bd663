//===- RebuildShapeArithmetic.cpp - shapes from arguments -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A value whose elements are polynomials of dimensions is computed anew, at the
// top of the function, from the first arguments that have these dimensions.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/BuiltinOps.h"

#include "tandem/passes/Primitives/SymbolicShapes.h"
#include "tandem/passes/Simplify/Nodes.h"
#include "tandem/passes/Simplify/Passes.h"

namespace tandem {
#define GEN_PASS_DEF_REBUILDSHAPEARITHMETICPASS
#include "tandem/passes/Simplify/Passes.h.inc"
} // namespace tandem

using namespace mlir;
using namespace tandem;
using namespace tandem::simplify;
using namespace tandem::primitives;
using tandem::onnx::NodeOp;

namespace {

class RebuildShapeArithmeticPass
    : public tandem::impl::RebuildShapeArithmeticPassBase<
          RebuildShapeArithmeticPass> {
public:
  void runOnOperation() override;
};

/// Builds shape arithmetic at the top of one function, every value once.
class ShapeBuilder {
public:
  ShapeBuilder(func::FuncOp function, SymbolicShapes &shapes)
      : function(function), shapes(shapes),
        builder(OpBuilder::atBlockBegin(&function.getBody().front())) {}

  /// A value of `type` with `elements`; null where that cannot be built.
  Value build(const Dimensions &elements, RankedTensorType type);

private:
  Value buildElement(const Polynomial &element);
  Value buildProduct(const Polynomial::Monomial &monomial);
  Value buildDimension(Atom atom);
  Value createVector(StringRef opType, ValueRange inputs, int64_t length = 1,
                     ArrayRef<NamedAttribute> attributes = {});

  func::FuncOp function;
  SymbolicShapes &shapes;
  OpBuilder builder;
  llvm::StringMap<Value> built;
};

} // namespace

Value ShapeBuilder::createVector(StringRef opType, ValueRange inputs,
                                 int64_t length,
                                 ArrayRef<NamedAttribute> attributes) {
  return createPrimitive(builder, function.getLoc(), opType,
                         RankedTensorType::get({length}, builder.getI64Type()),
                         inputs, attributes);
}

/// The dimension of the first argument that is exactly `atom`.
Value ShapeBuilder::buildDimension(Atom atom) {
  Polynomial wanted = Polynomial::ofAtom(atom);
  for (BlockArgument argument : function.getArguments()) {
    std::optional<ArrayRef<Polynomial>> shape = shapes.getShape(argument);
    if (!shape) {
      continue;
    }
    const Polynomial *found = llvm::find(*shape, wanted);
    if (found == shape->end()) {
      continue;
    }
    int64_t axis = found - shape->begin();
    return createVector(
        "Shape", argument, 1,
        {builder.getNamedAttr("start", builder.getI64IntegerAttr(axis)),
         builder.getNamedAttr("end", builder.getI64IntegerAttr(axis + 1))});
  }
  return {};
}

Value ShapeBuilder::buildProduct(const Polynomial::Monomial &monomial) {
  Value product;
  for (Atom atom : monomial) {
    Value factor = buildElement(Polynomial::ofAtom(atom));
    if (!factor) {
      return {};
    }
    product = product ? createVector("Mul", {product, factor}) : factor;
  }
  return product;
}

/// A vector of one element.
Value ShapeBuilder::buildElement(const Polynomial &element) {
  Value &value = built[shapes.getSymbols().toString(element)];
  if (value) {
    return value;
  }
  if (std::optional<int64_t> number = element.getConstant()) {
    return value = createIntegers(builder, function.getLoc(), {*number});
  }
  if (std::optional<Atom> atom = element.getAtom()) {
    return value = buildDimension(*atom);
  }
  Value sum;
  for (const Polynomial::Term &term : element.getTerms()) {
    Value part = buildProduct(term.monomial);
    if (term.monomial.empty()) {
      part = createIntegers(builder, function.getLoc(), {term.coefficient});
    }
    if (!part) {
      return {};
    }
    if (!term.monomial.empty() && term.coefficient != 1) {
      part =
          createVector("Mul", {part, createIntegers(builder, function.getLoc(),
                                                    {term.coefficient})});
    }
    sum = sum ? createVector("Add", {sum, part}) : part;
  }
  // A new look-up: the map may have grown.
  return built[shapes.getSymbols().toString(element)] = sum;
}

Value ShapeBuilder::build(const Dimensions &elements, RankedTensorType type) {
  SmallVector<Value> parts;
  for (const Polynomial &element : elements) {
    parts.push_back(buildElement(element));
    if (!parts.back()) {
      return {};
    }
  }
  auto integer = dyn_cast<IntegerType>(type.getElementType());
  if (parts.empty() || type.getRank() > 1 || !integer ||
      (integer.getWidth() != 32 && integer.getWidth() != 64)) {
    return {};
  }
  Value result = parts.front();
  if (parts.size() > 1) {
    result = createVector(
        "Concat", parts, parts.size(),
        builder.getNamedAttr("axis", builder.getI64IntegerAttr(0)));
  }
  Location location = function.getLoc();
  if (type.getRank() == 0) {
    result = createPrimitive(builder, location, "Squeeze",
                             RankedTensorType::get({}, builder.getI64Type()),
                             {result, createIntegers(builder, location, {0})});
  }
  if (integer.getWidth() == 32) {
    result = createPrimitive(
        builder, location, "Cast", type, result,
        builder.getNamedAttr("to", builder.getI64IntegerAttr(6)));
  }
  return result;
}

/// Whether all that `operation` makes is shape arithmetic, which will be dead
/// once its users are rebuilt.
static bool isShapeArithmetic(Operation *operation, SymbolicShapes &shapes) {
  auto node = dyn_cast<NodeOp>(operation);
  return node && llvm::all_of(node.getResults(), [&](Value result) {
           return shapes.getElements(result).has_value();
         });
}

void RebuildShapeArithmeticPass::runOnOperation() {
  auto &shapes = getAnalysis<SymbolicShapes>();
  getOperation().walk([&](func::FuncOp function) {
    if (function.isExternal()) {
      return;
    }
    SmallVector<NodeOp> nodes;
    function.walk([&](NodeOp node) { nodes.push_back(node); });
    ShapeBuilder builder(function, shapes);
    for (NodeOp node : nodes) {
      if (!isShapeArithmetic(node, shapes)) {
        continue;
      }
      for (Value result : node.getResults()) {
        auto isOutside = [&](OpOperand &use) {
          return !isShapeArithmetic(use.getOwner(), shapes);
        };
        auto type = dyn_cast<RankedTensorType>(result.getType());
        if (!type || llvm::none_of(result.getUses(), isOutside)) {
          continue;
        }
        if (Value value = builder.build(*shapes.getElements(result), type)) {
          result.replaceUsesWithIf(value, isOutside);
        }
      }
    }
  });
  eraseDeadNodes(getOperation());
}
