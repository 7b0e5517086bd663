//===- TensorMap.cpp - how a bulk tensor copy reads a tensor ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/TensorMap.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"

using namespace tandem::nvidia::ptx;

static llvm::Error refuse(const llvm::Twine &rule) {
  return llvm::createStringError("tensor map: " + rule);
}

llvm::Expected<EncodedTensorMap>
tandem::nvidia::ptx::encode(const TensorMap &map) {
  size_t rank = map.sizes.size();
  if (rank < 1 || rank > 5 || map.box.size() != rank ||
      map.strides.size() != rank - 1) {
    return refuse("has " + llvm::Twine(rank) + " sizes, " +
                  llvm::Twine(map.strides.size()) + " strides and " +
                  llvm::Twine(map.box.size()) +
                  " box extents; expected n, n - 1 and n for 1 to 5 "
                  "dimensions");
  }
  if (!llvm::is_contained({1u, 2u, 4u, 8u}, map.elementBytes)) {
    return refuse("elements are " + llvm::Twine(map.elementBytes) +
                  " bytes, expected 1, 2, 4 or 8");
  }
  if (!llvm::is_contained({0u, 32u, 64u, 128u}, map.swizzleBytes)) {
    return refuse("swizzle is " + llvm::Twine(map.swizzleBytes) +
                  " bytes, expected 0, 32, 64 or 128");
  }
  EncodedTensorMap result = {};
  result.base = reinterpret_cast<uint64_t>(map.base);
  if (result.base % 16 != 0) {
    return refuse("base is not 16-byte aligned");
  }
  for (size_t i = 0; i < rank; ++i) {
    if (map.sizes[i] < 1 || map.sizes[i] > uint64_t(1) << 32) {
      return refuse("size of dimension " + llvm::Twine(i) + " is " +
                    llvm::Twine(map.sizes[i]) + ", expected 1 to 2^32");
    }
    if (map.box[i] < 1 || map.box[i] > 256) {
      return refuse("box of dimension " + llvm::Twine(i) + " is " +
                    llvm::Twine(map.box[i]) + ", expected 1 to 256");
    }
    uint64_t stride = i == 0 ? map.elementBytes : map.strides[i - 1];
    if (i > 0 && (stride % 16 != 0 || stride >= uint64_t(1) << 40)) {
      return refuse("stride of dimension " + llvm::Twine(i) + " is " +
                    llvm::Twine(stride) +
                    " bytes, expected a multiple of 16 below 2^40");
    }
    result.sizes[i] = map.sizes[i];
    result.strides[i] = stride;
    result.box[i] = map.box[i];
  }
  uint64_t rowBytes = uint64_t(map.box[0]) * map.elementBytes;
  if (rowBytes % 16 != 0) {
    return refuse("a row of the box is " + llvm::Twine(rowBytes) +
                  " bytes, expected a multiple of 16");
  }
  if (map.swizzleBytes && rowBytes > map.swizzleBytes) {
    return refuse("a row of the box is " + llvm::Twine(rowBytes) +
                  " bytes, expected at most the swizzle's " +
                  llvm::Twine(map.swizzleBytes));
  }
  result.mark = EncodedTensorMap::expectedMark;
  result.rank = rank;
  result.elementBytes = map.elementBytes;
  result.swizzleBytes = map.swizzleBytes;
  return result;
}
