//===- Packing.cpp - physical layouts of weights ----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Packing.h"

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/targets/X86/PackingStored.h"
#include "tandem/targets/X86/PanelFormat.h"

#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace mlir;
using namespace tandem;
using namespace tandem::deploy;
using namespace tandem::x86;

namespace {

/// A matrix as [n][k] in memory of either order.
struct Matrix {
  int64_t n, k, nStride, kStride;

  explicit Matrix(SlotAttr slot) {
    ArrayRef<int64_t> shape = slot.getType().getShape();
    bool isNk = slot.getRole() == WeightRole::matrix_nk ||
                slot.getRole() == WeightRole::table_nk;
    n = shape[isNk ? 0 : 1];
    k = shape[isNk ? 1 : 0];
    nStride = isNk ? k : 1;
    kStride = isNk ? 1 : n;
  }
};

} // namespace

static bool isMatrix(WeightRole role) {
  return role == WeightRole::matrix_nk || role == WeightRole::matrix_kn;
}

static bool isNk(WeightRole role) {
  return role == WeightRole::matrix_nk || role == WeightRole::table_nk;
}

static int64_t bytesOf(SlotAttr slot, StringRef layout) {
  if (layout == storedLayout) {
    Matrix matrix(slot);
    int64_t panels = llvm::divideCeil(matrix.n, panelColumns);
    return llvm::alignTo(panels * panelBytesOf(slot.getType(), matrix.k), 64);
  }
  int64_t elements = slot.getType().getNumElements();
  if (layout == panelsLayout) {
    Matrix matrix(slot);
    elements = llvm::alignTo(matrix.n, panelColumns) * matrix.k;
  }
  return llvm::alignTo(elements * int64_t(sizeof(float)), 64);
}

PackingPlan tandem::x86::planPacking(PartOp part) {
  SmallVector<SlotAttr> slots;
  for (Attribute attribute : part.getWeights()) {
    slots.push_back(cast<SlotAttr>(attribute));
  }
  // Sources that lie in panels, by order of dimensions.
  llvm::DenseSet<std::pair<Attribute, unsigned>> inPanels;
  for (SlotAttr slot : slots) {
    if (isMatrix(slot.getRole())) {
      inPanels.insert({slot.getSource(), isNk(slot.getRole())});
    }
  }
  PackingPlan plan;
  for (auto [index, slot] : llvm::enumerate(slots)) {
    PackedWeight packed;
    packed.layout =
        transformer::isEncoded(slot.getType()) ? storedLayout
        : slot.getRole() == WeightRole::vector ? vectorLayout
        : inPanels.contains({slot.getSource(), isNk(slot.getRole())})
            ? panelsLayout
            : rowsLayout;
    packed.bytes = bytesOf(slot, packed.layout);
    for (size_t earlier = 0; earlier < index && packed.sameAs < 0; ++earlier) {
      if (slots[earlier].getSource() == slot.getSource() &&
          plan[earlier].layout == packed.layout &&
          (packed.layout == vectorLayout ||
           isNk(slots[earlier].getRole()) == isNk(slot.getRole()))) {
        packed.sameAs = earlier;
      }
    }
    plan.push_back(packed);
  }
  return plan;
}

static void writePanels(const Matrix &matrix, const float *source,
                        function_ref<void(ArrayRef<char>)> write) {
  std::vector<float> panel(matrix.k * panelColumns);
  for (int64_t first = 0; first < matrix.n; first += panelColumns) {
    std::fill(panel.begin(), panel.end(), 0.0f);
    int64_t columns = std::min(panelColumns, matrix.n - first);
    for (int64_t j = 0; j < columns; ++j) {
      for (int64_t k = 0; k < matrix.k; ++k) {
        panel[k * panelColumns + j] =
            source[(first + j) * matrix.nStride + k * matrix.kStride];
      }
    }
    write({reinterpret_cast<const char *>(panel.data()),
           panel.size() * sizeof(float)});
  }
}

static void writeRows(const Matrix &matrix, const float *source,
                      function_ref<void(ArrayRef<char>)> write) {
  std::vector<float> row(matrix.k);
  for (int64_t i = 0; i < matrix.n; ++i) {
    for (int64_t k = 0; k < matrix.k; ++k) {
      row[k] = source[i * matrix.nStride + k * matrix.kStride];
    }
    write({reinterpret_cast<const char *>(row.data()),
           row.size() * sizeof(float)});
  }
}

static void packFloats(SlotAttr slot, const PackedWeight &packed,
                       ArrayRef<char> source,
                       function_ref<void(ArrayRef<char>)> write) {
  // Tensors of a file may begin at any byte.
  std::vector<float> aligned;
  const float *values = reinterpret_cast<const float *>(source.data());
  if (reinterpret_cast<uintptr_t>(values) % alignof(float) != 0) {
    aligned.resize(source.size() / sizeof(float));
    std::memcpy(aligned.data(), source.data(), source.size());
    values = aligned.data();
  }
  if (packed.layout == panelsLayout) {
    writePanels(Matrix(slot), values, write);
  } else if (packed.layout == rowsLayout) {
    writeRows(Matrix(slot), values, write);
  } else {
    write(source);
  }
}

void tandem::x86::packWeight(SlotAttr slot, const PackedWeight &packed,
                             ArrayRef<ArrayRef<char>> payloads,
                             function_ref<void(ArrayRef<char>)> write) {
  int64_t written = 0;
  auto count = [&](ArrayRef<char> piece) {
    written += piece.size();
    write(piece);
  };
  if (packed.layout == storedLayout) {
    packStored(cast<transformer::EncodedAttr>(slot.getSource()),
               isNk(slot.getRole()), payloads, count);
  } else {
    packFloats(slot, packed, payloads[0], count);
  }
  static constexpr char zeros[64] = {};
  if (written < packed.bytes) {
    write(ArrayRef<char>(zeros, packed.bytes - written));
  }
}
