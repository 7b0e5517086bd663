//===- WarpMatrix.cpp - mma.sync and ldmatrix -------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/WarpMatrix.h"

#include "tandem/targets/Nvidia/Emulator/Elements.h"
#include "tandem/targets/Nvidia/Emulator/Execution.h"

#include <cstring>

using namespace llvm;
using namespace tandem::nvidia::ptx;

static uint32_t *words(Warp &warp, unsigned lane) {
  return warp.threads[lane]->visible.exchange;
}

void tandem::nvidia::ptx::checkWholeWarp(Warp &warp, const Site &site,
                                         uint32_t lanes) {
  if (lanes != ~0u) {
    fail(*warp.threads[std::countr_zero(lanes)], site,
         "needs a whole warp, this one has " + Twine(std::popcount(lanes)) +
             " threads");
  }
}

//===----------------------------------------------------------------------===//
// mma.sync
//===----------------------------------------------------------------------===//

namespace {
/// Operands of a warp's product. A lane (g = lane / 4, q = lane % 4) holds
/// words of rows g and g + 8 of A and of column g of B, for k from q times the
/// elements of a word, and columns 2q and 2q + 1 of C.
template <typename T> struct WarpProduct {
  T a[16][32];
  T b[32][8];
  T c[16][8];
};
} // namespace

template <typename T>
static inline __attribute__((always_inline)) void
addProduct(WarpProduct<T> &product, unsigned depth) {
  for (unsigned row = 0; row < 16; ++row) {
    for (unsigned k = 0; k < depth; ++k) {
      for (unsigned column = 0; column < 8; ++column) {
        product.c[row][column] += product.a[row][k] * product.b[k][column];
      }
    }
  }
}

// A row of C is one register of AVX.
#define TANDEM_CLONES                                                          \
  __attribute__((target_clones("arch=x86-64-v3", "default")))
TANDEM_CLONES static void run(WarpProduct<float> &product, unsigned depth) {
  addProduct(product, depth);
}
TANDEM_CLONES static void run(WarpProduct<uint32_t> &product, unsigned depth) {
  addProduct(product, depth);
}
#undef TANDEM_CLONES

/// Reads A and B: `Unpack(word, i, element)` is element i of a word.
template <typename T, typename Unpack>
static void readFactors(Warp &warp, const MatrixForm &form, unsigned perWord,
                        Unpack unpack, WarpProduct<T> &product) {
  unsigned halves = form.k / (4 * perWord);
  for (unsigned lane = 0; lane < warpLanes; ++lane) {
    const uint32_t *in = words(warp, lane);
    unsigned g = lane / 4, q = lane % 4;
    for (unsigned half = 0; half < halves; ++half) {
      for (unsigned i = 0; i < perWord; ++i) {
        unsigned k = (half * 4 + q) * perWord + i;
        product.a[g][k] = unpack(in[2 * half], i, form.a);
        product.a[g + 8][k] = unpack(in[2 * half + 1], i, form.a);
        product.b[k][g] = unpack(in[2 * halves + half], i, form.b);
      }
    }
  }
}

/// Calls `body(lane's word, element)` for C: 4 words, row by row.
template <typename T, typename Body>
static void forEachResult(Warp &warp, unsigned first, WarpProduct<T> &product,
                          Body body) {
  for (unsigned lane = 0; lane < warpLanes; ++lane) {
    for (unsigned i = 0; i < 4; ++i) {
      body(words(warp, lane)[first + i],
           product.c[lane / 4 + 8 * (i / 2)][2 * (lane % 4) + i % 2]);
    }
  }
}

static void multiplyIntegers(Warp &warp, const MatrixForm &form) {
  WarpProduct<uint32_t> product; // sums wrap
  readFactors(
      warp, form, 4,
      [](uint32_t word, unsigned i, Element element) -> uint32_t {
        uint8_t byte = word >> 8 * i;
        return element == Element::s8 ? int32_t(int8_t(byte)) : byte;
      },
      product);
  unsigned first = 3 * (form.k / 16);
  forEachResult(warp, first, product,
                [](uint32_t word, uint32_t &c) { c = word; });
  run(product, form.k);
  forEachResult(warp, 0, product, [](uint32_t &word, uint32_t c) { word = c; });
}

