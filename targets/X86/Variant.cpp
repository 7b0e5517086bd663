//===- Variant.cpp - the table of variants ----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/X86/Variant.h"

using namespace llvm;
using namespace tandem::x86;

// What the kernels may use beyond the baseline, as LLVM spells it.
static constexpr StringRef v3Features[] = {"avx2", "fma",   "f16c", "bmi",
                                           "bmi2", "lzcnt", "movbe"};
static constexpr StringRef v4Features[] = {
    "avx2",  "fma",     "f16c",     "bmi",      "bmi2",     "lzcnt",
    "movbe", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd"};
static constexpr StringRef v4Bf16Features[] = {
    "avx2",     "fma",      "f16c",       "bmi",       "bmi2",
    "lzcnt",    "movbe",    "avx512f",    "avx512bw",  "avx512dq",
    "avx512vl", "avx512cd", "avx512vnni", "avx512bf16"};

// Tiles: rows x vectors + vectors of B + a broadcast fit the registers. A tile
// of 28 leaves room for the broadcasts that are not folded into the multiply.
// Asking for fp32 panels 640 bytes ahead read them 5 to 9 % faster on Zen1 and
// 8 to 20 % slower on Zen3, whose own prefetchers suffice, as Zen4's do; blocks
// of codes gain on v3 from 1024.
static const Variant table[] = {
    {"v3", "x86-64-v3", "znver3", v3Features, /*lanes=*/8, /*registers=*/16,
     /*tileRows=*/6, /*blockTileRows=*/4,
     /*blockPrefetchBytes=*/1024},
    {"v4", "x86-64-v4", "znver4", v4Features, /*lanes=*/16, /*registers=*/32,
     /*tileRows=*/28, /*blockTileRows=*/8,
     /*blockPrefetchBytes=*/0},
    {"v4-bf16", "x86-64-v4", "znver4", v4Bf16Features, /*lanes=*/16,
     /*registers=*/32, /*tileRows=*/28, /*blockTileRows=*/8,
     /*blockPrefetchBytes=*/0},
};

std::string Variant::featureString() const {
  std::string text;
  for (StringRef feature : features) {
    text += (text.empty() ? "+" : ",+") + feature.str();
  }
  return text;
}

ArrayRef<Variant> tandem::x86::variants() { return table; }

const Variant *tandem::x86::findVariant(StringRef name) {
  for (const Variant &variant : table) {
    if (variant.name == name) {
      return &variant;
    }
  }
  return nullptr;
}
