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

/// The folder of the Python package in a build tree or an installation, before
/// what PYTHONPATH says.
static void extendPythonPath(llvm::StringRef self) {
  llvm::SmallString<256> folder(
      llvm::sys::path::parent_path(llvm::sys::path::parent_path(self)));
  llvm::sys::path::append(folder, "..", "python_bindings");
  if (!llvm::sys::fs::is_directory(folder)) {
    return; // PYTHONPATH has it, or the module is not found
  }
  const char *given = std::getenv("PYTHONPATH");
  std::string path =
      folder.str().str() + (given ? ":" + std::string(given) : "");
  setenv("PYTHONPATH", path.c_str(), /*overwrite=*/1);
}

ExitCode runDivergence(int count, char **arguments) {
  static int anchor;
  std::string self = llvm::sys::fs::getMainExecutable(arguments[0], &anchor);
  extendPythonPath(self);
  std::string path = llvm::sys::path::parent_path(self).str();
  if (const char *given = std::getenv("PATH")) {
    path += ":" + std::string(given);
  }
  setenv("PATH", path.c_str(), /*overwrite=*/1);
  const char *chosen = std::getenv("TANDEM_PYTHON");
  const char *python = chosen ? chosen : "python3";
  std::vector<char *> words = {const_cast<char *>(python),
                               const_cast<char *>("-m"),
                               const_cast<char *>("tandem.divergence")};
  words.insert(words.end(), arguments + 2, arguments + count); // after the verb
  words.push_back(nullptr);
  execvp(python, words.data());
  return fail(ExitCode::Environment,
              "cannot start '" + llvm::Twine(python) +
                  "': " + std::strerror(errno) +
                  "; --against needs Python with onnx and onnxruntime, "
                  "TANDEM_PYTHON names it");
}

} // namespace tandem
