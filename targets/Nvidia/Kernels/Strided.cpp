//===- Strided.cpp - elements along dimensions of a row ---------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Kernels/Strided.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <functional>
#include <numeric>

using namespace mlir;
using namespace tandem::nvidia;

Strided Strided::rowMajor(ArrayRef<int64_t> shape) {
  Strided all;
  all.sizes.assign(shape.begin(), shape.end());
  all.strides.resize(shape.size());
  all.pitch = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    all.strides[i] = all.pitch;
    all.pitch *= shape[i];
  }
  return all;
}

Strided Strided::keep(function_ref<bool(size_t)> isKept) const {
  Strided kept = *this;
  kept.sizes.clear();
  kept.strides.clear();
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (isKept(i)) {
      kept.sizes.push_back(sizes[i]);
      kept.strides.push_back(strides[i]);
    }
  }
  return kept;
}

int64_t Strided::count() const {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1),
                         std::multiplies<int64_t>());
}

bool Strided::isWithinRow() const {
  int64_t first = offset, last = offset;
  for (auto [size, stride] : llvm::zip(sizes, strides)) {
    (stride < 0 ? first : last) += (size - 1) * stride;
  }
  return count() == 0 || (first >= 0 && last < pitch);
}

static std::string joined(ArrayRef<int64_t> numbers) {
  return llvm::join(
      llvm::map_range(numbers, [](int64_t n) { return std::to_string(n); }),
      "x");
}

std::string Strided::name() const {
  std::string name = joined(sizes) + "_by_" + joined(strides) + "_at_" +
                     std::to_string(offset) + "_of_" + std::to_string(pitch);
  std::replace(name.begin(), name.end(), '-', 'm'); // no sign in PTX names
  return name;
}

Expr Strided::at(Expr index) const {
  Expr sum = index.code->integer(0);
  for (size_t i = sizes.size(); i-- > 0;) {
    Expr digit = i == 0 ? index : index % sizes[i];
    sum = sum + digit * double(strides[i]);
    index = index / double(sizes[i]);
  }
  return sum;
}

bool Movement::isIdentity() const {
  Movement shape = simplified();
  return shape.from.strides == shape.to.strides && from.offset == to.offset &&
         from.pitch == to.pitch && from.count() == from.pitch;
}

Movement Movement::simplified() const {
  Movement merged = *this;
  Strided &source = merged.from, &target = merged.to;
  source = from.keep([](size_t) { return false; });
  target = to.keep([](size_t) { return false; });
  for (auto [size, inFrom, inTo] :
       llvm::zip(from.sizes, from.strides, to.strides)) {
    if (size == 1) {
      continue;
    }
    bool isBehind = !source.sizes.empty() &&
                    source.strides.back() == size * inFrom &&
                    target.strides.back() == size * inTo;
    if (!isBehind) {
      source.sizes.push_back(1);
      source.strides.push_back(0);
      target.strides.push_back(0);
    }
    source.sizes.back() *= size;
    source.strides.back() = inFrom;
    target.strides.back() = inTo;
  }
  target.sizes = source.sizes;
  return merged;
}
