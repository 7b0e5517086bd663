//===- ModuleLibrary.h - a shared object of a bundle ------------*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loads code of a checked bundle: what it promises is looked at before the
// loader sees it.
//
//===----------------------------------------------------------------------===//

#ifndef TANDEM_TARGETS_RUNTIME_MODULELIBRARY_H
#define TANDEM_TARGETS_RUNTIME_MODULELIBRARY_H

#include <memory>
#include <string>

#include "tandem/targets/Runtime/BundleFolder.h"

namespace tandem::runtime {

/// A loaded shared object and the one function that it exports.
class ModuleLibrary {
public:
  /// Loads the file at path `name` of the bundle, which exports `symbol`.
  ModuleLibrary(const BundleFolder &bundle, const std::string &name,
                const char *symbol);

  /// The exported function.
  void *query() const { return function; }

private:
  struct CloseLibrary {
    void operator()(void *handle) const;
  };

  std::unique_ptr<void, CloseLibrary> library;
  void *function = nullptr;
};

} // namespace tandem::runtime

#endif // TANDEM_TARGETS_RUNTIME_MODULELIBRARY_H
