//===- PackingStored.cpp - panels of stored weights -------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/PackingStored.h"

#include "tandem/dialects/Transformer/IR/HalfFloats.h"
#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/targets/X86/PanelFormat.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;
using transformer::BFloat16;
using transformer::Half;
using transformer::PackedRows;

namespace {

/// Floats of a payload in any type, at any alignment.
class Floats {
public:
  Floats() = default;
  Floats(Attribute payload, ArrayRef<char> bytes)
      : type(cast<ShapedType>(cast<TypedAttr>(payload).getType())
                 .getElementType()),
        bytes(bytes) {}

  float at(int64_t index) const {
    if (type.isF32()) {
      float value;
      std::memcpy(&value, bytes.data() + 4 * index, 4);
      return value;
    }
    uint16_t half = llvm::support::endian::read16le(bytes.data() + 2 * index);
    return static_cast<float>(type.isBF16() ? double(BFloat16::ofBits(half))
                                            : double(Half::ofBits(half)));
  }

private:
  Type type;
  ArrayRef<char> bytes;
};

/// Writes the panels of one weight, a panel at a time.
class PanelWriter {
public:
  PanelWriter(PanelFormat format, int64_t rows, int64_t depth)
      : format(format), rows(rows), depth(depth),
        panel(format.panelBytes(depth)) {}
  virtual ~PanelWriter() = default;

  void run(function_ref<void(ArrayRef<char>)> write) {
    for (int64_t first = 0; first < rows; first += panelColumns) {
      std::fill(panel.begin(), panel.end(), 0);
      for (int64_t lane = 0; lane < std::min(panelColumns, rows - first);
           ++lane) {
        for (int64_t block = 0; block < format.blocks(depth); ++block) {
          fillBlock(first + lane, lane, block);
        }
      }
      write(panel);
    }
  }

protected:
  virtual void fillBlock(int64_t row, int64_t lane, int64_t block) = 0;

  char *blockStart(int64_t block) {
    return panel.data() + block * format.blockBytes();
  }

  /// Fills the words of a row in a block; `elementAt(k)` is its element k.
  template <typename ElementAt>
  void setElements(int64_t lane, int64_t block, ElementAt elementAt) {
    int64_t count = std::min(format.block, depth - block * format.block);
    int64_t fields = format.fields();
    char *word = blockStart(block) + 4 * lane;
    for (int64_t k = 0; k < count; k += fields) {
      uint32_t value = 0;
      for (int64_t field = 0; field < std::min(fields, count - k); ++field) {
        value |= uint32_t(elementAt(k + field)) << format.shiftOf(field);
      }
      llvm::support::endian::write32le(word, value);
      word += PanelFormat::lineBytes;
    }
  }

  static void setNumber(char *start, int64_t lane, BlockNumber type,
                        float value) {
    if (type == BlockNumber::f32) {
      std::memcpy(start + 4 * lane, &value, 4);
    } else if (type == BlockNumber::f16) {
      llvm::support::endian::write16le(start + 2 * lane, Half(value).bits);
    } else if (type == BlockNumber::u8) {
      start[lane] = static_cast<char>(static_cast<uint8_t>(value));
    }
  }

  PanelFormat format;
  int64_t rows, depth;
  std::vector<char> panel;
};

/// Codes, scales and zero points of a matrix in blocks.
class BlocksWriter final : public PanelWriter {
public:
  BlocksWriter(PanelFormat format, transformer::EncodedAttr value,
               ArrayRef<ArrayRef<char>> payloads)
      : PanelWriter(format, value.getType().getDimSize(0),
                    value.getType().getDimSize(1)),
        codes{payloads[0], format.bits,
              format.blocks(depth) * format.block * format.bits / 8},
        scales(value.getPayload(1), payloads[1]) {
    if (format.zeroPoints == BlockNumber::u8) {
      packedZeroPoints = {
          payloads[2], format.bits,
          int64_t(llvm::divideCeil(format.blocks(depth) * format.bits, 8))};
    } else if (format.zeroPoints != BlockNumber::none) {
      zeroPoints = Floats(value.getPayload(2), payloads[2]);
    }
  }

private:
  float zeroPointAt(int64_t row, int64_t block) const {
    return format.zeroPoints == BlockNumber::u8
               ? packedZeroPoints.get(row, block)
               : zeroPoints.at(row * format.blocks(depth) + block);
  }

  void fillBlock(int64_t row, int64_t lane, int64_t block) override {
    int64_t index = row * format.blocks(depth) + block;
    int64_t first = block * format.block;
    setElements(lane, block,
                [&](int64_t k) { return codes.get(row, first + k); });
    setNumber(blockStart(block) + format.scaleOffset(), lane, format.scales,
              scales.at(index));
    if (format.zeroPoints != BlockNumber::none) {
      setNumber(blockStart(block) + format.zeroPointOffset(), lane,
                format.zeroPoints, zeroPointAt(row, block));
    }
  }

  PackedRows codes, packedZeroPoints;
  Floats scales, zeroPoints;
};

/// Elements of a matrix of either order, rounded to bf16.
class RoundingWriter final : public PanelWriter {
public:
  RoundingWriter(PanelFormat format, transformer::EncodedAttr value, bool isNk,
                 ArrayRef<char> payload)
      : PanelWriter(format, value.getType().getDimSize(isNk ? 0 : 1),
                    value.getType().getDimSize(isNk ? 1 : 0)),
        elements(value.getPayload(0), payload), rowStride(isNk ? depth : 1),
        stride(isNk ? 1 : rows) {}

private:
  void fillBlock(int64_t row, int64_t lane, int64_t block) override {
    int64_t first = block * format.block;
    setElements(lane, block, [&](int64_t k) {
      float element = elements.at(row * rowStride + (first + k) * stride);
      return BFloat16(element).bits;
    });
  }

  Floats elements;
  int64_t rowStride, stride;
};

} // namespace

void tandem::x86::packStored(transformer::EncodedAttr value, bool isNk,
                             ArrayRef<ArrayRef<char>> payloads,
                             function_ref<void(ArrayRef<char>)> write) {
  PanelFormat format = *PanelFormat::of(value.getType());
  if (format.hasCodes()) {
    BlocksWriter(format, value, payloads).run(write);
  } else {
    RoundingWriter(format, value, isNk, payloads[0]).run(write);
  }
}
