//===- CacheAddress.h - where a token lies in the cache -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_NVIDIA_KERNELS_ATTENTION_CACHEADDRESS_H
#define TANDEM_TARGETS_NVIDIA_KERNELS_ATTENTION_CACHEADDRESS_H

#include "tandem/targets/Nvidia/Kernels/Kernels.h"

namespace tandem::nvidia {

/// Addresses in a layer's part of the blocks of one sequence.
class CacheAddress {
public:
  /// `layer` is the layer's part of block 0, `blocks` the lists of all rows.
  CacheAddress(const CacheBlocks &cache, Pointer layer, Pointer blocks,
               Expr sequence)
      : cache(cache), layer(layer),
        list(blocks + sequence * double(cache.blocksPerRow)) {}

  /// The key of a head at a position, keyDim elements. The next position of the
  /// block lies keyStride elements on.
  Pointer key(Expr head, Expr position) const {
    return at(position, inBlock(head, position) * double(cache.keyStride()));
  }
  /// The value of a head at a position, valueDim elements.
  Pointer value(Expr head, Expr position) const {
    return at(position, inBlock(head, position) * double(cache.valueStride()) +
                            double(cache.valuesOffset()));
  }

private:
  /// Element `index` of the layer's part of a position's block. A cache may
  /// have more bytes than 32 bits count.
  Pointer at(Expr position, Expr index) const {
    Code &code = *position.code;
    Expr number = (list + position / double(cache.tokens)).loadInteger();
    Expr block = code.extend(number, code.getI64Type());
    return layer.bytes(block * double(cache.blockBytes()))
        .bytes(index * double(cache.elementBytes()));
  }
  Expr inBlock(Expr head, Expr position) const {
    return head * double(cache.tokens) + position % cache.tokens;
  }

  CacheBlocks cache;
  Pointer layer, list;
};

} // namespace tandem::nvidia

#endif // TANDEM_TARGETS_NVIDIA_KERNELS_ATTENTION_CACHEADDRESS_H
