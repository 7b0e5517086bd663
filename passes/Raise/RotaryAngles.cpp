//===- RotaryAngles.cpp - cosines and sines of positions --------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Both forms end in a position, an integer of any origin.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/RotaryAngles.h"

#include "tandem/passes/Raise/NodeMatching.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using Kind = ElementNode::Kind;

bool raise::isAngleFunction(Element element) {
  return element->kind == Kind::call ||
         (element->kind == Kind::load && isConstant(element->tensor));
}

/// Tables: both loads are [position, pair].
static std::optional<RotaryAngles> readTables(Element cosine, Element sine,
                                              const Polynomial &pair) {
  if (cosine->indices.size() != 2 || cosine->indices != sine->indices ||
      cosine->indices[1] != pair) {
    return std::nullopt;
  }
  RotaryAngles angles;
  angles.cosTable = cosine->tensor;
  angles.sinTable = sine->tensor;
  angles.position = cosine->indices[0];
  return angles;
}

/// Whether `load` reads element `pair` of a constant with `pairs` elements. All
/// dimensions but one are then 1.
static bool readsPair(Element load, const Polynomial &pair, int64_t pairs) {
  if (load->kind != Kind::load) {
    return false;
  }
  DenseElementsAttr values = constantElements(load->tensor);
  return values && values.getNumElements() == pairs &&
         values.getElementType().isF32() &&
         llvm::is_contained(load->indices, pair) &&
         llvm::all_of(load->indices, [&](const Polynomial &index) {
           return index.is(0) || index == pair;
         });
}

/// Frequencies: `angle` is an integer times element `pair` of a constant.
static std::optional<RotaryAngles> readFrequencies(Element angle, double scale,
                                                   const Polynomial &pair,
                                                   int64_t pairs,
                                                   Elements &elements) {
  if (angle->kind != Kind::real || angle->terms.size() != 1 ||
      angle->terms[0].coefficient != 1 || angle->terms[0].factors.size() != 2) {
    return std::nullopt;
  }
  Element frequency = angle->terms[0].factors[0];
  Element position = angle->terms[0].factors[1];
  if (!readsPair(frequency, pair, pairs)) {
    std::swap(frequency, position);
  }
  if (!readsPair(frequency, pair, pairs)) {
    return std::nullopt;
  }
  RankedTensorType type = position->kind == Kind::load
                              ? tensorType(position->tensor)
                              : RankedTensorType();
  bool isInteger = position->kind == Kind::integer ||
                   (type && isa<IntegerType>(type.getElementType()));
  if (!isInteger) {
    return std::nullopt;
  }
  RotaryAngles angles;
  DenseElementsAttr values = constantElements(frequency->tensor);
  angles.frequencies =
      values.reshape(RankedTensorType::get({pairs}, values.getElementType()));
  angles.scale = scale;
  angles.position = elements.toPolynomial(position);
  return angles;
}

std::optional<RotaryAngles>
raise::readAngles(Element cosine, Element sine, double scale,
                  const Polynomial &pair, int64_t pairs, Elements &elements) {
  if (cosine->kind == Kind::load && sine->kind == Kind::load && scale == 1) {
    return readTables(cosine, sine, pair);
  }
  if (cosine->kind != Kind::call || cosine->name != "Cos" ||
      sine->kind != Kind::call || sine->name != "Sin" ||
      cosine->operands != sine->operands) {
    return std::nullopt;
  }
  return readFrequencies(cosine->operands[0], scale, pair, pairs, elements);
}
