//===- PortableForm.cpp - programs in StableHLO's versioned form *- C++ -*-===//
//
// Part of Tandem, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The serialiser is StableHLO's own, in jaxlib; it runs as a child process.
//
//===----------------------------------------------------------------------===//

#include "tandem/targets/Tpu/Emit/PortableForm.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace tandem::tpu;

// Each argument names a text; its VHLO goes beside it.
static constexpr StringLiteral script = R"py(
import pathlib, sys
from jaxlib.mlir._mlir_libs import _stablehlo
for name in sys.argv[1:]:
    text = pathlib.Path(name).read_text()
    vhlo = _stablehlo.serialize_portable_artifact_str(text, "0.9.0")
    pathlib.Path(name + "bc").write_bytes(vhlo)
)py";

static Expected<std::string> findPython() {
  std::optional<std::string> named = sys::Process::GetEnv("TANDEM_PYTHON");
  ErrorOr<std::string> found =
      sys::findProgramByName(named ? *named : "python3");
  if (found) {
    return *found;
  }
  return createStringError((named ? "TANDEM_PYTHON is '" + *named + "', which "
                                  : std::string("python3 ")) +
                           "is not in PATH");
}

/// Runs the script; the last line it prints is the error's text.
static Error runScript(ArrayRef<std::string> files) {
  Expected<std::string> python = findPython();
  if (!python) {
    return python.takeError();
  }
  SmallString<128> messages;
  if (std::error_code error =
          sys::fs::createTemporaryFile("tandem-vhlo", "txt", messages)) {
    return createStringError(error, "cannot make a temporary file");
  }
  FileRemover remover(messages);
  SmallVector<StringRef> arguments = {*python, "-c", script};
  llvm::append_range(arguments, files);
  std::optional<StringRef> redirects[] = {StringRef(""), messages.str(),
                                          messages.str()};
  std::string problem;
  int status = sys::ExecuteAndWait(*python, arguments, std::nullopt, redirects,
                                   0, 0, &problem);
  if (status == 0) {
    return Error::success();
  }
  if (auto text = MemoryBuffer::getFile(messages); text && problem.empty()) {
    StringRef printed = (*text)->getBuffer().rtrim();
    problem = printed.substr(printed.rfind('\n') + 1).str();
  }
  return createStringError("'" + *python + "': " + problem);
}

std::string tandem::tpu::whyNoPortableForm() {
  if (Error error = runScript({})) {
    return "VHLO is written by jaxlib: " + toString(std::move(error)) +
           "; install jaxlib, or name a Python that has it in TANDEM_PYTHON";
  }
  return {};
}

Expected<std::vector<std::string>>
tandem::tpu::makePortable(ArrayRef<std::string> texts) {
  SmallString<128> folder;
  if (std::error_code error =
          sys::fs::createUniqueDirectory("tandem-vhlo", folder)) {
    return createStringError(error, "cannot make a temporary folder");
  }
  llvm::scope_exit remove([&] { sys::fs::remove_directories(folder); });
  std::vector<std::string> files;
  for (auto [index, text] : llvm::enumerate(texts)) {
    files.push_back((folder + "/" + Twine(index) + ".mlir").str());
    std::error_code error;
    raw_fd_ostream stream(files.back(), error);
    stream << text;
    stream.close();
    if (error || stream.has_error()) {
      return createStringError("cannot write '" + files.back() + "'");
    }
  }
  if (Error error = runScript(files)) {
    return std::move(error);
  }
  std::vector<std::string> portable;
  for (const std::string &file : files) {
    auto bytes = MemoryBuffer::getFile(file + "bc", /*IsText=*/false);
    if (!bytes) {
      return createStringError("cannot read '" + file + "bc'");
    }
    portable.push_back((*bytes)->getBuffer().str());
  }
  return portable;
}
