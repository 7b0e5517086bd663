//===- PartTexts.h - parts that tests compile -------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TEST_UNIT_TARGETS_X86_PARTTEXTS_H
#define TANDEM_TEST_UNIT_TARGETS_X86_PARTTEXTS_H

#include <string>

namespace tandem::x86 {

/// Two layers of a Llama as a loop over one function: grouped heads, half-split
/// rotation, odd widths, a table shared with the head. 50 tokens.
std::string llamaText();

/// One layer in the manner of GPT-2 and one that has everything else: a split
/// at whole panels and one that is not, interleaved partial rotation, a window,
/// softcap, unequal key and value widths, element-wise operations. 40 tokens.
std::string mixedText();

} // namespace tandem::x86

#endif // TANDEM_TEST_UNIT_TARGETS_X86_PARTTEXTS_H
