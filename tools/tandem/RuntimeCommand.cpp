//===- RuntimeCommand.cpp - hand a verb over to tandem-runtime -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <unistd.h>
#include <vector>

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include "Commands.h"
#include "Diagnostics.h"

namespace tandem {

ExitCode runRuntime(char **arguments) {
  static int anchor;
  std::string self = llvm::sys::fs::getMainExecutable(arguments[0], &anchor);
  llvm::SmallString<256> program(llvm::sys::path::parent_path(self));
  llvm::sys::path::append(program, "tandem-runtime");
  execv(program.c_str(), arguments);
  return fail(ExitCode::Environment,
              "cannot start '" + program.str() + "': " + std::strerror(errno));
}

/// Puts the folder of the Python package, in a build tree or an installation,
/// before what PYTHONPATH says. Whether there is one.
static bool extendPythonPath(llvm::StringRef self) {
  const char *given = std::getenv("PYTHONPATH");
  llvm::StringRef programs = llvm::sys::path::parent_path(self);
  for (llvm::StringRef place :
       {"../../python_bindings", "../share/tandem/python_bindings"}) {
    std::string folder = (programs + "/" + place).str();
    if (llvm::sys::fs::is_directory(folder)) {
      folder += given ? ":" + std::string(given) : "";
      setenv("PYTHONPATH", folder.c_str(), /*overwrite=*/1);
      return true;
    }
  }
  return given;
}

ExitCode runPython(const PythonModule &module, int count, char **arguments) {
  static int anchor;
  std::string self = llvm::sys::fs::getMainExecutable(arguments[0], &anchor);
  if (!extendPythonPath(self)) {
    return fail(ExitCode::Environment,
                "there is no Python package beside '" + self +
                    "'; name its folder, python_bindings, in PYTHONPATH");
  }
  std::string path = llvm::sys::path::parent_path(self).str();
  if (const char *given = std::getenv("PATH")) {
    path += ":" + std::string(given);
  }
  setenv("PATH", path.c_str(), /*overwrite=*/1);
  const char *chosen = std::getenv("TANDEM_PYTHON");
  const char *python = chosen ? chosen : "python3";
  std::vector<char *> words = {const_cast<char *>(python),
                               const_cast<char *>("-m"),
                               const_cast<char *>(module.name)};
  words.insert(words.end(), arguments + 2, arguments + count); // after the verb
  words.push_back(nullptr);
  execvp(python, words.data());
  return fail(ExitCode::Environment, "cannot start '" + llvm::Twine(python) +
                                         "': " + std::strerror(errno) + "; " +
                                         module.need +
                                         ", TANDEM_PYTHON names it");
}

} // namespace tandem
