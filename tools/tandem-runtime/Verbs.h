//===- Verbs.h - what the program can do ------------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One function per verb; the table is in main.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TOOLS_TANDEM_RUNTIME_VERBS_H
#define TANDEM_TOOLS_TANDEM_RUNTIME_VERBS_H

#include "tandem/tools/tandem-runtime/CommandLine.h"

namespace tandem::cli {

/// Generates text or tokens after a prompt.
int runVerb(const Arguments &arguments);
/// Answers questions.
int chatVerb(const Arguments &arguments);
/// Measures prefill, decode and load.
int benchVerb(const Arguments &arguments);
/// Computes the perplexity of a text.
int evalVerb(const Arguments &arguments);
/// Runs prefill for a process at a socket.
int servePrefillVerb(const Arguments &arguments);
/// Prints the prompt that a chat template makes of a conversation.
int renderVerb(const Arguments &arguments);
/// Checks digests, contract, code and golden vectors.
int verifyVerb(const Arguments &arguments);
/// Encodes or decodes the lines of standard input.
int tokenizeVerb(const Arguments &arguments);
/// Prints what is in a bundle.
int inspectVerb(const Arguments &arguments);

} // namespace tandem::cli

#endif // TANDEM_TOOLS_TANDEM_RUNTIME_VERBS_H
