//===- RuntimeCommand.cpp - hand a verb over to tandem-runtime -*- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include <cerrno>
#include <cstring>
#include <unistd.h>

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

} // namespace tandem
