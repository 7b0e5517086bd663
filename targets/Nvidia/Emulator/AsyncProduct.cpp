//===- AsyncProduct.cpp - wgmma ---------------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Nvidia/Emulator/Elements.h"
#include "tandem/targets/Nvidia/Emulator/Execution.h"
#include "tandem/targets/Nvidia/Emulator/WarpMatrix.h"

#include "llvm/ADT/STLExtras.h"

#include <cstring>

using namespace llvm;
using namespace tandem::nvidia::ptx;

static constexpr unsigned rows = 16;  ///< of a warp, of the warpgroup's 64
static constexpr unsigned depth = 16; ///< of one product

//===----------------------------------------------------------------------===//
// Operands in shared memory
//===----------------------------------------------------------------------===//

namespace {
/// What a matrix descriptor says. `rowBytes` is the width of a swizzled row; 16
/// without swizzle.
struct SharedMatrix {
  uint64_t start, leadingBytes, strideBytes;
  unsigned rowBytes, swizzleBytes;
  bool isTransposed; ///< elements of a column (of one k) are contiguous

  SharedMatrix(uint64_t descriptor, bool isTransposed)
      : start((descriptor & 0x3fff) << 4),
        leadingBytes((descriptor >> 16 & 0x3fff) << 4),
        strideBytes((descriptor >> 32 & 0x3fff) << 4),
        isTransposed(isTransposed) {
    static constexpr unsigned swizzles[] = {0, 128, 64, 32};
    swizzleBytes = swizzles[descriptor >> 62];
    rowBytes = swizzleBytes ? swizzleBytes : 16;
  }

  /// The address of the 8 contiguous elements that begin at (row, k).
  uint64_t chunk(unsigned row, unsigned k) const {
    uint64_t address = start;
    if (isTransposed) {
      unsigned perRow = rowBytes / 2;
      address += row / perRow * leadingBytes + k / 8 * strideBytes +
                 k % 8 * rowBytes + row % perRow * 2;
    } else if (swizzleBytes) {
      address += row / 8 * strideBytes + row % 8 * rowBytes + k * 2;
    } else {
      address += row / 8 * strideBytes + k / 8 * leadingBytes + row % 8 * 16;
    }
    return swizzle(address, swizzleBytes);
  }
};
} // namespace

/// Reads elements (first row + row, k) of a shared matrix into `to[k][row]`.
static void readShared(Thread &thread, const Site &site, uint64_t descriptor,
                       bool isTransposed, bool isNegated, Element element,
                       unsigned firstRow, unsigned count, float (*to)[256]) {
  if (descriptor >> 49 & 7) {
    fail(thread, site,
         "has a descriptor with a base offset, which is not "
         "modelled; align tiles to 1024 bytes");
  }
  SharedMatrix matrix(descriptor, isTransposed);
  unsigned rowStep = isTransposed ? 8 : 1, kStep = isTransposed ? 1 : 8;
  for (unsigned row = 0; row < count; row += rowStep) {
    for (unsigned k = 0; k < depth; k += kStep) {
      uint16_t chunk[8];
      std::memcpy(
          chunk,
          sharedMemory(thread, site, matrix.chunk(firstRow + row, k), 16, 16),
          16);
      for (unsigned i = 0; i < 8; ++i) {
        float value = unpackFloat(chunk[i], 0, element);
        to[k + (isTransposed ? 0 : i)][row + (isTransposed ? i : 0)] =
            isNegated ? -value : value;
      }
    }
  }
}

//===----------------------------------------------------------------------===//
// Accumulators
//===----------------------------------------------------------------------===//

/// Calls `body(register, value)` for each register of the warp: word i of a
/// lane is in row lane / 4 (+ 8) and columns 8 (i / 4) + 2 (lane % 4) and the
/// next.
template <typename Body>
static void forEachRegister(Accumulator &accumulator, Body body) {
  unsigned words = accumulator.columns / 2;
  for (unsigned lane = 0; lane < warpLanes; ++lane) {
    for (unsigned i = 0; i < words; ++i) {
      unsigned row = lane / 4 + 8 * (i / 2 % 2);
      unsigned column = 8 * (i / 4) + 2 * (lane % 4) + i % 2;
      body(*accumulator.registers[lane * words + i],
           accumulator.values[row * accumulator.columns + column]);
    }
  }
}

static void giveBack(Accumulator &accumulator) {
  forEachRegister(accumulator, [](uint32_t &word, float value) {
    word = std::bit_cast<uint32_t>(value);
  });
}

/// The accumulator of the registers that the lanes name, with their values.
static Accumulator &findAccumulator(Warp &warp, const Site &site) {
  AsyncProducts &products = warp.products;
  unsigned columns = site.form.n, words = columns / 2;
  uint32_t **first = warp.threads[0]->visible.registers;
  Accumulator *found = nullptr;
  for (auto &candidate : products.accumulators) {
    if (candidate->columns == columns &&
        std::equal(first, first + words, candidate->registers.begin())) {
      found = candidate.get();
    }
  }
  bool isNew = !found;
  if (isNew) {
    found = products.accumulators.emplace_back(std::make_unique<Accumulator>())
                .get();
    found->columns = columns;
    found->values.resize(rows * columns);
    for (unsigned lane = 0; lane < warpLanes; ++lane) {
      uint32_t **registers = warp.threads[lane]->visible.registers;
      found->registers.insert(found->registers.end(), registers,
                              registers + words);
    }
  }
  if (found->pendingProducts == 0) {
    bool isTouched = isNew;
    forEachRegister(*found, [&](uint32_t word, float &value) {
      isTouched |= word != std::bit_cast<uint32_t>(value);
      value = std::bit_cast<float>(word);
    });
    if (isTouched && !products.isFenced) {
      fail(*warp.threads[0], site,
           "uses registers that were written since the last wgmma.fence");
    }
  }
  return *found;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// c[row][column] += a[k][row] b[k][column], k by k.
__attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3",
                             "default"))) static void
