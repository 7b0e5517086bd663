//===- ModuleLibrary.cpp - a shared object of a bundle --------------------===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Runtime/ModuleLibrary.h"

#include <dlfcn.h>
#include <filesystem>

#include "tandem/targets/Runtime/Failure.h"
#include "tandem/targets/Runtime/Memory.h"
#include "tandem/targets/Runtime/SharedObject.h"

namespace tandem::runtime {

void ModuleLibrary::CloseLibrary::operator()(void *handle) const {
  dlclose(handle);
}

ModuleLibrary::ModuleLibrary(const BundleFolder &bundle,
                             const std::string &name, const char *symbol) {
  if (!bundle.manifest().findFile(name)) {
    throw Failure(ExitCode::InputRejected,
                  "'" + name + "' is not in the manifest's list of files");
  }
  // dlopen searches names without a slash; an absolute path has one.
  std::string path = std::filesystem::absolute(bundle.locate(name)).string();
  Mapping file = Mapping::file(path);
  std::string why = whyNotModule({file.data(), file.size()}, symbol);
  if (!why.empty()) {
    throw Failure(ExitCode::InputRejected, "'" + name + "' " + why);
  }
  library.reset(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!library) {
    throw Failure(ExitCode::Environment,
                  "cannot load '" + name + "': " + dlerror());
  }
  function = dlsym(library.get(), symbol);
}

} // namespace tandem::runtime
