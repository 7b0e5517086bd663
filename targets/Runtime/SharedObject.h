//===- SharedObject.h - what a shared object asks and offers ----*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A small reader of ELF files, so that a part's promise (no undefined symbol,
// one exported one, no code that runs on load) is checked before it is loaded.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_SHAREDOBJECT_H
#define TANDEM_TARGETS_RUNTIME_SHAREDOBJECT_H

#include <string>
#include <string_view>

namespace tandem::runtime {

/// Why the shared object with these bytes is not for this machine or does more
/// than export the function `symbol`, or empty if neither.
std::string whyNotModule(std::string_view elf, std::string_view symbol);

/// The same for a part.
std::string whyNotPart(std::string_view elf);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_SHAREDOBJECT_H