addProduct(float *c, const float (*a)[256], const float (*b)[256],
           unsigned columns) {
  for (unsigned row = 0; row < rows; ++row) {
    float *to = c + row * columns;
    for (unsigned k = 0; k < depth; ++k) {
      for (unsigned column = 0; column < columns; ++column) {
        to[column] += a[k][row] * b[k][column];
      }
    }
  }
}

/// A's registers: words (row g, k 2q), (g + 8, 2q), (g, 2q + 8), (g + 8, 2q +
/// 8).
static void readRegistersA(const AsyncProduct &product, float (*a)[256]) {
  const MatrixForm &form = product.site->form;
  for (unsigned lane = 0; lane < warpLanes; ++lane) {
    for (unsigned i = 0; i < 4; ++i) {
      for (unsigned half = 0; half < 2; ++half) {
        float value = unpackFloat(*product.registersA[lane][i], half, form.a);
        a[8 * (i / 2) + 2 * (lane % 4) + half][lane / 4 + 8 * (i % 2)] =
            form.negatesA ? -value : value;
      }
    }
  }
}

static void perform(Warp &warp, const AsyncProduct &product) {
  static thread_local float a[depth][256], b[depth][256];
  const MatrixForm &form = product.site->form;
  Thread &thread = *warp.threads[0];
  if (form.hasRegisterA) {
    readRegistersA(product, a);
  } else {
    readShared(thread, *product.site, product.descriptorA, form.isTransposed,
               form.negatesA, form.a, rows * (thread.visible.warp % 4), rows,
               a);
  }
  readShared(thread, *product.site, product.descriptorB, form.isTransposedB,
             form.negatesB, form.b, 0, form.n, b);
  Accumulator &accumulator = *product.accumulator;
  if (!product.accumulates) {
    std::fill(accumulator.values.begin(), accumulator.values.end(), 0.0f);
  }
  addProduct(accumulator.values.data(), a, b, accumulator.columns);
  if (--accumulator.pendingProducts == 0) {
    giveBack(accumulator);
  }
}

void tandem::nvidia::ptx::issueProduct(Warp &warp, const Site &site,
                                       uint32_t lanes) {
  checkWholeWarp(warp, site, lanes);
  AsyncProducts &products = warp.products;
  const uint32_t *words = warp.threads[0]->visible.exchange;
  for (Thread *thread : warp.threads) {
    if (!std::equal(words, words + 5, thread->visible.exchange)) {
      fail(*thread, site, "has other operands than lane 0 of its warp");
    }
  }
  if (site.form.hasRegisterA && !products.isFenced) {
    fail(*warp.threads[0], site,
         "reads registers without a wgmma.fence before");
  }
  Accumulator &accumulator = findAccumulator(warp, site);
  AsyncProduct &product = products.open.emplace_back();
  product.site = &site;
  product.accumulator = &accumulator;
  product.accumulates = words[4] & 1;
  product.descriptorA = words[0] | uint64_t(words[1]) << 32;
  product.descriptorB = words[2] | uint64_t(words[3]) << 32;
  if (site.form.hasRegisterA) {
    for (unsigned lane = 0; lane < warpLanes; ++lane) {
      uint32_t **registers =
          warp.threads[lane]->visible.registers + site.form.n / 2;
      std::copy(registers, registers + 4, product.registersA[lane].begin());
    }
  }
  ++accumulator.pendingProducts;
  if (warp.block->launch->isLate()) {
    forEachRegister(accumulator, [](uint32_t &word, float) { word = ~0u; });
  } else {
    perform(warp, product);
    products.open.pop_back();
  }
}

void tandem::nvidia::ptx::fenceProducts(Warp &warp, const Site &site,
                                        uint32_t lanes) {
  checkWholeWarp(warp, site, lanes);
  warp.products.isFenced = true;
}

void tandem::nvidia::ptx::commitProducts(Warp &warp, const Site &site,
                                         uint32_t lanes) {
  checkWholeWarp(warp, site, lanes);
  warp.products.groups.push_back(std::move(warp.products.open));
  warp.products.open.clear();
}

void tandem::nvidia::ptx::waitProducts(Warp &warp, const Site &site,
                                       uint32_t lanes) {
  checkWholeWarp(warp, site, lanes);
  AsyncProducts &products = warp.products;
  while (products.groups.size() > warp.threads[0]->visible.exchange[0]) {
    for (const AsyncProduct &product : products.groups.front()) {
      perform(warp, product);
    }
    products.groups.pop_front();
    products.isFenced = false;
  }
}
