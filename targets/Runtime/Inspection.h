//===- Inspection.h - what is in a bundle -----------------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The report of `inspect`: a page for people, or one JSON object.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_INSPECTION_H
#define TANDEM_TARGETS_RUNTIME_INSPECTION_H

#include <string>

#include "tandem/targets/Runtime/BundleFolder.h"

namespace tandem::runtime {

/// A page about the bundle. Only manifest.json and part.json files are read.
std::string inspectAsText(const BundleFolder &bundle);

/// manifest.json with each part's description under "parts".
std::string inspectAsJson(const BundleFolder &bundle);

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_INSPECTION_H