/// C and D in f16: word i holds both columns of row g + 8 i.
template <typename Body>
static void forEachHalfResult(Warp &warp, unsigned first,
                              WarpProduct<float> &product, Body body) {
  for (unsigned lane = 0; lane < warpLanes; ++lane) {
    for (unsigned i = 0; i < 2; ++i) {
      float *c = &product.c[lane / 4 + 8 * i][2 * (lane % 4)];
      body(words(warp, lane)[first + i], c[0], c[1]);
    }
  }
}

static void multiplyFloats(Warp &warp, const MatrixForm &form) {
  WarpProduct<float> product;
  unsigned perWord = form.a == Element::tf32 ? 1 : 2;
  readFactors(warp, form, perWord, unpackFloat, product);
  unsigned first = 3 * (form.k / (4 * perWord));
  if (form.hasHalfResult) {
    forEachHalfResult(warp, first, product,
                      [](uint32_t word, float &low, float &high) {
                        low = unpackFloat(word, 0, Element::f16);
                        high = unpackFloat(word, 1, Element::f16);
                      });
    run(product, form.k);
    forEachHalfResult(warp, 0, product,
                      [](uint32_t &word, float low, float high) {
                        word = packHalf(low) | uint32_t(packHalf(high)) << 16;
                      });
    return;
  }
  forEachResult(warp, first, product, [](uint32_t word, float &c) {
    c = std::bit_cast<float>(word);
  });
  run(product, form.k);
  forEachResult(warp, 0, product, [](uint32_t &word, float c) {
    word = std::bit_cast<uint32_t>(c);
  });
}

void tandem::nvidia::ptx::multiply(Warp &warp, const Site &site,
                                   uint32_t lanes) {
  checkWholeWarp(warp, site, lanes);
  bool isInteger = site.form.a == Element::s8 || site.form.a == Element::u8;
  isInteger ? multiplyIntegers(warp, site.form)
            : multiplyFloats(warp, site.form);
}

//===----------------------------------------------------------------------===//
// ldmatrix and stmatrix
//===----------------------------------------------------------------------===//

/// Row `row` of tile `tile` of 8 x 8 elements: lane 8 tile + row has its
/// address.
static char *tileRow(Warp &warp, const Site &site,
                     const uint32_t (&addresses)[warpLanes], unsigned tile,
                     unsigned row) {
  unsigned lane = 8 * tile + row;
  return sharedMemory(*warp.threads[lane], site, addresses[lane], 16, 16);
}

/// Calls `body(word, half, element)` for each element a lane has of each tile.
template <typename Body>
static void forEachTileElement(Warp &warp, const Site &site, Body body) {
  uint32_t addresses[warpLanes];
  for (unsigned lane = 0; lane < warpLanes; ++lane) {
    addresses[lane] = words(warp, lane)[0];
  }
  for (unsigned tile = 0; tile < site.form.tiles; ++tile) {
    for (unsigned row = 0; row < 8; ++row) {
      char *elements = tileRow(warp, site, addresses, tile, row);
      for (unsigned column = 0; column < 8; ++column) {
        bool isTransposed = site.form.isTransposed;
        unsigned outer = isTransposed ? column : row;
        unsigned inner = isTransposed ? row : column;
        body(warp.threads[4 * outer + inner / 2]->visible.exchange, tile,
             inner % 2, elements + 2 * column);
      }
    }
  }
}

void tandem::nvidia::ptx::loadTiles(Warp &warp, const Site &site,
                                    uint32_t lanes) {
  checkWholeWarp(warp, site, lanes);
  forEachTileElement(
      warp, site,
      [](uint32_t *words, unsigned tile, unsigned half, const char *element) {
        auto *to = reinterpret_cast<char *>(words + tile);
        std::memcpy(to + 2 * half, element, 2);
      });
}

void tandem::nvidia::ptx::storeTiles(Warp &warp, const Site &site,
                                     uint32_t lanes) {
  checkWholeWarp(warp, site, lanes);
  forEachTileElement(
      warp, site,
      [](uint32_t *words, unsigned tile, unsigned half, char *element) {
        auto *from = reinterpret_cast<char *>(words + 1 + tile);
        std::memcpy(element, from + 2 * half, 2);
      });
}
