//===- TextSupport.h - whether a bundle will take words -------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the runtime will make of the tokenizer and the chat template beside the
// model, asked before anything is compiled.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_TEXTSUPPORT_H
#define TANDEM_TOOLS_TANDEM_TEXTSUPPORT_H

#include <string>
#include <vector>

#include "Frontend.h"

namespace tandem {

/// Reads both as the runtime does. `gaps` gets what is valid but not supported,
/// by component: such a bundle takes token ids. InputRejected, with the error
/// printed, where one is malformed.
ExitCode checkText(Frontend &frontend, std::vector<std::string> &gaps);

/// One line for `check`.
std::string describeText(const std::vector<std::string> &gaps);

} // namespace tandem

#endif // TANDEM_TOOLS_TANDEM_TEXTSUPPORT_H
