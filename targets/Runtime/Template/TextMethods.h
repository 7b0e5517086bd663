//===- TextMethods.h - parts of methods of texts ----------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What TextMethods.cpp, which has the table, takes from TextOperations.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_TEMPLATE_TEXTMETHODS_H
#define TANDEM_TARGETS_RUNTIME_TEMPLATE_TEXTMETHODS_H

#include "tandem/targets/Runtime/Template/Function.h"

namespace tandem::runtime::jinja {

/// A text that is markup if the one the method belongs to is.
Value sameKind(Call &call, std::string bytes);
/// Fills up to a width of code points, of which `left` says how many before.
Value padText(Call &call, size_t (*left)(size_t missing, size_t width));
/// Takes white space, or the characters that are given, off the ends.
Value stripText(Call &call, bool ofLeft, bool ofRight);

} // namespace tandem::runtime::jinja

#endif // TANDEM_TARGETS_RUNTIME_TEMPLATE_TEXTMETHODS_H
