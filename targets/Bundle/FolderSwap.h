//===- FolderSwap.h - puts a finished folder in its place -------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The last step of writing a bundle: everything on disk, then one rename.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_BUNDLE_FOLDERSWAP_H
#define TANDEM_TARGETS_BUNDLE_FOLDERSWAP_H

#include <string>

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace tandem::bundle {

/// Why a bundle may not be put at `place`: something is there that is neither a
/// Tandem bundle nor an empty folder, or its folder is missing. Empty if it
/// may.
std::string whyNotReplaceable(const std::string &place);

/// Syncs `folder` and all folders in it, so that names survive a power cut.
llvm::Error syncFolders(llvm::StringRef folder);

/// Renames `from` to `place`; a bundle that is there takes the name `from`.
llvm::Error moveIntoPlace(const std::string &from, const std::string &place);

} // namespace tandem::bundle

#endif // TANDEM_TARGETS_BUNDLE_FOLDERSWAP_H
