//===- BundleTexts.h - texts that every bundle holds ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// README.md and provenance.json of a bundle.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_BUNDLE_BUNDLETEXTS_H
#define TANDEM_TARGETS_BUNDLE_BUNDLETEXTS_H

#include <string>

#include "llvm/ADT/StringRef.h"

#include "tandem/targets/Bundle/BundleWriter.h"

namespace tandem::bundle {

/// provenance.json, canonical.
std::string provenanceText(const runtime::Manifest &manifest,
                           const Provenance &provenance);

/// README.md with the exact commands that run this bundle. The file name of
/// the bundle is not in it: the same bytes come out whatever the output's name.
std::string readmeText(const runtime::Manifest &manifest);

} // namespace tandem::bundle

#endif // TANDEM_TARGETS_BUNDLE_BUNDLETEXTS_H
