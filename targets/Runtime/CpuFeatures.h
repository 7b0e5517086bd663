//===- CpuFeatures.h - abilities of this CPU --------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Names are those of Linux and LLVM in lower case without separators, as
// part.json lists them. An ability counts only if the system saves its
// registers.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_CPUFEATURES_H
#define TANDEM_TARGETS_RUNTIME_CPUFEATURES_H

#include <string>
#include <vector>

namespace tandem::runtime {

/// Those of `required` that this CPU lacks or that nobody here knows.
std::vector<std::string>
missingCpuFeatures(const std::vector<std::string> &required);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_CPUFEATURES_H
