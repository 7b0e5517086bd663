//===- DescribePacked.cpp - where packed numbers lie ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Packing.cpp and PackingStored.cpp as loops; a test compares the bytes.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Packing.h"

#include "tandem/dialects/Transformer/IR/WeightStorage.h"
#include "tandem/targets/X86/PanelFormat.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

using Loops = std::vector<runtime::SeededLoop>;

namespace {
/// A matrix as its file has it.
struct Source {
  uint64_t n, k;
  bool isNk;

  explicit Source(deploy::SlotAttr slot)
      : isNk(slot.getRole() == deploy::WeightRole::matrix_nk ||
             slot.getRole() == deploy::WeightRole::table_nk) {
    ShapedType type = slot.getType();
    n = type.getDimSize(isNk ? 0 : 1);
    k = type.getDimSize(isNk ? 1 : 0);
  }

  runtime::SeededLoop along(uint64_t count, uint64_t bits, uint64_t nStep,
                            uint64_t kStep) const {
    return isNk ? runtime::SeededLoop{count, bits, nStep, kStep}
                : runtime::SeededLoop{count, bits, kStep, nStep};
  }

  PackedField field(StringRef type, Loops loops) const {
    PackedField field;
    field.places.type = type.str();
    field.places.rows = isNk ? n : k;
    field.places.columns = field.places.rowElements = isNk ? k : n;
    field.places.loops = std::move(loops);
    return field;
  }
};
} // namespace

static StringRef nameOf(BlockNumber number) {
  return number == BlockNumber::u8    ? "u8"
         : number == BlockNumber::f16 ? "f16"
                                      : "f32";
}

/// The scales or zero points of blocks, `offset` bytes behind a block's start.
static PackedField describeNumbers(const Source &source,
                                   const PanelFormat &format, unsigned payload,
                                   BlockNumber number, uint64_t offset) {
  uint64_t panels = llvm::divideCeil(source.n, panelColumns);
  uint64_t blocks = format.blocks(source.k);
  PackedField field = source.field(
      nameOf(number),
      {{panels, 8 * uint64_t(format.panelBytes(source.k)), panelColumns, 0},
       {blocks, 8 * uint64_t(format.blockBytes()), 0, 1},
       {panelColumns, 8 * uint64_t(PanelFormat::bytesOf(number)), 1, 0}});
  field.payload = payload;
  field.places.columns = field.places.rowElements = blocks;
  field.places.offset = 8 * offset;
  return field;
}

/// Panels of words of 32 bits, each with some elements of a row.
static std::vector<PackedField> describeStored(const Source &source,
                                               const PanelFormat &format) {
  uint64_t panels = llvm::divideCeil(source.n, panelColumns);
  uint64_t blocks = format.blocks(source.k), fields = format.fields();
  Loops loops = {
      source.along(panels, 8 * format.panelBytes(source.k), panelColumns, 0),
      source.along(blocks, 8 * format.blockBytes(), 0, format.block),
      source.along(format.lines(), 8 * PanelFormat::lineBytes, 0, fields),
      source.along(panelColumns, 32, 1, 0)};
  uint64_t bytes = format.bits == 4 ? fields / 2 : fields;
  if (format.bits == 4) { // low halves first, then high ones
    loops.push_back(source.along(2, 4, 0, bytes));
  }
  loops.push_back(source.along(bytes, std::max<int64_t>(8, format.bits), 0, 1));
  if (!format.hasCodes()) {
    return {source.field("bf16", std::move(loops))};
  }
  std::vector<PackedField> described = {
      source.field(format.bits == 4 ? "u4" : "u8", std::move(loops)),
      describeNumbers(source, format, 1, format.scales, format.scaleOffset())};
  described[0].places.rowElements = blocks * format.block;
  if (format.zeroPoints != BlockNumber::none) {
    described.push_back(describeNumbers(source, format, 2, format.zeroPoints,
                                        format.zeroPointOffset()));
  }
  return described;
}

std::optional<std::vector<PackedField>>
tandem::x86::describePacked(deploy::SlotAttr slot, const PackedWeight &packed) {
  if (packed.layout == storedLayout) {
    std::optional<PanelFormat> format = PanelFormat::of(slot.getType());
    return format ? std::optional(describeStored(Source(slot), *format))
                  : std::nullopt;
  }
  if (packed.layout == vectorLayout) {
    uint64_t elements = slot.getType().getNumElements();
    PackedField field;
    field.places = {"",       "f32",    {}, 1,
                    elements, elements, 0,  {{elements, 32, 0, 1}}};
    return std::vector{field};
  }
  Source source(slot);
  if (packed.layout == panelsLayout) {
    uint64_t panels = llvm::divideCeil(source.n, panelColumns);
    return std::vector{source.field(
        "f32",
        {source.along(panels, 32 * panelColumns * source.k, panelColumns, 0),
         source.along(source.k, 32 * panelColumns, 0, 1),
         source.along(panelColumns, 32, 1, 0)})};
  }
  return std::vector{
      source.field("f32", {source.along(source.n, 32 * source.k, 1, 0),
                           source.along(source.k, 32, 0, 1)})};
}
