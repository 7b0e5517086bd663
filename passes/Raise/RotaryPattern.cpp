//===- RotaryPattern.cpp - rotary embeddings as arithmetic ------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A pair (a, b) becomes (a cos - b sin, b cos + a sin). Elements behind the
// rotated part are copies.
//
//===----------------------------------------------------------------------===//

#include "tandem/passes/Raise/RotaryPattern.h"

#include "tandem/passes/Raise/NodeMatching.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::raise;
using onnx::NodeOp;
using Kind = ElementNode::Kind;

namespace {
/// One summand of a rotation: a factor times data times a cosine or sine.
struct Part {
  Element data, angle;
  double factor;
};

/// Matches one value with one way to pair its elements.
class Matcher {
public:
  Matcher(Value result, ElementAccess &access, int64_t rotated,
          bool headsAreFirst, bool interleaved)
      : result(result), access(access), rotated(rotated) {
    rotation.headsAreFirst = headsAreFirst;
    rotation.interleaved = interleaved;
  }

  std::optional<Rotation> match();

private:
  bool matchPair(Element first, Element second, const Polynomial &distance);
  bool isTailCopied();
  Element at(const Polynomial &element);

  Value result;
  ElementAccess &access;
  int64_t rotated;
  Rotation rotation;
  Polynomial pair;
};
} // namespace

/// Splits a summand into data and angle.
static std::optional<Part> splitPart(const ElementNode::Term &term) {
  if (term.factors.size() != 2) {
    return std::nullopt;
  }
  Element data = term.factors[0], angle = term.factors[1];
  if (isAngleFunction(data)) {
    std::swap(data, angle);
  }
  if (data->kind != Kind::load || isAngleFunction(data) ||
      !isAngleFunction(angle)) {
    return std::nullopt;
  }
  return Part{data, angle, term.coefficient};
}

/// The two summands of `element`.
static std::optional<std::pair<Part, Part>> splitSum(Element element) {
  if (element->kind != Kind::real || element->terms.size() != 2) {
    return std::nullopt;
  }
  auto a = splitPart(element->terms[0]), b = splitPart(element->terms[1]);
  return a && b ? std::optional(std::pair(*a, *b)) : std::nullopt;
}

/// Element `element` of a head of the result.
Element Matcher::at(const Polynomial &element) {
  Indices indices{rotation.at.batch, rotation.at.token, rotation.at.head,
                  element};
  if (rotation.headsAreFirst) {
    std::swap(indices[1], indices[2]);
  }
  return access.get(result, indices);
}

/// `load` with its last index moved by `distance`.
static Element moved(Elements &elements, Element load,
                     const Polynomial &distance) {
  Indices indices(load->indices);
  indices.back() += distance;
  return elements.getLoad(load->tensor, indices);
}

/// Matches first = a cos - b sin and second = b cos + a sin, where b lies
/// `distance` behind a.
bool Matcher::matchPair(Element first, Element second,
                        const Polynomial &distance) {
  auto difference = splitSum(first), sum = splitSum(second);
  if (!difference || !sum) {
    return false;
  }
  auto [aCos, bSin] = *difference;
  if (aCos.factor < 0) {
    std::swap(aCos, bSin);
  }
  auto [bCos, aSin] = *sum;
  if (aSin.data != aCos.data) {
    std::swap(aSin, bCos);
  }
  double factor = aCos.factor;
  bool rotates = bSin.factor == -factor && aSin.factor == factor &&
                 bCos.factor == factor && aSin.data == aCos.data &&
                 bCos.data == bSin.data && aSin.angle == bSin.angle &&
                 bCos.angle == aCos.angle &&
                 moved(access.elements, aCos.data, distance) == bCos.data;
  auto angles = rotates ? readAngles(aCos.angle, aSin.angle, factor, pair,
                                     rotated / 2, access.elements)
                        : std::nullopt;
  if (!angles) {
    return false;
  }
  rotation.source = aCos.data;
  rotation.angles = *angles;
  return true;
}

bool Matcher::isTailCopied() {
  int64_t tail = rotation.at.width - rotated;
  if (tail == 0) {
    return true;
  }
  Polynomial element = Polynomial(rotated) + access.elements.makeIndex(tail);
  return at(element) ==
         moved(access.elements, rotation.source, element - rotation.at.element);
}

std::optional<Rotation> Matcher::match() {
  auto shape = access.getShape(result);
  unsigned headAxis = rotation.headsAreFirst ? 1 : 2;
  auto heads = (*shape)[headAxis].getConstant();
  if (!heads) {
    return std::nullopt;
  }
  Elements &elements = access.elements;
  pair = elements.makeIndex(rotated / 2);
  rotation.at = {elements.makeIndex((*shape)[0]),
                 elements.makeIndex((*shape)[3 - headAxis]),
                 elements.makeIndex(*heads),
                 rotation.interleaved ? pair * 2 : pair,
                 *heads,
                 widthOf(result)};
  Polynomial distance = rotation.interleaved ? 1 : rotated / 2;
  Element first = at(rotation.at.element);
  Element second = at(rotation.at.element + distance);
  if (!matchPair(first, second, distance) || !isTailCopied()) {
    return std::nullopt;
  }
  return rotation;
}

/// How many elements of a head may be rotated: all, or those up to a boundary
/// of the Concat that makes the result.
static SmallVector<int64_t> candidateWidths(Value result) {
  SmallVector<int64_t> widths{widthOf(result)};
  NodeOp concat = definedBy(result, "Concat");
  int64_t width = 0;
  for (Value part : concat ? concat.getInputs() : ValueRange()) {
    int64_t own = widthOf(part);
    if (ShapedType::isDynamic(own)) {
      break;
    }
    width += own;
    if (width < widths.front() && width % 2 == 0) {
      widths.push_back(width);
    }
  }
  return widths;
}

std::optional<Rotation> raise::matchRotation(Value result,
                                             ElementAccess &access) {
  auto shape = access.getShape(result);
  int64_t width = widthOf(result);
  if (!shape || shape->size() != 4 || ShapedType::isDynamic(width) ||
      width % 2 != 0) {
    return std::nullopt;
  }
  for (int64_t rotated : candidateWidths(result)) {
    for (bool headsAreFirst : {true, false}) {
      for (bool interleaved : {false, true}) {
        Matcher matcher(result, access, rotated, headsAreFirst, interleaved);
        if (auto rotation = matcher.match()) {
          return rotation;
        }
      }
    }
  }
  return std::nullopt;
}
