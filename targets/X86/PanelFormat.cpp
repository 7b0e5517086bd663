//===- PanelFormat.cpp - panels of stored weights ---------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/PanelFormat.h"

#include "tandem/dialects/Transformer/IR/WeightStorage.h"

using namespace mlir;
using namespace tandem;
using namespace tandem::x86;

/// bf16 numbers are stored as the f32 that they are.
static BlockNumber numberOf(Type type) {
  if (!type) {
    return BlockNumber::none;
  }
  if (type.isInteger()) {
    return BlockNumber::u8;
  }
  return type.isF16() ? BlockNumber::f16 : BlockNumber::f32;
}

std::optional<PanelFormat> PanelFormat::of(Type type) {
  if (transformer::BlocksAttr encoding = transformer::getBlocks(type)) {
    return PanelFormat{encoding.getBits(), encoding.getBlock(),
                       numberOf(encoding.getScales()),
                       numberOf(encoding.getZeroPoints())};
  }
  transformer::StoredAttr stored = transformer::getStored(type);
  if (stored && stored.getElement().isBF16()) {
    return PanelFormat{/*bits=*/16, /*block=*/16};
  }
  return std::nullopt;
}

int64_t PanelFormat::bytesOf(BlockNumber number) {
  switch (number) {
  case BlockNumber::none:
    return 0;
  case BlockNumber::u8:
    return 1;
  case BlockNumber::f16:
    return 2;
  case BlockNumber::f32:
    return 4;
  }
  llvm_unreachable("not a number of a block");
}

std::string PanelFormat::name() const {
  static constexpr StringLiteral names[] = {"", "_u8", "_f16", "_f32"};
  std::string text = hasCodes() ? "u" : "bf";
  text += std::to_string(bits);
  if (hasCodes()) {
    text += "x" + std::to_string(block);
  }
  return text + names[int(scales)].str() + names[int(zeroPoints)].str();
}

int64_t tandem::x86::panelBytesOf(Type type, int64_t depth) {
  std::optional<PanelFormat> format = PanelFormat::of(type);
  return format ? format->panelBytes(depth)
                : depth * panelColumns * int64_t(sizeof(float));
}
