//===- TextOperations.h - methods of texts ----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What filters share with methods of Python's str.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_TEXTOPERATIONS_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_TEXTOPERATIONS_H

#include "tandem/targets/Runtime/Template/Function.h"

namespace tandem::runtime::jinja {

// Parameters as in the tables of filters and of methods.
Value textCapitalize(Call &call);
Value textCenter(Call &call);
Value textLower(Call &call);
Value textStrip(Call &call);
Value textUpper(Call &call);

/// `text` with `old` replaced, at most `count` times if that is not negative.
/// An empty `old` is found before every code point and at the end.
std::string replaceText(Rendering &rendering, const std::string &text,
                        const std::string &old, const std::string &replacement,
                        int64_t count);

/// Lines at every boundary that Python knows; no last empty one.
std::vector<std::string_view> splitLines(std::string_view text, bool keepsEnds);

} // namespace tandem::runtime::jinja

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_TEXTOPERATIONS_H
